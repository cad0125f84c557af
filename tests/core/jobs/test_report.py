"""A report for support tells what happened and nothing about whom: whatever is put in its way stays out of it."""

from __future__ import annotations

import importlib
import json
import platform
import re
import traceback
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from core.errors import UserError
from core.jobs.control import delete
from core.jobs.queue import Job, change, claim, enqueue, finish
from core.jobs.report import support_report
from core.jobs.tracebacks import COMPILED
from core.models.choice import ModelChoice
from core.store.database import JobRow, engine, now
from core.store.job_folder import Progress
from core.store.project import Project
from core.store.run import Run, open_run
from core.train.settings import Settings
from tests.conftest import ROOT
from tests.core.jobs.at_work import begun, now_of
from tests.core.jobs.terminal import started
from tests.tables import lay_down

TEXT = "Madame Dupont, dossier 4711, ne peut plus payer"
KEY = "hf_" + "AbCdEfGhIjKlMnOpQrStUvWxYz012345"
PATH = "/home/jeanne/projets/secrets"
LABEL = "contentieux_dupont"
SECRETS = ("Dupont", "4711", "hf_AbCd", "sk-123", "jeanne", "secrets", LABEL, "messages")
"""What no report may hold; the last is the name of the project, of the table and of a column."""

LOG = f"""{TEXT}
api_key=sk-123456 {KEY}
Traceback (most recent call last):
  File "<frozen runpy>", line 198, in _run_module_as_main
  File "{ROOT}/core/jobs/worker.py", line 74, in attempted
    return WORK[mine.kind]("{TEXT}")
  File "{ROOT}/core/jobs/worker.py", line 74, in {LABEL}
    x
  File "{ROOT}/core/../tests/conftest.py", line 3, in end_processes_of
  File "{PATH}/core/jobs/worker.py", line 12, in attempted
    {KEY}
  File "{ROOT}/core/jobs/worker.py", line 999999, in attempted
  File "{TEXT}", line 4711, in jeanne
core.errors.UserError: “{TEXT}” {KEY}
Traceback (most recent call last):
  File "{TEXT}", line 3, in contentieux
Dupont: {KEY}
During handling of the above exception, another exception occurred:
Traceback (most recent call last):
  File "{json.__file__}", line 346, in loads
torch.Dupont: {TEXT}
Traceback (most recent call last):
  File "{json.__file__}", line 346, in loads
ValueError: {LABEL}
{LABEL}: {TEXT}
Traceback (most recent call last):
{TEXT}: {KEY}
"""


def reported(job: Job) -> str:
    """The report, once it is sure that nothing slipped in."""
    report = support_report(job)
    for secret in SECRETS:
        assert secret.lower() not in report.lower(), secret
    return report


def lines_of(report: str) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in report.splitlines() if ": " in line)


@pytest.fixture
def run(project: Project) -> Run:
    run = lay_down(project)
    enqueue(run, name=TEXT)
    return run


def rewrite(run: Run, **changed: Any) -> None:
    path = run.folder / "run.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changed))


def test_of_a_log_only_frames_of_installed_programs_and_names_of_exceptions_are_told(run: Run) -> None:
    run.log.write_text(LOG)
    report = reported(now_of(run))
    told = report.partition("traceback in the log:\n")[2].splitlines()
    assert told == [
        "  core/jobs/worker.py:74 in attempted",
        *["  (elsewhere)"] * 5,
        "  core.errors.UserError",
        "traceback in the log:",
        "  (elsewhere)",
        "  (another exception)",
        "traceback in the log:",
        "  python/json/__init__.py:346 in loads",
        "  (another exception)",
        "traceback in the log:",
        "  python/json/__init__.py:346 in loads",
        "  ValueError",
        "traceback in the log:",
        "  (another exception)",
    ]


def test_a_real_traceback_says_where_it_happened(run: Run) -> None:
    try:
        open_run(run.project_id, LABEL)
    except UserError:
        run.log.write_text(traceback.format_exc())
    told = reported(now_of(run)).splitlines()[-3:]
    assert told[0] == "  (elsewhere)"
    assert re.fullmatch(r"  core/store/run\.py:\d+ in open_run", told[1])
    assert told[2] == "  core.errors.UserError"


@pytest.mark.parametrize("name", sorted(COMPILED))
def test_exceptions_without_a_source_have_these_names(name: str) -> None:
    module, _, last = name.rpartition(".")
    found = getattr(importlib.import_module(module), last)
    assert issubclass(found, BaseException)
    assert f"{found.__module__}.{found.__qualname__}" == name


def test_settings_versions_and_labels_are_told_as_numbers(run: Run) -> None:
    given = {"epochs": 7, "learning_rate": 3e-5, "preset": TEXT, LABEL: 4, "seed": KEY, "dropout": True}
    model = {"kind": "hub", "name": "jeanne/" + LABEL}
    versions = {"torch": version("torch"), "numpy": f"1.0-{LABEL}", "dupont": "1.0"}
    labels = [LABEL, "other"]
    rewrite(run, settings=given | {"model": model}, versions=versions, labels=labels, parts={"train": 48, LABEL: 3})
    lines = lines_of(reported(now_of(run)))
    assert lines["settings"] == "model hub (another), preset (another), epochs 7, learning_rate 3e-05"
    assert (lines["labels"], lines["rows"], lines["packages then"]) == ("2", "train 48", f"torch {version('torch')}")
    assert f"torch {version('torch')}" in lines["packages"]
    assert platform.python_version() in lines["python"]


