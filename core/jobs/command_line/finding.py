"""From what a person types to a project or a job."""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Sequence

from filelock import FileLock

from core.errors import UserError
from core.jobs.command_line.studies import LEAST, find_study, jobs_of, work_of
from core.jobs.control import wake
from core.jobs.overview import number_of, project_names
from core.jobs.processes import is_held, supervisor_lock
from core.jobs.queue import Job, jobs
from core.jobs.supervisor import has_begun
from core.store.job_folder import State

SETTLING = 5.0
"""Seconds at most that are waited for a new supervisor to say what became of work that was left alone."""

SEARCH = "search-"
"""Before the number of a search, so that it is not taken for that of a training."""


def find_project(text: str) -> str:
    """The id of a project, from its id or its name. Raises UserError: no_projects, project_unknown, several_fit."""
    names = project_names()
    if text in names:
        return text
    fitting = [identifier for identifier, name in names.items() if _same(name, text)]
    if len(fitting) > 1:
        raise UserError("several_fit", name=text, found=", ".join(fitting))
    if not names:
        raise UserError("no_projects")
    if not fitting:
        raise UserError("project_unknown", name=text, found=", ".join(names.values()))
    return fitting[0]


def find_job(text: str) -> Job:
    """A job out of the bin. Raises UserError: job_unknown, several_fit, job_in_bin, several_trainings."""
    found = _fitting(text, jobs())
    if not found and _fitting(text, jobs(deleted=True)):
        raise UserError("job_in_bin", name=text)
    if not found and find_study(text) is not None:
        raise UserError("several_trainings", name=text)
    return _one(text, found)


def find_jobs(text: str, *states: State) -> list[Job]:
    """The job that is meant, or the trainings of the cross-validation, the folds first. Where states are named and anything of it is in
    one, that alone, its simple models too: they are stopped and resumed with it. Raises UserError: job_unknown, several_fit, job_in_bin."""
    study = find_study(text)
    if study is not None:
        return work_of(study, *states) or jobs_of(study) if states else jobs_of(study)
    if find_study(text, binned=True) is not None:
        raise UserError("job_in_bin", name=text)
    return [find_job(text)]


def find_binned(text: str) -> Job:
    """A job in the bin. Raises UserError: job_unknown, several_fit."""
    return _one(text, _fitting(text, jobs(deleted=True)))


def find_anywhere(text: str) -> Job:
    return _one(text, _fitting(text, jobs()) or _fitting(text, jobs(deleted=True)))


def settle() -> None:
    """Waits a moment when what is written as running may not be: the machine was off, and nobody has looked since."""
    wake(*jobs("queued"), *jobs("running"))
    until = time.monotonic() + SETTLING
    while any(_is_doubtful(job) for job in jobs("running")) and time.monotonic() < until:
        time.sleep(0.1)


def _is_doubtful(job: Job) -> bool:
    if not is_held(supervisor_lock()) or not job.folder.folder.exists():
        return True
    return has_begun(job) and not is_held(FileLock(job.folder.lock))


def _fitting(text: str, among: Sequence[Job]) -> list[Job]:
    """By id, by PROJECT/NUMBER (a training) or PROJECT/search-NUMBER, else by the beginning of an id or by a given name, in a project or in all of them."""
    exact = [job for job in among if text in (job.id, job.run_id)]
    if exact:
        return exact
    project, slash, rest = text.rpartition("/")
    if slash:
        names = project_names()
        among = [job for job in among if project == job.project_id or _same(names.get(job.project_id, ""), project)]
        is_search = rest.casefold().startswith(SEARCH)
        number = rest[len(SEARCH) :] if is_search else rest
        same_kind = [job for job in among if (job.kind == "search") == is_search]
        numbered = [job for job in same_kind if number.isdecimal() and number_of(job) == int(number)]
        if numbered:
            return numbered
        text = rest
    is_beginning = len(text) >= LEAST
    begins = [job for job in among if is_beginning and (job.id.startswith(text) or job.run_id.startswith(text))]
    return begins + [job for job in among if job not in begins and _same(job.name or "", text)]


def _one(text: str, found: list[Job]) -> Job:
    if not found:
        raise UserError("job_unknown", name=text)
    if len(found) > 1:
        raise UserError("several_fit", name=text, found=", ".join(job.id for job in found))
    return found[0]


def _same(one: str, other: str) -> bool:
    """Whether two names read alike: capitals, and accents in one character or two, make no difference."""
    return unicodedata.normalize("NFC", one).casefold() == unicodedata.normalize("NFC", other).casefold()
