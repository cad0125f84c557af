"""Engines and pivots compared on a few rows of one's own data: what each keeps of the meaning, what it changes, what it costs."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from statistics import fmean
from typing import Any

from core.augment.chosen import engine_of
from core.augment.engines.engine import Engine, Failed, Outcome, Translated
from core.augment.patience import Interrupted, Patience, translate_all
from core.augment.plan import EngineChoice, legs
from core.augment.quality import Pair, Surroundings, judge
from core.augment.similarity import Reader, open_reader
from core.store.comparison import Comparison
from core.store.job_folder import Progress, State
from core.store.memory import Asked, put_many

ROWS = 20
"""Rows of a comparison."""
SAMPLES = 3
"""Paraphrases shown of each way."""
HASTE = Patience(attempts=2, longest_wait=2.0, longest_pause=5.0, break_after=6)
"""A comparison wants an answer, not every row."""

Translate = Callable[[Engine, Sequence[str], str, str], Iterator[tuple[int, Outcome]]]


@dataclass(frozen=True)
class Trial:
    """What one way gave. Shares and means are of the rows that came back; None when none did."""

    engine: str
    path: str
    rows: int
    failed: int
    seconds: float
    similarity: float | None
    novelty: float | None
    flagged: int
    """Paraphrases with a mark."""
    unchanged: int
    samples: list[tuple[str, str]]
    """Origin and paraphrase."""
    problem: dict[str, Any] | None
    """{"code": …, "facts": {…}} of the first row that failed."""

    def stored(self) -> dict[str, Any]:
        return asdict(self)


def choose_rows(rows: Sequence[tuple[str, str]], count: int = ROWS) -> list[tuple[str, str]]:
    """The same `count` rows for the same table, in its order, none twice; rows are (id, text)."""
    first: dict[str, tuple[str, str]] = {}
    for row in rows:
        first.setdefault(row[1], row)
    different = list(first.values())
    if len(different) <= count:
        return different
    places = sorted(random.Random(0).sample(range(len(different)), count))
    return [different[place] for place in places]


def there_and_back(engine: Engine, texts: Sequence[str], path: str, translate: Translate) -> list[Outcome]:
    """The outcome of each text along all the languages of a path; what failed on the way goes no further."""
    now: list[Outcome] = [Translated(text) for text in texts]
    for source, target in legs(path):
        going = {place: each.text for place, each in enumerate(now) if isinstance(each, Translated)}
        places, arrived = list(going), set[int]()
        try:
            for place, outcome in translate(engine, list(going.values()), source, target):
                now[places[place]] = outcome
                arrived.add(places[place])
        except Interrupted as interrupted:
            for place in set(places) - arrived:
                now[place] = interrupted.reason
    return now


def try_out(
    engine: Engine,
    path: str,
    rows: Sequence[tuple[str, str]],
    language: str,
    reader: Reader | None,
    translate: Translate,
) -> Trial:
    """One way, tried on these rows (id, text)."""
    began = time.monotonic()
    outcomes = there_and_back(engine, [text for _, text in rows], path, translate)
    seconds = time.monotonic() - began
    came = [(*row, each.text) for row, each in zip(rows, outcomes, strict=True) if isinstance(each, Translated)]
    failed = [each for each in outcomes if isinstance(each, Failed)]
    judged = judge([Pair(*each) for each in came], language, Surroundings(), reader)
    similar = [each.similarity for each in judged if each.similarity is not None]
    unchanged = sum(any(flag.code == "unchanged" for flag in each.flags) for each in judged)
    telling = sorted(range(len(came)), key=lambda place: judged[place].novelty == 0)
    return Trial(
        engine=engine.name,
        path=path,
        rows=len(rows),
        failed=len(failed),
        seconds=seconds,
        similarity=fmean(similar) if similar else None,
        novelty=fmean(each.novelty for each in judged) if judged else None,
        flagged=sum(bool(each.flags) for each in judged) - unchanged,
        unchanged=unchanged,
        samples=[(came[place][1], came[place][2]) for place in telling[:SAMPLES]],
        problem={"code": failed[0].code, "facts": failed[0].facts} if failed else None,
    )


def compare(comparison: Comparison, check: Callable[[], None] = lambda: None) -> State:
    """Tries the ways that were not tried yet, one after the other, each kept when it is done.

    check: called again and again; raises UserError when the machine no longer allows it to go on. Returns "done", or what was
    asked for meanwhile. Raises UserError: engine_unknown, those of the model that judges.
    """
    record = comparison.record()
    found = comparison.trials()
    reader: Reader | None = None
    for place, way in enumerate(record.ways):
        if place < len(found):
            continue
        if (request := comparison.asked()) is not None:
            return "stopped" if request == "stop" else "paused"
        comparison.report(Progress(phase="translating", step=place, steps=len(record.ways)))
        reader = reader or open_reader(record.judge, comparison.project_id)
        engine = engine_of(EngineChoice(name=way.engine, options=way.options))
        found.append(try_out(engine, way.path, record.rows, record.language, reader, remembering(check)).stored())
        comparison.keep_trials(found)
    comparison.report(Progress(phase="over", step=len(record.ways), steps=len(record.ways)))
    return "done"


def remembering(check: Callable[[], None]) -> Translate:
    """Translates anew, for its time is measured, and keeps what comes for whoever asks next."""

    def translate(engine: Engine, texts: Sequence[str], source: str, target: str) -> Iterator[tuple[int, Outcome]]:
        asked = Asked(engine.name, engine.version, source, target, 1)
        for place, outcome in translate_all(engine, texts, source, target, check=check, patience=HASTE):
            if isinstance(outcome, Translated):
                put_many(asked, {texts[place]: outcome.text})
            yield place, outcome

    return translate


def best(trials: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """The way to propose: of those that keep as much of the meaning as the best one, less two points, the one that changes most.

    Ways that failed on more than a tenth of the rows are left out. None when nothing is left.
    """
    sound = [
        each
        for each in trials
        if each["similarity"] is not None and each["failed"] * 10 <= each["rows"] and each["novelty"]
    ]
    if not sound:
        return None
    most = max(each["similarity"] for each in sound)
    return max((each for each in sound if each["similarity"] >= most - 0.02), key=lambda each: float(each["novelty"]))
