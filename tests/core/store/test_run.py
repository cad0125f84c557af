"""A run on disk: laid down whole or not seen, read while it grows, found again by its id."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from core.errors import UserError
from core.store.job_folder import Progress
from core.store.project import Project
from core.store.run import Run, create_run, list_runs, next_number, open_run
from core.train.settings import Settings
from tests.tables import lay_down


def test_a_run_laid_down_holds_its_record_and_exactly_its_examples(project: Project) -> None:
    run = lay_down(project, Settings(seed=7))
    assert {path.name for path in run.folder.iterdir()} == {"run.json", "examples.parquet"}
    record = open_run(project.id, run.id).record()
    assert (record.number, record.labels, record.settings["seed"]) == (1, ["account", "delivery", "refund"], 7)
    examples = run.examples()
    assert list(examples.columns) == ["id", "origin", "text", "question", "label", "part"]
    assert len(examples) == 60
    assert examples["part"].value_counts().to_dict() == record.parts
    assert examples["id"].is_unique
    assert run.folder.is_relative_to(project.folder)


def test_what_the_record_says_is_readable_without_parafine(project: Project) -> None:
    content = json.loads((lay_down(project).folder / "run.json").read_text(encoding="utf-8"))
    assert content["settings"] == Settings().model_dump(mode="json")
    assert content["roles"] == {
        **{"text": "text", "question": None, "label": "label", "text_more": [], "task": "classes"},
        **{"label_columns": [], "separator": "", "together": None},
    }
    assert len(content["fingerprint"]) == 64


def test_runs_are_numbered_and_listed_the_newest_first(project: Project, make_project: Callable[..., Project]) -> None:
    assert (list_runs(project.id), next_number(project.id)) == ([], 1)
    runs = [lay_down(project) for _ in range(3)]
    lay_down(make_project())
    assert list_runs(project.id) == runs[::-1]
    assert [run.record().number for run in list_runs(project.id)] == [3, 2, 1]
    assert next_number(project.id) == 4


def test_a_half_made_run_is_left_out(project: Project) -> None:
    whole, half = lay_down(project), lay_down(project)
    (half.folder / "run.json").unlink()
    assert list_runs(project.id) == [whole]
    assert next_number(project.id) == 2
    with pytest.raises(UserError) as caught:
        open_run(project.id, half.id)
    assert caught.value.code == "run_not_found"


@pytest.mark.parametrize(
    "identifier", ["", ".", "..", "../runs", "/etc", "a/b", "a\\b", "a.b", "nobody", "a\0b", "é\u0301"]
)
def test_an_id_that_is_a_path_or_unknown_is_not_found(project: Project, identifier: str) -> None:
    run = lay_down(project)
    with pytest.raises(UserError) as caught:
        open_run(project.id, identifier)
    assert caught.value.code == "run_not_found"
    with pytest.raises(UserError) as caught:
        open_run(identifier, run.id)
    assert caught.value.code == "run_not_found"


def test_a_path_to_a_run_of_another_project_is_not_found(
    project: Project, make_project: Callable[..., Project]
) -> None:
    lay_down(project)
    other = lay_down(make_project())
    path = f"../../{other.project_id}/runs/{other.id}"
    assert (Run(project.id, path).folder / "run.json").exists()
    for project_id, identifier in ((project.id, path), (f"../projects/{other.project_id}", other.id)):
        with pytest.raises(UserError) as caught:
            open_run(project_id, identifier)
        assert caught.value.code == "run_not_found"


def test_points_are_read_in_order_and_a_torn_last_line_is_left_out(project: Project) -> None:
    run = lay_down(project)
    assert run.metrics() == []
    path = run.folder / "metrics.jsonl"
    points = [{"step": step, "name": "loss", "value": 1 / step} for step in range(1, 6)]
    whole = "".join(json.dumps(point) + "\n" for point in points).encode()
    path.write_bytes(whole)
    assert run.metrics() == points
    for cut in range(1, len(json.dumps(points[-1]))):
        path.write_bytes(whole[: -1 - cut])
        assert run.metrics() == points[:-1], cut


def test_points_written_after_a_torn_line_are_read(project: Project) -> None:
    run = lay_down(project)
    (run.folder / "metrics.jsonl").write_bytes(b'{"step": 1}\n{"step": \n{"step": 3}\n')
    assert run.metrics() == [{"step": 1}, {"step": 3}]


def test_progress_is_what_was_reported_last_and_waiting_before(project: Project) -> None:
    run = lay_down(project)
    assert run.progress() == Progress()
    run.report(Progress(phase="training", step=3, steps=10, epoch=0.3, epochs=1, seconds_left=4.5))
    found = run.progress()
    assert (found.phase, found.step, found.steps, found.seconds_left) == ("training", 3, 10, 4.5)
    assert found.updated_at > 0
    (run.folder / "progress.json").write_bytes(b'{"phase": "tra')
    assert run.progress() == Progress()


def test_before_its_end_a_run_has_no_result_no_outcome_and_no_model(project: Project) -> None:
    run = lay_down(project)
    assert (run.result(), run.outcome(), run.has_model()) == (None, None, False)
    run.model_folder.mkdir()
    (run.model_folder / "model.safetensors").write_bytes(b"")
    assert not run.has_model()  # the result is written last: without it the model may be half there
    (run.folder / "result.json").write_text('{"state": "done"}')
    assert run.has_model()
    assert run.result() == {"state": "done"}


def test_a_run_is_there_only_once_its_record_is(project: Project, home: Path) -> None:
    """Examples first, run.json last: a break between the two leaves nothing to be seen."""
    record = lay_down(project).record()
    examples = list_runs(project.id)[0].examples()
    broken = examples.assign(text=[object() for _ in range(len(examples))])
    with pytest.raises(Exception, match="object"):
        create_run(project.id, record, broken)
    assert len(list_runs(project.id)) == 1
