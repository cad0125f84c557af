"""Simple models at a terminal: beside a training and a cross-validation, in words, in French, and for machines."""

from __future__ import annotations

import re

from core.jobs.queue import claim
from core.jobs.queue import finish as end_job
from core.results.rivals import verdict
from core.results.study_rivals import study_verdict
from core.results.verdict import sentence
from core.store.baselines import baselines_of
from core.store.project import Project
from core.store.run import list_runs
from core.store.study import Study
from core.train.baselines import measure
from core.words import Words
from tests.beside_folds import answered, measured, unlike, wrong
from tests.core.jobs.terminal import document, said
from tests.core.jobs.test_command_line_studies import (
    end_all,
    file,  # noqa: F401  # fixtures
    still,  # noqa: F401
    study,  # noqa: F401
)
from tests.trained import one_thread  # noqa: F401  # a fixture for the module


def test_simple_models_are_told_beside_a_cross_validation(study: Study) -> None:  # noqa: F811
    end_all(study)
    assert document("results", "messages/folds-1")["simple_models"] is None
    waiting = "The simple models to compare with are not measured yet: waiting.\n"
    for command in ("results", "show"):
        assert said(command, "messages/folds-1").count(waiting) == 1
    for run in study.folds():
        answered(run, wrong)
    found = measured(study)
    told = study_verdict(study, found)
    assert told is not None
    plainly = sentence(told, Words("en"))
    assert plainly.startswith(
        "Training does not beat the best simple model: in Macro-F1 over all rows together, “Words and"
    )
    for command in ("results", "show"):
        lines = said(command, "messages/folds-1").splitlines()
        assert plainly in lines
        assert any(
            re.match(r"Words and pieces of words, counted and weighed +100\.0% ± 0\.0% ", line) for line in lines
        )
        assert sentence(told, Words("fr")) in said(command, "messages/folds-1", "--lang", "fr").splitlines()
        for_machines = document(command, "messages/folds-1")["simple_models"]
        assert [each["name"] for each in for_machines["models"]] == ["majority", "tfidf", "embeddings"]
        assert for_machines["models"][1]["figures"]["accuracy"] == {"mean": 1.0, "deviation": 0.0}
        assert (for_machines["part"], for_machines["measured"]) == ("folds", 3)
        verdict = for_machines["verdict"]
        assert (verdict["standing"], verdict["rival"], verdict["rows"]) == ("worse", "tfidf", 60)
        assert verdict["sentence"] == plainly


def test_simple_models_are_told_beside_a_training(project: Project, file: str) -> None:  # noqa: F811
    said("launch", "messages", file)
    [run] = list_runs(project.id)
    job = claim("cpu")
    assert job is not None
    end_job(job, "done")
    answered(run, wrong)
    assert "The simple models to compare with are not measured yet: waiting.\n" in said("results", "messages/1")
    found = baselines_of(run)
    assert found is not None
    found.keep({"baselines": (each := measure(found.record(), found.examples(), unlike))[0], "seconds": 1.0}, each[1])
    told = verdict(run, found)
    assert told is not None
    plainly = sentence(told, Words("en"))
    assert plainly.startswith(
        "This training does not beat the best simple model: in Macro-F1, “Words and pieces of words"
    )
    for command in ("results", "show"):
        lines = said(command, "messages/1").splitlines()
        assert plainly in lines
        assert sum(line.startswith("Words and pieces of words, counted and weighed") for line in lines) == 1
        for_machines = document(command, "messages/1")["simple_models"]
        assert for_machines["verdict"]["sentence"] == plainly
        tfidf = for_machines["models"][1]
        assert tfidf["figures"]["macro_f1"] == {"mean": each[0][1]["test"]["macro_f1"], "deviation": None}
