"""Jobs in words: states, phases, how far, what each is called. One sentence for one thing, on every page."""

from __future__ import annotations

from core.errors import SENTENCES, UserError
from core.jobs.overview import Look
from core.jobs.queue import Job
from core.store.augmentation import Augmentation
from core.store.baselines import Baselines
from core.store.comparison import Comparison
from core.store.job_folder import Phase, Progress, State
from core.store.judging import Judging
from core.store.run import Run
from core.store.search import Search
from core.store.study import Place
from core.store.study_baselines import StudyBaselines
from core.train.checkpoints import Checkpoints
from core.words import N_, Words

PHASES: dict[Phase, str] = {
    "waiting": N_("Waiting for its turn"),
    "reading": N_("Starting"),
    "loading": N_("Loading the model"),
    "tokenising": N_("Cutting the texts into word pieces"),
    "counting": N_("Counting words, to learn from them too"),
    "gathering": N_("Learning to sum up your texts"),
    "pretraining": N_("Reading your texts without their labels"),
    "probing": N_("First guess of the labels"),
    "training": N_("Training"),
    "checkpoint": N_("Keeping a checkpoint"),
    "labelling": N_("Labelling the rows"),
    "translating": N_("Translating"),
    "judging": N_("Judging the paraphrases"),
    "searching": N_("Searching the best settings"),
    "comparing": N_("Measuring simple models"),
    "evaluating": N_("Measuring on the test part"),
    "saving": N_("Saving the model"),
    "zipping": N_("Packing the zip"),
    "over": N_("Over"),
}
STATES: dict[State, str] = {
    "queued": N_("waiting"),
    "running": N_("under way"),
    "done": N_("done"),
    "stopped": N_("stopped"),
    "paused": N_("paused"),
    "failed": N_("failed"),
    "interrupted": N_("interrupted"),
}


BY_ROW: tuple[Phase, ...] = ("labelling", "translating", "judging")
"""Phases whose steps are rows."""


def title_of(look: Look, words: Words) -> str:
    """Its name, or its number in the project."""
    if look.job.name:
        return look.job.name
    if isinstance(look.job.folder, Augmentation):
        return words.gettext("Paraphrases")
    if isinstance(look.job.folder, Comparison):
        return words.gettext("A comparison of languages")
    if isinstance(look.job.folder, Judging):
        return words.gettext("A judgement by another model")
    if isinstance(look.job.folder, Search):
        return search_name(look.number, words)
    if isinstance(look.job.folder, Baselines | StudyBaselines):
        return simple_name(look.place, words)
    if look.place is not None:
        return place_name(look.place, words)
    if look.number is None:
        return words.gettext("A table") if look.job.kind == "label" else words.gettext("A training")
    return words.gettext("Training {number}").format(number=look.number)


def search_name(number: int | None, words: Words) -> str:
    """What a search is called; number: None for one whose record cannot be read."""
    if number is None:
        return words.gettext("A search")
    return words.gettext("Search {number}").format(number=number)


def study_name(number: int, words: Words) -> str:
    return words.gettext("Cross-validation {number}").format(number=number)


def simple_name(place: Place | None, words: Words) -> str:
    """What simple models are called; place: of the cross-validation that they belong to, None of those beside single trainings."""
    if place is None:
        return words.gettext("Simple models to compare with")
    return words.gettext("Cross-validation {number}, simple models").format(number=place.number)


def place_name(place: Place, words: Words) -> str:
    """What a run of a cross-validation is called."""
    _ = words.gettext
    said = _("Cross-validation {number}, model on all rows")
    if place.fold is not None:
        said = _("Cross-validation {number}, fold {fold} of {folds}")
        if place.repeats > 1:
            said = _("Cross-validation {number}, repeat {repeat}, fold {fold} of {folds}")
    return said.format(number=place.number, repeat=place.repeat, fold=place.fold, folds=place.folds)


def name_of(run: Run, seen: Look | None, words: Words) -> str:
    """What a training is called; seen: its job, None when it was never queued."""
    if seen is not None:
        return title_of(seen, words)
    return words.gettext("Training {number}").format(number=run.record().number)


def phase_of(state: State, progress: Progress, words: Words) -> str:
    """The phase of a job that waits or works."""
    phase: Phase = "waiting" if state == "queued" else progress.phase
    return words.gettext(PHASES[phase])


def share_of(progress: Progress) -> float:
    """How far the steps are, in [0, 1]; what follows the training counts as its end."""
    if progress.phase in ("evaluating", "saving", "zipping", "over"):
        return 1.0
    return min(1.0, progress.step / progress.steps) if progress.steps else 0.0


