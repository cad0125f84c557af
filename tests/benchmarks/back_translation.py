"""What the engines are worth beside the classic script, and what becomes of rows when services fail.

    .venv/bin/python -m tests.benchmarks.back_translation --rows 2000

One JSON line. `http_ratio`: rows a second of `translate_all` over those of a loop that calls deep-translator (DeepL: its
own package) row by row, the same server with 150 ms delay, the same run; the worst of four services, each of which is
listed, and at least 8. `apertium_ratio`: fr→ca→fr, one process a batch against one process a row, at least 20 (the slow side on
`--sample` rows of the same table). `marian_ratio`: CTranslate2 int8 against `transformers` generate on a model of
opus-mt's size with random weights and translations of a fixed length, the same rows and threads, at least 2.5. `lost`, `doubled`,
`false_texts`: counts over all services with 30 % of the requests failing in six ways. `over_rate`: requests beyond the
rate in any second, by the servers' own clocks.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import shutil
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from core.augment.engines.apertium import Apertium
from core.augment.engines.engine import Engine, Failed, Translated
from core.augment.engines.marian import Marian, Search
from core.augment.patience import Patience, translate_all
from tests.services.engines import KEY, engine_for
from tests.services.marian import build_marian
from tests.services.protocols import translated
from tests.services.server import FAULTS, Service, served

ROOT = Path(__file__).resolve().parents[2]
SERVICES = ("google", "libretranslate", "mymemory", "deepl")
DELAY = 0.15
AT_ONCE, PER_SECOND = 16, 90.0
WORD_PIECES = 58_000
"""Of opus-mt models; with 512 wide, 6 + 6 layers, 8 heads about 77 million parameters."""

Row = str


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data" / "piaf_qnli_fr" / "train.csv")
    parser.add_argument("--rows", type=int, default=2_000)
    parser.add_argument("--sample", type=int, default=25)
    parser.add_argument("--only", choices=["http", "faults", "apertium", "marian"])
    options = parser.parse_args()
    with options.data.open(encoding="utf-8-sig", newline="") as file:
        rows = [row["text"] for row in csv.DictReader(file)][: options.rows]
    parts: dict[str, Callable[[], dict[str, Any]]] = {
        "http": lambda: http(rows),
        "faults": lambda: faults(rows[:200]),
        "apertium": lambda: apertium(rows, options.sample),
        "marian": lambda: marian(rows[:96]),
    }
    found: dict[str, Any] = {}
    for name, measure in parts.items():
        if options.only in (None, name):
            found |= measure()
    print(json.dumps(found))


def http(rows: Sequence[Row]) -> dict[str, Any]:
    short = [row[:300] for row in rows]
    ratios, over = {}, 0
    for name in SERVICES:
        with served(name, delay=DELAY) as service:
            classic = row_by_row(name, service)
            slow = speed(lambda classic=classic: [classic(row) for row in short[:40]], 40)  # type: ignore[misc]
            service.asked.clear()
            engine = engine_for(name, service, at_once=AT_ONCE, per_second=PER_SECOND)
            quick = speed(lambda engine=engine: whole(engine, short[:600], "fr", "en"), 600)  # type: ignore[misc]
            over += max(service.most_in_a_second() - int(PER_SECOND), 0)
            ratios[name] = round(quick / slow, 1)
    return {"http_ratio": min(ratios.values()), "http_ratios": ratios, "over_rate": over}


def row_by_row(name: str, service: Service) -> Callable[[str], str]:
    """The loop of the classic script: a translator of the library, one row after the other."""
    import deep_translator

    if name == "deepl":
        import deepl

        client = deepl.Translator(KEY, server_url=service.url)
        return lambda row: str(client.translate_text(row, source_lang="FR", target_lang="EN-GB"))
    if name == "libretranslate":
        translator = deep_translator.LibreTranslator("fr", "en", api_key=KEY, custom_url=service.url)
    elif name == "mymemory":
        translator = deep_translator.MyMemoryTranslator("fr-FR", "en-GB")
    else:
        translator = deep_translator.GoogleTranslator("fr", "en")
    translator._base_url = service.url
    return lambda row: translator.translate(row)


def faults(rows: Sequence[Row]) -> dict[str, Any]:
    lost = doubled = false_texts = 0
    reasons: Counter[str] = Counter()
    for name in SERVICES:
        chance = random.Random(name)
        texts = [f"{place} {row[:200]}" for place, row in enumerate(rows)]

        def programme(number: int, asked: list[str], chance: random.Random = chance) -> str | None:
            return chance.choice(FAULTS) if chance.random() < 0.3 else None

        with served(name, delay=0.01, fault=programme) as service:
            engine = engine_for(name, service, timeout=1.0, at_once=AT_ONCE, per_second=PER_SECOND)
            places = Counter[int]()
            for place, outcome in translate_all(engine, texts, "fr", "en", patience=Patience(first_wait=0.05)):
                places[place] += 1
                if isinstance(outcome, Failed):
                    reasons[outcome.code] += 1
                else:
                    reasons["translated"] += 1
                    false_texts += outcome != Translated(translated(texts[place], "en"))
            lost += len(texts) - len(places)
            doubled += sum(count - 1 for count in places.values()) + sum(n - 1 for n in service.answered.values())
    return {"lost": lost, "doubled": doubled, "false_texts": false_texts, "outcomes": dict(reasons)}


def apertium(rows: Sequence[Row], sample: int) -> dict[str, Any]:
    if not Apertium().is_installed:
        return {"apertium_ratio": None}

    def alone(row: str) -> str:
        for mode in ("fra-cat", "cat-fra"):
            row = subprocess.run(["apertium", "-u", mode], input=row, capture_output=True, text=True, check=True).stdout
        return row

    engine = Apertium()
    quick = speed(lambda: whole(engine, whole(engine, rows, "fr", "ca"), "ca", "fr"), len(rows))
    spread = rows[:: max(len(rows) // sample, 1)][:sample]
    slow = speed(lambda: [alone(row) for row in spread], len(spread))
    return {
        "apertium_ratio": round(quick / slow, 1),
        "apertium_rows_s": round(quick, 1),
        "apertium_alone_s": round(slow, 2),
    }


def marian(rows: Sequence[Row]) -> dict[str, Any]:
    import torch
    from transformers import MarianMTModel, MarianTokenizer, logging

    logging.set_verbosity_error()
    threads = os.cpu_count() or 1
    torch.set_num_threads(threads)
    length, texts = 32, [row[:120] for row in rows]
    folder = Path(tempfile.mkdtemp())
    os.environ["PARAFINE_HOME"] = str(folder / "home")
    try:
        model = build_marian(folder / "opus-mt-fr-en", width=512, layers=6, heads=8, extra=WORD_PIECES)
        tokenizer, network = MarianTokenizer.from_pretrained(model), MarianMTModel.from_pretrained(model).eval()

        def generated() -> None:
            for start in range(0, len(texts), 32):
                batch = tokenizer(texts[start : start + 32], return_tensors="pt", padding=True)
                with torch.inference_mode():
                    network.generate(**batch, num_beams=4, min_new_tokens=length, max_new_tokens=length)

        search = Search(beam=4, most_tokens=length, least_tokens=length)
        engine = Marian(search, {("fr", "en"): str(model)}, threads=threads)
        engine.translate(texts[:2], "fr", "en")
        quick = speed(lambda: engine.translate(texts, "fr", "en"), len(texts))
        slow = speed(generated, len(texts))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return {
        "marian_ratio": round(quick / slow, 2),
        "marian_rows_s": round(quick, 2),
        "transformers_rows_s": round(slow, 2),
    }


def whole(engine: Engine, texts: Sequence[str], source: str, target: str) -> list[str]:
    found = dict(translate_all(engine, texts, source, target))
    return [outcome.text for _, outcome in sorted(found.items()) if isinstance(outcome, Translated)]


def speed(work: Callable[[], object], rows: int) -> float:
    """Rows a second."""
    begun = time.monotonic()
    work()
    return rows / (time.monotonic() - begun)


if __name__ == "__main__":
    main()
