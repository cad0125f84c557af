"""A whole training: from a run's folder with its examples to the same folder with a model and its figures."""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Callable
from typing import Any, cast

import numpy as np
import pandas as pd
import torch
from transformers import PreTrainedModel

from core.errors import UserError
from core.home import write_json
from core.models.files import read_config
from core.models.loading import source_folder
from core.models.transfer import transfer_for
from core.store.parquet import write_frame
from core.store.run import Run
from core.train.adapters import add_adapters, merge_adapters
from core.train.alignment import gather
from core.train.batches import Encoded
from core.train.fit import Best, Parts, has_fast_bf16
from core.train.lesson import Lesson
from core.train.lessons.choose import LESSONS
from core.train.on_all import learned_from_folds
from core.train.pretraining import pretrain
from core.train.progress import Reporter, Stopped
from core.train.resume import PRETRAINING, ResumableFit, begin_anew, restore
from core.train.settings import Settings
from core.train.snapshot import load_weights
from core.train.teaching import TAUGHT, teach


def train(
    run: Run,
    attempt: int = 1,
    check: Callable[[], None] = lambda: None,
    measured: Callable[[], None] = lambda: None,
) -> dict[str, Any]:
    """Trains, keeps the best weights by the task's figure on validation, looks at the test part once, and writes the result.

    Goes on from the run's newest whole checkpoint where there is one. When stopped, keeps the best so far and looks at
    nothing more. check: called at every step; raises UserError when the machine no longer allows the run to go on. measured: called
    after each look at the validation part; raises to end the run there.
    Returns what result.json holds. Raises UserError: those of core.models, model_not_finite, loss_not_finite, disk_full; Stopped for a pause,
    and for a stop before there was anything to keep. A run without a validation part belongs to a cross-validation: it learns as
    long as core.train.on_all says, and its last weights are its best.
    """
    started = time.monotonic()
    record = run.record()
    settings = Settings.model_validate(record.settings)
    from_folds = learned_from_folds(run) if not record.parts.get("validation") else {}
    if from_folds:
        settings = settings.model_copy(update={"epochs": from_folds["epochs"]})
    reporter = Reporter(run, settings.epochs, check, measured)
    make_repeatable(settings.seed)
    reporter.phase("loading")
    folder = source_folder(settings.model, run.project_id)
    lesson = LESSONS[record.roles.task].load(record, settings, folder)
    cast(torch.nn.Module, lesson.model).to("cuda" if torch.cuda.is_available() else "cpu")
    reporter.phase("tokenising")
    examples = run.examples()
    parts = {name: lesson.encode(examples[examples["part"] == name]) for name in ("train", "validation", "test")}
    reporter.looking(0)
    if settings.distillation > 0 and record.roles.task in TAUGHT:
        reporter.phase("counting")
        teach(record, examples[examples["part"] == "train"], parts["train"], lambda: reporter.looking(0))
    pretrain(lesson, folder, reporter)
    make_repeatable(settings.seed)
    add_adapters(lesson.model, settings.lora, settings.lora_alpha)
    fit = ResumableFit(reporter, lesson, Parts(parts["train"], parts["validation"]))
    fit.started = started
    fitted(fit)
    request = reporter.asked()
    if fit.best.outputs is None or (request == "pause" and not fit.is_complete()):
        raise Stopped(request or "stop")
    reporter.phase("evaluating")
    load_weights(lesson.model, fit.best_weights())
    merge_adapters(lesson.model)
    if from_folds:
        lesson.settle_as(from_folds)
    else:
        lesson.settle(parts["validation"], fit.best.outputs)
    found: dict[str, Any] = {}
    was_stopped = request == "stop"
    try:
        if not (was_stopped or from_folds):
            found = final_figures(reporter, lesson, parts)
    except Stopped:
        was_stopped = True
    reporter.phase("saving")
    if was_stopped and not from_folds:
        found = {"validation": lesson.report(parts["validation"], fit.best.outputs)}
    result = {
        "attempt": attempt,
        "state": "stopped" if was_stopped else "done",
        "best": describe(fit.best, lesson.task.best.name),
        "steps": fit.state.global_step,
        "epochs": round(fit.state.epoch or 0.0, 2),
        "ended_early": not was_stopped and fit.state.global_step < fit.state.max_steps,
        "seconds": round(fit.seconds(), 1),
        "device": device_name(lesson.model),
        "precision": "bf16" if has_fast_bf16() else "fp32",
        **({"from_folds": from_folds} if from_folds else {}),
        "head": transfer_for(read_config(folder), record.roles.task, record.labels).model_dump(),
        **lesson.facts(),
        **found,
    }
    keep_model(run, lesson)
    write_json(run.folder / "result.json", result)
    if not was_stopped:
        for name in ("checkpoints", PRETRAINING):
            shutil.rmtree(run.folder / name, ignore_errors=True)
    return result


