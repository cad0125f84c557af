"""No page shows English in French: every state of every page is seen in both languages, text by text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.data.columns import Roles
from core.jobs.control import delete, put_first, stop
from core.jobs.housekeeping import empty_bin
from core.jobs.processes import supervisor_lock
from core.jobs.queue import claim, enqueue, finish, jobs
from core.store.draft import Draft, keep_draft
from core.store.job_folder import Heartbeat, Progress
from core.store.labelling import list_labellings
from core.store.project import Project, create_project, delete_project, list_projects, set_roles
from core.words import LANGUAGES, Words
from tests.conftest import SAMPLES
from tests.pages.conftest import Ended
from tests.pages.screen import click, messages, run, said, texts, upload, visit
from tests.pages.test_uploads import BAD
from tests.pages.test_use import answered
from tests.tables import as_csv, lay_down

FR, EN = Words("fr"), Words("en")

ENGLISH = re.compile(
    r"\b(the|and|is|are|was|were|be|been|to|of|with|without|for|from|by|this|that|these|those|it|its|your|you|not|yes|has|"
    r"have|will|can|cannot|could|which|what|when|while|where|how|all|any|each|every|other|another|more|less|than|there|here|"
    r"rows?|labels?|runs?|training|epochs?|steps?|loss|accuracy|columns?|files?|folders?|settings|launch|text|threads)\b",
    re.IGNORECASE,
)
"""Words that no text in French holds, names of files and of models aside."""

BROUGHT = "\n".join(path.read_text(encoding="utf-8-sig") for path in sorted(SAMPLES.glob("*.csv")))
"""Texts of the sample tables: what people brought is shown as it is."""
ROWS = [
    {"texte": f"Message numéro {place} sur la voirie", "thème": "voirie" if place % 2 else "état civil"}
    for place in range(40)
]


class Tour:
    """What a visitor sees in one language, state by state."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self.seen: dict[str, list[str]] = {}

    def see(self, name: str, at: AppTest) -> AppTest:
        self.seen[name] = texts(at)
        return at

    def open(self, name: str, page: str, **address: str) -> AppTest:
        return self.see(name, visit(page, self.words, **address))


def begin_anew() -> None:
    for project in list_projects():
        for job in jobs(project_id=project.id):
            assert job.state not in ("queued", "running")
        delete_project(project.id)


def of_projects(tour: Tour, project_of: Callable[..., Project], missing: Path) -> None:
    """The states before a run."""
    empty = create_project("Vide")
    tour.open("start", "start")
    tour.open("unknown project", "data", project="0123456789ab")
    for page in ("data", "augment", "train", "results", "use"):
        tour.open(f"{page} of an empty project", page, project=empty.id)
    for name in BAD:
        tour.see(
            f"data after {name}", upload(visit("data", tour.words, project=empty.id), BAD[name][0], "messages.csv")
        )
    whole = project_of("messages.csv", as_csv(ROWS, ";") + b"un;deux;trois\n;\n;voirie\nun texte seul;\n")
    few, without = (
        project_of("peu.csv", as_csv(ROWS[:8])),
        project_of("textes.csv", as_csv([{"texte": row["texte"], "id": str(n)} for n, row in enumerate(ROWS)])),
    )
    one = project_of("une.csv", as_csv([{**row, "thème": "voirie"} for row in ROWS]))
    for name, project in [
        ("whole", whole),
        ("few rows", few),
        ("no label", without),
        ("questions alone", project_of("fiches_pratiques.csv")),
        ("one label", one),
    ]:
        tour.open(f"data, {name}", "data", project=project.id)
        tour.open(f"train, {name}", "train", project=project.id)
    at = visit("data", tour.words, project=project_of("courriers_mairie.csv").id)
    at.selectbox[0].select("étiquette")
    tour.see("data, the same column twice", run(at))
    for kind, name in [("folder", str(missing)), ("folder", ""), ("hub", ""), ("hub", "un nom")]:
        keep_draft(whole, Draft.model_validate({"model": {"kind": kind, "name": name}, "changed": {"epochs": 3}}))
        at = tour.open(f"train, {kind} {name}", "train", project=whole.id)
        if name == "un nom":
            tour.see("train, launched with an unknown name", click(at, "launch"))
    set_roles(whole.id, Roles(text="texte"))
    tour.open("train, no column of the label", "train", project=whole.id)


