"""What changes a job: stop, pause, resume, its place in the queue, its name, the bin."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Sequence
from typing import Any

from core.errors import UserError
from core.jobs.command_line.finding import find_binned, find_job, find_jobs, settle
from core.jobs.command_line.following import follow
from core.jobs.command_line.listing import places, reference
from core.jobs.command_line.studies import find_study, study_reference
from core.jobs.command_line.voice import Voice
from core.jobs.control import delete, move, pause, put_first, rename, resume, stop, wake
from core.jobs.housekeeping import BIN_DAYS
from core.jobs.job_words import STATES, title_of
from core.jobs.overview import look, project_names
from core.jobs.queue import Job, job
from core.jobs.study_bin import delete_study, take_back_study, take_back_whole
from core.store.job_folder import ENDED, RESUMABLE, JobFolder
from core.store.study import Study


def stop_jobs(args: Namespace, voice: Voice) -> int:
    said = voice.words.gettext("{name} is asked to stop: the best model so far is being saved.")
    return _end(args, voice, stop, said)


def pause_jobs(args: Namespace, voice: Voice) -> int:
    return _end(args, voice, pause, voice.words.gettext("{name} is asked to pause: a checkpoint is being kept."))


def _end(args: Namespace, voice: Voice, ask: Callable[[JobFolder], None], said: str) -> int:
    _ = voice.words.gettext
    settle()
    # Of a cross-validation the model on all rows first: it would begin when the folds are gone.
    for each in [found for text in args.jobs for found in reversed(find_jobs(text, "queued", "running"))]:
        if each.state in ENDED:
            state = _(STATES[each.state])
            voice.say(_("{name} has ended already: {state}.").format(name=_named(each), state=state))
            continue
        ask(each.folder)
        wake(each)
        is_out = _now(each).state in ENDED
        voice.say((_("{name} is out of the queue.") if is_out else said).format(name=_named(each)))
    return 0


def resume_jobs(args: Namespace, voice: Voice) -> int:
    said = voice.words.gettext("{name} is queued, job {job}.")
    settle()
    found = [each for text in args.jobs for each in find_jobs(text, *RESUMABLE)]
    refused = _each(found, lambda each: resume(each.folder), voice, said)
    waited = follow([each.id for each in found if each not in refused], voice) if args.wait else 0
    return 2 if refused else waited


def move_job(args: Namespace, voice: Voice) -> int:
    move(_waiting(args.job).folder, args.way)
    return _say_place(args.job, voice)


def put_job_first(args: Namespace, voice: Voice) -> int:
    put_first(_waiting(args.job).folder, urgent=not args.off)
    return _say_place(args.job, voice)


def rename_job(args: Namespace, voice: Voice) -> int:
    found = find_job(args.job)
    before = _named(found)
    rename(found.folder, args.name)
    title = title_of(look(_now(found), project_names()), voice.words)
    voice.say(voice.words.gettext("{name} is now called “{title}”.").format(name=before, title=title))
    return 0


def delete_jobs(args: Namespace, voice: Voice) -> int:
    words = voice.words
    said = words.gettext("{name} is in the bin; restore takes it back for {days} days.")
    settle()
    found = [find_study(text) or find_job(text) for text in args.jobs]

    def act(each: Job | Study) -> None:
        delete_study(each) if isinstance(each, Study) else delete(each.folder)

    return 2 if _each(found, act, voice, said, days=words.integer(BIN_DAYS)) else 0


def restore_jobs(args: Namespace, voice: Voice) -> int:
    found = [find_study(text, binned=True) or find_binned(text) for text in args.jobs]

    def act(each: Job | Study) -> None:
        take_back_study(each) if isinstance(each, Study) else take_back_whole(each)

    return 2 if _each(found, act, voice, voice.words.gettext("{name} is back.")) else 0


def _each(
    found: Sequence[Job | Study], act: Callable[[Any], object], voice: Voice, said: str, **facts: str
) -> list[Job | Study]:
    """Does it to each and says so. Those that refused, each with its sentence: the others have been done."""
    refused: list[Job | Study] = []
    for each in found:
        name = study_reference(each) if isinstance(each, Study) else _named(each)
        try:
            act(each)
        except UserError as error:
            voice.complain(f"{name}{voice.words.colon} {error.sentence(voice.words)}")
            refused.append(each)
        else:
            voice.say(said.format(name=name, job=each.id, **facts))
    return refused


def _waiting(text: str) -> Job:
    settle()
    found = find_job(text)
    if found.state != "queued":
        raise UserError("job_not_waiting", name=_named(found))
    return found


def _say_place(text: str, voice: Voice) -> int:
    found, order = find_job(text), places()
    said = voice.words.gettext("{name} has place {place} of {count}.")
    place, count = voice.words.integer(order.get(found.id, 1)), voice.words.integer(max(1, len(order)))
    voice.say(said.format(name=_named(found), place=place, count=count))
    return 0


def _named(each: Job) -> str:
    return reference(look(each, project_names()))


def _now(each: Job) -> Job:
    return job(each.id) or each
