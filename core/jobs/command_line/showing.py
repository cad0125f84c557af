"""show, log, report, meter: one job, or the machine, looked at closely."""

from __future__ import annotations

import time
from argparse import Namespace
from typing import Any

import psutil

from core.data.columns import Roles
from core.errors import UserError
from core.jobs.command_line.beside import tell_beside, told_beside
from core.jobs.command_line.finding import find_anywhere, find_job, settle
from core.jobs.command_line.following import said_of
from core.jobs.command_line.listing import document, how_far, places, reference, size_of
from core.jobs.command_line.showing_studies import show_study
from core.jobs.command_line.studies import find_study
from core.jobs.command_line.voice import Voice
from core.jobs.job_words import STATES, ended_of
from core.jobs.kinds import TRAININGS
from core.jobs.overview import Look, look, overview, project_names
from core.jobs.overview import record_of as job_record
from core.jobs.report import support_report
from core.jobs.resources import resources
from core.jobs.slots import devices
from core.models.catalogue import display_name
from core.models.choice import ModelChoice
from core.store.job_folder import RESUMABLE
from core.store.labelling import Labelling
from core.store.run import RunRecord, open_run
from core.train.checkpoints import Checkpoints
from core.train.tasks import task_of
from core.words import Words

MEASURED = 0.5
"""Seconds over which the processors are looked at."""
HOPELESS = {"loss_not_finite", "model_folder", "model_not_finite"}
"""Reasons that the same settings would meet again."""


def show_job(args: Namespace, voice: Voice) -> int:
    settle()
    study = find_study(args.job) or find_study(args.job, binned=True)
    if study is not None:
        return show_study(study, args, voice)
    seen = look(find_anywhere(args.job), project_names())
    record = record_of(seen)
    if args.settings:
        if record is None:
            raise UserError("run_not_found")
        voice.document(record.settings)
    elif args.json:
        told = {"simple_models": told_beside(seen.job.run, voice.words)} if seen.job.kind in TRAININGS else {}
        voice.document(document(seen, places()) | told)
    else:
        voice.facts(_facts(seen, record, voice.words))
        if record is not None and seen.job.kind in TRAININGS:
            tell_beside(seen.job.run, voice)
        for line in next_steps(seen, voice.words):
            voice.say(line)
    return 0


def record_of(look: Look) -> RunRecord | None:
    """run.json, of a search what its trainings have in common; None when it cannot be read, or when the job is neither."""
    if look.job.kind == "search":
        try:
            return RunRecord.model_validate(job_record(look.job)["run"])
        except (KeyError, ValueError):
            return None
    if look.job.kind not in TRAININGS:
        return None
    try:
        return open_run(look.job.project_id, look.job.run_id, binned=True).record()
    except (UserError, OSError, ValueError):
        return None


def _facts(seen: Look, record: RunRecord | None, words: Words) -> dict[str, str]:
    """What is known about a job, line by line."""
    _, job = words.gettext, seen.job
    asked = job.folder.asked() if job.state == "running" else None
    state = _(STATES[job.state]) + (" (" + _("in the bin") + ")" if job.deleted_at else "")
    found = {
        _("Job"): job.id,
        _("Name"): reference(seen) + (f" · {job.name}" if job.name else ""),
        _("State"): state,
        _("How it ended"): ended_of(seen, words),
        _("Asked"): {"stop": _("to stop"), "pause": _("to pause")}.get(asked or "", ""),
        _("How far"): said_of(seen, words) if job.state == "running" else how_far(seen, places(), words),
        _("Owner"): job.owner,
        _("Device"): job.slot or "",
        _("Attempt"): words.integer(job.attempt),
        _("Queued on"): words.moment(job.queued_at),
        _("Started on"): words.moment(job.started_at) if job.started_at else "",
        _("Ended on"): words.moment(job.ended_at) if job.ended_at else "",
        _("Size"): words.size(size_of(seen)),
        _("Folder"): str(job.folder.bin if job.deleted_at else job.folder.folder),
    }
    if isinstance(job.folder, Labelling) and job.state == "done":
        found[_("Labelled table")] = str(job.folder.predictions_file)
    if record is not None:
        found |= _about_the_record(seen, record, words)
    return {what: how for what, how in found.items() if how}


