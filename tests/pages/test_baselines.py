"""Simple models beside a training: asked for, under way, measured, and said plainly when the training does not beat them."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from core.jobs.queue import claim, finish, job_of, jobs
from core.jobs.slots import BESIDE
from core.results.rivals import verdict
from core.results.verdict import NAMES, sentence
from core.store.baselines import Baselines, baselines_of
from core.store.project import Project
from core.store.run import Run, list_runs
from core.words import Words
from tests.pages.conftest import Ended
from tests.pages.screen import click, everything, said, table, texts, visit

EMBEDDINGS = NAMES["embeddings"]


def measured(found: Baselines, run: Run, predicted: list[str]) -> None:
    """Puts results there as a worker does; `predicted`: what the embedded model is to have said."""
    gold = run.predictions()[["id", "part", "label"]]
    result = run.result() or {}
    entries: list[dict[str, Any]] = []
    for name, share in (("majority", 0.1), ("tfidf", 0.2), ("embeddings", 0.9 if predicted else 0.3)):
        figures = {"rows": result["test"]["rows"], "accuracy": share, "macro_f1": share}
        entries.append({"name": name, "seconds": 2.0, "strength": None, "validation": figures, "test": figures})
    answers = gold.assign(majority=gold["label"].iloc[0], tfidf=gold["label"].iloc[0])
    answers["embeddings"] = predicted or gold["label"].iloc[0]
    found.keep({"baselines": entries, "seconds": 6.0}, pd.DataFrame(answers))


@pytest.mark.slow
def test_who_never_asked_asks_and_sees_where_the_training_stands(own: Ended, words: Words) -> None:
    at = visit("results", words, project=own.project.id, run=own.done.id)
    assert said("Beside simple models", words) in [header.value for header in at.header]
    click(at, f"ask_baselines_{own.done.id}")
    found = baselines_of(own.done)
    assert found is not None
    assert said("Measuring simple models", words) not in everything(at)
    assert at.button(key=f"stop_{found.id}")
    assert said("It begins once this project trains nothing any more.", words) in everything(at)
    taken = claim(BESIDE)
    assert taken is not None
    # Right everywhere: no training beats that.
    measured(found, own.done, own.done.predictions()["label"].tolist())
    finish(taken, "done")
    at = visit("results", words, project=own.project.id, run=own.done.id)
    rows = table(at, said("Answered by", words))
    result = own.done.result() or {}
    figures = [words.percent(result["test"][name]) for name in ("accuracy", "macro_f1")]
    assert rows[1] == [said("This training", words), *figures, words.duration(result["seconds"])]
    assert [row[0] for row in rows[2:]] == [said(NAMES[name], words) for name in ("majority", "tfidf", "embeddings")]
    assert rows[4][1:] == [words.percent(0.9), words.percent(0.9), words.duration(2)]
    [warning] = [each.value for each in at.warning if said(EMBEDDINGS, words) in each.value]
    found_out = verdict(own.done, found)
    assert found_out is not None
    assert found_out.standing == "worse"
    assert warning == sentence(found_out, words)
    count = result["test"]["rows"]
    assert words.ngettext(
        "Measured on the {count} row of the test part.", "Measured on the {count} rows of the test part.", count
    ) in texts(at)


@pytest.mark.slow
def test_a_training_that_equals_a_simple_model_is_not_called_better(own: Ended, words: Words) -> None:
    at = visit("results", words, project=own.project.id, run=own.done.id)
    click(at, f"ask_baselines_{own.done.id}")
    found = baselines_of(own.done)
    taken = claim(BESIDE)
    assert found is not None
    assert taken is not None
    measured(found, own.done, own.done.predictions()["predicted"].tolist())
    finish(taken, "done")
    at = visit("results", words, project=own.project.id, run=own.done.id)
    assert [each.value for each in at.info if said(EMBEDDINGS, words) in each.value]
    assert not [each.value for each in at.warning if said(EMBEDDINGS, words) in each.value]


@pytest.mark.slow
def test_simple_models_that_ended_early_can_be_resumed(own: Ended, words: Words) -> None:
    at = visit("results", words, project=own.project.id, run=own.pair.id)
    click(at, f"ask_baselines_{own.pair.id}")
    taken = claim(BESIDE)
    assert taken is not None
    finish(taken, "interrupted")
    at = visit("results", words, project=own.project.id, run=own.pair.id)
    early = "The simple models were not measured to the end: resume it, it takes seconds to minutes."
    assert said(early, words) in texts(at)
    click(at, f"resume_{taken.run_id}")
    again = job_of(taken.folder)
    assert again is not None
    assert again.state == "queued"


def test_a_launch_from_the_page_asks_for_them(project: Project, words: Words, held: None) -> None:
    at = visit("train", words, project=project.id)
    click(at, "launch")
    [run] = list_runs(project.id)
    assert sorted(job.kind for job in jobs()) == ["baselines", "train"]
    found = baselines_of(run)
    assert found is not None
    assert at.button(key=f"stop_{found.id}")
    assert said("It begins once this project trains nothing any more.", words) in everything(at)
