"""A cross-validation at work, as HTML and figures that the browser keeps fresh: each fold in a line, their curves in one figure."""

from __future__ import annotations

from html import escape
from typing import Any
from urllib.parse import urlencode

from core.jobs.job_words import STATES, phase_of, share_of, step_of
from core.jobs.overview import Look, look, project_names
from core.jobs.queue import job_of
from core.results.folds import FoldResult, study_result
from core.store.run import Run
from core.store.study import Study
from core.train.tasks import Figure, task_of
from core.words import NO_BREAK_SPACE, Words
from pages.parts import figures as drawn

COLOURS = ("#2F6DB5", "#C8741A", "#2E8B72", "#B0457B", "#7A6FC0", "#8A6D1F", "#4FA3D1", "#D0523C", "#5B7F2B", "#6B7280")
"""Of folds, or of repeats where there are several: told apart also by who sees few colours, with their dashes."""
DASHES = ("solid", "dash", "dot", "dashdot")


def looks_of(study: Study) -> dict[str, Look | None]:
    """The job of each run by the run's id; None of what was never queued or is gone."""
    names = project_names()
    found = {}
    for run in study.runs():
        job = job_of(run)
        found[run.id] = look(job, names) if job is not None and job.deleted_at is None else None
    return found


def study_html(study: Study, words: Words) -> str:
    """A bar over all runs, then one line a run: what it is, how far it is, what it reached."""
    _ = words.gettext
    looks, result, best = looks_of(study), study_result(study), best_of(study)
    shares = [_share(seen) for seen in looks.values()]
    share = round(100 * sum(shares) / max(1, len(shares)))
    states = [seen.job.state for seen in looks.values() if seen is not None]
    said = _("{done} of {folds} folds are done").format(
        done=words.integer(result.done), folds=words.integer(len(result.folds))
    )
    facts = [
        words.ngettext("{count} under way", "{count} under way", count) if (count := states.count("running")) else "",
        words.ngettext("{count} waiting", "{count} waiting", count) if (count := states.count("queued")) else "",
        words.ngettext("{count} failed", "{count} failed", count) if (count := states.count("failed")) else "",
        _left(result.folds, states, words),
    ]
    told = f"<b>{escape(said)}</b>" + "".join(f" · {escape(fact)}" for fact in facts if fact)
    name = escape(said)
    bar = (
        f"<div class='bar' role='progressbar' aria-valuenow='{share}' aria-valuemin='0' aria-valuemax='100'"
        f" aria-label='{name}'><i style='width:{share}%'></i></div>"
    )
    head = [_("Fold"), _("State"), _("How far"), _(best.title)]
    lines = [
        _line(fold_name(fold, study, words), fold.run, looks[fold.run.id], fold.figures, best, words)
        for fold in result.folds
    ]
    final = study.final()
    if final is not None:
        lines.append(_line(_("All rows"), final, looks[final.id], None, best, words))
    columns = "".join(
        f"<th scope='col'{' class=number' if place == 3 else ''}>{escape(each)}</th>" for place, each in enumerate(head)
    )
    table = f"<table><thead><tr>{columns}</tr></thead><tbody>{''.join(lines)}</tbody></table>"
    return (
        f"<div class='progress'><div class='said'>{told}</div>{bar}</div><div class='sheet' tabindex='0'>{table}</div>"
    )


def study_mark(study: Study) -> str:
    """Changes when the page needs other buttons."""
    found = []
    for run in study.runs():
        job = job_of(run)
        found.append(f"{job.state} {job.attempt} {job.folder.asked()}" if job is not None else "none")
    return "; ".join(found)


def fold_name(fold: FoldResult, study: Study, words: Words) -> str:
    """Within its study."""
    record = study.record()
    said = words.gettext("fold {fold}")
    if record.repeats > 1:
        said = words.gettext("repeat {repeat}, fold {fold}")
    return said.format(repeat=fold.repeat, fold=fold.fold)


def best_of(study: Study) -> Figure:
    """The figure by which the best weights of each fold are chosen."""
    return task_of(study.roles()).best


