"""Whether engines work now, found out before a job starts with one sentence of ours each; and what to take instead."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from core.augment.chosen import engine_of
from core.augment.engines.catalogue import Pair, obstacle
from core.augment.engines.engine import PASSING, Engine, Failed
from core.augment.engines.marian import Marian
from core.augment.plan import EngineChoice, legs
from core.store.comparison import Way

WHOLE = PASSING | {"key_refused", "key_missing", "quota", "program_missing", "unchanged"}
"""Failures that an engine would meet between any languages: nobody waits for them twice."""


def try_ways(ways: Sequence[Way]) -> list[Failed | None]:
    """For each way why it does not work now, None where it does. The engines are tried side by side, each pair of languages once.

    MarianMT is asked for nothing where its models would have to be fetched: that is for the job to do.
    """
    places: dict[str, list[int]] = defaultdict(list)
    for place, way in enumerate(ways):
        places[json.dumps([way.engine, way.options], sort_keys=True)].append(place)
    found: list[Failed | None] = [None] * len(ways)

    def try_engine(mine: list[int]) -> None:
        first = ways[mine[0]]
        paths = [ways[place].path for place in mine]
        engine = engine_of(EngineChoice(name=first.engine, options=first.options))
        for place, failed in zip(mine, _tried(engine, paths), strict=True):
            found[place] = failed

    with ThreadPoolExecutor(max_workers=max(1, len(places)), thread_name_prefix="trying") as pool:
        list(pool.map(try_engine, places.values()))
    return found


def in_place_of(way: Way, offered: Sequence[Way], taken: Sequence[Way]) -> Way | None:
    """The first of the offered ways that works now, with another engine, along the same path where there is one.

    MarianMT is among them where its models are on this machine.
    """
    others = [each for each in offered if each.engine != way.engine and each not in taken and not _must_fetch(each)]
    given_up: set[str] = set()
    for other in sorted(others, key=lambda each: each.path != way.path):
        if other.engine in given_up:
            continue
        failed = try_ways([other])[0]
        if failed is None:
            return other
        if failed.code in WHOLE:
            given_up.add(other.engine)
    return None


def _tried(engine: Engine, paths: Sequence[str]) -> list[Failed | None]:
    known: dict[Pair, Failed | None] = {}
    for_all: Failed | None = None
    found: list[Failed | None] = []
    for path in paths:
        failed = for_all or obstacle(engine, legs(path))
        for leg in legs(path) if failed is None else []:
            if leg not in known:
                known[leg] = None if _would_fetch(engine, leg) else engine.probe(*leg)
            failed = known[leg]
            if failed is not None:
                break
        if failed is not None and failed.code in WHOLE:
            for_all = failed
        found.append(failed)
    return found


def _must_fetch(way: Way) -> bool:
    engine = engine_of(EngineChoice(name=way.engine, options=way.options))
    return any(_would_fetch(engine, leg) for leg in legs(way.path))


def _would_fetch(engine: Engine, pair: Pair) -> bool:
    return isinstance(engine, Marian) and not engine.is_here(*pair)
