"""Whether a cross-validation beats the simple models on its folds: reckoned here from the files of both."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import fmean, stdev

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ttest_1samp
from sklearn.metrics import f1_score

from core.data.columns import Roles
from core.home import write_json
from core.jobs.baselines import ask_for_baselines, ask_for_study_baselines
from core.jobs.folds import launch_folds
from core.jobs.processes import supervisor_lock
from core.models.choice import ModelChoice
from core.results.beside import beside_document, beside_run, beside_study
from core.results.rivals import Verdict
from core.results.study_rivals import study_verdict
from core.results.verdict import difference, measured_on, sentence, table_of
from core.store.project import Project, set_roles
from core.store.study import Study
from core.store.study_baselines import StudyBaselines
from core.train.settings import Settings
from core.train.tasks import TASKS
from core.words import LANGUAGES, Words
from tests.beside_folds import answered, measured, right, wrong
from tests.core.results.test_over_all_rows import finish_matching, finish_numbers, finish_questions, finish_sets
from tests.matching import asked as pairs
from tests.tables import as_csv, asked, graded, messages, tagged
from tests.trained import one_thread  # noqa: F401  # a fixture for the module

ENGLISH = Words("en")


@pytest.fixture(autouse=True)
def held(home: Path) -> Iterator[None]:
    with supervisor_lock().acquire(timeout=0):
        yield


@pytest.fixture
def study_of(make_project: Callable[..., Project], tiny_bert: Path) -> Callable[..., Study]:
    def make(rows: list[dict[str, str]], roles: Roles, repeats: int = 1) -> Study:
        project = make_project(as_csv(rows))
        set_roles(project.id, roles)
        settings = Settings(model=ModelChoice(kind="folder", name=str(tiny_bert)))
        return launch_folds(project.id, settings, 3, repeats)

    return make


@pytest.fixture
def study(study_of: Callable[..., Study]) -> Study:
    """Labels that the words do not tell, so that no simple model is right by more than luck."""
    rows = [
        row | {"label": ("account", "delivery", "refund")[place * 7 % 11 % 3]} for place, row in enumerate(messages(60))
    ]
    return study_of(rows, Roles(text="text", label="label"))


def test_right_everywhere_it_is_better_and_wrong_everywhere_worse(study: Study) -> None:
    found = measured(study)
    assert study_verdict(study, found) is None
    for run in study.folds():
        answered(run, right)
    said = study_verdict(study, found)
    assert said is not None
    assert (said.standing, said.part, said.rows, said.figure.name) == ("better", "all_rows", 60, "macro_f1")
    means = {
        name: fmean(float(each["test"]["macro_f1"]) for place in range(3) for each in named(found, place, name))
        for name in ("majority", "tfidf", "embeddings")
    }
    assert said.rival == max(means, key=lambda name: means[name])
    answers = pd.concat([found.answers(place) for place in range(3)])
    assert said.difference == pytest.approx(1 - f1_score(answers["label"], answers[said.rival], average="macro"))
    assert said.low <= said.difference <= said.high


def named(found: StudyBaselines, place: int, name: str) -> list[dict[str, dict[str, float]]]:
    return [each for each in (found.fold(place) or {})["baselines"] if each["name"] == name]


def test_simple_models_that_are_better_are_said_to_be(study_of: Callable[..., Study]) -> None:
    study = study_of(messages(60), Roles(text="text", label="label"))
    found = measured(study)
    for run in study.folds():
        answered(run, wrong)
    said = study_verdict(study, found)
    assert said is not None
    assert (said.standing, said.rival) == ("worse", "tfidf")
    for place, run in enumerate(study.folds()):
        answered(run, lambda rows, place=place: found.answers(place)["tfidf"].tolist())
    (study.folder / "out_of_fold.parquet").unlink()
    said = study_verdict(study, found)
    assert said is not None
    assert (said.standing, said.difference, said.low, said.high) == ("unclear", 0.0, 0.0, 0.0)


def test_while_folds_are_missing_those_that_are_there_are_compared(study: Study) -> None:
    found = measured(study)
    for run in study.folds()[:2]:
        answered(run, right)
    said, beside = study_verdict(study, found), beside_study(study)
    assert said is not None
    assert beside is not None
    assert said.rows == 40
    assert beside.measured == 2
    own, tfidf = beside.lines[0], beside.lines[2]
    assert (own.name, own.figures["accuracy"].mean, own.seconds) == ("", 1.0, 6.0)
    reached = [float(named(found, place, "tfidf")[0]["test"]["accuracy"]) for place in range(2)]
    assert tfidf.figures["accuracy"].mean == pytest.approx(fmean(reached))
    assert tfidf.figures["accuracy"].deviation == pytest.approx(stdev(reached))


def test_while_none_is_there_the_simple_models_stand_alone(study: Study) -> None:
    assert beside_study(study) is None
    assert beside_document(beside_study(study)) is None
    ask_for_study_baselines(study)
    assert beside_study(study) is None
    measured(study)
    beside = beside_study(study)
    assert beside is not None
    assert ([line.name for line in beside.lines], beside.measured) == (["majority", "tfidf", "embeddings"], 3)
    assert beside.verdict is None


def test_what_repeats_say_of_a_row_is_drawn_together(study_of: Callable[..., Study]) -> None:
    """Twice the same answers tell no more than once: the span stays as wide as that of sixty rows."""
    once, twice = (study_of(messages(60), Roles(text="text", label="label"), repeats) for repeats in (1, 2))
    spans = []
    for study in (once, twice):
        found = measured(study)
        for run in study.folds():
            answered(run, lambda rows: [label if int(name[1:]) % 3 else "refund" for name, label in zip(rows["id"], rows["label"], strict=True)])  # fmt: skip
        said = study_verdict(study, found)
        assert said is not None
        assert said.rows == 60
        spans.append(said.high - said.low)
    assert spans[1] == pytest.approx(spans[0], rel=0.15)


@pytest.mark.parametrize(
    ("rows", "roles", "finish", "figure"),
    [
        (tagged(30), Roles(text="text", label="label", task="several_labels", separator=";"), finish_sets, "micro_f1"),
        (graded(30), Roles(text="text", label="label", task="number"), finish_numbers, "pearson"),
        (asked(30), Roles(text="text", question="question", task="generation"), finish_questions, "chrf"),
    ],
    ids=["several_labels", "number", "generation"],
)
def test_every_task_with_answers_that_can_be_put_together(
    study_of: Callable[..., Study], rows: list[dict[str, str]], roles: Roles, finish: Callable[..., None], figure: str
) -> None:
    study = study_of(rows, roles)
    found = measured(study)
    for place, run in enumerate(study.folds()):
        finish(run, place)
    said = study_verdict(study, found)
    assert said is not None
    assert (said.part, said.rows, said.figure.name) == ("all_rows", 30, figure)
    assert said.low <= said.difference <= said.high
    assert said.low < said.high


def test_of_a_matching_the_folds_decide(study_of: Callable[..., Study]) -> None:
    study = study_of(pairs(30), Roles(text="text", question="question", task="matching"))
    found = measured(study)
    # These questions have no word of their texts: the order by chance is the best that simple models do.
    reached = [float(named(found, place, "chance")[0]["test"]["mrr"]) for place in range(3)]
    finish_matching(study.folds()[0], 0)
    assert study_verdict(study, found) is None, "one fold tells nothing of how far folds differ"
    for place, run in enumerate(study.folds()):
        finish_matching(run, place)
        result = run.result()
        assert result is not None
        result["test"]["mrr"] = reached[place] - 0.2 + 0.01 * place
        write_json(run.folder / "result.json", result)
    said = study_verdict(study, found)
    assert said is not None
    assert (said.part, said.rows, said.rival, said.standing) == ("folds", 3, "chance", "worse")
    assert said.difference == pytest.approx(-0.19)
    span = ttest_1samp([-0.2, -0.19, -0.18], 0.0).confidence_interval()
    # Wider than folds that shared no row would make it: by the root of 1/3 + 1/2 to 1/3.
    assert said.high - said.low == pytest.approx((span.high - span.low) * np.sqrt((1 / 3 + 1 / 2) * 3))


def test_a_training_stands_first_among_the_models_of_its_part(study: Study) -> None:
    run = study.folds()[0]
    (found,) = ask_for_baselines(run)
    assert beside_run(run) is None
    both = {"validation": {"rows": 5, "macro_f1": 0.5}, "test": {"rows": 20, "macro_f1": 0.4}}
    found.keep({"baselines": [{"name": "tfidf", "seconds": 2.0, **both}], "seconds": 2.5}, pd.DataFrame())
    learning = beside_run(run)
    assert learning is not None
    assert (learning.part, learning.measured, [line.name for line in learning.lines]) == ("validation", 5, ["tfidf"])
    write_json(run.folder / "result.json", {"attempt": 1, "seconds": 9.0, "test": {"rows": 20, "macro_f1": 0.75}})
    over = beside_run(run)
    assert over is not None
    assert (over.part, over.measured, [line.name for line in over.lines]) == ("test", 20, ["", "tfidf"])
    assert table_of(over, TASKS["classes"], ENGLISH)[1][0] == ["This training", "75.0%", ENGLISH.duration(9)]
    assert measured_on(over, ENGLISH) == "Measured on the 20 rows of the test part."


@pytest.mark.parametrize("language", sorted(LANGUAGES))
@pytest.mark.parametrize("part", ["test", "all_rows", "folds"])
def test_what_is_decided_is_said_in_other_words_each_time(language: str, part: str) -> None:
    words, figure = Words(language), TASKS["classes"].best
    said = {sentence(Verdict("tfidf", figure, part, 3, gap, gap - 0.02, gap + 0.02), words) for gap in (-0.1, 0.0, 0.1)}
    assert len(said) == 3
    clear = sentence(Verdict("tfidf", figure, part, 3, 0.1, 0.08, 0.12), words)
    assert difference(figure, 0.1, words) in clear
    assert words.gettext("Words and pieces of words, counted and weighed") in clear
    plain = sentence(Verdict("tfidf", figure, part, 3, -0.1, -0.12, -0.08), words)
    assert {"en": "does not beat", "fr": "ne bat pas"}[language] in plain
    assert "{" not in clear + plain