def step_of(progress: Progress, words: Words) -> str:
    """Step and epoch while it trains, rows while it labels; empty before and after."""
    if not progress.steps:
        return ""
    if progress.phase in BY_ROW:
        done, rows = words.integer(progress.step), words.integer(progress.steps)
        return words.gettext("{done} of {rows} rows").format(done=done, rows=rows)
    if progress.phase == "searching":
        place, trials = words.integer(int(progress.epoch)), words.integer(progress.epochs)
        said = words.gettext("trial {place} of {trials}") if progress.epochs else words.gettext("trial {place}")
        return said.format(place=place, trials=trials)
    if progress.phase not in ("training", "checkpoint", "pretraining"):
        return ""
    return words.gettext("step {step} of {steps} · epoch {epoch} of {epochs}").format(
        step=words.integer(progress.step),
        steps=words.integer(progress.steps),
        epoch=words.decimal(progress.epoch, 1),
        epochs=words.integer(progress.epochs),
    )


def left_of(progress: Progress, words: Words) -> str:
    """Time left, when it is known."""
    if progress.seconds_left is None or progress.phase not in (
        "training",
        "checkpoint",
        "gathering",
        "searching",
        *BY_ROW,
    ):
        return ""
    return words.gettext("about {duration} left").format(duration=words.duration(progress.seconds_left))


PAUSED = N_("Paused. It waits outside the queue until you resume it.")
ENDINGS = {
    "compare": (
        N_("The languages are compared."),
        N_("The comparison ended before its time. What was tried is kept: resume it to try the rest."),
    ),
    "judge": (
        N_("The paraphrases are judged again."),
        N_("The judgement ended before its time. What was not read again keeps its former one: resume it."),
    ),
    "search": (
        N_("The search is over."),
        N_("The search ended before its time. What was tried is kept: resume it to try more."),
    ),
    "baselines": (
        N_("The simple models are measured."),
        N_("The simple models were not measured to the end: resume it, it takes seconds to minutes."),
    ),
    "study_baselines": (
        N_("The simple models are measured."),
        N_("The simple models were not measured on all folds: resume it, it goes on with those that are missing."),
    ),
}
"""By kind of job: how it ended when it is done, and when it was cut off."""


def reason_of(job: Job) -> UserError:
    """Why it failed."""
    reason = job.reason or {}
    if reason.get("code") in SENTENCES:
        return UserError(reason["code"], **reason["facts"])
    return UserError("worker_failed", reference=job.run_id)


def ended_of(look: Look, words: Words) -> str:
    """How a job ended, in a sentence; empty while it waits or works."""
    _ = words.gettext
    state, run = look.job.state, look.job.run
    if isinstance(look.job.folder, Augmentation) and state != "failed":
        return _augmentation_ended(look.job.folder, state, words)
    if look.job.kind in ENDINGS and state != "failed":
        over, cut_off = ENDINGS[look.job.kind]
        said = {"done": over, "stopped": cut_off, "interrupted": cut_off, "paused": PAUSED}.get(state)
        return _(said) if said is not None else ""
    if state == "done" and look.job.kind == "label":
        return _("The table is labelled.")
    if state == "done":
        result = run.result() or {}
        said = _("The training is over, in {duration}.").format(duration=words.duration(result.get("seconds", 0)))
        return said + (" " + _("It ended early: validation no longer improved.") if result.get("ended_early") else "")
    if state == "stopped" and run.has_model():
        return _("Stopped. The best model so far was kept and can be used.")
    if state == "stopped" and look.job.kind == "label":
        return _("Stopped. The rows answered so far are kept: resume it to have the others.")
    if state == "stopped" and Checkpoints(run.folder / "checkpoints").all():
        return _("Stopped. There is no model yet, but what was learned is kept: resume it to go on.")
    if state == "stopped":
        return _("Stopped before anything was learned: there is no model.")
    if state == "paused":
        return _(PAUSED)
    if state == "interrupted" and look.job.kind == "label":
        return _(
            "The labelling was cut off (the machine stopped, or its process was ended). The rows answered so far are kept."
        )
    if state == "interrupted":
        return _(
            "The training was cut off (the machine stopped, or its process was ended). Its rows, settings and checkpoints are kept."
        )
    return reason_of(look.job).sentence(words) if state == "failed" else ""


def _augmentation_ended(augmentation: Augmentation, state: State, words: Words) -> str:
    """How a back-translation ended that did not fail; empty while it waits or works."""
    _ = words.gettext
    if state == "done":
        result = augmentation.result() or {}
        made, failed = int(result.get("made", 0)), int(result.get("failed", 0))
        said = words.ngettext("{count} paraphrase is there.", "{count} paraphrases are there.", made)
        rows = words.ngettext("{count} row could not be translated.", "{count} rows could not be translated.", failed)
        return f"{said} {rows}" if failed else said
    if state == "stopped":
        return _("Stopped. The paraphrases made so far are kept: resume it to have the others.")
    if state == "paused":
        return _(PAUSED)
    if state == "interrupted":
        return _(
            "The back-translation was cut off (the machine stopped, or its process was ended). "
            "What was translated so far is kept, and is not asked for again."
        )
    return ""
