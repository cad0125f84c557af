"""Questions that find their text, on the pages: the form, the figures, a question asked, a table answered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from core.jobs.queue import claim, enqueue, finish
from core.store.draft import read_draft
from core.store.project import Project, set_roles
from core.store.run import Run
from core.use.predictor import Predictor
from core.words import Words
from tests.matching import MATCHING, asked, matching_project
from tests.pages.beside import beaten, show_beside
from tests.pages.conftest import at_home, at_home_in_a_copy, filled_home
from tests.pages.screen import click, errors, figures, run, said, sentence, table, texts, upload, visit
from tests.pages.test_use import answered
from tests.tables import as_csv, lay_down
from tests.trained import one_thread as one_thread
from tests.trained import small


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory, tiny_bert: Path) -> Iterator[tuple[Path, Run]]:
    from core.train.train import train

    with filled_home(tmp_path_factory.mktemp("matching")) as folder:
        with at_home(folder):
            made = lay_down(matching_project(40), small(tiny_bert, epochs=1, learning_rate=1e-2, test_share=0.2))
            enqueue(made)
            job = claim("cpu")
            assert job is not None
            train(made)
            finish(job, "done")
        yield folder, made


@pytest.fixture
def own(ready: tuple[Path, Run], tmp_path: Path) -> Iterator[Run]:
    """The same in a home of the test's own."""
    with at_home_in_a_copy(ready[0], tmp_path):
        yield ready[1]


@pytest.mark.slow
def test_the_results_say_where_the_right_texts_came(own: Run, words: Words) -> None:
    at = visit("results", words, project=own.project_id, run=own.id)
    assert errors(at) == []
    test = (own.result() or {})["test"]
    shown = texts(at)
    for name, value in [
        ("MRR", words.decimal(test["mrr"], 3)),
        ("Found among 5", words.percent(test["recall_5"])),
        ("AUC", words.decimal(test["auc"], 3)),
        ("Accuracy", words.percent(test["accuracy"])),
    ]:
        assert (said(name, words), value) in pairwise(shown)
    drawn = figures(at)
    assert drawn[f"ranks_{own.id}"]["figure"]["data"][0]["y"] == test["ranks"]
    alt = "Bar chart of the questions by the rank of their text: {first} of {rows} found it first."
    facts = {"first": words.integer(test["ranks"][0]), "rows": words.integer(test["rows"])}
    assert drawn[f"ranks_{own.id}"]["alt"] == said(alt, words, **facts)
    curve = [point["value"] for point in own.metrics() if (point["split"], point["name"]) == ("validation", "mrr")]
    assert drawn["curve_score"]["figure"]["data"][0]["y"] == curve
    examples = own.examples().set_index("id")
    worst = own.predictions().query("part == 'test'").sort_values("rank", ascending=False, kind="stable").iloc[0]
    row = table(at, said("What came first", words))[1]
    assert row[:2] == [examples.loc[worst["id"], "question"], examples.loc[worst["id"], "text"]]
    assert row[4] == examples.loc[worst["predicted"], "text"]
    assert row[3] == words.percent(worst["probability"])


@pytest.mark.slow
def test_simple_models_stand_beside_the_training(own: Run, words: Words) -> None:
    show_beside(own, words)
    at = visit("results", words, project=own.project_id, run=own.id)
    rows = table(at, said("Answered by", words))
    assert rows[0][1:3] == [said("MRR", words), said("Found first", words)]
    assert [row[0] for row in rows[1:]] == [
        said("This training", words),
        said("Texts in any order, by chance", words),
        said("Words and pieces of words in common", words),
        said("The embedded model, left as it is", words),
    ]
    test = own.examples().query("part == 'test'")
    count = test["text"].nunique()
    assert rows[2][1] == words.decimal(sum(1 / place for place in range(1, count + 1)) / count, 3)
    assert rows[2][5] == words.decimal(0.5, 3)
    beaten(at, own, words)


@pytest.mark.slow
def test_a_question_finds_its_texts_and_a_pair_gets_its_answer(own: Run, words: Words) -> None:
    at = visit("use", words, project=own.project_id, run=own.id)
    find = next(button for button in at.button if button.label == said("Find its text", words))
    find.click()
    at = run(at)
    assert errors(at) == [sentence(words, "question_empty")]
    question = own.examples()["question"].iloc[3]
    at.text_input(key="find_question").input(question)
    next(button for button in at.button if button.label == said("Find its text", words)).click()
    at = run(at)
    assert errors(at) == []
    predictor = Predictor(own)
    try:
        found = predictor.find(question, 5)
        [[share]] = predictor.probabilities(["parcel late"], ["money back"])
    finally:
        predictor.close()
    rows = table(at, said("Rank", words))[1:]
    assert rows == [[str(place), text, words.percent(each)] for place, (text, each) in enumerate(found, start=1)]
    at.text_input(key="try_question").input("")
    at.text_area[0].input("parcel late")
    next(button for button in at.button if button.label == said("Does it belong?", words)).click()
    assert errors(run(at)) == [sentence(words, "question_empty")]
    at.text_input(key="try_question").input("money back")
    next(button for button in at.button if button.label == said("Does it belong?", words)).click()
    at = run(at)
    assert errors(at) == []
    assert (said("Belongs to the text", words), said("yes" if share >= 0.5 else "no", words)) in pairwise(texts(at))
    assert (said("Probability", words), words.percent(share)) in pairwise(texts(at))


@pytest.mark.slow
def test_a_table_of_pairs_is_answered(own: Run, words: Words) -> None:
    at = visit("use", words, project=own.project_id, run=own.id)
    at = answered(click(upload(at, as_csv(asked(6, 1), ";"), "paires.csv"), "label_table"))
    assert errors(at) == []
    rows = table(at, said("Prediction", words))
    assert rows[0] == ["text", "question", said("Prediction", words), said("Probability", words)]
    assert {row[2] for row in rows[1:]} <= {said("belongs", words), said("does not belong", words)}


def test_the_form_asks_for_the_wrong_texts_and_one_text_with_most_questions_is_said(
    project_of: Callable[..., Project], words: Words
) -> None:
    rows = asked(30, 1)
    project = project_of("questions.csv", as_csv(rows))
    set_roles(project.id, MATCHING)
    at = visit("train", words, project=project.id)
    assert not at.warning
    fields = {each.label: each for each in at.number_input}
    near = fields[said("Of these, near ones (%)", words)]
    assert (fields[said("Wrong texts made for each text", words)].value, near.value) == (1, 50)
    assert said("Weight of rare labels (%)", words) not in fields
    near.set_value(20.0)
    run(at)
    assert read_draft(project).changed == {"hard_share": 0.2}
    one = [row | {"text": rows[0]["text"]} if place % 3 else row for place, row in enumerate(asked(90, 1))]
    project = project_of("questions.csv", as_csv(one))
    set_roles(project.id, MATCHING)
    at = visit("train", words, project=project.id)
    warning = (
        "{share} of the questions are about one and the same text: they teach little of how to tell texts apart. "
        "Add questions about other texts."
    )
    assert said(warning, words, share=words.percent(61 / 90, 0)) in [each.value for each in at.warning]


def test_too_few_texts_are_a_sentence(project_of: Callable[..., Project], words: Words) -> None:
    project = project_of("questions.csv", as_csv(asked(10, 5)))
    set_roles(project.id, MATCHING)
    at = visit("train", words, project=project.id)
    assert errors(at) == [sentence(words, "too_few_texts", texts=10, minimum=20)]