def test_a_model_everybody_knows_is_named_and_another_is_not(run: Run) -> None:
    public = ModelChoice(kind="hub", name="almanach/camembert-base")
    rewrite(run, settings=Settings(model=public).model_dump(mode="json"))
    assert "model hub almanach/camembert-base," in reported(now_of(run))
    rewrite(run, settings=Settings(model=ModelChoice(kind="folder", name=PATH)).model_dump(mode="json"))
    assert "settings: model folder, preset balanced, epochs 5," in reported(now_of(run))


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        (None, "–"),
        (
            {"code": "loss_not_finite", "facts": {"step": 3, "learning_rate": 0.01}},
            "loss_not_finite (learning_rate 0.01, step 3)",
        ),
        ({"code": "model_folder", "facts": {"folder": PATH, "problem": TEXT}}, "model_folder"),
        ({"code": "one_label", "facts": {"label": 4711, "step": KEY}}, "one_label"),
        ({"code": "too_few_examples", "facts": {"rows": LABEL, "minimum": 20}}, "too_few_examples (minimum 20)"),
        ({"code": LABEL, "facts": {"rows": 3}}, "(another)"),
        ({"code": "disk_full", "facts": TEXT}, "disk_full"),
        ({"code": [TEXT]}, "(another)"),
    ],
)
def test_a_reason_is_its_code_and_what_it_counts(run: Run, reason: dict[str, Any] | None, told: str) -> None:
    assert claim("cpu") is not None
    assert finish(now_of(run), "failed", reason)
    run.conclude(1, "failed", reason)
    lines = lines_of(reported(now_of(run)))
    assert (lines["state"], lines["reason"], lines["last word"]) == (
        "failed",
        told,
        f"attempt 1, failed, reason {told}",
    )


def test_how_far_it_was_and_where_is_told(run: Run) -> None:
    begun(run)
    run.report(Progress(phase="training", step=30, steps=120, epoch=1.5, epochs=6))
    run.ask("stop")
    (run.folder / "checkpoints" / "step-00000020").mkdir(parents=True)
    (run.folder / "checkpoints" / f"step-{LABEL}").mkdir()
    with Session(engine()) as session, session.begin():
        session.execute(update(JobRow).values(slot=LABEL, owner=LABEL, started_at=now() + timedelta(hours=1)))
    lines = lines_of(reported(now_of(run)))
    assert (lines["phase"], lines["steps"]) == ("training", "step 30, steps 120, epoch 1.5, epochs 6")
    assert (lines["checkpoints"], lines["slot"], lines["asked to"]) == ("step-00000020", "–", "stop")
    assert lines["job"].endswith(f"reference {run.id}")
    assert lines["heart"].startswith("attempt 1,")
    assert "run.json" in lines["files"]


def test_keys_of_the_environment_are_set_or_not(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", KEY)
    monkeypatch.setenv("PARAFINE_SLOTS", LABEL)
    lines = lines_of(reported(now_of(run)))
    assert lines["set in the environment"].split(", ")[-1] == "HF_TOKEN"
    assert lines["slots"] == "slots_invalid"


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"\xff\xfe", b'"' + TEXT.encode() + b'"', b'{"labels": 3, "parts": [1]}']
)
def test_what_is_broken_is_reported_too(run: Run, content: bytes) -> None:
    for name in (
        "run.json",
        "result.json",
        "outcome.json",
        "progress.json",
        "heartbeat.json",
        "metrics.jsonl",
        "log.txt",
    ):
        (run.folder / name).write_bytes(content)
    assert "reference " + run.id in reported(now_of(run))
    rewrite_result = {"test": {"rows": 6, "accuracy": 10**400, "macro_f1": 0.5, "labels": [LABEL]}, "device": LABEL}
    (run.folder / "result.json").write_text(json.dumps(rewrite_result))
    assert lines_of(reported(now_of(run)))["figures of the test"] == "rows 6, macro_f1 0.5"


def test_what_lies_in_the_bin_and_what_is_gone_is_reported(run: Run) -> None:
    assert claim("cpu") is not None
    assert finish(now_of(run), "failed", None)
    assert change(now_of(run), name=None)
    delete(run)
    lines = lines_of(reported(now_of(run)))
    assert (lines["state"], lines["record"]) == ("failed, in the bin", "readable")
    run.bin.rename(run.bin.with_name("gone"))
    assert lines_of(reported(now_of(run)))["record"] == "missing or unreadable"


def test_it_is_printed_at_a_terminal(run: Run, home: Path) -> None:
    run.log.write_text(LOG)
    job = now_of(run)
    assert claim("cpu") is not None
    assert finish(now_of(run), "failed", None)
    done = started("report", job.id, "--lang", "fr")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("Parafine: report for support")
    assert all(secret.lower() not in done.out.lower() for secret in SECRETS)
    assert str(home) not in done.out
