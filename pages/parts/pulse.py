"""How something stands now, for browsers that ask again and again: each answer is made once for everybody who looks.

A script that reruns every second costs the server some ten times as much, and the browser too.
"""

from __future__ import annotations

import hashlib
import json
import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.errors import UserError
from core.jobs.control import wake
from core.jobs.overview import Look, look, overview, project_names
from core.jobs.queue import job_of
from core.store.job_folder import JobFolder
from core.store.paraphrases import counts
from core.store.run import open_run
from core.store.search import open_search
from core.store.study import open_study
from core.train.tasks import task_of
from core.words import Words
from pages.parts.figures import Figure, both_curves
from pages.parts.reading_curve import reading_curve
from pages.parts.search_figures import best_html, trial_curve, trials_figure
from pages.parts.study_views import study_curves, study_html, study_mark
from pages.parts.views import (
    arrivals_html,
    arrivals_mark,
    log_html,
    machine_html,
    panel_html,
    panel_mark,
    progress_html,
    progress_mark,
)
from pages.parts.written import samples_html

FRESH = {"panel": 2.7, "loss": 2.7, "score": 2.7, "reading": 2.7, "study_loss": 2.7, "study_best": 2.7, "trials": 2.7}
"""Seconds that an answer of a view serves everybody: a little less than pages wait between two questions."""
FRESH_ELSE = 1.8
"""The same for the other views."""
MOST = 200
"""Answers kept."""
GROWTH = 60
"""Redrawn when longer by one part in so many."""
CURVES = 20
"""Runs whose curves are kept."""
GONE: dict[str, Any] = {"html": "", "mark": "gone"}


@dataclass(frozen=True)
class Answer:
    content: bytes
    """JSON: "html" with "mark", whose change calls for a rerun of the page; or "figure"."""
    version: str
    made: float


_answers: dict[tuple[str, ...], Answer] = {}
_guard, _drawing = threading.Lock(), threading.Lock()
_drawn: dict[tuple[str, str, str], tuple[tuple[int, int], tuple[Figure, Figure]]] = {}


def kept(view: tuple[str, ...]) -> Answer | None:
    """The answer of a moment ago."""
    found = _answers.get(view)
    return found if found is not None and time.monotonic() - found.made < FRESH.get(view[0], FRESH_ELSE) else None


def answer(view: tuple[str, ...]) -> Answer:
    """view: a name of VIEWS, the language, and what that view is of: ids of project and run, or nothing."""
    with _guard:
        found = kept(view)
        if found is None:
            name, language, *of = view
            try:
                now = VIEWS[name](Words(language), *of)
            except UserError:
                # The page, drawn again, says what is wrong.
                now = GONE
            content = json.dumps(now, ensure_ascii=False).encode()
            found = Answer(content, hashlib.sha256(content).hexdigest()[:16], time.monotonic())
            while len(_answers) >= MOST:
                del _answers[next(iter(_answers))]
            _answers.pop(view, None)
            _answers[view] = found
        return found


def forget() -> None:
    """Forgets all answers, as a second does."""
    _answers.clear()


def look_at(folder: JobFolder) -> Look | None:
    """A folder's job as it is now; None when it was never queued. A job that nobody works on gets a supervisor."""
    job = job_of(folder)
    if job is None:
        return None
    wake(job)
    return look(job, project_names())


def _of_job(html: Callable[[Look, Words], str]) -> Callable[..., dict[str, Any]]:
    def view(words: Words, project: str, run: str) -> dict[str, Any]:
        seen = look_at(JobFolder(project, run))
        return GONE if seen is None else {"html": html(seen, words), "mark": progress_mark(seen)}

    return view


def _panel(words: Words) -> dict[str, Any]:
    now = overview()
    return {"html": panel_html(now, words), "mark": panel_mark(now)}


def _arrivals(words: Words, project: str, known: str) -> dict[str, Any]:
    new = counts(project).all - int(known)
    return {"html": arrivals_html(new, words), "mark": arrivals_mark(new)}


def growing_curves(project: str, run: str, words: Words) -> tuple[Figure, Figure]:
    """Curves of a run at work, drawn up again when they are a sixtieth longer, and at once when an epoch was evaluated.

    Drawing is most of what a browser spends on watching, and a difference of a few pixels is nothing to see.
    """
    watched = open_run(project, run)
    points = watched.metrics()
    evaluated = sum(point["split"] == "validation" for point in points)
    reached = evaluated, int(math.log1p(len(points)) / math.log1p(1 / GROWTH))
    with _drawing:
        drawn = _drawn.pop((project, run, words.language), None)
        if drawn is None or drawn[0] != reached:
            drawn = reached, both_curves(points, task_of(watched.record().roles).best, words)
        while len(_drawn) >= CURVES:
            del _drawn[next(iter(_drawn))]
        _drawn[project, run, words.language] = drawn
    return drawn[1]


def _curve(place: int) -> Callable[..., dict[str, Any]]:
    return lambda words, project, run: {"figure": growing_curves(project, run, words)[place]}


def _samples(words: Words, project: str, run: str) -> dict[str, Any]:
    return {"html": samples_html(open_run(project, run).samples(), words), "mark": ""}


def _study(words: Words, project: str, identifier: str) -> dict[str, Any]:
    study = open_study(project, identifier)
    return {"html": study_html(study, words), "mark": study_mark(study)}


VIEWS: dict[str, Callable[..., dict[str, Any]]] = {
    "progress": _of_job(progress_html),
    "machine": _of_job(lambda seen, words: machine_html([seen.heartbeat], words)),
    "log": _of_job(log_html),
    "panel": _panel,
    "arrivals": _arrivals,
    "loss": _curve(0),
    "score": _curve(1),
    "reading": lambda words, project, run: {"figure": reading_curve(open_run(project, run).metrics(), words)},
    "samples": _samples,
    "study": _study,
    "study_loss": lambda words, project, study: {"figure": study_curves(open_study(project, study), words)[0]},
    "study_best": lambda words, project, study: {"figure": study_curves(open_study(project, study), words)[1]},
    "trials": lambda words, project, search: {"figure": trials_figure(open_search(project, search), words)},
    "trial_curve": lambda words, project, search: {"figure": trial_curve(open_search(project, search), words)},
    "best_trial": lambda words, project, search: {"html": best_html(open_search(project, search), words), "mark": ""},
}
