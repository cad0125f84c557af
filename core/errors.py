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
from core.words import N_, Words

SENTENCES: dict[str, str] = {
    **READING_SENTENCES,
    **LEARNING_SENTENCES,
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
    "model_cannot_write": N_(
        "“{model}” is a model of the kind “{kind}”, which reads but cannot be taught to write. For questions about texts choose the embedded "
        "model, a BERT or CamemBERT, or one that writes by itself, for example “moussaKam/barthez” or “google/mt5-small”."
    ),
    "model_damaged": N_(
        "The embedded model's file is not the published one (its fingerprint differs). Install Parafine again: "
        "remove the folder .venv and run start.py."
    ),
    "model_no_safetensors": N_(
        "“{model}” has no safetensors file, and older weight files can carry programs, so they are never opened. "
        "Choose another model or, if you trust its author, convert it where transformers is installed, with two lines of Python, "
        "and choose the folder that they write."
    ),
    "model_kind": N_(
        "“{model}” cannot learn this: {kind}. Choose a model that reads texts (an encoder), for example camembert-base for French or "
        "bert-base-uncased for English, or the embedded one."
    ),
    "model_unknown": N_(
        "“{model}” has the architecture “{name}”, which Parafine does not know as a reader of texts. Choose another model, for "
        "example camembert-base for French or bert-base-uncased for English, or the embedded one."
    ),
    "model_quantised": N_(
        "The weights of “{model}” are quantised: made small for reading, they cannot learn any more. Choose the model that it was made from."
    ),
    "model_too_short": N_(
        "“{model}” reads {most} word pieces at most, and the longest input is set to {longest}. Set it to {most} or less, "
        "or choose a model that reads longer texts."
    ),
    "no_pretraining": N_(
        "“{model}” cannot be taught your texts without their labels: it has no way to guess a hidden word. Set the epochs of pre-training to 0, "
        "or choose a model such as camembert-base for French or bert-base-uncased for English."
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
    # paraphrases
    "paraphrase_empty": N_("A paraphrase without words teaches nothing. Write a text, or reject it."),
    "paraphrase_not_found": N_("This paraphrase does not exist any more. Open the page again."),
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
    "question_empty": N_("There is no question. Type or paste one."),
    "predict_failed": N_("The model could not be started: {problem}."),
    # paraphrases
    **PARAPHRASE_SENTENCES,
}
"""Every code and its sentence; `{…}` are the facts of the error."""

PROGRAMS = {
    "model_no_safetensors": (
        "from transformers import AutoModelForSequenceClassification as Model, AutoTokenizer as Tokenizer\n"
        'for part in (Model, Tokenizer): part.from_pretrained(r"{model}").save_pretrained("converted")'
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
        return PROGRAMS.get(self.code, "").format(**self.facts)


def _shown(name: str, value: Any, words: Words) -> str:
    if isinstance(value, str):
        return words.gettext(value) if name in PHRASES and value else value
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
