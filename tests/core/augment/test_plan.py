"""What a plan comes to: which rows, how many paraphrases, what they cost, and what the memory spares."""

from __future__ import annotations

from collections import Counter

import pandas as pd
import pytest

from core.augment.back_translation import back_translate
from core.augment.engines.engine import Limits
from core.augment.estimate import estimate
from core.augment.plan import Plan, check_plan, legs, make_tasks
from core.data.examples import COLUMNS
from core.errors import UserError
from core.jobs.augment import trainable
from core.store.arrivals import made_before
from core.store.project import Project
from tests.core.augment.reversing import Directly, Reversing, laid_down, plan


def examples(*labels: str) -> pd.DataFrame:
    rows = [(f"r{place}", "", f"text {place}", f"why {place}", label) for place, label in enumerate(labels, 1)]
    return pd.DataFrame(rows, columns=COLUMNS)


def origins(wanted: Plan, rows: pd.DataFrame) -> list[str]:
    return [task.origin for task in make_tasks(wanted, rows)]


def test_rows_are_all_those_of_a_label_or_those_picked() -> None:
    rows = examples("a", "b", "a")
    assert origins(plan(), rows) == ["r1", "r2", "r3"]
    assert origins(plan(rows="label", label="a"), rows) == ["r1", "r3"]
    assert origins(plan(rows="picked", picked=("r3", "r9")), rows) == ["r3"]


def test_each_path_and_variant_gives_a_paraphrase_of_its_own() -> None:
    tasks = make_tasks(plan(paths=("en>es>en", "en>de>fr>en"), variants=2), examples("a", "b"))
    assert len(set(tasks)) == 8
    assert Counter((task.path, task.variant) for task in tasks) == {
        (path, variant): 2 for path in ("en>es>en", "en>de>fr>en") for variant in (1, 2)
    }


def test_rare_labels_are_brought_up_to_the_most_frequent_one_and_no_further() -> None:
    rows = examples(*["many"] * 6, *["some"] * 4, "one")
    tasks = make_tasks(plan(rows="rare", paths=("en>es>en", "en>fr>en", "en>de>en")), rows)
    assert Counter(task.label for task in tasks) == {"some": 2, "one": 3}
    more = make_tasks(plan(rows="rare", paths=("en>es>en", "en>fr>en"), variants=5), rows)
    assert Counter(task.label for task in more) == {"some": 2, "one": 5}


def test_an_empty_question_is_not_translated_and_a_row_without_words_not_at_all() -> None:
    rows = examples("a", "b")
    rows.loc[0, "question"] = ""
    assert origins(plan(parts="question"), rows) == ["r2"]
    assert origins(plan(parts="both"), rows) == ["r1", "r2"]


@pytest.mark.parametrize(
    "path", ["en>en", "en>es", "es>en>es", "en>es>es>en", "en", "", "en>e s>en", "en>>en", "en>es>en>"]
)
def test_a_path_that_leads_nowhere_is_refused(path: str) -> None:
    with pytest.raises(UserError) as caught:
        check_plan(plan(paths=(path,)))
    assert caught.value.code == "path_invalid"


def test_a_plan_without_a_path_or_rows_says_so() -> None:
    for wanted, code in ((plan(paths=()), "no_path"), (plan(rows="label", label="z"), "no_rows_to_paraphrase")):
        with pytest.raises(UserError) as caught:
            make_tasks(wanted, examples("a", "b"))
        assert caught.value.code == code


def test_the_legs_of_a_chain() -> None:
    assert legs("fr>en>de>fr") == [("fr", "en"), ("en", "de"), ("de", "fr")]


def test_what_is_reckoned_is_what_is_asked(project: Project) -> None:
    """Each different text once on each leg; after the work nothing is left to ask."""
    engine = Reversing(limits=Limits(at_once=2, texts=1, characters=5000))
    wanted = plan(paths=("en>es>en", "en>es>fr>en"))
    augmentation = laid_down(project, wanted)
    tasks = augmentation.tasks()
    before = estimate(wanted, tasks, engine, answer=0.5)
    back_translate(augmentation, wanted, lambda variant: engine, Directly(engine))
    # The first leg of both paths is the same, and is asked for once.
    assert before.requests == engine.asked.total() == 4 * len({task.text for task in tasks})
    assert (before.rows, before.paraphrases) == (len(tasks) // 2, len(tasks))
    assert before.seconds == pytest.approx(before.requests * 0.5 / 2)
    assert before.judging > 8
    after = estimate(wanted, tasks, engine)
    assert (after.requests, after.characters, after.remembered) == (0, 0, before.requests + len(tasks) // 2)
    rows, made = trainable(project).examples, made_before(project.id, "reversing")
    with pytest.raises(UserError) as caught:
        make_tasks(wanted, rows, made)
    assert caught.value.code == "all_paraphrased"


def test_long_texts_count_their_pieces_and_slow_engines_their_rate(project: Project) -> None:
    rows = examples("a").assign(text="x" * 101)
    wanted = plan()
    tasks = make_tasks(wanted, rows)
    slow = Reversing(limits=Limits(at_once=8, per_second=0.5, texts=1, characters=50))
    found = estimate(wanted, tasks, slow, answer=0.1)
    assert (found.requests, found.characters) == (6, 202)
    assert found.seconds == pytest.approx(12.0)
    assert (found.cost, found.price) == (0, None)
    deepl = Reversing()
    deepl.name = "deepl"
    dear = estimate(wanted, tasks, deepl)
    assert dear.price is not None
    assert dear.price.currency == "EUR"
    assert dear.cost == pytest.approx(dear.characters * 20 / 1_000_000)
