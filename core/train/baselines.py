"""What simple models reach on the rows of a run: they tell whether fine-tuning is worth its time.

Which ones they are depends on the task (core.train.simple). They learn from the rows that the run learns from, accepted paraphrases
included, and from no other.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypedDict

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.models.choice import ModelChoice
from core.store.baselines import Baselines, BaselinesRecord
from core.store.job_folder import Progress, State
from core.train.simple.choose import SIMPLE
from core.train.simple.models import Embed, Heard

PARTS = ("validation", "test")


class Measured(TypedDict):
    """One model. Figures as in a run's result.json: rows and those of the task, and the loss where there is one."""

    name: str
    """As core.train.simple calls it; the same for no two tasks that mean something else by it."""
    seconds: float
    strength: float | None
    validation: dict[str, float] | None
    test: dict[str, float] | None


def measure(
    record: BaselinesRecord, examples: pd.DataFrame, embed: Embed, heard: Heard = lambda share: None
) -> tuple[list[Measured], pd.DataFrame]:
    """The models, and their answers: id, part, label and the columns of each model, for the rows of validation and test.

    examples: as core.store.run.Run.examples gives them. Nothing is chosen by looking at the test part; thresholds are decided on
    validation, as those of a run are.
    """
    train = examples[examples["part"] == "train"]
    others = {part: rows for part in PARTS if len(rows := examples[examples["part"] == part])}
    answers = pd.concat([rows[["id", "part", "label"]] for rows in others.values()], ignore_index=True)
    found = []
    began = time.monotonic()
    for each in SIMPLE[record.roles.task](record, embed, heard).answered(train, others):
        seconds = round(time.monotonic() - began, 2)
        answers = answers.assign(**{each.name + column: given for column, given in each.answers.items()})
        figures = {part: {"rows": len(others[part]), **reached} for part, reached in each.figures.items()}
        found.append(
            Measured(
                name=each.name,
                seconds=seconds,
                strength=each.strength,
                validation=figures.get("validation"),
                test=figures.get("test"),
            )
        )
        began = time.monotonic()
    heard(1.0)
    return found, answers


def work(baselines: Baselines, check: Callable[[], None] = lambda: None) -> State:
    """Measures and keeps what was found. Returns "done", or what was asked for meanwhile; a resumed one begins anew.

    check: called again and again; raises UserError when the machine no longer allows it to go on. Imports torch. Raises UserError:
    model_damaged.
    """
    from core.train.progress import Stopped

    began = time.monotonic()

    def heard(share: float) -> None:
        request = baselines.asked()
        if request is not None:
            raise Stopped(request)
        check()
        baselines.report(Progress(phase="comparing", step=round(100 * share), steps=100))

    try:
        heard(0.0)
        found, answers = measure(baselines.record(), baselines.examples(), reader_of(baselines.project_id), heard)
    except Stopped as stopped:
        return "stopped" if stopped.request == "stop" else "paused"
    baselines.keep({"baselines": found, "seconds": round(time.monotonic() - began, 1)}, answers)
    for each in found:
        print(each, flush=True)
    baselines.report(Progress(phase="over", step=100, steps=100))
    return "done"


def reader_of(project_id: str) -> Embed:
    """The embedded model as it comes, loaded when there is something to read."""

    def embed(texts: list[str], heard: Heard) -> NDArray[np.float32]:
        import torch

        from core.augment.similarity import open_reader

        reader = open_reader(ModelChoice(), project_id, bf16=torch.ops.mkldnn._is_mkldnn_bf16_supported())
        return reader.embed(texts, heard)

    return embed