def of_work(tour: Tour, project: Project) -> None:
    """The states of a run that waits, works and is being stopped, with others behind it."""
    work, *others = [lay_down(project) for _ in range(6)]
    enqueue(work, *others)
    with supervisor_lock():
        tour.open("jobs, all waiting", "jobs")
        tour.open("train, behind another", "train", project=project.id, run=others[0].id)
        put_first(others[-1], urgent=True)
        tour.open("jobs, one before the others", "jobs")
        put_first(others[-1], urgent=False)
        for page in ("train", "results"):
            tour.open(f"{page}, waiting", page, project=project.id, run=work.id)
        tour.see("start, busy", click(visit("start", tour.words), f"delete_{project.id}"))
        claim("cpu")
        work.beat(Heartbeat(attempt=1, pid=1, command=[]))
        work.report(Progress(phase="loading"))
        tour.open("train, loading", "train", project=project.id, run=work.id)
        work.report(Progress(phase="training", step=10, steps=90, epoch=0.5, epochs=4, seconds_left=3700.0))
        at = tour.open("train, at work", "train", project=project.id, run=work.id)
        tour.see("train, pausing", click(at, f"pause_{work.id}"))
        tour.see("train, stopping", click(at, f"stop_{work.id}"))
        tour.open("jobs, at work", "jobs", project=project.id)
        [job] = jobs("running")
        at = visit("jobs", tour.words)
        finish(job, "paused")
        tour.see("jobs, one has ended", run(at))
        tour.open("train, paused", "train", project=project.id, run=work.id)
        for each in others:
            stop(each)
        delete(others[0])
        tour.open("jobs, none left and one in the bin", "jobs")


def of_ends(tour: Tour, ended: Ended) -> None:
    """The states after a run, and what its model answers."""
    address = {"project": ended.project.id}
    tour.open("unknown run", "train", **address, run="0123456789ab")
    tour.open("train, with runs to start from", "train", **address)
    for name, work in ended.runs().items():
        for page in ("train", "results", "use"):
            tour.open(f"{page}, {name}", page, **address, run=work.id)
    at = visit("use", tour.words, **address, run=ended.done.id)
    button = next(each for each in at.button if each.label == said("Label this text", tour.words))
    button.click()
    tour.see("use, no text", run(at))
    at.text_area[0].input("Où en est ma demande ?")
    next(each for each in at.button if each.label == said("Label this text", tour.words)).click()
    tour.see("use, a text", run(at))
    for place, request in enumerate(("done", "stopped")):
        rows = as_csv([{"question": "Où ?", "étiquette": "Voirie"}] * (30 + place))
        at = upload(visit("use", tour.words, **address, run=ended.done.id), rows, "a.csv")
        tour.see("use, a table that waits", click(at, "label_table"))
        tour.open("jobs, a table that waits", "jobs")
        tour.see(
            f"use, a table, {request}",
            answered(at) if request == "done" else click(at, f"stop_{list_labellings(ended.done)[0].id}"),
        )
    tour.open("jobs, all ended", "jobs")
    for labelling in list_labellings(ended.done):
        delete(labelling)
    tour.open("jobs, tables in the bin", "jobs")
    empty_bin()


def pairs(english: Tour, french: Tour) -> Iterator[tuple[str, str, str]]:
    """Each text in both languages, with its state; a state must say as many things in one as in the other."""
    assert list(english.seen) == list(french.seen)
    for state, said_in_english in english.seen.items():
        said_in_french = french.seen[state]
        assert len(said_in_english) == len(said_in_french), state
        yield from ((state, one, other) for one, other in zip(said_in_english, said_in_french, strict=True))


def check(english: Tour, french: Tour) -> None:
    known = messages()
    for state, one, other in pairs(english, french):
        if one in known and one not in LANGUAGES.values():
            assert other == FR.gettext(one), state
        if one == other and other.removesuffix("…").strip() not in BROUGHT:
            names_aside = re.sub(r"\S*[./_\-]\S+", " ", other)
            assert not ENGLISH.search(names_aside), f"{state}: {other}"
    long = [message for message in known if len(message.split()) > 3 and "{" not in message]
    for state, spoken in french.seen.items():
        whole = "\n".join(spoken)
        assert [message for message in long if message in whole] == [], state


@pytest.fixture
def tours() -> tuple[Tour, Tour]:
    return Tour(EN), Tour(FR)


def test_no_english_before_a_run(tours: tuple[Tour, Tour], project_of: Callable[..., Project], tmp_path: Path) -> None:
    for tour in tours:
        begin_anew()
        of_projects(tour, project_of, tmp_path / "absent")
    check(*tours)


def test_no_english_while_a_run_works(tours: tuple[Tour, Tour], project_of: Callable[..., Project]) -> None:
    for tour in tours:
        begin_anew()
        of_work(tour, project_of("messages.csv", as_csv(ROWS, ";")))
    check(*tours)


@pytest.mark.slow
def test_no_english_after_a_run(tours: tuple[Tour, Tour], own: Ended) -> None:
    for tour in tours:
        of_ends(tour, own)
    check(*tours)
