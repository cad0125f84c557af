"""Results: the runs of the project, and what one of them reached."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.jobs.job_words import STATES, name_of
from core.jobs.overview import Look
from core.models.catalogue import display_name
from core.store.project import Project
from core.store.run import Run, list_runs
from core.train.settings import Settings
from core.words import Words
from pages.parts.baselines import show_baselines
from pages.parts.chart import chart
from pages.parts.figures import confusion_matrix
from pages.parts.live import how_it_ended, show_curves, state_in
from pages.parts.look import lead, quiet
from pages.parts.pulse import look_at
from pages.parts.settings_form import FIELDS, PRESETS
from pages.parts.sheet import figures_row, sheet
from pages.parts.shell import begin, link


def show_list(runs: list[Run], looks: dict[str, Look | None], project: Project, words: Words) -> None:
    """All runs of the project, the newest first."""
    _ = words.gettext
    columns = [
        _("Training"),
        _("Start from"),
        _("State"),
        _("Accuracy"),
        _("Macro-F1"),
        _("Measured on"),
        _("Duration"),
        _("Launched"),
    ]
    rows = []
    for run in runs:
        record, result = run.record(), run.result() or {}
        settings = Settings.model_validate(record.settings)
        part, figures = measured(result)
        rows.append(
            [
                name_of(run, looks[run.id], words),
                display_name(settings.model, project.id, words),
                _(STATES[state_in(looks[run.id])]),
                words.percent(figures["accuracy"]) if figures else "–",
                words.percent(figures["macro_f1"]) if figures else "–",
                part_name(part, words) if figures else "–",
                words.duration(result["seconds"]) if "seconds" in result else "–",
                words.moment(record.created_at),
            ]
        )
    sheet(columns, rows, numbers=frozenset({3, 4}), whole=frozenset({0, 2, 5, 6, 7}))


def measured(result: dict[str, Any]) -> tuple[str, dict[str, Any] | None]:
    """The part whose figures are shown, and the figures: the test part, else validation, else none."""
    part = "test" if "test" in result else "validation"
    return part, result.get(part)


def part_name(part: str, words: Words) -> str:
    return words.gettext("test part") if part == "test" else words.gettext("validation part")


def show_figures(run: Run, words: Words) -> None:
    """The headline, what was measured on what, each label, and the confusions."""
    _ = words.gettext
    part, figures = measured(run.result() or {})
    if figures is None:
        return
    figures_row(
        [
            (_("Accuracy"), words.percent(figures["accuracy"])),
            (_("Macro-F1"), words.percent(figures["macro_f1"])),
            (_("Loss"), words.decimal(figures["loss"], 3)),
            (_("Rows measured"), words.integer(figures["rows"])),
        ]
    )
    if paraphrases := run.record().paraphrases:
        quiet(
            words.ngettext(
                "{count} of the training rows is an accepted paraphrase.",
                "{count} of the training rows are accepted paraphrases.",
                paraphrases,
            )
        )
    if part == "test":
        quiet(
            _(
                "Measured once, on the test part: rows that neither the training nor the choice of the best epoch ever saw."
            )
        )
    else:
        quiet(
            _(
                "Measured on the validation part, which also chose the best epoch: expect a little less on new texts. "
                "The test part has not been looked at."
            )
        )
    if figures["rows"] < 100:
        margin = (figures["accuracy"] * (1 - figures["accuracy"]) / figures["rows"]) ** 0.5 * 1.96
        quiet(
            _("With {rows} rows measured, chance alone moves the accuracy by about ± {margin}.").format(
                rows=words.integer(figures["rows"]), margin=words.percent(max(margin, 1 / figures["rows"]), 0)
            )
        )
    st.header(_("Label by label"))
    rows = [
        [
            each["label"],
            words.percent(each["precision"]),
            words.percent(each["recall"]),
            words.percent(each["f1"]),
            words.integer(each["support"]),
        ]
        for each in sorted(figures["labels"], key=lambda label: -label["support"])
    ]
    with st.container(height=460 if len(rows) > 12 else "content", border=False):
        sheet([_("Label"), _("Precision"), _("Recall"), _("F1"), _("Rows")], rows, numbers=frozenset({1, 2, 3, 4}))
    quiet(
        _(
            "Precision: of the rows given this label, how many deserve it. Recall: of the rows that deserve it, how many got it."
        )
    )
    st.header(_("What is taken for what"))
    alt = _("Confusion matrix: true labels in rows, predicted labels in columns.")
    chart(confusion_matrix(figures["confusion"], run.record().labels, words), words, key=f"confusion_{run.id}", alt=alt)


def show_settings(run: Run, project: Project, words: Words) -> None:
    """Everything the run was given, and on what it ran."""
    _ = words.gettext
    record, result = run.record(), run.result() or {}
    settings = Settings.model_validate(record.settings)
    rows = [(_("Start from"), display_name(settings.model, project.id, words))]
    rows.append((_("How thoroughly"), _(PRESETS[settings.preset]) if settings.preset in PRESETS else _("own settings")))
    for field in FIELDS:
        value = getattr(settings, field.name)
        shown = (
            words.percent(value, 0)
            if field.in_percent
            else words.scientific(value)
            if field.name == "learning_rate"
            else number(value, words)
        )
        rows.append((_(field.title), shown))
    rows += [
        (_("Table"), record.tables),
        (
            _("Training, validation and test rows"),
            " / ".join(words.integer(record.parts.get(part, 0)) for part in ("train", "validation", "test")),
        ),
        (
            _("Accepted paraphrases in training"),
            words.integer(record.paraphrases) if settings.paraphrases else _("not wanted"),
        ),
        (_("Fingerprint of the rows (sha256)"), record.fingerprint[:16] + "…"),
    ]
    if result:
        best = _("step {step}, epoch {epoch}").format(
            step=words.integer(result["best"]["step"]), epoch=words.decimal(result["best"]["epoch"], 2)
        )
        rows += [(_("Best by validation macro-F1"), best), (_("Device"), f"{result['device']}, {result['precision']}")]
    versions = ", ".join(f"{name} {version}" for name, version in record.versions.items())
    with st.expander(_("Settings used")):
        sheet([_("Setting"), _("Value")], [*rows, (_("Versions"), versions)])


def number(value: float, words: Words) -> str:
    return words.integer(value) if isinstance(value, int) else words.decimal(value, 3)


def page() -> None:
    here = begin()
    words, project = here.words, here.project
    assert project is not None
    _ = words.gettext
    st.title(_("Results"))
    runs = list_runs(project.id)
    if not runs:
        lead(_("Nothing has been trained yet in this project."))
        link("train", _("Launch a first training"), icon=":material/arrow_forward:")
        return
    looks = {run.id: look_at(run) for run in runs}
    show_list(runs, looks, project, words)
    run = choose_run(runs, looks, here.run, words)
    state = state_in(looks[run.id])
    if state in ("queued", "running"):
        st.info(_("This training is under way: its figures come when it is over."))
        link("train", _("Watch it"), run=run.id, icon=":material/arrow_forward:")
        return
    if state != "done":
        how_it_ended(run, looks[run.id], words, offer=False)
    show_figures(run, words)
    show_baselines(run, words)
    st.header(_("Learning curves"))
    show_curves(run, words)
    show_settings(run, project, words)
    if run.has_model():
        link("use", _("Use this model"), run=run.id, icon=":material/arrow_forward:")


def choose_run(runs: list[Run], looks: dict[str, Look | None], current: Run | None, words: Words) -> Run:
    """The run shown, in the URL."""
    identifiers = [run.id for run in runs]
    chosen = current.id if current is not None and current.id in identifiers else identifiers[0]
    if len(runs) > 1:
        names = {run.id: name_of(run, looks[run.id], words) for run in runs}
        picked = st.selectbox(
            words.gettext("Training to look at"),
            identifiers,
            index=identifiers.index(chosen),
            format_func=names.__getitem__,
            key=f"run_{chosen}",
        )
        if picked != chosen:
            st.query_params["run"] = picked
            st.rerun()
    if st.query_params.get("run") != chosen:
        st.query_params["run"] = chosen
    return next(run for run in runs if run.id == chosen)


page()
