"""The one error for what a person did or met, and every sentence it can say.

A `UserError` carries a code and facts; its sentence stands here in English (a gettext msgid) and in
`assets/locale` in every other language. What we did wrong is an ordinary exception instead.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from core.learning_errors import LEARNING_SENTENCES
from core.paraphrase_errors import PARAPHRASE_SENTENCES
from core.reading_errors import READING_SENTENCES
from core.search_errors import SEARCH_SENTENCES
from core.terminal_errors import TERMINAL_SENTENCES
from core.words import N_, Words

SENTENCES: dict[str, str] = {
    **READING_SENTENCES,
    # roles
    "same_column_twice": N_("The column “{column}” has two roles. Choose a different column for each role."),
    "missing_column": N_("The column “{column}” ({role}) is not in this table. Its columns are: {found}."),
    "no_label_role": N_(
        "This table has no label yet, and this task learns from labels. On the Data page, choose the column that holds the label, or "
        "upload a table with one. Without any label, a column of questions about the texts is enough to learn which belong together."
    ),
    "no_examples": N_(
        "With these roles no row can be used: {empty_text} without text, {empty_label} without label. "
        "Choose other columns, or fill in the missing cells."
    ),
    "one_label": N_(
        "Every row has the same label, “{label}”. A classifier learns to tell labels apart: "
        "add rows with at least one other label, or choose another label column."
    ),
    "no_question_role": N_(
        "No column is the question, and this task learns which question belongs to which text. "
        "On the Data page, choose the column that holds the question."
    ),
    "one_value": N_("Every row has the same number: there is nothing to learn. Choose another column, or add rows."),
    "one_text": N_(
        "Every question is about the same text: there is no other text to tell it from. Add rows about other texts."
    ),
    "one_question": N_(
        "Every row asks the same question, so it belongs to every text. Choose another column for the question, or add rows with others."
    ),
    "too_few_texts": N_(
        "The questions are about {texts} different texts, too few to learn from some and find the right one among others: at least "
        "{minimum} are needed. Add rows about other texts."
    ),
    "too_few_examples": N_(
        "Too few rows can be used ({rows}) to learn from some and check the result on others: at least {minimum} are needed. "
        "Add rows, or fill in the cells that are missing."
    ),
    "label_of_its_own": N_(
        "Each of the {rows} rows has a label of its own: the column is probably an identifier or a free text, and nothing can be learned from it. "
        "On the Data page, choose the column that says to which group a row belongs, or, where it is a number, learn it as a number."
    ),
    "nothing_left_to_train": N_(
        "With {validation} for validation and {test} for the test, the label “{label}” has no row left to learn from. "
        "Make these shares smaller, or add rows of this label."
    ),
    # protocols and models
    **LEARNING_SENTENCES,
    # runs
    "settings_invalid": N_("These settings are out of their bounds: {problem}."),
    "loss_not_finite": N_(
        "The loss became infinite at step {step}: the training diverged. "
        "Launch it again with a smaller learning rate (a third of {learning_rate}, say); where that does not help, with a longer warm-up."
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
    # paraphrases
    "paraphrase_empty": N_("A paraphrase without words teaches nothing. Write a text, or reject it."),
    "paraphrase_not_found": N_("This paraphrase does not exist any more. Open the page again."),
    **TERMINAL_SENTENCES,
    **SEARCH_SENTENCES,
    # use
    "predict_empty": N_("There is no text to read. Type or paste one."),
    "question_empty": N_("There is no question. Type or paste one."),
    "predict_failed": N_("The model could not be started: {problem}."),
    # paraphrases
    **PARAPHRASE_SENTENCES,
}
"""Every code and its sentence; `{…}` are the facts of the error."""

PROGRAMS = {
    "model_no_safetensors": (
        "from transformers import {auto} as Model, AutoTokenizer as Tokenizer\n"
        "for part in (Model, Tokenizer):\n"
        '    part.from_pretrained(r"{model}").save_pretrained("converted")'
    )
}
"""What a sentence tells to run, in no language of people."""

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

    def program(self) -> str:
        """The lines that the sentence tells to run; empty for most errors."""
        return PROGRAMS.get(self.code, "").format(**{"auto": "AutoModelForSequenceClassification", **self.facts})


def _shown(name: str, value: Any, words: Words) -> str:
    if isinstance(value, str):
        return words.gettext(value) if name in PHRASES and value else value
    if isinstance(value, list):
        return ", ".join(_shown(name, each, words) for each in value)
    if isinstance(value, dict):
        # A sentence with facts of its own: {"message": …, its facts}.
        message = value["message"]
        facts = {each: _shown(each, fact, words) for each, fact in value.items() if each != "message"}
        return words.gettext(message).format(**facts)
    if name in SIZES:
        return words.size(value)
    if name in SHARES:
        return words.percent(value, 0)
    if isinstance(value, int):
        return words.integer(value)
    return words.scientific(value) if isinstance(value, float) else str(value)


def _rebuild(code: str, facts: dict[str, Any]) -> UserError:
    return UserError(code, **facts)