def fitted(fit: ResumableFit) -> None:
    """Goes through all steps that are left. What was asked for meanwhile, and whether there is a best, stands in `fit`."""
    model = cast(PreTrainedModel, fit.model)
    reporter, lesson = fit.watcher.reporter, fit.lesson
    checkpoint = fit.checkpoints.newest()
    if checkpoint is None:
        begin_anew(fit)
        if lesson.head_is_new and lesson.is_probed:
            reporter.phase("gathering")
            gather(lesson, fit.parts.train, bf16=has_fast_bf16(), heard=reporter.gathering)
            reporter.phase("probing")
            lesson.probe(fit.parts.train, bf16=has_fast_bf16(), progressed=reporter.looking)
        look_first(fit)
    else:
        restore(fit, checkpoint)
        if fit.state.global_step in fit.watcher.plan.evaluate_at and fit.evaluated_step != fit.state.global_step:
            fit.evaluate()
    if fit.best.outputs is not None and reporter.asked() is None and not fit.is_over():
        fit.train(str(checkpoint) if checkpoint is not None else None)
        # The Trainer's bfloat16 stays on the model's forward: what follows is measured in full precision, as the model is used.
        fit.accelerator.unwrap_model(model, keep_fp32_wrapper=False)


def look_first(fit: ResumableFit) -> None:
    """Before the first step. What gives no numbers now did not come of the settings: raises UserError("model_not_finite")."""
    try:
        fit.evaluate()
    except UserError as error:
        if error.code != "loss_not_finite":
            raise
        raise UserError("model_not_finite") from error


def make_repeatable(seed: int) -> None:
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


def final_figures(reporter: Reporter, lesson: Lesson, parts: dict[str, list[Encoded]]) -> dict[str, Any]:
    """Figures of validation and test in full precision, as a user of the model will get them; predictions.parquet."""
    run = reporter.run
    examples = run.examples()
    outputs = {
        part: lesson.outputs(encoded, reporter.finishing)
        for part, encoded in parts.items()
        if part != "train" and encoded
    }
    lesson.settle(parts["validation"], outputs["validation"])
    found: dict[str, Any] = {}
    frames = []
    for part, answered in outputs.items():
        found[part] = lesson.report(parts[part], answered)
        rows = examples[examples["part"] == part].reset_index(drop=True)
        frames.append(rows[["id", "part", "label"]].join(lesson.predictions(rows, answered)))
    write_frame(run.folder / "predictions.parquet", pd.concat(frames))
    return found


def describe(best: Best, figure: str) -> dict[str, float]:
    reached = {figure: best.figures[figure]} if figure in best.figures else {}
    return {"step": best.step, "epoch": round(best.epoch, 2), **reached}


def keep_model(run: Run, lesson: Lesson) -> None:
    """model/: safetensors, configuration with the label names, tokenizer that cuts where the training did.

    What an earlier attempt left goes first, its result before its model: never does a result stand beside another's model.
    """
    for name in ("result.json", "model.zip"):
        (run.folder / name).unlink(missing_ok=True)
    aside = run.folder / ".aside-model"
    shutil.rmtree(aside, ignore_errors=True)
    lesson.save(aside)
    shutil.rmtree(run.model_folder, ignore_errors=True)
    aside.rename(run.model_folder)


def device_name(model: PreTrainedModel) -> str:
    if model.device.type == "cuda":
        return torch.cuda.get_device_name(model.device)
    return f"CPU × {torch.get_num_threads()}"
