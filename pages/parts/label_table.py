"""A table in, the same table with predictions out: the work is a job, so the page may be closed meanwhile."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.data.columns import Roles, TaskName
from core.data.guessing import guess_roles
from core.data.reading import read
from core.data.subject import LABELLED
from core.errors import UserError
from core.jobs.job_words import ended_of, reason_of
from core.jobs.label import label_table
from core.jobs.overview import Look
from core.store.job_folder import ENDED
from core.store.labelling import Labelling, list_labellings
from core.store.run import Run, RunRecord
from core.train.tasks import task_of
from core.words import N_, Words
from pages.parts.aside import SHOWN as SHOWN_ASIDE
from pages.parts.aside import show_set_aside
from pages.parts.errors import reported, show_error
from pages.parts.job_actions import from_where, more, resume_button, resume_now
from pages.parts.look import quiet
from pages.parts.plain import plain
from pages.parts.pulse import look_at
from pages.parts.routes import download_address
from pages.parts.sheet import figures_row, sheet
from pages.parts.task_words import headline
from pages.parts.working import show_progress

SHOWN = 20
"""Rows of predictions shown; the file has all."""
HEADINGS: dict[TaskName, str] = {
    "classes": N_("Label a table"),
    "several_labels": N_("Label a table"),
    "number": N_("Numbers for a table"),
    "matching": N_("Pairs of a table"),
    "generation": N_("Questions for a table"),
}


def label_a_table(run: Run, record: RunRecord, words: Words) -> None:
    """The upload, then what was labelled by this model, the newest first."""
    _ = words.gettext
    st.header(_(HEADINGS[record.roles.task]))
    place = st.session_state.setdefault("tables", 0)
    asked = _("Table to label (CSV, Excel, LibreOffice, JSON, Parquet)")
    if record.roles.task not in LABELLED:
        asked = _("Table to read (CSV, Excel, LibreOffice, JSON, Parquet)")
    file = st.file_uploader(asked, key=f"table_{run.id}_{place}")
    if file is not None:
        with reported():
            content = file.getvalue()
            with st.spinner(_("Reading “{name}” ({size})…").format(name=plain(file.name), size=words.size(file.size))):
                reading = read(content, file.name, columns_needed=2 if record.roles.reads_question else 1)
            aside = reading.set_aside
            show_set_aside([row.shown() for row in aside[:SHOWN_ASIDE]], len(aside), lambda: aside, words)
            roles = columns_of(reading.table, record, words)
            saying = _("Label {rows}").format(rows=words.ngettext("{count} row", "{count} rows", len(reading.table)))
            if st.button(saying, key="label_table"):
                delimiter = reading.dialect.delimiter
                if len(reading.table.columns) == 1:
                    # The file has one column and so no delimiter of its own: the one that this person's spreadsheet expects.
                    delimiter = ";" if words.language == "fr" else ","
                label_table(run, reading.table, roles, file.name, delimiter)
                # The table is kept: the uploader is free for the next one.
                st.session_state["tables"] = place + 1
                st.rerun()
    for place, labelling in enumerate(list_labellings(run)):
        if place == 0:
            show(labelling, words)
        else:
            with st.expander(plain(labelling.record().table_name)):
                show(labelling, words)


def columns_of(table: pd.DataFrame, record: RunRecord, words: Words) -> Roles:
    """The columns to read: those of the training when they are there, else guessed; changed by hand."""
    _ = words.gettext
    names = list(table.columns)
    guess = guess_roles(table)
    wanted = record.roles
    text = wanted.text if wanted.text in names else guess.text
    label = wanted.label if wanted.label in names else None
    question = None
    columns = st.columns(2)
    with columns[0]:
        text = st.selectbox(_("Text"), names, index=names.index(text), key=f"use_text_{text}")
    if wanted.question and wanted.reads_question:
        proposed = wanted.question if wanted.question in names else guess.question or names[-1]
        with columns[1]:
            question = st.selectbox(_("Question"), names, index=names.index(proposed), key=f"use_question_{proposed}")
    more = tuple(_going_on(wanted, names, text, words)) if wanted.text_more else ()
    for column in (text, *more):
        if column == question:
            raise UserError("same_column_twice", column=column)
    taken = (text, *more, question)
    named = set(wanted.label_columns)
    return Roles(
        text=text,
        text_more=more,
        question=question,
        label=label if label not in taken else None,
        task=wanted.task,
        separator=wanted.separator,
        label_columns=wanted.label_columns if named <= set(names) and not named & set(taken) else (),
    )


def _going_on(wanted: Roles, names: list[str], text: str, words: Words) -> list[str]:
    """The columns that follow the text, for a model whose texts were made of several; those of the training where they are there."""
    _ = words.gettext
    free = [name for name in names if name != text]
    return st.multiselect(
        _("The text goes on in (optional)"),
        free,
        default=[name for name in wanted.text_more if name in free],
        key=f"use_more_{text}_{len(names)}",
        placeholder=_("other columns, in the order in which they are to be read"),
        help=_("The model learned from texts made of these columns: {columns}.").format(
            columns=", ".join(wanted.texts)
        ),
    )


def show(labelling: Labelling, words: Words) -> None:
    """One table: how far it is, or what came of it."""
    seen = look_at(labelling)
    if seen is not None and seen.job.state not in ENDED:
        st.fragment(_at_work)(labelling, words)
    elif seen is not None:
        _over(labelling, seen, words)


def _at_work(labelling: Labelling, words: Words) -> None:
    seen = look_at(labelling)
    if seen is None or seen.job.state in ENDED:
        # The whole page once more: the table is shown.
        st.rerun()
    st.markdown(f"**{plain(labelling.record().table_name)}**")
    show_progress(seen, words)


def _over(labelling: Labelling, seen: Look, words: Words) -> None:
    _ = words.gettext
    record, result = labelling.record(), labelling.result()
    if seen.job.state == "failed":
        show_error(reason_of(seen.job))
    elif seen.job.state != "done" or result is None:
        st.warning(ended_of(seen, words))
    if seen.job.state == "done" and result is not None:
        rows = words.ngettext("{count} row", "{count} rows", record.rows)
        st.markdown(f"**{plain(record.table_name)}** · {rows}")
        _agreement(record.roles, result, words)
        _glance(labelling, words)
        name = f"{record.table_name.rsplit('.', 1)[0]}-predictions.csv"
        saying = _("Download the predictions (CSV)")
        address = download_address(labelling.predictions_file, name)
        st.html(f"<a class='download' href='{address}' download='predictions.csv'>{saying}</a>")
    others, resuming, _rest = st.columns([1.6, 2, 5])
    with others:
        more(seen, words)
    with resuming:
        pressed = resume_button(seen, words, from_where(seen, words))
    if pressed:
        resume_now(labelling)


def _agreement(roles: Roles, result: dict[str, object], words: Words) -> None:
    """How far the predictions agree with the labels of the table, when it has some."""
    _ = words.gettext
    if "compared" not in result:
        return
    said = _("This table has labels of its own (column “{column}”): here is how far the predictions agree.")
    quiet(said.format(column=roles.label or ", ".join(roles.label_columns)))
    figures_row(
        [*headline(task_of(roles), result, words), (_("Rows measured"), words.integer(int(str(result["compared"]))))]
    )


def _glance(labelling: Labelling, words: Words) -> None:
    """The first rows with their predictions; where each has one label, with its probability."""
    _ = words.gettext
    record, result = labelling.record(), labelling.result() or {}
    head = pd.read_csv(
        labelling.predictions_file,
        sep=record.delimiter,
        nrows=SHOWN,
        dtype=str,
        keep_default_na=False,
        encoding="utf-8-sig",
    )
    columns = record.roles.columns()
    has_share = record.roles.task in ("classes", "matching")
    added = result["added"][: 2 if has_share else 1]
    rows = [list(map(str, row)) for row in head[[*columns, *added]].itertuples(index=False)]
    for row in rows:
        row[len(columns) :] = as_read(record.roles.task, row[len(columns) :], words)
    titles = [_("Prediction"), _("Probability")][: len(added)]
    flush = {len(columns) + 1} if has_share else {len(columns)} if record.roles.task == "number" else set()
    with st.container(height=400, border=True):
        sheet([*columns, *titles], rows, numbers=frozenset(flush))
    if record.rows > SHOWN:
        said = _("The first {shown} of {rows} rows; the file has them all.")
        quiet(said.format(shown=words.integer(SHOWN), rows=words.integer(record.rows)))


def as_read(task: TaskName, answer: list[str], words: Words) -> list[str]:
    """The answer as a person of this language reads it."""
    if task == "classes":
        return [answer[0], words.percent(float(answer[1]))]
    if task == "matching":
        yes_or_no = words.gettext("belongs") if answer[0] == "1" else words.gettext("does not belong")
        return [yes_or_no, words.percent(float(answer[1]))]
    if task == "number":
        return [words.decimal(float(answer[0]), 2)]
    if task == "generation":
        return [answer[0] or words.gettext("(nothing)")]
    return [answer[0] or words.gettext("none applies")]
