"""Jobs: what runs, what waits and in which order, what ended and how; what the machine has left; the bin."""

from __future__ import annotations

import streamlit as st

from core.jobs.control import changes_places, move, put_first, stop
from core.jobs.housekeeping import BIN_DAYS, empty_bin
from core.jobs.job_words import STATES, left_of, phase_of, reason_of, share_of, step_of, study_name, title_of
from core.jobs.kinds import TRAININGS
from core.jobs.overview import Look, Overview, look, overview, project_names
from core.jobs.queue import jobs
from core.jobs.study_bin import binned_study_of, take_back_whole
from core.store.project import list_projects
from core.store.storage import project_size, quota
from core.words import Words
from pages.parts.errors import reported
from pages.parts.job_actions import from_where, more, open_job, resume_button, resume_now, stop_buttons
from pages.parts.look import lead, quiet
from pages.parts.plain import plain
from pages.parts.sheet import sheet
from pages.parts.shell import anywhere
from pages.parts.views import machine_html

BUSY, IDLE = 2.0, 20.0
"""Seconds between two looks while something works or waits, and while nothing does."""
ENDED = 30
"""Jobs that ended, at most, on the page."""


def show_under_way(words: Words, known: frozenset[str]) -> None:
    """The machine, what runs, what waits; looked at again and again. known: the jobs under way when the page was drawn."""
    _ = words.gettext
    now = overview(0)
    if under_way(now) != known:
        # The whole page once more: what ended stands below by now.
        st.rerun()
    st.html(machine_html([each.heartbeat for each in now.running], words))
    st.header(_("Under way"))
    if not (now.running or now.waiting):
        quiet(_("Nothing runs, nothing waits."))
    for each in now.running:
        _running(each, words)
    if now.waiting:
        st.header(_("Waiting"))
    for place, each in enumerate(now.waiting, start=1):
        _waiting(each, place, now.waiting, words)


def under_way(now: Overview) -> frozenset[str]:
    return frozenset(each.job.id for each in [*now.running, *now.waiting])


def _running(each: Look, words: Words) -> None:
    progress = each.progress
    facts = [phase_of("running", progress, words), step_of(progress, words), left_of(progress, words)]
    _heading(each, words)
    st.progress(share_of(progress), text=" · ".join(fact for fact in facts if fact))
    stop_buttons(each, words)


def _waiting(each: Look, place: int, waiting: list[Look], words: Words) -> None:
    """place: from 1 on."""
    _ = words.gettext
    folder, job = each.job.folder, each.job
    same = [other.job.id for other in waiting if changes_places(other.job, job)]
    name, up, down, first, out = st.columns([5, 0.9, 0.9, 1.9, 2.2], vertical_alignment="center")
    with name:
        st.markdown(f"{place}. **{plain(title_of(each, words))}** · {plain(each.project)}")
    if up.button("↑", key=f"up_{job.id}", disabled=job.id == same[0], help=_("One place forward"), width="stretch"):
        move(folder, "up")
        st.rerun()
    if down.button("↓", key=f"down_{job.id}", disabled=job.id == same[-1], help=_("One place back"), width="stretch"):
        move(folder, "down")
        st.rerun()
    urgent = job.priority > 0
    saying = _("Not first") if urgent else _("First")
    if first.button(
        saying, key=f"first_{job.id}", help=_("Before all others, whoever they belong to."), width="stretch"
    ):
        put_first(folder, urgent=not urgent)
        st.rerun()
    if out.button(_("Take out"), key=f"stop_{job.run_id}", help=_("It can be resumed later."), width="stretch"):
        stop(folder)
        st.rerun()


def _heading(each: Look, words: Words) -> None:
    title, opening = st.columns([6, 1.6], vertical_alignment="center")
    title.markdown(f"**{plain(title_of(each, words))}** · {plain(each.project)}")
    if opening.button(words.gettext("Open"), key=f"open_{each.job.id}", width="stretch"):
        open_job(each)


def show_ended(words: Words) -> None:
    """The last ones, each with how it ended and what can be done with it."""
    _ = words.gettext
    ended = overview(ENDED).ended
    if not ended:
        return
    st.header(_("Ended"))
    for each in ended:
        job = each.job
        name, facts, resuming, opening, others = st.columns([3, 3.6, 2.1, 1.6, 1.5], vertical_alignment="center")
        name.markdown(f"**{plain(title_of(each, words))}** · {plain(each.project)}")
        when = words.moment(job.ended_at) if job.ended_at else "–"
        with facts:
            quiet(" · ".join([_(STATES[job.state]), when, words.size(job.folder.size())]))
            if job.state == "failed":
                quiet(reason_of(job).sentence(words))
        with resuming:
            pressed = resume_button(each, words, from_where(each, words))
        if opening.button(_("Open"), key=f"open_{job.id}", width="stretch"):
            open_job(each)
        with others:
            more(each, words)
        if pressed:
            resume_now(job.folder)


def show_bin(words: Words) -> None:
    """What was deleted, and the way back."""
    _ = words.gettext
    names = project_names()
    binned = [look(job, names) for job in jobs(deleted=True)]
    if not binned:
        return
    st.header(_("Bin"))
    quiet(_("What lies here for {days} days is removed for good.").format(days=words.integer(BIN_DAYS)))
    for together in deleted_together(binned):
        each = together[0]
        name, when, back = st.columns([4, 4, 2], vertical_alignment="center")
        title, facts = title_of(each, words), []
        study = binned_study_of(each.job)
        if study is not None:
            title = study_name(study.record().number, words)
            trainings = sum(one.job.kind in TRAININGS for one in together)
            facts = [words.ngettext("{count} training", "{count} trainings", trainings)]
        name.markdown(f"**{plain(title)}** · {plain(each.project)}")
        with when:
            assert each.job.deleted_at is not None
            moment = _("deleted on {moment}").format(moment=words.moment(each.job.deleted_at))
            quiet(" · ".join([moment, *facts]))
        if back.button(_("Take back"), key=f"back_{study.id if study else each.job.id}", width="stretch"):
            with reported():
                take_back_whole(each.job)
                st.rerun()
    with st.popover(_("Empty the bin")):
        st.markdown(_("Remove everything in the bin now? This cannot be undone."))
        if st.button(_("Remove for good"), key="empty_bin"):
            empty_bin()
            st.rerun()


def deleted_together(binned: list[Look]) -> list[list[Look]]:
    """What is taken back as one: a cross-validation with all of its runs, any other job alone; in the order of the first of each."""
    found: dict[str, list[Look]] = {}
    for each in binned:
        study = binned_study_of(each.job)
        found.setdefault(study.id if study is not None else each.job.id, []).append(each)
    return list(found.values())


def show_storage(words: Words) -> None:
    """What each project takes on the disk, and may take."""
    _ = words.gettext
    projects = list_projects()
    if not projects:
        return
    with st.expander(_("Room on the disk, project by project")):
        limit = quota()
        sizes = sorted(((project_size(project), project.name) for project in projects), reverse=True)
        sheet([_("Project"), _("Size")], [[name, words.size(size)] for size, name in sizes], numbers=frozenset({1}))
        if limit is not None:
            quiet(_("A project may take {limit}.").format(limit=words.size(limit)))


def page() -> None:
    words = anywhere().words
    _ = words.gettext
    st.title(_("Jobs"))
    lead(_("Everything that works outside this page: it goes on when the page, the browser or the server is closed."))
    with reported():
        now = overview(0)
        known = under_way(now)
        st.fragment(show_under_way, run_every=BUSY if known else IDLE)(words, known)
        show_ended(words)
        show_bin(words)
        show_storage(words)


page()
