"""The Train page of a run: launched, waiting, at work, stopped by hand, and over in every way."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from core.jobs.control import state_of
from core.jobs.job_words import PHASES
from core.jobs.queue import claim, enqueue, job_of, jobs
from core.store.job_folder import Heartbeat, Phase, Progress
from core.store.project import Project
from core.store.run import Run, list_runs
from core.words import Words
from tests.pages.conftest import Ended
from tests.pages.screen import (
    click,
    data_of,
    errors,
    everything,
    figures,
    followed,
    progress,
    run,
    said,
    sentence,
    texts,
    titles,
    visit,
)
from tests.tables import lay_down

STOP = "Stop and keep what was learned"
AFTER_THE_STEPS = ("evaluating", "saving", "zipping", "over")
LOG, REPORT = "Last lines of the log", "A report for support"


@pytest.fixture
def waiting(held: object, project: Project) -> Run:
    run = lay_down(project)
    enqueue(run)
    return run


@pytest.fixture
def working(waiting: Run) -> Run:
    job = claim("cpu")
    assert job is not None
    assert job.run == waiting
    waiting.beat(Heartbeat(attempt=job.attempt, pid=1, command=[]))
    return waiting


def watch(run: Run, words: Words) -> AppTest:
    return visit("train", words, project=run.project_id, run=run.id)


def keys(at: AppTest) -> list[str | None]:
    return [button.key for button in at.button]


def test_a_launch_freezes_a_run_queues_it_and_shows_it(held: object, project: Project, words: Words) -> None:
    at = click(visit("train", words, project=project.id), "launch")
    assert not at.error
    [run] = list_runs(project.id)
    assert at.query_params["run"] == run.id
    assert [(job.run, job.state) for job in jobs() if job.kind == "train"] == [(run, "queued")]
    assert titles(at) == [said("Train", words)]
    assert said("Waiting for its turn", words) in everything(at)
    record = run.record()
    assert record.settings["preset"] == "balanced"
    assert sum(record.parts.values()) == 60
    rows, labels = (
        words.ngettext("{count} row", "{count} rows", 60),
        words.ngettext("{count} label", "{count} labels", 3),
    )
    assert f"{rows}, {labels}" in everything(at)


def test_a_run_that_waits_can_be_taken_out_of_the_queue(waiting: Run, words: Words) -> None:
    at = watch(waiting, words)
    assert at.button(key=f"stop_{waiting.id}").label == said("Take out of the queue", words)
    at = click(at, f"stop_{waiting.id}")
    assert state_of(waiting) == "stopped"
    assert [each.value for each in at.info] == [said("Stopped before anything was learned: there is no model.", words)]
    assert waiting.asked() is None
    assert f"results_{waiting.id}" not in keys(at)


def test_a_run_taken_out_after_a_checkpoint_has_learned_something(waiting: Run, words: Words) -> None:
    (waiting.folder / "checkpoints" / "step-00000005").mkdir(parents=True)
    at = click(watch(waiting, words), f"stop_{waiting.id}")
    kept = "Stopped. There is no model yet, but what was learned is kept: resume it to go on."
    assert [each.value for each in at.info] == [said(kept, words)]
    goes_on = "It goes on from step {step} and ends with the same figures as if nothing had happened."
    assert said(goes_on, words, step="5") in texts(at)


@pytest.mark.parametrize("phase", [phase for phase in PHASES if phase not in ("waiting", "training")])
def test_each_phase_has_its_words(working: Run, phase: Phase) -> None:
    working.report(Progress(phase=phase))
    at = watch(working, Words("fr"))
    share = 100 if phase in AFTER_THE_STEPS else 0
    assert progress(at) == (share, f"{said(PHASES[phase], Words('fr'))}…")


def test_a_run_at_work_shows_step_epoch_and_time_left(working: Run, words: Words) -> None:
    working.report(Progress(phase="training", step=1200, steps=4800, epoch=1.5, epochs=6, seconds_left=125.0))
    at = watch(working, words)
    facts = said(
        "step {step} of {steps} · epoch {epoch} of {epochs}",
        words,
        step=words.integer(1200),
        steps=words.integer(4800),
        epoch=words.decimal(1.5, 1),
        epochs="6",
    )
    left = said("about {duration} left", words, duration=words.duration(125))
    assert progress(at) == (25, f"{said('Training', words)} · {facts} · {left}")
    going_on = "You can close this page, the browser, even restart the server: the work goes on."
    assert said(going_on, words) in texts(at)


def test_the_curves_show_the_points_written_so_far(working: Run, words: Words) -> None:
    at = watch(working, words)
    assert [each["figure"]["data"][-1]["x"] for each in figures(at).values()] == [[], []]
    lines = [
        '{"step": 1, "epoch": 0.5, "split": "train", "name": "loss", "value": 1.1, "time": 1.0}',
        '{"step": 2, "epoch": 1.0, "split": "validation", "name": "loss", "value": 0.9, "time": 2.0}',
        '{"step": 2, "epoch": 1.0, "split": "validation", "name": "macro_f1", "value": 0.5, "time": 2.0}',
        '{"step": 3, "epo',
    ]
    (working.folder / "metrics.jsonl").write_text("\n".join(lines), encoding="utf-8")
    drawn = figures(watch(working, words))
    loss = {trace["name"]: (trace["x"], trace["y"]) for trace in drawn["curve_loss"]["figure"]["data"]}
    assert loss == {said("training", words): ([0.5], [1.1]), said("validation", words): ([1.0], [0.9])}
    [score] = drawn["curve_score"]["figure"]["data"]
    assert (score["x"], score["y"]) == ([1.0], [50.0])
    assert drawn["curve_loss"]["alt"] == said("Curves of the loss over the epochs, training and validation.", words)


def test_the_charts_take_their_script_from_this_server(working: Run) -> None:
    for node in watch(working, Words("fr")).main:
        if node.type == "bidi_component" and "figure" in data_of(node):
            assert data_of(node)["script"].startswith("/parafine/plotly-")


def test_a_stop_is_asked_for_once_and_said(working: Run, words: Words) -> None:
    working.report(Progress(phase="training", step=1, steps=10, epoch=0.1, epochs=1))
    at = watch(working, words)
    assert at.button(key=f"stop_{working.id}").label == said(STOP, words)
    at = click(at, f"stop_{working.id}")
    assert working.asked() == "stop"
    assert at.button(key=f"stop_{working.id}").disabled
    assert said("Stopping: the best model so far is being saved.", words) in texts(at)
    assert state_of(working) == "running"


def test_another_run_can_be_prepared_while_one_works(working: Run, words: Words) -> None:
    at = click(watch(working, words), "new_training")
    assert "run" not in at.query_params
    assert "launch" in keys(at)


@pytest.mark.slow
@pytest.mark.parametrize("way", ["done", "kept", "stopped", "failed", "diverged", "interrupted", "pair"])
def test_each_end_is_said_with_the_next_step(ended: Ended, words: Words, way: str) -> None:
    run = ended.runs()[way]
    at = watch(run, words)
    seconds = (run.result() or {}).get("seconds", 0)
    endings = {
        "done": said("The training is over, in {duration}.", words, duration=words.duration(seconds)),
        "kept": said("Stopped. The best model so far was kept and can be used.", words),
        "stopped": said("Stopped before anything was learned: there is no model.", words),
        "failed": sentence(words, "worker_failed", reference=run.id),
        "diverged": sentence(words, "loss_not_finite", step=7, learning_rate=0.01),
        "interrupted": said(
            "The training was cut off (the machine stopped, or its process was ended). Its rows, settings and checkpoints are kept.",
            words,
        ),
    }
    spoken = [each.value for each in (*at.success, *at.info, *at.warning, *at.error)]
    assert spoken == [endings["done" if way == "pair" else way]]
    assert (f"results_{run.id}" in keys(at)) == (way in ("done", "kept", "pair"))
    assert (f"resume_{run.id}" in keys(at)) == (way in ("kept", "stopped", "failed", "interrupted"))
    assert [each.label for each in at.expander] == [said(LOG, words), said(REPORT, words)]
    assert not at.code, "nobody has opened the report"
    assert not [html for html in at.html if "class='log'" in html.value], "nor the log"
    assert "new_training" in keys(at)
    assert not followed(at, "progress")


@pytest.mark.slow
def test_a_run_that_failed_shows_the_end_of_its_log(ended: Ended) -> None:
    job = job_of(ended.failed)
    assert job is not None
    at = watch(ended.failed, Words("fr"))
    at.session_state[f"log_{job.id}"] = True
    assert "nobody foresaw this" in everything(run(at))


@pytest.mark.slow
def test_a_run_that_is_over_leads_to_its_results(ended: Ended, words: Words) -> None:
    at = click(watch(ended.done, words), f"results_{ended.done.id}")
    assert titles(at) == [said("Results", words)]
    assert at.query_params["run"] == ended.done.id
    assert errors(at) == []
