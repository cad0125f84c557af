"""A cross-validation at the command line: PROJECT/folds-NUMBER stands for all of its trainings at once."""

from __future__ import annotations

from core.errors import UserError
from core.jobs.overview import project_names
from core.jobs.queue import Job, job_of
from core.store.job_folder import State
from core.store.study import Study, list_studies
from core.store.study_baselines import study_baselines_of

FOLDS = "folds-"
"""Before the number of a cross-validation, so that it is not taken for that of a training."""
LEAST = 6
"""Characters that the beginning of an id needs: who types a 3 means no id that happens to begin with it."""


def find_study(text: str, *, binned: bool = False) -> Study | None:
    """By id, by the beginning of it, or by PROJECT/folds-NUMBER, with `binned` of those in the bin instead; None where no one fits.

    Raises UserError("several_fit").
    """
    project, _, rest = text.rpartition("/")
    number = rest.casefold().removeprefix(FOLDS)
    is_numbered = bool(project) and number != rest.casefold() and number.isdecimal()
    if not is_numbered and len(text) < LEAST:
        return None
    found = []
    for identifier, name in project_names().items():
        is_meant = project == identifier or project.casefold() == name.casefold()
        for study in list_studies(identifier, binned=binned):
            fits = is_meant and study.record().number == int(number) if is_numbered else study.id.startswith(text)
            found += [study] if fits else []
    if len(found) > 1:
        raise UserError("several_fit", name=text, found=", ".join(study.id for study in found))
    return found[0] if found else None


def study_reference(study: Study) -> str:
    """PROJECT/folds-NUMBER, as it can be typed."""
    return f"{project_names().get(study.project_id, '')}/{FOLDS}{study.record().number}"


def jobs_of(study: Study, *states: State) -> list[Job]:
    """Those of its runs that do not lie in the bin, the folds first; only those in one of the states, where some are named."""
    found = [job for run in study.runs() if (job := job_of(run)) is not None and job.deleted_at is None]
    return [job for job in found if not states or job.state in states]


def work_of(study: Study, *states: State) -> list[Job]:
    """The same, and the job of its simple models behind them."""
    simple = study_baselines_of(study)
    job = job_of(simple) if simple is not None else None
    return [*jobs_of(study, *states), *([job] if job is not None and (not states or job.state in states) else [])]
