"""Real trainings of a very small model: what the tests of training and of trained models share."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from core.data.reading import read
from core.jobs.queue import Job, claim, enqueue
from core.models.choice import ModelChoice
from core.store.project import Project, create_project, keep_upload
from core.store.run import Run
from core.train.settings import Settings
from tests.conftest import ROOT, end_processes_of
from tests.tables import as_csv, lay_down


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """So small a network gains nothing from a second thread, and waits for it long on a busy machine; nor from a GPU."""
    import torch

    threads = torch.get_num_threads()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OMP_NUM_THREADS", "1")
        patch.setenv("CUDA_VISIBLE_DEVICES", "")
        torch.set_num_threads(1)
        yield
        torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def shared_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A PARAFINE_HOME for a whole module, for runs too dear to be made for each test."""
    folder = tmp_path_factory.mktemp("home").resolve()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PARAFINE_HOME", str(folder))
        patch.delenv("PARAFINE_DATABASE_URL", raising=False)
        yield folder
        end_processes_of(folder)


def project_of(rows: Sequence[dict[str, str]], project: Project | None = None) -> Project:
    """A project with this table, or the one given with this table instead of its own."""
    content = as_csv(rows)
    project = project or create_project("messages")
    return keep_upload(project.id, content, "messages.csv", read(content, "messages.csv"))


def small(folder: Path, **values: Any) -> Settings:
    """Settings of a training that takes a second and never ends early, from the model in `folder`."""
    model = ModelChoice(kind="folder", name=str(folder))
    return Settings(**({"model": model, "epochs": 3, "batch_size": 8, "max_tokens": 32, "patience": 0} | values))


def trained(project: Project, settings: Settings) -> Run:
    """A run of the project, laid down and trained in this process."""
    from core.train.train import train

    run = lay_down(project, settings)
    train(run)
    return run


def taken(run: Run) -> Job:
    """The job of the run, queued and taken for the processor as a supervisor does. Nothing else may wait in this home."""
    enqueue(run)
    job = claim("cpu")
    assert job is not None
    assert job.run_id == run.id
    return job


def worker(job: Job) -> subprocess.CompletedProcess[bytes]:
    """A worker started as a supervisor starts it, and waited for."""
    command = [sys.executable, "-m", "core.jobs.worker", job.id, str(job.attempt), job.slot or ""]
    with job.folder.log.open("ab") as log:
        return subprocess.run(command, cwd=ROOT, env=os.environ, stdin=subprocess.DEVNULL, stdout=log, stderr=log)


def pairs(rows: int = 24) -> list[dict[str, str]]:
    """Rows with the columns text, question and label; the label says whether the question fits the text."""
    things = ["parcel", "invoice", "password", "truck", "card", "email"]
    found = []
    for place in range(rows):
        thing = things[place % len(things)]
        other = things[(place + 1) % len(things)]
        label = "yes" if place // len(things) % 2 else "no"
        asked = thing if label == "yes" else other
        found.append(
            {"text": f"my {thing} number {place}", "question": f"is it about my {asked} {place}?", "label": label}
        )
    return found


def points(run: Run, split: str, name: str) -> list[tuple[int, float]]:
    """(step, value) of one curve of metrics.jsonl."""
    return [(p["step"], p["value"]) for p in run.metrics() if (p["split"], p["name"]) == (split, name)]


def curves(run: Run) -> list[dict[str, Any]]:
    """Every point of metrics.jsonl, the time aside."""
    return [{name: value for name, value in point.items() if name != "time"} for point in run.metrics()]


def figures(run: Run) -> dict[str, Any]:
    """What result.json measured: how long it took and in which attempt aside."""
    result = run.result()
    assert result is not None
    return {name: value for name, value in result.items() if name not in ("seconds", "attempt")}


def weights(run: Run) -> bytes:
    return (run.model_folder / "model.safetensors").read_bytes()


def break_what_is_learned(folder: Path, examples: pd.DataFrame) -> None:
    """Puts NaN where the vectors of words stand in a model that only training rows have: it gives no numbers once it learns."""
    # Here, for the browser's tests need none of it.
    from safetensors.torch import load_file, save_file
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    pieces = {
        part: {piece for text in rows["text"] for piece in tokenizer(text)["input_ids"]}
        for part, rows in examples.groupby("part")
    }
    only_learned = sorted(pieces["train"] - pieces["validation"])
    assert only_learned
    weights = load_file(folder / "model.safetensors")
    (name,) = (name for name in weights if name.endswith("embeddings.word_embeddings.weight"))
    weights[name][only_learned] = float("nan")
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
