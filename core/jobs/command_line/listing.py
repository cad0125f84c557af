"""list and bin: all jobs, in a table for people or in one JSON document for machines."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import asdict
from datetime import datetime
from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

from core.jobs.command_line.finding import SEARCH, settle
from core.jobs.command_line.voice import Voice, printable
from core.jobs.housekeeping import BIN_DAYS, empty_bin
from core.jobs.job_words import BY_ROW, STATES, left_of, phase_of, place_name, share_of, simple_name, step_of
from core.jobs.overview import Look, look, overview, project_names
from core.jobs.queue import jobs, waiting_in_order
from core.store.job_folder import folder_size
from core.words import Words

ENDED = 10
"""Jobs that ended, the last ones, in a list that is not asked for all."""
WIDE = 140
"""Columns of a terminal from which on every moment has its own."""
ID_SHOWN = 8
"""Characters of an id in a table: enough to type, among thousands of jobs."""


def list_jobs(args: Namespace, voice: Voice) -> int:
    settle()
    found = overview(10**9 if args.all else ENDED)
    looks = [*found.running, *found.waiting, *found.ended]
    if args.json:
        order = places()
        voice.document([document(each, order) for each in looks])
        return 0
    _ = voice.words.gettext
    if not looks:
        voice.say(_("There is no job yet. Launch a training on the Train page or with the command launch."))
        return 0
    voice.show(_table(looks, voice))
    left = len(jobs()) - len(looks)
    if left > 0:
        voice.say(
            voice.words.ngettext("{count} more job is shown by --all.", "{count} more jobs are shown by --all.", left)
        )
    return 0


def list_bin(args: Namespace, voice: Voice) -> int:
    words = voice.words
    if args.empty:
        gone = empty_bin()
        voice.say(words.ngettext("{count} job removed for good.", "{count} jobs removed for good.", gone))
        return 0
    names = project_names()
    looks = [look(job, names) for job in jobs(deleted=True)]
    if args.json:
        voice.document([document(each, {}) for each in looks])
    elif not looks:
        voice.say(words.gettext("The bin is empty."))
    else:
        voice.show(_table(looks, voice))
        voice.say(
            words.gettext("What lies here for {days} days is removed for good.").format(days=words.integer(BIN_DAYS))
        )
    return 0


def reference(look: Look) -> str:
    """PROJECT/NUMBER, or PROJECT/search-NUMBER, as it can be typed; without a number, the beginning of the id instead."""
    if look.number is None:
        return f"{look.project}/{look.job.id[:ID_SHOWN]}"
    return f"{look.project}/{SEARCH if look.job.kind == 'search' else ''}{look.number}"


def size_of(look: Look) -> int:
    """Bytes of the job's files, wherever they lie."""
    folder = look.job.folder
    return folder_size(folder.bin if look.job.deleted_at else folder.folder)


def places() -> dict[str, int]:
    """Of the jobs that wait, by id: 1 for the one that is taken next."""
    return {job.id: place for place, job in enumerate(waiting_in_order(), 1)}


def document(look: Look, order: dict[str, int]) -> dict[str, Any]:
    """Everything about a job that a machine may want. Moments in ISO 8601, sizes in bytes, durations in seconds.

    order: the places of what waits.
    """
    job, progress = look.job, look.progress
    times = {name: _iso(getattr(job, name)) for name in ("queued_at", "started_at", "ended_at", "deleted_at")}
    told = (
        "id",
        "kind",
        "run_id",
        "project_id",
        "owner",
        "name",
        "batch",
        "state",
        "reason",
        "priority",
        "attempt",
        "slot",
    )
    return {
        **{name: getattr(job, name) for name in told},
        "project": look.project,
        "number": look.number,
        "place": order.get(job.id),
        "study": None if look.place is None else asdict(look.place),
        "asked": job.folder.asked(),
        **times,
        "progress": progress.model_dump(exclude={"updated_at"}),
        "size": size_of(look),
    }


def _table(looks: list[Look], voice: Voice) -> Table:
    _, words = voice.words.gettext, voice.words
    is_wide = voice.out.width >= WIDE
    has_owners = is_wide or len({each.job.owner for each in looks}) > 1
    titles = [_("Job"), _("Name"), _("State"), _("How far"), *([_("Owner")] if has_owners else []), _("Device")]
    titles += [_("Queued on"), _("Started on"), _("Ended on")] if is_wide else [_("Since")]
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, collapse_padding=True)
    for title in titles:
        table.add_column(title, overflow="fold", no_wrap=title == titles[0])
    table.add_column(_("Size"), justify="right", no_wrap=True)
    order = places()
    for each in looks:
        job = each.job
        moments = [job.queued_at, job.started_at, job.ended_at]
        shown = moments if is_wide else [next(moment for moment in (job.deleted_at, *reversed(moments)) if moment)]
        cells = [
            job.id[:ID_SHOWN],
            "\n".join(line for line in (reference(each), job.name, _within(each, words)) if line),
            _(STATES[job.state]),
            how_far(each, order, words),
            *([job.owner] if has_owners else []),
            job.slot or "",
            *(words.moment(moment) if moment else "" for moment in shown),
            words.size(size_of(each)),
        ]
        table.add_row(*(Text(printable(cell)) for cell in cells))
    return table


def _within(look: Look, words: Words) -> str:
    """Which part of which cross-validation a training is, or that it is its simple models."""
    if look.job.kind == "study_baselines":
        return simple_name(look.place, words)
    return place_name(look.place, words) if look.place is not None else ""


def how_far(look: Look, order: dict[str, int], words: Words) -> str:
    """The place of what waits; phase, share and time left of what works; the last step of what was cut short."""
    _, progress = words.gettext, look.progress
    if look.job.state == "queued":
        place = _("place {place}").format(place=words.integer(order.get(look.job.id, 1)))
        return place + (", " + _("urgent") if look.job.priority > 0 else "")
    if look.job.state == "running":
        parts = [phase_of("running", progress, words), words.percent(share_of(progress), 0), left_of(progress, words)]
        return " · ".join(part for part in parts if part)
    if look.job.state == "done" or not progress.steps:
        return ""
    if progress.phase in BY_ROW:
        return step_of(progress, words)
    return _("step {step} of {steps}").format(step=words.integer(progress.step), steps=words.integer(progress.steps))


def _iso(when: datetime | None) -> str | None:
    return when.isoformat() if when is not None else None
