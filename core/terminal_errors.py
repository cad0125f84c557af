"""The sentences of UserError at a terminal; core.errors says them."""

from __future__ import annotations

from core.words import N_

TERMINAL_SENTENCES: dict[str, str] = {
    "no_projects": N_("There is no project yet. Open the app and upload a table on the Data page."),
    "project_unknown": N_("There is no project “{name}”. Those there are: {found}."),
    "job_unknown": N_("There is no job “{name}”. The command list shows those there are."),
    "job_in_bin": N_("“{name}” is in the bin. Take it back first, with the command restore."),
    "several_trainings": N_(
        "“{name}” is a cross-validation, which has several trainings. Name one of them; the command list shows them."
    ),
    "no_answers_yet": N_("No fold of “{name}” is done yet, so there are no answers. The command watch waits for them."),
    "no_best_yet": N_("No trial of “{name}” has come to its end yet, so none is the best."),
    "not_a_study": N_("“{name}” is no cross-validation, so it has no answers of folds."),
    "not_a_search": N_("“{name}” is no search, so it has no best settings. The command show has those of a training."),
    "answers_file": N_("The answers could not be written to “{name}”: {problem}."),
    "one_settings": N_("“{name}” holds {count} settings; here one object is needed."),
    "bounds_misread": N_(
        "“{found}” is not understood. Write for example learning_rate=1e-5..1e-3, or the name alone: {known}."
    ),
    "job_not_waiting": N_("{name} does not wait, so it has no place in the queue."),
    "several_fit": N_("“{name}” fits several: {found}. Write one of these."),
    "settings_file": N_(
        "“{name}” could not be read: {problem}. Give a JSON file with one object of settings, or with a list of objects."
    ),
    "settings_not_json": N_(
        "“{name}” is not JSON at its line {row}. Write names and texts between double quotation marks, and a comma between two settings."
    ),
    "settings_unknown": N_("These settings do not exist: {found}. Those there are: {known}."),
}
