"""From a project and settings to a cross-validation in the queue, and what can be done to all of its runs together."""

from __future__ import annotations

import shutil
from typing import Literal

import pandas as pd
from filelock import FileLock

from core.data.examples import Selection, fingerprint
from core.data.folds import MOST_REPEATS, check_folds, deal, parts_of_fold
from core.data.kin import content_key, tied
from core.errors import UserError
from core.home import require_room
from core.jobs.control import pause, resume, stop
from core.jobs.launch import check_model, gathered, learnable, parts_seen, readable, record_of
from core.jobs.processes import ensure_supervisor
from core.jobs.queue import enqueue, job_of
from core.jobs.slots import devices
from core.models.weights import LEAVES, SINGLE
from core.store.job_folder import ENDED, RESUMABLE, JobFolder
from core.store.project import Project, open_project
from core.store.run import Run, RunRecord, create_run, utc_now
from core.store.storage import require_quota
from core.store.study import FinalRun, Study, StudyRecord, keep_study, list_studies, new_study, next_study_number
from core.store.study_baselines import study_baselines_of
from core.train.footprint import weights_for
from core.train.settings import Settings


def launch_folds(project_id: str, settings: Settings, folds: int, repeats: int = 1) -> Study:
    """Queues one run a fold and repeat, then one that learns from all rows; asked twice at once, gives the same study.

    settings: test_share does not count, for each fold is the test part of its run. Repeat r divides and trains with
    settings.seed + r. Raises UserError, and makes nothing: those of launch and of check_folds, nothing_left_to_train,
    folds_from_learned when the model to start from has learned from rows that a fold would ask.
    """
    project = open_project(project_id)
    selection = learnable(project)
    if not 1 <= repeats <= MOST_REPEATS:
        raise UserError("repeats_invalid", repeats=repeats, most=MOST_REPEATS)
    assert project.roles is not None
    examples = gathered(project, selection, settings)
    known = tied(examples, project.roles.task)
    check_folds(known, folds)
    devices()
    check_model(settings, project)
    _require_unlearned(examples, settings, project_id)
    needed = room_for_all(settings, project, folds * repeats + 1)
    require_room(needed)
    require_quota(project, needed)
    seeds = [(settings.seed + repeat) % 2**31 for repeat in range(repeats)]
    parts = []
    for seed in seeds:
        fold_of = deal(known, folds, seed)
        parts += [(seed, parts_of_fold(known, fold_of, fold, settings.validation_share, seed)) for fold in range(folds)]
    with FileLock(project.folder / "launch.lock"):
        twin = _under_way(project_id, settings, folds, repeats, fingerprint(examples))
        if twin is not None:
            return twin
        study = new_study(project_id)
        made: list[Run] = []
        try:
            for seed, of_fold in parts:
                chosen = settings.model_copy(update={"seed": seed, "test_from": "table"})
                record = record_of(project, chosen, examples.assign(part=of_fold))
                made.append(_lay_down(record, selection, examples.assign(part=of_fold), study, len(made)))
            on_all = examples.assign(part="train")
            record = record_of(project, settings.model_copy(update={"test_from": "table"}), on_all)
            final = _lay_down(record, selection, on_all, study, None)
            made.append(final)
            kept = StudyRecord(
                number=next_study_number(project_id),
                created_at=utc_now(),
                folds=folds,
                repeats=repeats,
                settings=settings.model_dump(mode="json"),
                fingerprint=fingerprint(examples),
                labels=made[-1].record().labels,
                rows=int((examples["origin"] == "").sum()),
                runs=[run.id for run in made[:-1]],
                final=final.id,
            )
            keep_study(study, kept)
            enqueue(*made[:-1], FinalRun(project_id, final.id))
        except BaseException:
            # All or none: half a study is no study.
            for folder in (*(run.folder for run in made), study.folder):
                shutil.rmtree(folder, ignore_errors=True)
            raise
    ensure_supervisor()
    return study


def room_for_all(settings: Settings, project: Project, runs: int) -> int:
    """Bytes that so many runs, one after the other, may take: what each leaves, and the checkpoints of the one at work."""
    assert project.roles is not None
    weights = weights_for(settings, project.id, project.roles.task)
    return (runs - 1) * LEAVES * SINGLE * weights.total + weights.on_disk


def stop_all(study: Study) -> None:
    """Stops what waits or works, the last first: it would begin when those before it are gone."""
    for folder in reversed(work_of(study)):
        _if_under_way(folder, "stop")


def pause_all(study: Study) -> None:
    for folder in reversed(work_of(study)):
        _if_under_way(folder, "pause")


def resume_all(study: Study) -> None:
    """Queues again whatever rests, the folds before the run on all rows. Raises UserError: disk_full."""
    for folder in work_of(study):
        job = job_of(folder)
        if job is None or (job.state in RESUMABLE and job.deleted_at is None):
            resume(folder)


def work_of(study: Study) -> list[JobFolder]:
    """In the order in which it is done: the folds, the run on all rows, the simple models where somebody asked for them."""
    simple = study_baselines_of(study)
    return [*study.runs(), *([simple] if simple is not None else [])]


def _if_under_way(folder: JobFolder, request: Literal["stop", "pause"]) -> None:
    job = job_of(folder)
    if job is not None and job.state in ("queued", "running"):
        (stop if request == "stop" else pause)(folder)


def _lay_down(record: RunRecord, selection: Selection, examples: pd.DataFrame, study: Study, fold: int | None) -> Run:
    settings = Settings.model_validate(record.settings)
    mine = record.model_copy(update={"study": study.id, "fold": fold})
    return create_run(study.project_id, mine, examples, readable(selection, settings, examples))


def _under_way(project_id: str, settings: Settings, folds: int, repeats: int, rows: str) -> Study | None:
    """The newest study, when it does exactly this and has not ended: the button was pressed twice."""
    newest = next(iter(list_studies(project_id)), None)
    if newest is None:
        return None
    known = newest.record()
    wanted = (settings.model_dump(mode="json"), folds, repeats, rows)
    if (known.settings, known.folds, known.repeats, known.fingerprint) != wanted:
        return None
    states = [job.state for run in newest.runs() if (job := job_of(run)) is not None]
    return newest if any(state not in ENDED for state in states) else None


def _require_unlearned(examples: pd.DataFrame, settings: Settings, project_id: str) -> None:
    """Raises UserError("folds_from_learned"): what a model has learned from cannot measure it."""
    learned = {key for key, part in parts_seen(settings.model, project_id).items() if part == "train"}
    originals = examples[examples["origin"] == ""]
    keys = (
        content_key(text, question) for text, question in zip(originals["text"], originals["question"], strict=True)
    )
    met = sum(key in learned for key in keys) if learned else 0
    if met:
        raise UserError("folds_from_learned", rows=met)
