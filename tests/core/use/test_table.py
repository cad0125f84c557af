"""A table is labelled as a job: each row answered once, whatever interrupts it, and the file that comes back is whole."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from core.data.columns import Roles
from core.errors import UserError
from core.jobs.control import delete, pause, resume, state_of, stop, take_back
from core.jobs.label import label_table
from core.jobs.queue import job_of, jobs
from core.jobs.slots import BESIDE
from core.store.job_folder import ENDED
from core.store.labelling import Labelling, list_labellings, open_labelling
from core.store.run import Run
from core.use.table import CHUNK, label
from tests.conftest import processes_of
from tests.core.use.conftest import QUESTIONS, TEXTS, by_transformers
from tests.waiting import wait_until

pytestmark = pytest.mark.slow

ROWS = 2 * CHUNK + 40


def table(rows: int = len(TEXTS)) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "text": [TEXTS[place % len(TEXTS)] for place in range(rows)],
            "question": [QUESTIONS[place % len(QUESTIONS)] for place in range(rows)],
            "label": ["delivery", "", "account", "delivery", ""] * (rows // 5) + [""] * (rows % 5),
        }
    )


def asked_for(run: Run, rows: int, roles: Roles) -> Labelling:
    """A labelling that waits; its supervisor is not waited for."""
    return label_table(run, table(rows), roles, "à étiqueter.csv", ";")


def ended(labelling: Labelling) -> str:
    wait_until(lambda: state_of(labelling) in ENDED, every=0.3)
    return state_of(labelling)


def read(labelling: Labelling) -> pd.DataFrame:
    return pd.read_csv(labelling.predictions_file, sep=";", dtype=str, keep_default_na=False, encoding="utf-8-sig")


def test_a_table_comes_back_with_the_answers_of_the_model(run: Run, shared_home: Path) -> None:
    """By a real worker, beside the devices; what the file says is what transformers alone says."""
    labelling = asked_for(run, len(TEXTS), Roles(text="text", label="label"))
    job = job_of(labelling)
    assert job is not None
    assert (job.kind, job.name, job.folder) == ("label", "à étiqueter.csv", labelling)
    assert ended(labelling) == "done"
    done = job_of(labelling)
    assert done is not None
    assert done.slot == BESIDE
    found = read(labelling)
    labels = run.record().labels
    assert list(found.columns) == [
        "text",
        "question",
        "label",
        "prediction",
        "probability",
        *(f"p({name})" for name in labels),
    ]
    assert found["text"].tolist() == [text.strip() for text in TEXTS] or found["text"].tolist() == TEXTS
    expected = by_transformers(run.model_folder, TEXTS)
    assert found[[f"p({name})" for name in labels]].astype(float).to_numpy() == pytest.approx(expected, abs=2e-4)
    result = labelling.result()
    assert result is not None
    assert (result["rows"], result["compared"], result["added"][:2]) == (5, 3, ["prediction", "probability"])
    gold = [row for row in found[["label", "prediction"]].to_numpy().tolist() if row[0]]
    assert result["accuracy"] == pytest.approx(sum(one == other for one, other in gold) / 3)
    assert list_labellings(run)[0] == labelling
    wait_until(lambda: not processes_of(shared_home))


def test_what_a_spreadsheet_would_execute_is_asked_as_it_stands_and_comes_back_harmless(run: Run) -> None:
    texts = ["=cmd|' /C calc'!A0", "+33 1 bonjour", "-5", "@SUM(A1)"]
    frame = pd.DataFrame({"=text": texts})
    labelling = label_table(run, frame, Roles(text="=text"), "formulas.csv", ";")
    assert ended(labelling) == "done"
    found = read(labelling)
    assert found["'=text"].tolist() == ["'=cmd|' /C calc'!A0", "'+33 1 bonjour", "-5", "'@SUM(A1)"]
    shares = found[[f"p({name})" for name in run.record().labels]].astype(float).to_numpy()
    assert shares == pytest.approx(by_transformers(run.model_folder, texts), abs=2e-4)
    assert labelling.table().equals(frame.astype(labelling.table().dtypes))


def test_a_pause_keeps_the_rows_that_have_an_answer_and_no_row_is_asked_twice(pair_run: Run) -> None:
    """The same file as without a pause, and the answers of the first part are the very files written then."""
    roles = Roles(text="text", question="question")
    undisturbed = make(pair_run, roles)
    assert label(undisturbed) == "done"
    labelling = make(pair_run, roles)
    looks = iter(["go on", "pause"])

    def check() -> None:
        if next(looks, None) == "pause":
            labelling.ask("pause")

    assert label(labelling, check) == "paused"
    before = {path.name: path.stat().st_mtime_ns for path in labelling.answers.iterdir()}
    assert 0 < len(before) < 3
    assert labelling.result() is None
    labelling.forget_requests()
    assert label(labelling) == "done"
    after = {path.name: path.stat().st_mtime_ns for path in labelling.answers.iterdir()}
    assert {name: after[name] for name in before} == before
    assert labelling.predictions_file.read_bytes() == undisturbed.predictions_file.read_bytes()
    assert len(read(labelling)) == ROWS
    assert "accuracy" not in (labelling.result() or {})


def test_killed_while_it_labels_it_is_interrupted_and_goes_on(run: Run, shared_home: Path) -> None:
    labelling = asked_for(run, 40 * CHUNK, Roles(text="text"))
    wait_until(lambda: state_of(labelling) and any(labelling.answers.glob("*.parquet")))
    [worker] = processes_of(shared_home, "core.jobs.worker")
    worker.kill()
    assert ended(labelling) == "interrupted"
    kept = len(list(labelling.answers.glob("*.parquet")))
    assert kept > 0
    resume(labelling)
    assert ended(labelling) == "done"
    assert len(read(labelling)) == 40 * CHUNK
    job = job_of(labelling)
    assert job is not None
    assert job.attempt == 2
    wait_until(lambda: not processes_of(shared_home))


def test_a_labelling_that_waits_can_be_taken_out_deleted_and_taken_back(run: Run) -> None:
    labelling = make(run, Roles(text="text"))
    from core.jobs.queue import enqueue

    enqueue(labelling)
    pause(labelling)
    assert state_of(labelling) == "paused"
    stop(labelling)
    delete(labelling)
    with pytest.raises(UserError) as caught:
        open_labelling(run.project_id, labelling.id)
    assert caught.value.code == "labelling_not_found"
    [binned] = [job for job in jobs(deleted=True) if job.run_id == labelling.id]
    take_back(binned)
    assert open_labelling(run.project_id, labelling.id) == labelling


def test_a_training_without_a_model_labels_nothing(run: Run) -> None:
    nobody = Run(run.project_id, "nobody")
    (nobody.folder).mkdir(parents=True, exist_ok=True)
    (nobody.folder / "run.json").write_bytes((run.folder / "run.json").read_bytes())
    with pytest.raises(UserError) as caught:
        label_table(nobody, table(), Roles(text="text"), "a.csv", ",")
    assert caught.value.code == "run_not_finished"
    (nobody.folder / "run.json").unlink()


def make(run: Run, roles: Roles) -> Labelling:
    """A labelling on disk, neither queued nor started."""
    from core.store.labelling import LabellingRecord, create_labelling
    from core.store.run import utc_now

    rows = table(ROWS)
    record = LabellingRecord(
        run_id=run.id, table_name="a.csv", roles=roles, rows=len(rows), delimiter=";", created_at=utc_now()
    )
    labelling = create_labelling(run.project_id, record, rows)
    assert json.loads((labelling.folder / labelling.record_file).read_text())["rows"] == ROWS
    return labelling
