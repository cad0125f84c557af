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
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from core.home import write_json
from core.models.loading import load_classifier, source_folder
from core.store.parquet import write_frame
from core.store.run import Run, RunRecord
from core.train.batches import Encoded, encode
from core.train.fit import Best, Parts, gold_of, has_fast_bf16
from core.train.inference import FloatArray, probabilities
from core.train.metrics import by_label, confusion, headline
from core.train.probe import probe_head
from core.train.progress import Reporter, Stopped
from core.train.resume import ResumableFit, begin_anew, restore
from core.train.settings import Settings
from core.train.snapshot import load_weights


def train(run: Run, attempt: int = 1, check: Callable[[], None] = lambda: None) -> dict[str, Any]:
    """Trains, keeps the best weights by validation macro-F1, looks at the test part once, and writes the result.

    Goes on from the run's newest whole checkpoint where there is one. When stopped, keeps the best so far and looks at
    nothing more. check: called at every step; raises UserError when the machine no longer allows the run to go on.
    Returns what result.json holds. Raises UserError: those of core.models, loss_not_finite, disk_full; Stopped for a pause,
    and for a stop before there was anything to keep.
    """
    started = time.monotonic()
    record = run.record()
    settings = Settings.model_validate(record.settings)
    reporter = Reporter(run, settings.epochs, check)
    make_repeatable(settings.seed)
    reporter.phase("loading")
    model, tokenizer, head_is_new = load_classifier(
        source_folder(settings.model, run.project_id), record.labels, settings.dropout
    )
    cast(torch.nn.Module, model).to("cuda" if torch.cuda.is_available() else "cpu")
    reporter.phase("tokenising")
    parts = {
        name: tokenised(run.examples(), name, record, tokenizer, settings) for name in ("train", "validation", "test")
    }
    reporter.looking(0)
    fit = ResumableFit(reporter, settings, model, tokenizer, Parts(parts["train"], parts["validation"]))
    fit.started = started
    fitted(fit, head_is_new)
    request = reporter.asked()
    if fit.best.probabilities is None or (request == "pause" and not fit.is_complete()):
        raise Stopped(request or "stop")
    reporter.phase("evaluating")
    load_weights(model, fit.best_weights())
    found: dict[str, Any] = {}
    was_stopped = request == "stop"
    try:
        if not was_stopped:
            found = final_figures(reporter, model, tokenizer, parts, record.labels)
    except Stopped:
        was_stopped = True
    reporter.phase("saving")
    if was_stopped:
        found = {"validation": figures_of(parts["validation"], fit.best.probabilities, record.labels)}
    result = {
        "attempt": attempt,
        "state": "stopped" if was_stopped else "done",
        "best": describe(fit.best),
        "steps": fit.state.global_step,
        "epochs": round(fit.state.epoch or 0.0, 2),
        "ended_early": not was_stopped and fit.state.global_step < fit.state.max_steps,
        "seconds": round(fit.seconds(), 1),
        "device": device_name(model),
        "precision": "bf16" if has_fast_bf16() else "fp32",
        **found,
    }
    keep_model(run, model, tokenizer, settings)
    write_json(run.folder / "result.json", result)
    if not was_stopped:
        shutil.rmtree(run.folder / "checkpoints", ignore_errors=True)
    return result


def fitted(fit: ResumableFit, head_is_new: bool) -> None:
    """Goes through all steps that are left. What was asked for meanwhile, and whether there is a best, stands in `fit`."""
    model = cast(PreTrainedModel, fit.model)
    reporter = fit.watcher.reporter
    checkpoint = fit.checkpoints.newest()
    if checkpoint is None:
        begin_anew(fit)
        if head_is_new:
            reporter.phase("probing")
            probe_head(model, fit.tokenizer, fit.parts.train, has_fast_bf16(), fit.settings.balance, reporter.looking)
        fit.evaluate()
    else:
        restore(fit, checkpoint)
        if fit.state.global_step in fit.watcher.plan.evaluate_at and fit.evaluated_step != fit.state.global_step:
            fit.evaluate()
    if fit.best.probabilities is not None and reporter.asked() is None and not fit.is_over():
        fit.train(str(checkpoint) if checkpoint is not None else None)
        # The Trainer's bfloat16 stays on the model's forward: what follows is measured in full precision, as the model is used.
        fit.accelerator.unwrap_model(model, keep_fp32_wrapper=False)


def make_repeatable(seed: int) -> None:
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


def tokenised(
    examples: pd.DataFrame, part: str, record: RunRecord, tokenizer: PreTrainedTokenizerBase, settings: Settings
) -> list[Encoded]:
    """The encoded examples of one part, in their order, with "labels"."""
    rows = examples[examples["part"] == part]
    questions = rows["question"].tolist() if record.roles.question else None
    encoded = encode(tokenizer, rows["text"].tolist(), questions, settings.max_tokens) if len(rows) else []
    place = {label: number for number, label in enumerate(record.labels)}
    for entry, label in zip(encoded, rows["label"], strict=True):
        entry["labels"] = place[label]
    return encoded


def final_figures(
    reporter: Reporter,
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    parts: dict[str, list[Encoded]],
    labels: list[str],
) -> dict[str, Any]:
    """Figures of validation and test in full precision, as a user of the model will get them; predictions.parquet."""
    run = reporter.run
    examples = run.examples()
    found: dict[str, Any] = {}
    frames = []
    for part in ("validation", "test"):
        if not parts[part]:
            continue
        shares = probabilities(model, tokenizer, parts[part], reporter.finishing)
        found[part] = figures_of(parts[part], shares, labels)
        rows = examples.loc[examples["part"] == part, ["id", "part", "label"]].reset_index(drop=True)
        rows["predicted"] = [labels[place] for place in shares.argmax(axis=1)]
        frames.append(rows.join(pd.DataFrame(shares, columns=[f"p{place}" for place in range(len(labels))])))
    write_frame(run.folder / "predictions.parquet", pd.concat(frames))
    return found


def figures_of(encoded: list[Encoded], shares: FloatArray, labels: list[str]) -> dict[str, Any]:
    gold, predicted = gold_of(encoded), shares.argmax(axis=1)
    return {
        "rows": len(gold),
        **headline(gold, shares),
        "labels": by_label(gold, predicted, labels),
        "confusion": confusion(gold, predicted, labels),
    }


def describe(best: Best) -> dict[str, float]:
    return {"step": best.step, "epoch": round(best.epoch, 2), "macro_f1": best.macro_f1}


def keep_model(run: Run, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, settings: Settings) -> None:
    """model/: safetensors, configuration with the label names, tokenizer that cuts where the training did.

    What an earlier attempt left goes first, its result before its model: never does a result stand beside another's model.
    """
    for name in ("result.json", "model.zip"):
        (run.folder / name).unlink(missing_ok=True)
    tokenizer.model_max_length = settings.max_tokens
    aside = run.folder / ".aside-model"
    shutil.rmtree(aside, ignore_errors=True)
    model.save_pretrained(aside)
    tokenizer.save_pretrained(aside)
    shutil.rmtree(run.model_folder, ignore_errors=True)
    aside.rename(run.model_folder)


def device_name(model: PreTrainedModel) -> str:
    if model.device.type == "cuda":
        return torch.cuda.get_device_name(model.device)
    return f"CPU × {torch.get_num_threads()}"
