"""Several labels a row, and a number, on the pages: from the upload over the choice of the task to a text that is tried."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from core.jobs.queue import claim, enqueue, finish
from core.store.project import Project
from core.store.run import Run
from core.words import Words
from tests.pages.conftest import at_home, at_home_in_a_copy, filled_home
from tests.pages.screen import errors, everything, figures, run, said, table, texts, upload, visit
from tests.pages.test_use import answered, try_text
from tests.tables import as_csv, graded, lay_down, tagged
from tests.trained import project_of as project_with
from tests.trained import small


@dataclass(frozen=True)
class Ready:
    """A trained run of each task, in one project."""

    project: Project
    several: Run
    number: Run


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory, tiny_bert: Path) -> Iterator[tuple[Path, Ready]]:
    with filled_home(tmp_path_factory.mktemp("tasks")) as folder:
        with at_home(folder):
            project = project_with(tagged())
            runs = [_trained(project, tiny_bert)]
            project = project_with(graded(), project)
            runs.append(_trained(project, tiny_bert))
        yield folder, Ready(project, *runs)


def _trained(project: Project, model: Path) -> Run:
    from core.train.train import train

    made = lay_down(project, small(model, epochs=6, learning_rate=1e-3))
    enqueue(made)
    job = claim("cpu")
    assert job is not None
    train(made)
    finish(job, "done")
    return made


@pytest.fixture
def own(ready: tuple[Path, Ready], tmp_path: Path) -> Iterator[Ready]:
    """The same in a home of the test's own."""
    with at_home_in_a_copy(ready[0], tmp_path):
        yield ready[1]


@pytest.mark.slow
def test_the_results_are_those_of_the_task(own: Ready, words: Words) -> None:
    at = visit("results", words, project=own.project.id, run=own.several.id)
    assert errors(at) == []
    several, number = ((each.result() or {})["test"] for each in (own.several, own.number))
    # Runs of two tasks: each with the first figure of its own, and its name.
    listed = [row[3] for row in table(at, said("Result", words))[1:]]
    assert listed == [
        f"{words.gettext('Pearson correlation')} {words.decimal(number['pearson'], 3)}",
        f"Micro-F1 {words.percent(several['micro_f1'])}",
    ]
    shown = texts(at)
    for name, value in [("Micro-F1", several["micro_f1"]), ("Macro-F1", several["macro_f1"]), ("Exactly right", several["exact"])]:  # fmt: skip
        assert (said(name, words), words.percent(value)) in pairwise(shown)
    rows = {row[0]: row for row in table(at, said("Given from", words))[1:]}
    for each in several["labels"]:
        assert rows[each["label"]][5] == words.percent(each["threshold"], 0)
    drawn = figures(at)
    assert not [key for key in drawn if key.startswith("confusion")]
    score = [point for point in own.several.metrics() if (point["split"], point["name"]) == ("validation", "micro_f1")]
    assert drawn["curve_score"]["figure"]["data"][0]["y"] == [100 * point["value"] for point in score]


@pytest.mark.slow
def test_a_number_is_shown_against_the_true_one(own: Ready, words: Words) -> None:
    at = visit("results", words, project=own.project.id, run=own.number.id)
    assert errors(at) == []
    test = (own.number.result() or {})["test"]
    assert (said("Mean error", words), words.decimal(test["mae"], 3)) in pairwise(texts(at))
    assert said("Label by label", words) not in texts(at)
    predictions = own.number.predictions().query("part == 'test'")
    drawn = figures(at)[f"scatter_{own.number.id}"]["figure"]["data"][0]
    assert drawn["x"] == predictions["label"].astype(float).tolist()
    assert drawn["y"] == pytest.approx(predictions["predicted"].tolist())
    away = (predictions["label"].astype(float) - predictions["predicted"]).abs().median()
    assert f"± {round(away, 3)}".replace(".", words.decimal(0.5, 1)[1]) in everything(at).replace("\u00a0", " ")
    pearson = figures(at)["curve_score"]["figure"]
    assert pearson["layout"]["yaxis"]["title"]["text"] == words.gettext("Pearson correlation")
    assert max(pearson["data"][0]["y"]) <= 1


@pytest.mark.slow
def test_a_text_gets_the_labels_that_apply(own: Ready, words: Words) -> None:
    at = try_text(visit("use", words, project=own.project.id, run=own.several.id), "my parcel is late", words)
    assert errors(at) == []
    drawn = figures(at)["probabilities"]["figure"]
    thresholds = dict(zip(own.several.record().labels, (own.several.result() or {})["thresholds"], strict=True))
    names, shares = drawn["data"][0]["customdata"], drawn["data"][0]["x"]
    assert [line["x0"] for line in drawn["layout"]["shapes"]] == [thresholds[name] for name in names]
    applying = [name for name in own.several.record().labels if shares[names.index(name)] >= thresholds[name]]
    count = words.ngettext("{count} label applies", "{count} labels apply", len(applying))
    assert (count, ", ".join(applying) or said("none applies", words)) in pairwise(texts(at))


@pytest.mark.slow
def test_a_table_gets_numbers_and_how_far_they_agree(own: Ready, words: Words) -> None:
    at = visit("use", words, project=own.project.id, run=own.number.id)
    at.text_area[0].input("my parcel")
    next(button for button in at.button if button.label == said("Give it a number", words)).click()
    at = run(at)
    assert errors(at) == []
    assert 1.5 <= figures(at)["number"]["figure"]["data"][0]["x"][0] <= 4
    at = upload(at, as_csv(graded(30), ";"), "notes.csv")
    at.button(key="label_table").click()
    at = answered(run(at))
    assert errors(at) == []
    shown = table(at, said("Prediction", words))
    assert shown[0] == ["text", "label", said("Prediction", words)]
    assert said("Spearman correlation", words) in texts(at)
    assert all(1.5 <= float(row[2].replace(",", ".")) <= 4 for row in shown[1:])
