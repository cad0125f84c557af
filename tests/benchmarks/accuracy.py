"""What a preset with the embedded model reaches on a table of its own for the test, by the app's own path.

    .venv/bin/python -m tests.benchmarks.accuracy --data train.csv --test test.csv

One JSON line: accuracy and macro-F1 on the test file, rows of both, epochs and seconds of the training, and the accuracy of the
untouched encoder with a fitted head (before the first step) on the validation part. The run goes through the queue, the supervisor
and a worker; the predictions through the process that answers the Use page.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--test", type=Path, required=True)
    parser.add_argument("--preset", choices=("quick", "balanced", "thorough"), default="balanced")
    parser.add_argument("--seed", type=int, default=42)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as home:
        os.environ["PARAFINE_HOME"] = home
        print(json.dumps(measure(options.data, options.test, options.preset, options.seed)))


def measure(data: Path, test: Path, preset_name: str, seed: int) -> dict[str, object]:
    from core.data.reading import read
    from core.jobs.control import state_of
    from core.jobs.launch import launch, learnable
    from core.models.choice import ModelChoice
    from core.models.tokens import count_tokens, tokenizer_file
    from core.store.job_folder import ENDED
    from core.store.project import create_project, keep_upload
    from core.train.presets import Size, preset
    from core.train.settings import make_settings
    from core.use.predictor import Predictor

    project = keep_upload(create_project(data.stem).id, data.read_bytes(), data.name, read(data, data.name))
    assert project.roles is not None
    pair = project.roles.question is not None
    examples = learnable(project).examples
    file, _ = tokenizer_file(ModelChoice(), project.id)
    tokens = count_tokens(file, examples["text"].tolist(), examples["question"].tolist() if pair else None)
    settings = make_settings({**preset(preset_name, Size(len(examples), tokens, wide=False)), "seed": seed})  # type: ignore[arg-type]
    run = launch(project.id, settings)
    while (state := state_of(run)) not in ENDED:
        time.sleep(1)
        print(run.progress(), file=sys.stderr)
    result = run.result()
    assert state == "done", run.log.read_text()[-2000:]
    assert result is not None
    table = read(test, test.name).table
    roles = project.roles
    predictor = Predictor(run)
    texts = table[roles.text].str.strip().tolist()
    shares = predictor.probabilities(texts, table[roles.question].str.strip().tolist() if roles.question else None)
    predicted = [predictor.labels[place] for place in shares.argmax(axis=1)]
    figures = predictor.figures(table[roles.label].str.strip().tolist(), predicted)
    predictor.close()
    first = next(
        each["value"] for each in run.metrics() if each["split"] == "validation" and each["name"] == "accuracy"
    )
    return {
        "preset": preset_name,
        "accuracy": round(figures["accuracy"], 4),
        "macro_f1": round(figures["macro_f1"], 4),
        "rows": len(examples),
        "test_rows": len(table),
        "epochs": result["epochs"],
        "best_epoch": result["best"]["epoch"],
        "longest_input": settings.max_tokens,
        "seconds": result["seconds"],
        "first_validation_accuracy": round(first, 4),
    }


if __name__ == "__main__":
    main(sys.argv[1:])
