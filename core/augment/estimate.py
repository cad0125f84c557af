"""What a back-translation will cost: requests, characters, time and money, without what the memory already knows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from core.augment.engines.catalogue import ENTRIES, Price
from core.augment.engines.engine import Engine, Limits
from core.augment.plan import Plan, legs, wanted_texts
from core.store.augmentation import Task
from core.store.memory import Asked, get_many

ANSWER = 0.4
"""Seconds of one request where nothing was measured."""
CHARACTERS_A_SECOND = {"apertium": 30_000.0, "marian": 1_500.0}
"""Of engines on this machine, about, on two cores."""

READER_OPENS, READ = 8.0, 20_000.0
"""Seconds until the embedded model is there, and characters that it reads a second on two cores: 24,000 of long French texts."""


@dataclass(frozen=True)
class Estimate:
    rows: int
    """Rows of the table."""
    paraphrases: int
    requests: int
    characters: int
    """Sent, on all legs; those of later legs are reckoned as long as the first."""
    remembered: int
    """Translations that the memory knows already."""
    seconds: float
    """To translate."""
    judging: float
    """Seconds to judge what comes back, by the embedded model; a larger one takes several times as long."""
    cost: float
    """About, in the currency of the price, without monthly fees; 0 without a price."""
    price: Price | None
    """The list price that it is reckoned with."""


def estimate(plan: Plan, tasks: Sequence[Task], engine: Engine, answer: float | None = None) -> Estimate:
    """answer: seconds that one request took when the engine was tried."""
    requests = characters = remembered = 0
    done: set[tuple[str, str, int, str]] = set()
    by_path: dict[tuple[str, int], dict[str, None]] = defaultdict(dict)
    for task in tasks:
        by_path[task.path, task.variant].update(dict.fromkeys(wanted_texts(plan, task.text, task.question)))
    for (path, variant), texts in by_path.items():
        # What is not known yet stands for itself on the next leg: about as long, and asked for in any case.
        known, unknown = list(texts), set[str]()
        for source, target in legs(path):
            asked = Asked(engine.name, engine.version, source, target, variant)
            found = get_many(asked, known)
            fresh = {text for text in known if text not in found} | unknown
            fresh = {text for text in fresh if (source, target, variant, text) not in done}
            done |= {(source, target, variant, text) for text in fresh}
            remembered += len(found)
            characters += sum(map(len, fresh))
            requests += _requests(sorted(fresh), engine.limits)
            unknown |= {text for text in known if text not in found}
            known = list(dict.fromkeys(found[text] for text in known if text in found))
    price = ENTRIES[engine.name].price if engine.name in ENTRIES else None
    return Estimate(
        rows=len({task.origin for task in tasks}),
        paraphrases=len(tasks),
        requests=requests,
        characters=characters,
        remembered=remembered,
        seconds=_seconds(engine, requests, characters, answer),
        judging=_judging(plan, tasks),
        cost=characters * price.a_million / 1_000_000 if price else 0.0,
        price=price,
    )


def _judging(plan: Plan, tasks: Sequence[Task]) -> float:
    """Both sides of every pair are read."""
    if not tasks:
        return 0.0
    return (
        READER_OPENS
        + 2 * sum(len(text) for task in tasks for text in wanted_texts(plan, task.text, task.question)) / READ
    )


def _requests(texts: Sequence[str], limits: Limits) -> int:
    """Long texts go in pieces, short ones together where the engine takes several."""
    pieces = sum(max(1, -(-len(text) // limits.characters)) if limits.characters else 1 for text in texts)
    return -(-pieces // max(1, limits.texts))


def _seconds(engine: Engine, requests: int, characters: int, answer: float | None) -> float:
    pace = CHARACTERS_A_SECOND.get(engine.name)
    if pace is not None:
        return characters / pace
    limits = engine.limits
    by_rate = requests / limits.per_second if limits.per_second else 0.0
    return max(by_rate, requests * (answer or ANSWER) / max(1, limits.at_once))
