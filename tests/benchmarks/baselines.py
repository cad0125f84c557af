"""What simple models reach on a table, measured on another one, and how long they take.

    .venv/bin/python -m tests.benchmarks.baselines --data train.csv --test test.csv

One JSON line: rows, and of each model its figures on the test file and its seconds. They learn from all rows of the first file;
where rows have several labels (--task several_labels --separator "|"), a tenth of these decides on the thresholds instead.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

import pandas as pd
import torch

from core.augment.similarity import open_reader
from core.data.columns import Roles
from core.data.examples import select
from core.data.reading import read
from core.data.targets import outputs_of, scale_of
from core.models.choice import ModelChoice
from core.store.baselines import BaselinesRecord
from core.store.run import utc_now
from core.train.baselines import measure
from core.train.tasks import TASKS
from tests.benchmarks.by_the_app import project_of


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--test", type=Path, required=True)
    parser.add_argument("--task", choices=("classes", "several_labels", "number"), default="classes")
    parser.add_argument("--separator", default="|", help="of several labels in a cell")
    parser.add_argument("--only", choices=("text", "question"), help="of a pair, one column alone")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as home:
        os.environ["PARAFINE_HOME"] = home
        roles = project_of(options.data.read_bytes(), options.data.name).roles
        assert roles is not None
        changes: dict[str, object] = {"task": options.task}
        if options.task == "several_labels":
            changes["separator"] = options.separator
        if options.only is not None:
            changes |= {"text": getattr(roles, options.only), "question": None}
        print(json.dumps(figures(options.data, options.test, roles.model_copy(update=changes))))


def figures(data: Path, test: Path, roles: Roles) -> dict[str, object]:
    examples = pd.concat([rows_of(data, roles, "train"), rows_of(test, roles, "test")], ignore_index=True)
    # Unique ids: both files count from r1.
    examples["id"] = [f"r{place}" for place in range(1, len(examples) + 1)]
    if roles.task == "several_labels":
        learned = examples.index[examples["part"] == "train"]
        examples.loc[learned[::10], "part"] = "validation"
    labels = examples["label"].tolist()
    record = BaselinesRecord(
        key="",
        roles=roles,
        labels=outputs_of(roles.task, labels),
        scale=scale_of(roles.task, labels),
        created_at=utc_now(),
    )
    reader = open_reader(ModelChoice(), "", bf16=torch.ops.mkldnn._is_mkldnn_bf16_supported())
    found, _ = measure(record, examples, reader.embed)
    names = [figure.name for figure in TASKS[roles.task].figures]
    line: dict[str, object] = {
        "data": data.parent.name,
        "pair": bool(roles.question),
        "rows": int((examples["part"] == "train").sum()),
        "test_rows": int((examples["part"] == "test").sum()),
    }
    for each in found:
        assert each["test"] is not None
        line[each["name"]] = {
            **{name: round(each["test"][name], 4) for name in names},
            "strength": each["strength"],
            "seconds": each["seconds"],
        }
    return line


def rows_of(path: Path, roles: Roles, part: str) -> pd.DataFrame:
    return select(read(path.read_bytes(), path.name).table, roles).examples.assign(part=part)


if __name__ == "__main__":
    main(sys.argv[1:])
