"""launch, folds, search: from a project and a file of settings to trainings in the queue."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import Any

from core.errors import UserError
from core.jobs.command_line.documents import study_document
from core.jobs.command_line.finding import find_project
from core.jobs.command_line.following import follow
from core.jobs.command_line.listing import document, places, reference
from core.jobs.command_line.studies import jobs_of, study_reference
from core.jobs.command_line.voice import Voice
from core.jobs.overview import look, project_names
from core.jobs.queue import Job, job_of
from core.jobs.settings_file import complete, faults_of, read_settings_file
from core.train.search_space import DIMENSIONS, SEARCHED, TRIALS, Space, proposed
from core.train.settings import Settings


def launch_file(args: Namespace, voice: Voice) -> int:
    # Here and below, for it brings pandas: who only looks at jobs does without.
    from core.jobs.baselines import ask_for_baselines
    from core.jobs.launch import launch_all

    project_id = find_project(args.project)
    wanted = _settings(args, project_id, voice)
    if not wanted:
        return 2
    runs = launch_all(project_id, wanted, name=args.name)
    ask_for_baselines(*runs)
    _remark(voice, project_id, wanted)
    queued = [job for run in runs if (job := job_of(run)) is not None]
    order = places()
    looks = [look(job, project_names()) for job in queued]
    said = [
        voice.words.gettext("{name} is queued, job {job}.").format(name=reference(each), job=each.job.id)
        for each in looks
    ]
    return _say(args, voice, said, [document(each, order) for each in looks], queued)


def launch_study(args: Namespace, voice: Voice) -> int:
    from core.jobs.baselines import ask_for_study_baselines
    from core.jobs.folds import launch_folds

    project_id = find_project(args.project)
    wanted = _settings(args, project_id, voice)
    if not wanted:
        return 2
    study = launch_folds(project_id, _only(wanted, args), args.folds, args.repeats)
    _remark(voice, project_id, wanted, args.folds)
    ask_for_study_baselines(study)
    queued = jobs_of(study)
    count = voice.words.ngettext("{count} training", "{count} trainings", len(queued))
    said = voice.words.gettext("{name} is queued: {trainings}, the last of them on all rows.")
    return _say(args, voice, [said.format(name=study_reference(study), trainings=count)], study_document(study), queued)


def launch_search_of(args: Namespace, voice: Voice) -> int:
    from core.jobs.search import launch_search

    project_id = find_project(args.project)
    wanted = _settings(args, project_id, voice)
    if not wanted:
        return 2
    settings = _only(wanted, args)
    trials = TRIALS if args.trials is None and args.minutes is None else args.trials
    made = launch_search(project_id, settings, space_of(args.tries or SEARCHED, settings), trials, args.minutes)
    _remark(voice, project_id, wanted)
    job = job_of(made)
    assert job is not None
    seen = look(job, project_names())
    said = voice.words.gettext("{name} is queued, job {job}.").format(name=reference(seen), job=job.id)
    return _say(args, voice, [said], document(seen, places()), [job])


def space_of(tries: tuple[str, ...] | list[str], settings: Settings) -> Space:
    """From "learning_rate=1e-5..1e-3", or a name alone, whose bounds are then those that the Train page proposes.

    Raises UserError: bounds_misread, naming all that are not understood.
    """
    around = proposed(settings)
    found: Space = {}
    misread = []
    for each in tries:
        name, equals, pair = each.partition("=")
        bounds = around.get(name) if not equals else _pair(pair)
        if name not in DIMENSIONS or bounds is None:
            misread.append(each)
        else:
            found[name] = bounds
    if misread:
        raise UserError("bounds_misread", found=", ".join(misread), known=", ".join(DIMENSIONS))
    return found


def _pair(text: str) -> tuple[float, float] | None:
    """Both bounds; one number alone is both, which keeps the setting at it."""
    lowest, dots, highest = text.partition("..")
    try:
        return float(lowest), float(highest if dots else lowest)
    except ValueError:
        return None


def _settings(args: Namespace, project_id: str, voice: Voice) -> list[Settings]:
    """Those of the file, made complete; nothing, and every fault is said, where there is one. Raises UserError as its readers do."""
    path = Path(args.settings)
    values = read_settings_file(path)
    faults = [(place, fault) for place, each in enumerate(values, 1) for fault in faults_of(each)]
    for place, fault in faults:
        where = path.name if len(values) == 1 else f"{path.name}[{place}]"
        voice.complain(f"{where}{voice.words.colon} {fault.sentence(voice.words)}")
    return [] if faults else complete(values, project_id, path.resolve().parent)


def _remark(voice: Voice, project_id: str, wanted: list[Settings], folds: int | None = None) -> None:
    """Says, beside what is printed, each thing once that the Train page would have warned of."""
    from core.jobs.remarks import remarks

    words = voice.words
    found = [remark for settings in wanted for remark in remarks(project_id, settings, folds)]
    headed = [(remark.heading(words), remark.sentence(words)) for remark in found]
    for said in dict.fromkeys(f"{heading}. {sentence}" if heading else sentence for heading, sentence in headed):
        voice.complain(said)


def _only(wanted: list[Settings], args: Namespace) -> Settings:
    if len(wanted) > 1:
        raise UserError("one_settings", name=Path(args.settings).name, count=len(wanted))
    return wanted[0]


def _say(args: Namespace, voice: Voice, said: list[str], told: Any, queued: list[Job]) -> int:
    """What was queued, in words or as a document; then, where that is wanted, how it goes."""
    if args.json:
        voice.document(told)
        voice = voice.aside()
    else:
        for line in said:
            voice.say(line)
    return follow([job.id for job in queued], voice) if args.wait else 0
