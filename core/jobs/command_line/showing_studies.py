"""show, of a cross-validation: what it is, how far its trainings are, and what can be done next."""

from __future__ import annotations

from argparse import Namespace
from collections import Counter

from core.jobs.command_line.beside import tell_beside, told_beside
from core.jobs.command_line.documents import study_document
from core.jobs.command_line.studies import jobs_of, study_reference
from core.jobs.command_line.voice import Voice
from core.jobs.job_words import STATES, study_name
from core.models.catalogue import display_name
from core.models.choice import ModelChoice
from core.store.job_folder import RESUMABLE, State
from core.store.study import BinnedStudy, Study
from core.train.tasks import task_of
from core.words import Words


def show_study(study: Study, args: Namespace, voice: Voice) -> int:
    record, words = study.record(), voice.words
    if args.settings:
        voice.document(record.settings)
        return 0
    if args.json:
        voice.document(study_document(study) | {"simple_models": told_beside(study, words)})
        return 0
    _, states = words.gettext, Counter(job.state for job in jobs_of(study))
    is_binned = isinstance(study, BinnedStudy)
    told = ", ".join(f"{_(STATES[state])} ({words.integer(count)})" for state, count in states.items())
    model = ModelChoice.model_validate(record.settings.get("model", {}))
    facts = {
        _("Name"): f"{study_reference(study)} · {study_name(record.number, words)}",
        _("State"): _("in the bin") if is_binned else told,
        _("Folds"): words.integer(record.folds),
        _("Repeats"): words.integer(record.repeats),
        _("Rows"): words.integer(record.rows),
        _("What is learned"): _(task_of(study.roles()).title),
        _("Start from"): display_name(model, study.project_id, words),
        _("Settings used"): ", ".join(f"{name} {value}" for name, value in record.settings.items() if name != "model"),
        _("Folder"): str(study.folder),
    }
    voice.facts(facts)
    tell_beside(study, voice)
    for what, command in _next_steps(states, words, is_binned=is_binned):
        voice.say(f"{what}{words.colon} python -m core.jobs {command} {study.id}")
    return 0


def _next_steps(states: Counter[State], words: Words, *, is_binned: bool) -> list[tuple[str, str]]:
    """What can be done now, each with its command."""
    _ = words.gettext
    if is_binned:
        return [(_("Take it back"), "restore")]
    results = (_("What it came to"), "results")
    if states["queued"] or states["running"]:
        return [(_("Follow it"), "watch"), (_("Stop it and keep what was learned"), "stop"), results]
    if any(states[state] for state in RESUMABLE):
        return [(_("Resume it"), "resume"), results]
    return [results]
