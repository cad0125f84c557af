"""What can be done to a job, as buttons: the same on its page and in the panel."""

from __future__ import annotations

import streamlit as st

from core.jobs.control import delete, pause, rename, resume, stop
from core.jobs.job_words import title_of
from core.jobs.kinds import TRAININGS
from core.jobs.launch import again
from core.jobs.overview import Look, record_of
from core.jobs.queue import job_of
from core.jobs.report import support_report
from core.store.augmentation import Augmentation
from core.store.baselines import Baselines
from core.store.comparison import Comparison
from core.store.draft import Draft, keep_draft
from core.store.job_folder import RESUMABLE, JobFolder
from core.store.judging import Judging
from core.store.labelling import open_labelling
from core.store.project import open_project
from core.store.run import Run
from core.store.search import Search
from core.store.study_baselines import StudyBaselines
from core.train.checkpoints import Checkpoints
from core.train.settings import Settings
from core.words import Words
from pages.parts.errors import reported
from pages.parts.look import quiet
from pages.parts.settings_fields import in_the_form
from pages.parts.settings_form import PRESETS
from pages.parts.shell import go, open_search_page


def stop_buttons(look: Look, words: Words) -> None:
    """Stop and pause of a job that waits or works; what was asked for is said until it has happened."""
    _ = words.gettext
    folder = look.job.folder
    asked = folder.asked()
    left, right, remark = st.columns([3, 2, 4], vertical_alignment="center")
    waits = look.job.state == "queued"
    stopping = _("Take out of the queue") if waits else _("Stop and keep what was learned")
    if look.job.kind not in TRAININGS and not waits:
        stopping = _("Stop")
    if left.button(stopping, disabled=asked == "stop", key=f"stop_{look.job.run_id}", width="stretch"):
        stop(folder)
        st.rerun()
    if right.button(_("Pause"), disabled=asked is not None, key=f"pause_{look.job.run_id}", width="stretch"):
        pause(folder)
        st.rerun()
    with remark:
        if asked is not None and look.job.kind == "label":
            quiet(_("Stopping after these rows."))
        elif asked is not None and isinstance(folder, Augmentation):
            quiet(_("Stopping: the answers that are under way are still kept."))
        elif asked is not None and isinstance(folder, Search):
            quiet(_("Stopping: a checkpoint of this trial is being kept."))
        elif asked is not None and isinstance(folder, Baselines | StudyBaselines):
            quiet(_("Stopping after this model."))
        elif asked == "stop":
            quiet(_("Stopping: the best model so far is being saved."))
        elif asked == "pause":
            quiet(_("Pausing: a checkpoint is being kept."))
        elif not isinstance(folder, Baselines | StudyBaselines):
            # These stand below a training that says it already.
            quiet(_("You can close this page, the browser, even restart the server: the work goes on."))


def can_resume(look: Look) -> bool:
    """A training that diverged would diverge again: it needs other settings."""
    return look.job.state in RESUMABLE and (look.job.reason or {}).get("code") not in (
        "loss_not_finite",
        "model_folder",
        "model_not_finite",
        "search_all_diverged",
    )


def open_job(look: Look) -> None:
    """Goes to the page of a job: a training's own, the model that labels a table, the paraphrases of a project."""
    job = look.job
    if job.kind == "label":
        go("use", project=job.project_id, run=open_labelling(job.project_id, job.run_id).record().run_id)
    if isinstance(job.folder, Augmentation | Comparison | Judging):
        go("augment", project=job.project_id)
    if isinstance(job.folder, Search):
        open_search_page(job.project_id, job.run_id)
    if isinstance(job.folder, Baselines):
        go("results", project=job.project_id)
    if isinstance(job.folder, StudyBaselines):
        go("results", project=job.project_id, study=str(record_of(job).get("study", "")))
    go("train", project=job.project_id, run=job.run_id)


