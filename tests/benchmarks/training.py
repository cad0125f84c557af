"""How fast training is, beside two plain ways to do it, on the same rows in the same run.

    .venv/bin/python -m tests.benchmarks.training --data table.csv --steps 60

One JSON line: samples/s of `seed` (Trainer, everything padded to the table's longest input, batch 8, fp32), `trainer` (Trainer,
dynamic padding, batch 16, fp32) and `ours` (the app's own path, batch 16); the ratios of ours to both; the share of computed
word pieces that are real; and the share of the machine's matrix-product rate that our real word pieces use.
Each way runs in a process of its own, `ours` started as the app's supervisor starts a worker; the ways take turns.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

WAYS = ("seed", "trainer", "ours")
LONGEST = 512
"""Word pieces an input may have: the embedded model's limit."""


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument(
        "--steps", type=int, default=60, help="optimizer steps of `ours` and `trainer`; `seed` sees the same rows"
    )
    parser.add_argument("--rounds", type=int, default=2, help="times that each way takes its turn; the median counts")
    parser.add_argument("--way", choices=WAYS, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.way:
        print(json.dumps(measure(options.way, options.data, options.steps)))
        return
    found: dict[str, list[dict[str, float]]] = {way: [] for way in WAYS}
    for _ in range(options.rounds):
        for way in WAYS:
            found[way].append(in_a_process(way, options.data, options.steps))
    rate = {way: statistics.median(each["samples_per_second"] for each in found[way]) for way in WAYS}
    ours = found["ours"]
    print(
        json.dumps(
            {
                **{way: round(rate[way], 1) for way in WAYS},
                "ratio_seed": round(rate["ours"] / rate["seed"], 2),
                "ratio_trainer": round(rate["ours"] / rate["trainer"], 2),
                "padding_efficiency": round(ours[0]["padding_efficiency"], 3),
                "gemm_share": round(statistics.median(each["gemm_share"] for each in ours), 3),
            }
        )
    )


def in_a_process(way: str, data: Path, steps: int) -> dict[str, float]:
    from core.jobs.slots import CALM

    command = [
        sys.executable,
        "-m",
        "tests.benchmarks.training",
        "--data",
        str(data),
        "--steps",
        str(steps),
        "--way",
        way,
    ]
    with tempfile.TemporaryDirectory() as home:
        environment = os.environ | {"PARAFINE_HOME": home} | (CALM if way == "ours" else {})
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def measure(way: str, data: Path, steps: int) -> dict[str, float]:
    from core.data.examples import select
    from core.data.guessing import guess_roles
    from core.data.reading import read

    reading = read(data, data.name)
    roles = guess_roles(reading.table)
    examples = select(reading.table, roles).examples
    labels = sorted(examples["label"].unique())
    some = examples.sample(n=min(steps * 16, len(examples)), random_state=0, ignore_index=True)
    if way == "ours":
        return our_way(some, labels, pair=roles.question is not None)
    return plain_way(way, some, examples, labels, pair=roles.question is not None)


def our_way(rows: Any, labels: list[str], *, pair: bool) -> dict[str, float]:
    """The app's path: core.models.loading, core.train.batches, core.train.fit, core.train.resume."""
    from core.data.columns import Roles
    from core.models.catalogue import embedded_folder
    from core.store.run import Run, RunRecord, utc_now
    from core.train.fit import Parts, has_fast_bf16
    from core.train.lessons.classes import Classes
    from core.train.progress import Reporter
    from core.train.resume import ResumableFit
    from core.train.settings import Settings

    run = Run("benchmark", "run")
    run.folder.mkdir(parents=True)
    settings = Settings(epochs=1, batch_size=16, patience=0, max_tokens=LONGEST)
    record = RunRecord(
        number=1,
        created_at=utc_now(),
        settings=settings.model_dump(mode="json"),
        roles=Roles(text="text", question="question" if pair else None, label="label"),
        table_name="rows",
        fingerprint="",
        labels=labels,
        parts={},
        versions={},
    )
    lesson = Classes.load(record, settings, embedded_folder())
    encoded = lesson.encode(rows)
    shapes: list[tuple[int, int, int]] = []
    fit = ResumableFit(Reporter(run, 1), lesson, Parts(encoded, encoded[:2]))
    collate = fit.data_collator

    def counted(batch: list[dict[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = collate(batch)
        shapes.append((len(batch), found["input_ids"].numel(), int(found["attention_mask"].sum())))
        return found

    fit.data_collator = counted
    watch = Stopwatch()
    fit.add_callback(watch.callback())
    fit.train()
    seconds = watch.seconds()
    real = sum(tokens for _, _, tokens in shapes[watch.skipped : watch.steps]) / seconds
    linear = sum(
        p.numel()
        for name, p in lesson.model.named_parameters()
        if "encoder" in name and name.endswith("weight") and p.ndim == 2
    )
    return {
        "samples_per_second": sum(size for size, _, _ in shapes[watch.skipped : watch.steps]) / seconds,
        "padding_efficiency": sum(tokens for _, _, tokens in shapes) / sum(computed for _, computed, _ in shapes),
        "gemm_share": 6 * linear * real / matrix_rate(bf16=has_fast_bf16()),
    }


def plain_way(way: str, rows: Any, table: Any, labels: list[str], *, pair: bool) -> dict[str, float]:
    """What a tutorial does: the Trainer with its defaults."""
    from transformers import (
        AutoModelForSequenceClassification,
        AutoTokenizer,
        DataCollatorWithPadding,
        Trainer,
        TrainingArguments,
    )

    from core.models.catalogue import embedded_folder

    folder = embedded_folder()
    tokenizer = AutoTokenizer.from_pretrained(folder)

    def pieces(frame: Any, **how: Any) -> Any:
        columns = [frame["text"].tolist()] + ([frame["question"].tolist()] if pair else [])
        return tokenizer(*columns, truncation=True, max_length=LONGEST, **how)

    how: dict[str, Any] = {}
    if way == "seed":
        longest = max(map(len, pieces(table)["input_ids"]))
        how = {"padding": "max_length", "max_length": longest}
        encoded = tokenizer(
            *([rows["text"].tolist()] + ([rows["question"].tolist()] if pair else [])), truncation=True, **how
        )
    else:
        encoded = pieces(rows)
    data = [
        {**{name: values[place] for name, values in encoded.items()}, "labels": labels.index(label)}
        for place, label in enumerate(rows["label"])
    ]
    batch = 8 if way == "seed" else 16
    watch = Stopwatch()
    trainer = Trainer(
        model=AutoModelForSequenceClassification.from_pretrained(folder, num_labels=len(labels)),
        args=TrainingArguments(
            tempfile.mkdtemp(),
            num_train_epochs=1,
            per_device_train_batch_size=batch,
            learning_rate=5e-5,
            save_strategy="no",
            report_to=[],
            use_cpu=True,
            disable_tqdm=True,
            dataloader_pin_memory=False,
        ),
        train_dataset=data,
        data_collator=DataCollatorWithPadding(tokenizer),
        callbacks=[watch.callback()],
    )
    trainer.train()
    return {"samples_per_second": (len(data) - watch.skipped * batch) / watch.seconds()}


class Stopwatch:
    """Time from the end of the first two steps, which warm everything up, to the end of the last."""

    skipped = 2

    def __init__(self) -> None:
        self.ends: list[float] = []

    @property
    def steps(self) -> int:
        return len(self.ends)

    def seconds(self) -> float:
        return self.ends[-1] - self.ends[self.skipped - 1]

    def callback(self) -> Any:
        from transformers import TrainerCallback

        ends = self.ends

        class Listener(TrainerCallback):
            def on_step_end(self, *_: Any, **__: Any) -> None:
                ends.append(time.perf_counter())

        return Listener()


def matrix_rate(*, bf16: bool, size: int = 2048, times: int = 8) -> float:
    """Floating-point operations a second of a square matrix product, the best of several."""
    import torch

    kind = torch.bfloat16 if bf16 else torch.float32
    left, right = torch.randn(size, size, dtype=kind), torch.randn(size, size, dtype=kind)
    best = float("inf")
    for _ in range(times):
        start = time.perf_counter()
        left @ right
        best = min(best, time.perf_counter() - start)
    return 2 * size**3 / best


if __name__ == "__main__":
    main(sys.argv[1:])
