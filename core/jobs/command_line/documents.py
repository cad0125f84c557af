"""What a training, a cross-validation or a search came to, as JSON documents for machines."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import Any

from core.jobs.command_line.beside import told_beside
from core.jobs.command_line.listing import document, places
from core.jobs.command_line.studies import jobs_of, study_reference
from core.jobs.overview import Look, look, project_names
from core.store.search import Search
from core.store.study import Study
from core.train.tasks import task_of
from core.words import Words


def study_document(study: Study) -> dict[str, Any]:
    """The cross-validation itself, and each of its jobs as in the list."""
    names, order = project_names(), places()
    jobs = [document(look(job, names), order) for job in jobs_of(study)]
    record = study.record().model_dump(mode="json")
    told = {name: record[name] for name in ("number", "created_at", "folds", "repeats", "rows", "settings", "final")}
    states = Counter(job["state"] for job in jobs)
    return {
        "id": study.id,
        "reference": study_reference(study),
        "project_id": study.project_id,
        **told,
        "states": dict(states),
        "jobs": jobs,
    }


def study_results(study: Study, words: Words) -> dict[str, Any]:
    """Each fold, mean and standard deviation by figure, the figures over all rows together, and the simple models beside them. Shares
    in [0, 1], seconds."""
    # Here, for it brings numpy: who only looks at jobs does without.
    from core.results.folds import study_result
    from core.results.over_all_rows import over_all_rows

    result = study_result(study)
    folds = [
        {
            "run_id": fold.run.id,
            "repeat": fold.repeat,
            "fold": fold.fold,
            "figures": fold.figures,
            "rows": fold.rows,
            "best_epoch": fold.best_epoch,
            "seconds": fold.seconds,
        }
        for fold in result.folds
    ]
    final = study.final()
    return {
        "id": study.id,
        "reference": study_reference(study),
        "done": result.done,
        "is_whole": result.is_whole,
        "folds": folds,
        "over_folds": {name: asdict(spread) for name, spread in result.over_folds.items()},
        "over_repeats": {name: asdict(spread) for name, spread in result.over_repeats.items()},
        "over_all_rows": over_all_rows(study),
        "simple_models": told_beside(study, words),
        "final": None if final is None else {"run_id": final.id, "result": final.result()},
    }


def search_results(search: Search) -> dict[str, Any]:
    """Every trial, the best one, and how much of the differences each setting explains."""
    record, findings = search.record(), search.findings()
    return {
        "id": search.id,
        "number": record.number,
        "figure": task_of(record.run.roles).best.name,
        "space": record.space,
        "budget": {"trials": record.trials, "minutes": record.minutes},
        "trials": [trial.model_dump() for trial in findings.trials],
        "best": findings.best.model_dump() if findings.best is not None else None,
        "importance": findings.importance,
    }


def training_results(seen: Look, words: Words) -> dict[str, Any]:
    """What the training measured, as it stands in its folder; "result" is null before it is over,
    "simple_models" before these are measured."""
    return {
        "id": seen.job.id,
        "run_id": seen.job.run_id,
        "number": seen.number,
        "state": seen.job.state,
        "result": seen.job.run.result(),
        "simple_models": told_beside(seen.job.run, words),
    }
