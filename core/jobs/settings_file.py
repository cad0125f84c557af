"""A file of settings: one JSON object for a training, a list of them for several. What it leaves open the preset decides."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from core.errors import UserError
from core.home import why
from core.models.catalogue import is_foreign, is_wide
from core.models.choice import ModelChoice
from core.models.outlook import longest_setting
from core.models.tokens import count_tokens, tokenizer_file
from core.store.project import open_project
from core.store.run import list_runs
from core.train.presets import SHAPES, Size, preset
from core.train.settings import Settings, make_settings
from core.words import N_


def read_settings_file(path: Path) -> list[dict[str, Any]]:
    """The objects of the file. Raises UserError: settings_file, settings_not_json."""
    try:
        found = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        problem = N_("there is no such file") if isinstance(error, FileNotFoundError) else why(error)
        raise UserError("settings_file", name=path.name, problem=problem) from None
    except json.JSONDecodeError as error:
        raise UserError("settings_not_json", name=path.name, row=error.lineno) from None
    except ValueError:
        raise UserError("settings_file", name=path.name, problem=N_("it is not text in UTF-8")) from None
    several = found if isinstance(found, list) else [found]
    if not several or not all(isinstance(each, dict) for each in several):
        raise UserError("settings_file", name=path.name, problem=N_("it holds something else than settings"))
    return several


def faults_of(values: dict[str, Any]) -> list[UserError]:
    """Everything that is wrong with one object: names that do not exist, values out of their bounds."""
    found = []
    model = values.get("model")
    unknown = [name for name in values if name not in Settings.model_fields]
    if isinstance(model, dict):
        unknown += [f"model.{name}" for name in model if name not in ModelChoice.model_fields]
    if unknown:
        found.append(UserError("settings_unknown", found=", ".join(unknown), known=", ".join(Settings.model_fields)))
    try:
        make_settings(values)
    except UserError as error:
        found.append(error)
    return found


def complete(values: list[dict[str, Any]], project_id: str, folder: Path) -> list[Settings]:
    """Settings for a project: fields that are not given are those of the preset, "balanced" unless another is named.

    folder: from where the path of a model is meant; a training to start from may be given by its number. The objects are without
    faults. Raises UserError: those of learnable, run_not_found, model_folder.
    """
    sizes: dict[ModelChoice, Size] = {}
    found = []
    for each in values:
        model = _model(ModelChoice.model_validate(each.get("model", {})), project_id, folder)
        name = each.get("preset", "balanced")
        given = {**each, "model": model}
        if name not in SHAPES:
            found.append(make_settings(given))
            continue
        if model not in sizes:
            sizes[model] = _size(project_id, model)
        computed = preset(name, sizes[model])
        settings = make_settings({**computed, **given})
        is_own = any(getattr(settings, field) != value for field, value in computed.items())
        found.append(settings.model_copy(update={"preset": "own"}) if is_own else settings)
    return found


def _model(choice: ModelChoice, project_id: str, folder: Path) -> ModelChoice:
    if choice.kind == "folder":
        return choice.model_copy(update={"name": str((folder / Path(choice.name).expanduser()).resolve())})
    if choice.kind == "run":
        for run in list_runs(project_id):
            if choice.name in (run.id, str(run.record().number)):
                return choice.model_copy(update={"name": run.id})
        raise UserError("run_not_found")
    return choice


def _size(project_id: str, model: ModelChoice) -> Size:
    # Here, for it brings pandas: who only looks at jobs does without.
    from core.data.language import main_language
    from core.jobs.launch import learnable

    project = open_project(project_id)
    examples = learnable(project).examples
    assert project.roles is not None
    task = project.roles.task
    questions = examples["question"].tolist() if project.roles.is_pair else None
    file, _own = tokenizer_file(model, project_id)
    tokens = count_tokens(file, examples["text"].tolist(), questions)
    foreign = is_foreign(model, main_language(examples["text"].tolist()), project_id)
    return Size(len(examples), tokens, is_wide(model), longest_setting(model, project_id), task, foreign)
