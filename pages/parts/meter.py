"""What the machine has left, in a row of figures."""

from __future__ import annotations

from collections.abc import Sequence

from core.jobs.resources import resources
from core.store.job_folder import Heartbeat
from core.words import Words
from pages.parts.look import quiet
from pages.parts.sheet import figures_row


def meter(words: Words, heartbeats: Sequence[Heartbeat | None] = ()) -> None:
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
    figures_row(figures)
    held = [heartbeat.memory for heartbeat in heartbeats if heartbeat is not None and heartbeat.memory]
    if held:
        quiet(_("Of the memory, {size} belong to what runs below.").format(size=words.size(sum(held))))