def study_curves(study: Study, words: Words) -> tuple[drawn.Figure, drawn.Figure]:
    """Loss and the task's figure on the validation part of each fold, over the epochs."""
    best, record = best_of(study), study.record()
    runs = study.folds()
    points = [run.metrics() for run in runs]
    found = []
    for name, title, in_percent in (
        ("loss", words.gettext("loss"), False),
        (best.name, words.gettext(best.title), best.in_percent),
    ):
        traces = [
            _trace(of_run, name, in_percent, place, record.folds, record.repeats, words)
            for place, of_run in enumerate(points)
        ]
        unit = _unit(in_percent, words)
        share = {"ticksuffix": unit, "autorangeoptions": {"include": 100}} if in_percent else {"rangemode": "tozero"}
        axes = {
            "xaxis": {"title": {"text": words.gettext("epochs")}, "rangemode": "tozero"},
            "yaxis": {"title": {"text": title}, **share},
        }
        figure = {"data": traces, "layout": drawn.layout(words, 360, showlegend=True, **axes)}
        found.append(drawn.until_measured(figure, words))
    return found[0], found[1]


def _trace(
    points: list[dict[str, Any]], name: str, in_percent: bool, place: int, folds: int, repeats: int, words: Words
) -> dict[str, Any]:
    repeat, fold = divmod(place, folds)
    chosen = [point for point in points if point["split"] == "validation" and point["name"] == name]
    label = words.gettext("fold {fold}").format(fold=fold + 1)
    if repeats > 1:
        label = words.gettext("repeat {repeat}").format(repeat=repeat + 1)
    own = words.gettext("fold {fold}").format(fold=fold + 1)
    unit = _unit(in_percent, words)
    kind = repeat if repeats > 1 else fold
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": label,
        "legendgroup": label,
        "showlegend": repeats == 1 or fold == 0,
        "x": [point["epoch"] for point in chosen],
        "y": [point["value"] * (100 if in_percent else 1) for point in chosen],
        "line": {
            "color": COLOURS[kind % len(COLOURS)],
            "width": 2,
            "dash": DASHES[(fold if repeats > 1 else kind // len(COLOURS)) % 4],
        },
        "marker": {"size": 5},
        "hovertemplate": f"%{{y:.{1 if in_percent else 3}f}}{unit}<extra>{label if repeats == 1 else f'{label}, {own}'}</extra>",
    }


def _unit(in_percent: bool, words: Words) -> str:
    if not in_percent:
        return ""
    return f"{NO_BREAK_SPACE}%" if words.language == "fr" else "%"


def _share(seen: Look | None) -> float:
    if seen is None or seen.job.state == "queued":
        return 0.0
    return 1.0 if seen.job.state == "done" else share_of(seen.progress)


def _left(folds: list[FoldResult], states: list[str], words: Words) -> str:
    """From the folds that are over, as if what is left came one after the other."""
    seconds = [fold.seconds for fold in folds if fold.figures is not None]
    under_way = states.count("queued") + states.count("running")
    if not seconds or not under_way:
        return ""
    left = sum(seconds) / len(seconds) * under_way
    return words.gettext("about {duration} left").format(duration=words.duration(left))


def _line(name: str, run: Run, seen: Look | None, figures: dict[str, float] | None, best: Figure, words: Words) -> str:
    _ = words.gettext
    state, far = _("gone"), ""
    if seen is not None:
        state = _(STATES[seen.job.state])
        if seen.job.state == "running":
            far = " · ".join(
                each for each in (phase_of("running", seen.progress, words), step_of(seen.progress, words)) if each
            )
    query = urlencode({"project": run.project_id, "run": run.id, "lang": words.language})
    reached = best.shown(figures[best.name], words) if figures is not None and best.name in figures else "–"
    shown = f"<a href='train?{escape(query)}' target='_self'>{escape(name)}</a>" if seen is not None else escape(name)
    return (
        f"<tr><td class='whole'>{shown}</td><td class='whole'>{escape(state)}</td><td>{escape(far)}</td>"
        f"<td class='number'>{escape(reached)}</td></tr>"
    )
