"""What is shown of work while it goes on, as HTML: a training's progress, its log, the machine, the panel beside every page."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from urllib.parse import urlencode

from core.jobs.job_words import STATES, left_of, phase_of, share_of, step_of, title_of
from core.jobs.kinds import BEHIND, TRAININGS
from core.jobs.overview import Look, Overview
from core.jobs.queue import waiting_in_order
from core.jobs.resources import resources
from core.store.job_folder import Heartbeat, Progress, State
from core.words import Words
from pages.parts.sheet import figures_html

SHOWN = 3
"""Lines of what waits, and of what ended, in the panel."""


def progress_html(look: Look, words: Words) -> str:
    """A bar, the phase, and what is known of it; while it waits, how many are before it."""
    progress, state = look.progress, look.job.state
    facts = [fact for fact in (step_of(progress, words), left_of(progress, words)) if fact and state == "running"]
    phase = escape(phase_of(state, progress, words))
    said = f"<b>{phase}</b>" + ("".join(f" · {escape(fact)}" for fact in facts) if facts else "…")
    remark = _until(look, words) if state == "queued" else ""
    name = escape(title_of(look, words))
    return (
        f"<div class='progress'><div class='said'>{said}</div>{_bar(state, progress, name)}</div>"
        f"<p class='quiet'>{escape(remark)}</p>"
    )


def progress_mark(look: Look) -> str:
    """Changes when the page needs other buttons."""
    return f"{look.job.state} {look.job.attempt} {look.job.folder.asked()}"


def _until(look: Look, words: Words) -> str:
    """What a job that waits is waiting for; empty when it is the next."""
    if look.job.kind in BEHIND:
        return words.gettext("It begins once this project trains nothing any more.")
    before = _before(look)
    return words.ngettext("{count} job is before it.", "{count} jobs are before it.", before) if before else ""


def _before(look: Look) -> int:
    """Jobs that wait for the same devices and will be taken before this one."""
    kinds = TRAININGS if look.job.kind in TRAININGS else (look.job.kind,)
    same = [each for each in waiting_in_order() if each.kind in kinds]
    return next((place for place, each in enumerate(same) if each.id == look.job.id), 0)


def _bar(state: State, progress: Progress, name: str) -> str:
    """name: escaped."""
    share = round(100 * share_of(progress)) if state == "running" else 0
    return (
        f"<div class='bar' role='progressbar' aria-valuenow='{share}' aria-valuemin='0' aria-valuemax='100'"
        f" aria-label='{name}'><i style='width:{share}%'></i></div>"
    )


def machine_html(heartbeats: Sequence[Heartbeat | None], words: Words) -> str:
    """Processor, memory, graphics cards, disk; and what the workers hold of it."""
    _ = words.gettext
    now = resources()
    part = _("{used} of {total}")
    figures = [
        (_("Processor"), words.percent(now.cpu, 0)),
        (_("Memory"), part.format(used=words.size(now.memory.used), total=words.size(now.memory.total))),
        (_("Disk, free"), words.size(now.disk_left)),
    ]
    for card in now.cards:
        used = part.format(used=words.size(card.used), total=words.size(card.total))
        figures.insert(2, (card.name, f"{words.percent(card.busy, 0)} · {used}"))
    held = sum(heartbeat.memory for heartbeat in heartbeats if heartbeat is not None)
    belongs = _("Of the memory, {size} belong to what runs below.").format(size=words.size(held)) if held else ""
    return f"{figures_html(figures)}<p class='quiet'>{escape(belongs)}</p>"


def log_html(look: Look, words: Words) -> str:
    """The end of the log."""
    lines = look.job.folder.last_lines() or words.gettext("The log is empty.")
    return f"<pre class='log' tabindex='0'>{escape(lines)}</pre>"


def panel_html(now: Overview, words: Words) -> str:
    """What runs, what waits, what ended last; each name leads to its page."""
    _ = words.gettext
    title, nothing = _("Jobs"), _("Nothing runs, nothing waits.")
    lines = [f"<div class='jobs'><div class='jobs-title'>{escape(title)}</div>"]
    lines += [_working(look, words) for look in now.running]
    lines += [_line(look, _("waiting"), words) for look in now.waiting[:SHOWN]]
    if len(now.waiting) > SHOWN:
        others = words.ngettext("and {count} more", "and {count} more", len(now.waiting) - SHOWN)
        lines.append(f"<div class='job quiet'>{escape(others)}</div>")
    lines += [_line(look, _(STATES[look.job.state]), words) for look in now.ended[:SHOWN]]
    if len(lines) == 1:
        lines.append(f"<div class='job quiet'>{escape(nothing)}</div>")
    return "".join(lines) + "</div>"


def panel_mark(now: Overview) -> str:
    """Changes when a job comes, goes or ends."""
    under_way = sorted(look.job.id for look in [*now.running, *now.waiting])
    ended = [f"{look.job.id} {look.job.attempt} {look.job.state}" for look in now.ended]
    return "; ".join([*under_way, *ended])


def arrivals_html(new: int, words: Words) -> str:
    """How many paraphrases have come since the list was read; nothing where there is none."""
    said = words.ngettext("{count} new paraphrase has come in.", "{count} new paraphrases have come in.", new)
    return f"<p class='quiet arrivals'>{escape(said)}</p>" if new > 0 else ""


def arrivals_mark(new: int) -> str:
    """Changes when there is something to bring in."""
    return "some" if new > 0 else "none"


def _working(look: Look, words: Words) -> str:
    facts = [phase_of("running", look.progress, words), left_of(look.progress, words)]
    bar = _bar("running", look.progress, escape(title_of(look, words)))
    return (
        f"<div class='job'>{_name(look, words)}<div class='of'>{escape(look.project)}</div>{bar}"
        f"<div class='quiet'>{escape(' · '.join(fact for fact in facts if fact))}</div></div>"
    )


def _line(look: Look, state: str, words: Words) -> str:
    return (
        f"<div class='job'><span class='state {look.job.state}'>{escape(state)}</span> {_name(look, words)}"
        f"<div class='of'>{escape(look.project)}</div></div>"
    )


def _name(look: Look, words: Words) -> str:
    """What it is called, as a link to it; a table that is labelled stands on the page of its model."""
    name = escape(title_of(look, words))
    opened = "run" if look.job.kind in TRAININGS else "search" if look.job.kind == "search" else None
    if opened is None:
        return f"<b>{name}</b>"
    query = urlencode({"project": look.job.project_id, opened: look.job.run_id, "lang": words.language})
    return f"<a href='train?{escape(query)}' target='_self'>{name}</a>"
