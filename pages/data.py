"""Data: bring a table, see how it was understood, say what each column is."""

from html import escape

import streamlit as st

from core.data.examples import Tally, require_learnable
from core.data.reading import read
from core.errors import UserError
from core.store.aside import read_set_aside
from core.store.combining import files_of
from core.store.preview import read_fixed_rows
from core.store.project import Project, keep_upload, table_stamp, tally_table
from core.words import Words
from pages.parts.aside import show_set_aside
from pages.parts.combine import show_added
from pages.parts.errors import reported, show_error
from pages.parts.health import show_health
from pages.parts.label_form import show_label_form
from pages.parts.look import lead, quiet
from pages.parts.plain import plain
from pages.parts.reread import how_read, looks_wrong, show_notes
from pages.parts.roles import choose_roles, role_names
from pages.parts.samples import offer_samples
from pages.parts.sheet import sheet_html
from pages.parts.shell import begin, go
from pages.parts.tally import show_tally
from pages.parts.together import choose_together

PAGE = 20
"""Rows of the preview at a time."""


def upload(project: Project, words: Words) -> None:
    """The uploader; a file that is read replaces the table, one that is not leaves everything as it was."""
    _ = words.gettext
    place = st.session_state.setdefault("uploads", 0)
    file = st.file_uploader(_("Your table (CSV, Excel, LibreOffice, JSON, Parquet)"), key=f"upload_{place}")
    if file is None:
        return
    try:
        with st.spinner(_("Reading “{name}” ({size})…").format(name=plain(file.name), size=words.size(file.size))):
            content = file.getvalue()
            reading = read(content, file.name)
            keep_upload(project.id, content, file.name, reading)
    except UserError as error:
        show_error(error)
        return
    # A new key empties the uploader, and the server forgets the bytes.
    st.session_state["uploads"] = place + 1
    st.session_state.pop(f"page_of_{project.id}", None)
    st.rerun()


def understood(project: Project, words: Words) -> None:
    """One line: how the file was read; and the rows that were set aside."""
    _ = words.gettext
    table = project.table
    assert table is not None
    parts = [
        f"**{plain(table.name)}**",
        words.size(table.size),
        words.ngettext("{count} row", "{count} rows", table.rows_before(0)),
        words.ngettext(
            "{count} column", "{count} columns", len(table.added[0].before if table.added else table.columns)
        ),
        *how_read(table, words),
    ]
    st.markdown(" · ".join(parts))
    show_notes(project, words)
    show_set_aside(table.set_aside, table.rows_aside, lambda: read_set_aside(project.folder, table.set_aside), words)
    looks_wrong(project, words)


def preview(project: Project, words: Words) -> None:
    """A page of the table, with the roles on the columns."""
    _ = words.gettext
    table, roles = project.table, project.roles
    assert table is not None
    assert roles is not None
    pages = max(1, -(-table.rows // PAGE))
    shown = min(st.session_state.get(f"page_of_{project.id}", 1), pages)
    rows, aside = read_fixed_rows(project, (shown - 1) * PAGE, PAGE)
    names = role_names(roles, words)
    files = [name for name, count in files_of(table) for _row in range(count)] if table.added else []
    headers = ["№", *([_("File")] if files else [])] + [
        escape(column) + (f"<span class='role'>{escape(names[column])}</span>" if column in names else "")
        for column in table.columns
    ]
    first = (shown - 1) * PAGE + 1
    cells = [
        [words.integer(first + place), *files[first + place - 1 : first + place], *map(str, row)]
        for place, row in enumerate(rows.itertuples(index=False))
    ]
    for place, cell in enumerate(cells):
        if first + place in aside:
            cell[0] = " · ".join([cell[0], _("set aside")])
    with st.container(height=430, border=True):
        st.html(sheet_html(headers, cells, numbers=frozenset({0})))
    if pages > 1:
        left, middle, right = st.columns([3, 5, 3], vertical_alignment="center")
        if left.button(_("Previous rows"), disabled=shown == 1, width="stretch"):
            _turn(project, shown - 1)
        last = first + len(rows) - 1
        where = _("Rows {first} to {last} of {rows}")
        with middle:
            numbers = {"first": words.integer(first), "last": words.integer(last), "rows": words.integer(table.rows)}
            quiet(where.format(**numbers), centred=True)
        if right.button(_("Next rows"), disabled=shown == pages, width="stretch"):
            _turn(project, shown + 1)


def _turn(project: Project, page: int) -> None:
    st.session_state[f"page_of_{project.id}"] = page
    st.rerun()


@st.cache_data(max_entries=20, show_spinner=False)
def tally_of(_project: Project, stamp: tuple[str, int, str]) -> Tally:
    return tally_table(_project)


def page() -> None:
    here = begin()
    words, project = here.words, here.project
    assert project is not None
    _ = words.gettext
    st.title(_("Data"))
    if project.table is None:
        lead(
            _(
                "Bring a table with one text a row, and its label in another column: a workbook of Excel or LibreOffice, a CSV "
                "of any program, JSON or Parquet, packed or not."
            )
        )
        upload(project, words)
        st.header(_("Try with an example"))
        offer_samples(words, project.id)
        return
    understood(project, words)
    show_added(project, words)
    preview(project, words)
    choose_roles(project, words)
    choose_together(project, words)
    roles = project.roles
    assert roles is not None
    with reported():
        stamp = table_stamp(project)
        tally = tally_of(project, stamp)
        show_label_form(project, stamp, tally, words)
        show_tally(project, stamp, tally, words)
        show_health(project, stamp, words)
        if roles.has_labels or roles.task in ("matching", "generation"):
            require_learnable(tally, roles)
            if st.button(_("Go on to the training"), type="primary", icon=":material/arrow_forward:"):
                go("train")
    with st.expander(_("Replace this table")):
        upload(project, words)


page()
