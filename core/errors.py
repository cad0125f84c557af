"""The one error for what a person did or met, and every sentence it can say.

A `UserError` carries a code and facts; its sentence stands here in English (a gettext msgid) and in
`assets/locale` in every other language. What we did wrong is an ordinary exception instead.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from core.words import N_, Words

SENTENCES: dict[str, str] = {
    # the upload
    "empty_file": N_("“{name}” is empty: it holds not a single character. Export the table again, then upload it."),
    "not_a_table": N_(
        "“{name}” is not a table of text (it looks like {kind}). "
        "Save the table as CSV from your spreadsheet, then upload that file."
    ),
    "unreadable_text": N_(
        "“{name}” could not be read as text: line {row} holds bytes of no encoding known here. "
        "Save it again as “CSV UTF-8”, then upload it."
    ),
    "no_rows": N_(
        "“{name}” has a header ({columns}) and no row below it. Upload the table with its rows, one text a row."
    ),
    "one_column": N_(
        "“{name}” has one column only (“{column}”). A classifier needs a text and its label, each in its own column; "
        "to learn from it, add a column with the label. If there are several columns in the file, "
        "the delimiter was not recognised: save it with commas, semicolons or tabs."
    ),
    "all_set_aside": N_(
        "None of the {rows} rows of “{name}” fits under its header ({columns}). "
        "Check the delimiter and the quotation marks in the file, then upload it again."
    ),
    "table_sparse": N_(
        "“{name}” has {columns} columns, and its shorter rows would have to be filled with more than {limit_cells} empty cells. "
        "Check its header and its delimiter, then upload it again."
    ),
    "too_many_columns": N_(
        "“{name}” has {columns} columns, and the limit is {limit_columns}. Check its delimiter, or keep only the columns that matter, "
        "then upload it again."
    ),
    "html_file": N_(
        "“{name}” is a web page, whatever its name says: many sites give their “Excel” files so. "
        "Open it in your spreadsheet, save it as .xlsx or CSV, then upload that file."
    ),
    "xml_file": N_(
        "“{name}” is an XML file. Open it in your spreadsheet, save it as .xlsx or CSV, then upload that file."
    ),
    "archive_damaged": N_("“{name}” cannot be unpacked: it is damaged or cut short. Pack or download it again."),
    "archive_password": N_("“{name}” is protected by a password. Pack it again without one, then upload it."),
    "archive_path": N_(
        "“{name}” holds a file named “{path}”, which would be written outside its folder; such archives are not opened. "
        "Upload the table itself."
    ),
    "archive_bomb": N_(
        "“{name}” unpacks to {size} or more, hundreds of times what it weighs; such archives are not opened. "
        "Upload the table itself."
    ),
    "archive_too_large": N_(
        "“{name}” unpacks to more than the limit of {limit}. Split the table, or keep only the columns that matter."
    ),
    "archive_nested": N_("“{name}” holds another archive. Unpack it, then upload the table itself."),
    "archive_without_table": N_("“{name}” holds no table; what it holds: {found}. Upload a CSV file or a workbook."),
    "member_not_found": N_("There is no “{member}” in “{name}”. Choose another sheet or file."),
    "workbook_password": N_(
        "“{name}” is protected by a password. Remove it in your spreadsheet, save the workbook, then upload it again."
    ),
    "workbook_damaged": N_(
        "“{name}” cannot be read as a workbook: it is damaged, or of a kind unknown here. "
        "Save it as .xlsx or CSV from your spreadsheet, then upload that file."
    ),
    "workbook_entities": N_(
        "“{name}” defines XML entities, which no spreadsheet writes; such workbooks are not opened. "
        "Save it again from your spreadsheet, then upload it."
    ),
    "workbook_cells": N_(
        "A sheet of “{name}” reaches over {cells} cells, empty ones included, and the limit is {limit_cells}. "
        "Delete what stands far from the table, then save the workbook again."
    ),
    "empty_workbook": N_("“{name}” is an empty workbook. Save it with the table in it, then upload it."),
    "json_broken": N_("“{name}” is not JSON at its line {row}. Export the table again, then upload it."),
    "json_without_table": N_(
        "“{name}” is JSON without a table in it. Give a list of objects, one a row, each with a text and its label."
    ),
    "parquet_damaged": N_("“{name}” cannot be read as a Parquet file: it is damaged or cut short. Export it again."),
    "too_large": N_("“{name}” is {size} and the limit is {limit}. Split it, or keep only the columns that matter."),
    "same_file_twice": N_("“{name}” is already part of this table, byte for byte. Choose another file."),
    "together_too_large": N_(
        "With “{name}” the files of this table are {size} together, and the limit is {limit}. Keep only what matters."
    ),
    "no_common_column": N_(
        "No column of “{name}” ({found}) goes into one of this table ({columns}). Say which goes where, or make a project for it."
    ),
    "mapped_twice": N_("Two columns of “{name}” go into “{column}”. Leave one of them out."),
    "added_without_text": N_(
        "“{name}” would bring rows without text: no column of it with words goes into “{column}”. Say which one does."
    ),
    # roles
    "same_column_twice": N_("The column “{column}” has two roles. Choose a different column for each role."),
    "missing_column": N_("The column “{column}” ({role}) is not in this table. Its columns are: {found}."),
    "no_label_role": N_(
        "This table has no label yet, so there is nothing to learn. "
        "On the Data page, choose the column that holds the label, or upload a table with one."
    ),
    "no_examples": N_(
        "With these roles no row can be used: {empty_text} without text, {empty_label} without label. "
        "Choose other columns, or fill in the missing cells."
    ),
    "one_label": N_(
        "Every row has the same label, “{label}”. A classifier learns to tell labels apart: "
        "add rows with at least one other label, or choose another label column."
    ),
    "too_few_examples": N_(
        "Too few rows have a label ({rows}) to learn from some and check the result on others: at least {minimum} are "
        "needed, and at least one label with several rows. Add rows."
    ),
    "nothing_left_to_train": N_(
        "With {validation} for validation and {test} for the test, the label “{label}” has no row left to learn from. "
        "Make these shares smaller, or add rows of this label."
    ),
    # models
    "hub_unreachable": N_(
        "The model “{model}” could not be fetched: the hub does not answer. Check the internet connection, "
        "or choose the embedded model, which needs none."
    ),
    "model_not_found": N_(
        "There is no model “{model}” on the hub, or it is private. Check the spelling, for example “camembert-base”."
    ),
    "model_folder": N_(
        "“{folder}” does not hold a model that can be fine-tuned: {problem}. "
        "Choose a folder with config.json, model.safetensors and the tokenizer's files."
    ),
    "model_damaged": N_(
        "The embedded model's file is not the published one (its fingerprint differs). Install Parafine again: "
        "remove the folder .venv and run start.py."
    ),
    "model_no_safetensors": N_(
        "“{model}” has no safetensors file, and older weight files can carry programs, so they are never opened. "
        "Choose another model, or convert it to safetensors."
    ),
    "run_has_no_model": N_("Training {run} kept no model, so nothing can start from it. Choose another one."),
    # runs
    "settings_invalid": N_("These settings are out of their bounds: {problem}."),
    "loss_not_finite": N_(
        "The loss became infinite at step {step}: the training diverged. "
        "Launch it again with a smaller learning rate (a third of {learning_rate}, say)."
    ),
    "out_of_memory": N_(
        "The system stopped the training: there was not enough memory. "
        "Launch it again with a smaller batch or a shorter longest input."
    ),
    "memory_short": N_(
        "Only {left} of {total} of memory were left, and the system would soon have ended programs of its choice: the training "
        "ended first. Close other programs and resume it, or launch it with a smaller batch or a shorter longest input."
    ),
    "disk_full": N_(
        "There is not enough room on the disk: {free} are free, about {needed} are needed. Free {missing}, then try again."
    ),
    "quota_reached": N_(
        "“{project}” takes {size} of the {limit} that a project may take, and this training needs about {needed} more. "
        "Delete trainings that are no longer of use, or empty the bin."
    ),
    "slots_invalid": N_(
        "PARAFINE_SLOTS says “{found}”, which names no device. Write `cpu`, `cpu cpu`, `cuda:0`, `cuda:0 cuda:1` or nothing."
    ),
    "job_not_resumable": N_(
        "This one cannot be resumed any more: it is at work, over, or in the bin. Look at its state again."
    ),
    "job_busy": N_("“{name}” is waiting or at work. Stop it first, then delete it."),
    "number_invalid": N_("{name} says “{found}”, which is not a size. Write for example “20 GB”, or nothing."),
    "worker_failed": N_(
        "The training ended on an error of ours; its log says which. "
        "Give this reference to the person who runs Parafine: {reference}."
    ),
    "run_not_finished": N_("Training {run} has no model yet. Wait for its end, or choose another one."),
    "project_not_found": N_("This project does not exist any more. Choose another one, or create one."),
    "run_not_found": N_("This training does not exist any more. Choose another one."),
    "labelling_not_found": N_("This labelled table does not exist any more. Upload the table again."),
    "project_busy": N_("“{project}” has a training under way. Stop it first, then delete the project."),
    "home_unusable": N_(
        "Parafine cannot write in its folder “{folder}” ({problem}). "
        "Give it the right to, or set PARAFINE_HOME to another folder."
    ),
    "home_too_new": N_(
        "The folder “{folder}” was written by a newer version of Parafine. Use that version, or another PARAFINE_HOME."
    ),
    # at a terminal
    "no_projects": N_("There is no project yet. Open the app and upload a table on the Data page."),
    "project_unknown": N_("There is no project “{name}”. Those there are: {found}."),
    "job_unknown": N_("There is no job “{name}”. The command list shows those there are."),
    "job_in_bin": N_("“{name}” is in the bin. Take it back first, with the command restore."),
    "job_not_waiting": N_("{name} does not wait, so it has no place in the queue."),
    "several_fit": N_("“{name}” fits several: {found}. Write one of these."),
    "settings_file": N_(
        "“{name}” could not be read: {problem}. Give a JSON file with one object of settings, or with a list of objects."
    ),
    "settings_not_json": N_(
        "“{name}” is not JSON at its line {row}. Write names and texts between double quotation marks, and a comma between two settings."
    ),
    "settings_unknown": N_("These settings do not exist: {found}. Those there are: {known}."),
    # use
    "predict_empty": N_("There is no text to read. Type or paste one."),
    "predict_failed": N_("The model could not be started: {problem}."),
}
"""Every code and its sentence; `{…}` are the facts of the error."""

PHRASES = {"kind", "problem", "role"}
"""Facts that are messages themselves, marked with N_ where they are written, and translated with the sentence."""
SIZES = {"free", "left", "limit", "missing", "needed", "size", "total"}
"""Facts in bytes."""
SHARES = {"test", "validation"}
"""Facts in [0, 1]."""


class UserError(Exception):
    """What a person did or met, with a way out: `UserError("one_column", name="a.csv", column="texte")`.

    code: a key of SENTENCES; facts: what its sentence names. Raises KeyError for an unknown code, so that a
    misspelt one is found by the first test that meets it.
    """

    def __init__(self, code: str, **facts: Any) -> None:
        self.code = code
        self.facts = facts
        super().__init__(self.sentence(Words("en")))

    def __reduce__(self) -> tuple[Callable[..., UserError], tuple[str, dict[str, Any]]]:
        return _rebuild, (self.code, self.facts)

    def sentence(self, words: Words) -> str:
        """The sentence and its facts in the language of `words`."""
        facts = {name: _shown(name, value, words) for name, value in self.facts.items()}
        return words.gettext(SENTENCES[self.code]).format(**facts)


def _shown(name: str, value: Any, words: Words) -> str:
    if isinstance(value, str):
        return words.gettext(value) if name in PHRASES and value else value
    if name in SIZES:
        return words.size(value)
    if name in SHARES:
        return words.percent(value, 0)
    if isinstance(value, int):
        return words.integer(value)
    return words.scientific(value) if isinstance(value, float) else str(value)


def _rebuild(code: str, facts: dict[str, Any]) -> UserError:
    return UserError(code, **facts)