def _about_the_record(seen: Look, record: RunRecord, words: Words) -> dict[str, str]:
    _ = words.gettext
    model = ModelChoice.model_validate(record.settings.get("model", {}))
    found = {
        _("Start from"): display_name(model, seen.job.project_id, words),
        _("Settings used"): ", ".join(f"{name} {value}" for name, value in record.settings.items() if name != "model"),
        _("What is learned"): _(task_of(record.roles).title),
        _("Labels"): words.integer(len(record.labels)) if record.labels else "",
        _("Training, validation and test rows"): " / ".join(
            words.integer(record.parts.get(part, 0)) for part in ("train", "validation", "test")
        ),
    }
    return found | figures_of(record.roles, seen.job.run.result() or {}, words)


def figures_of(roles: Roles, result: dict[str, Any], words: Words) -> dict[str, str]:
    """On which part a training was measured, and the figures of its task; nothing before it is over. result: of its result.json."""
    _, figures = words.gettext, result.get("test") or result.get("validation")
    if not figures:
        return {}
    found = {_("Measured on"): _("test part") if "test" in result else _("validation part")}
    for figure in task_of(roles).figures:
        if figure.name in figures:
            found[_(figure.title)] = figure.shown(figures[figure.name], words)
    return found


def next_steps(seen: Look, words: Words) -> list[str]:
    """What can be done now, as commands that can be typed."""
    _, job = words.gettext, seen.job
    if job.deleted_at is not None:
        steps = [(_("Take it back"), "restore")]
    elif job.state == "running":
        steps = [(_("Follow it"), "watch"), (_("Stop it and keep what was learned"), "stop"), (_("Pause it"), "pause")]
    elif job.state == "queued":
        steps = [
            (_("Follow it"), "watch"),
            (_("Put it before others"), "urgent"),
            (_("Take it out of the queue"), "stop"),
        ]
    elif job.state == "done" and job.kind not in TRAININGS:
        results = [(_("What it came to"), "results")] if job.kind == "search" else []
        steps = [*results, (_("Put it into the bin"), "delete")]
    elif job.state == "done" or (job.reason or {}).get("code") in HOPELESS:
        steps = [(_("Its settings, to launch it again with others"), "show --settings")]
    elif job.state in RESUMABLE:
        kept = Checkpoints(job.folder.folder / "checkpoints").all()
        at = words.integer(int(kept[0].name.removeprefix("step-"))) if kept else ""
        resuming = _("Resume it from step {step}").format(step=at) if kept else _("Resume it")
        steps = [(resuming, "resume"), (_("The last lines of its log"), "log")]
    return [f"{what}{words.colon} python -m core.jobs {command} {job.id}" for what, command in steps]


def show_log(args: Namespace, voice: Voice) -> int:
    found = find_job(args.job).folder.last_lines(args.lines)
    voice.say(found or voice.words.gettext("The log is empty."))
    return 0


def show_report(args: Namespace, voice: Voice) -> int:
    settle()
    voice.say(support_report(find_anywhere(args.job)).rstrip("\n"))
    return 0


def show_meter(args: Namespace, voice: Voice) -> int:
    words = voice.words
    _ = words.gettext
    psutil.cpu_percent()
    time.sleep(MEASURED)
    now, found = resources(), overview(0)
    if args.json:
        cards = [vars(card) for card in now.cards]
        disk = {"total": now.disk_total, "left": now.disk_left}
        voice.document({"cpu": now.cpu, "memory": vars(now.memory), "disk": disk, "cards": cards, "slots": devices()})
        return 0
    part = _("{used} of {total}")
    facts = {
        _("Processor"): words.percent(now.cpu, 0),
        _("Memory"): part.format(used=words.size(now.memory.used), total=words.size(now.memory.total)),
        _("Disk, free"): words.size(now.disk_left),
        _("Device"): ", ".join(devices()),
    }
    for card in now.cards:
        used = part.format(used=words.size(card.used), total=words.size(card.total))
        facts[card.name] = f"{words.percent(card.busy, 0)} · {used}"
    for each in found.running:
        facts[reference(each)] = how_far(each, {}, words)
    facts[_("Waiting")] = words.integer(len(found.waiting))
    voice.facts(facts)
    return 0