def from_where(look: Look, words: Words) -> str:
    """Where a resumed job goes on."""
    _ = words.gettext
    if look.job.kind == "label":
        return _("It goes on with the rows that have no answer yet.")
    if isinstance(look.job.folder, Augmentation):
        return _("It goes on with the rows that have no paraphrase yet; what was translated is not asked for again.")
    if isinstance(look.job.folder, Comparison):
        return _("It goes on with the ways that were not tried yet.")
    if isinstance(look.job.folder, Judging):
        return _("It goes on with the paraphrases that were not read again yet.")
    if isinstance(look.job.folder, Search):
        return _("It goes on with the trial that was under way, and keeps those that ended.")
    if isinstance(look.job.folder, Baselines):
        return _("It starts from the beginning, with the same rows: it takes seconds to minutes.")
    if isinstance(look.job.folder, StudyBaselines):
        return _("It goes on with the folds that are missing.")
    step = last_checkpoint(look)
    if not step:
        return _("There is no checkpoint yet: it starts from the beginning, with the same settings and rows.")
    about = _("It goes on from step {step} and ends with the same figures as if nothing had happened.")
    return about.format(step=words.integer(step))


def resume_button(look: Look, words: Words, about: str | None = None, *, primary: bool = False) -> bool:
    """Resume, where that has a meaning; whether it was pressed. about: a help beside it."""
    return can_resume(look) and st.button(
        words.gettext("Resume"),
        key=f"resume_{look.job.run_id}",
        icon=":material/play_arrow:",
        help=about,
        type="primary" if primary else "secondary",
        width="stretch",
    )


def resume_now(folder: JobFolder) -> None:
    """Resumes, or says across the whole page why it cannot be."""
    with reported():
        resume(folder)
        st.rerun()


def last_checkpoint(look: Look) -> int:
    """The step of the newest checkpoint; 0 without one."""
    found = Checkpoints(look.job.folder.folder / "checkpoints").all()
    return int(found[0].name.removeprefix("step-")) if found else 0


def more(look: Look, words: Words) -> None:
    """Everything else, behind one button: name, once more, other settings, log, report, bin."""
    _ = words.gettext
    job = look.job
    with st.popover(_("More"), key=f"more_{job.id}", width="stretch"):
        name = st.text_input(
            _("Name"), value=job.name or "", placeholder=title_of(look, words), max_chars=80, key=f"name_{job.id}"
        )
        if st.button(_("Save the name"), key=f"save_{job.id}", width="stretch"):
            rename(job.folder, name)
            st.rerun()
        if job.kind in TRAININGS:
            _once_more(look, words)
        if job.state not in ("queued", "running") and st.button(
            _("Delete"),
            key=f"delete_{job.id}",
            help=_("Into the bin, from which it can be taken back for 30 days."),
            width="stretch",
        ):
            with reported():
                delete(job.folder)
                if st.query_params.get("run") == job.run_id:
                    del st.query_params["run"]
                go("jobs")


def _once_more(look: Look, words: Words) -> None:
    _ = words.gettext
    job = look.job
    if st.button(
        _("Duplicate"), key=f"again_{job.id}", help=_("The same settings, on the table as it is now."), width="stretch"
    ):
        with reported():
            run = again(job.run)
            go("train", project=job.project_id, run=run.id)
    change_button(look, words)


def change_button(look: Look, words: Words, *, primary: bool = False) -> None:
    """Opens the form with the settings of a training."""
    _ = words.gettext
    job = look.job
    if st.button(
        _("Change settings and launch again"),
        key=f"{'correct' if primary else 'change'}_{job.id}",
        help=_("Opens the form with these settings; this training stays as it is."),
        type="primary" if primary else "secondary",
        width="stretch",
    ):
        with reported():
            settings_into_form(job.run)
            go("train", project=job.project_id)


def needs_other_settings(look: Look) -> bool:
    """A training that failed of its settings: the same ones would most likely end the same way."""
    return look.job.state == "failed" and (look.job.reason or {}).get("code") in (
        "loss_not_finite",
        "model_not_finite",
        "out_of_memory",
    )


def settings_into_form(run: Run) -> None:
    """Puts the settings of a run into the form of its project."""
    settings = Settings.model_validate(run.record().settings)
    preset = settings.preset if settings.preset in PRESETS else "balanced"
    changed = in_the_form(settings)
    draft = Draft(preset=preset, model=settings.model, changed=changed, paraphrases=settings.paraphrases)
    keep_draft(open_project(run.project_id), draft)


def report(look: Look, words: Words) -> None:
    """What may be sent to somebody who helps; made when it is opened."""
    _ = words.gettext
    with st.expander(_("A report for support"), key=f"report_{look.job.id}", on_change="rerun") as about:
        if about.open:
            quiet(
                _(
                    "Versions, settings and figures of this training, without any text, name or key. Copy it with the button in its corner."
                )
            )
            st.code(support_report(job_of(look.job.folder) or look.job), language=None)
