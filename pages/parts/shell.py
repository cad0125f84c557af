"""What every page shares: language, current project and run, the sidebar. The URL alone says where one is."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import streamlit as st

from core.errors import UserError
from core.store.database import engine
from core.store.project import Project, open_project
from core.store.run import Run, open_run
from core.store.study import Study, open_study
from core.words import LANGUAGES, N_, Words
from pages.parts.errors import current_words, reported, show_error
from pages.parts.look import dress

ROOT = Path(__file__).resolve().parents[2]

PAGES = {
    "data": N_("Data"),
    "augment": N_("Augment"),
    "train": N_("Train"),
    "results": N_("Results"),
    "use": N_("Use"),
}
"""The pages in the order of work: file and address, title."""
BESIDE = {"jobs": N_("Jobs")}
"""Pages that belong to no step and to no project."""
START = "start"
"""The list of projects."""


@dataclass(frozen=True)
class Here:
    """Where the user is: the language, and what the URL names."""

    words: Words
    project: Project | None
    run: Run | None
    study: Study | None = None
    """A cross-validation to look at, in place of a run."""


def frame() -> None:
    """One run of the app: set-up, sidebar, then the page asked for."""
    words = current_words()
    st.set_page_config(page_title="Parafine", page_icon=str(ROOT / "assets" / "icon.svg"), layout="wide")
    pages = {START: st.Page(_start, title="Parafine", url_path=START, default=True)}
    for name, title in (PAGES | BESIDE).items():
        pages[name] = st.Page(ROOT / "pages" / f"{name}.py", title=words.gettext(title), url_path=name)
    current = st.navigation(list(pages.values()), position="hidden")
    st.session_state["pages"] = pages
    dress(words)
    with st.sidebar:
        st.markdown("<div class='brand'>Parafine</div>", unsafe_allow_html=True)
        beside = st.container()
        _choose_language(words)
    with reported():
        # A home that cannot be used is said once, here, instead of by everything that asks for it.
        engine()
        with beside:
            _sidebar(words, current.url_path)
        current.run()


def begin() -> Here:
    """To be called first by every page of a project. Without one it shows the projects instead, and the page ends."""
    here = anywhere()
    if here.project is None:
        _start()
        st.stop()
    return here


def anywhere() -> Here:
    """To be called first by a page that needs no project."""
    words = current_words()
    if "pages" not in st.session_state:
        # A page's file was run without app.py: draw the whole frame around it.
        frame()
        st.stop()
    project = _project()
    run = None
    if project is not None and (identifier := st.query_params.get("run")):
        try:
            run = open_run(project.id, identifier)
        except UserError as error:
            show_error(error)
            del st.query_params["run"]
    return Here(words, project, run, _study(project))


def go(page: str, *, project: str | None = None, run: str | None = None, study: str | None = None) -> NoReturn:
    """Opens a page, with this project and run, or study, in its URL."""
    st.switch_page(st.session_state["pages"][page], query_params=address(project=project, run=run, study=study))


def open_search_page(project: str, search: str) -> NoReturn:
    """Opens a search, which stands on the Train page."""
    st.switch_page(st.session_state["pages"]["train"], query_params={**address(project=project), "search": search})


def link(page: str, label: str, *, run: str | None = None, study: str | None = None, icon: str | None = None) -> None:
    """A link to a page that keeps language and project."""
    query = address(run=run, study=study)
    st.page_link(st.session_state["pages"][page], label=label, icon=icon, query_params=query)


def address(*, project: str | None = None, run: str | None = None, study: str | None = None) -> dict[str, str]:
    """The query of a URL: what is given, else what the present one says; a run and a study exclude each other. study: "" for none."""
    wanted = {
        "lang": st.query_params.get("lang"),
        "project": project or st.query_params.get("project"),
        "run": run or (st.query_params.get("run") if project is None and study is None else None),
        "study": study
        if study is not None
        else st.query_params.get("study")
        if project is None and run is None
        else None,
    }
    return {name: value for name, value in wanted.items() if value}


def _project() -> Project | None:
    identifier = st.query_params.get("project")
    if not identifier:
        return None
    try:
        return open_project(identifier)
    except UserError as error:
        show_error(error)
        del st.query_params["project"]
        return None


def _study(project: Project | None) -> Study | None:
    identifier = st.query_params.get("study")
    if project is None or not identifier:
        return None
    try:
        return open_study(project.id, identifier)
    except UserError as error:
        show_error(error)
        del st.query_params["study"]
        return None


def _start() -> None:
    from pages.parts.projects import show_projects

    if identifier := st.query_params.get("project"):
        go("data", project=identifier)
    show_projects(current_words())


def _sidebar(words: Words, current: str) -> None:
    from pages.parts.jobs_aside import jobs_aside

    _ = words.gettext
    project = None
    if identifier := st.query_params.get("project"):
        with suppress(UserError):
            project = open_project(identifier)
    if project is not None:
        st.caption(_("Project"))
        st.markdown(f"<div class='project'>{_escaped(project.name)}</div>", unsafe_allow_html=True)
        for place, (name, title) in enumerate(PAGES.items(), start=1):
            link(name, f"{place}. {_(title)}")
    if (project is not None or current in BESIDE) and st.button(
        _("All projects"), key="all_projects", type="tertiary", icon=":material/arrow_back:"
    ):
        _leave_project()
    with reported():
        jobs_aside(words)


def _choose_language(words: Words) -> None:
    chosen = st.segmented_control(
        words.gettext("Language"),
        list(LANGUAGES),
        format_func=LANGUAGES.__getitem__,
        default=words.language,
        required=True,
        key=f"language_{words.language}",
    )
    if chosen != words.language:
        st.query_params["lang"] = chosen
        st.rerun()


def _leave_project() -> NoReturn:
    for name in ("project", "run", "study"):
        if name in st.query_params:
            del st.query_params[name]
    go(START)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
