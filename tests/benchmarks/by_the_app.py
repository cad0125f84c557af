"""From a table to figures on another one, as the pages do it: project, settings, training in the queue, predictions.

The run goes through the queue, the supervisor and a worker; the predictions through the process that answers the Use page.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

from core.data.joining import join_parts
from core.data.language import main_language
from core.data.reading import read
from core.jobs.control import state_of
from core.jobs.launch import learnable
from core.models.catalogue import is_foreign
from core.models.choice import ModelChoice
from core.models.tokens import count_tokens, tokenizer_file
from core.store.job_folder import ENDED, JobFolder
from core.store.project import Project, create_project, keep_upload
from core.store.run import Run
from core.train.presets import Size, preset
from core.train.settings import PresetName, Settings, make_settings
from core.use.predictor import Predictor


def project_of(data: bytes, name: str) -> Project:
    """A project with this table, its roles as they are guessed. name: of the file."""
    project = keep_upload(create_project(Path(name).stem).id, data, name, read(data, name))
    assert project.roles is not None
    return project


def settings_of(project: Project, preset_name: PresetName, **chosen: object) -> Settings:
    """What the Train page proposes for the project's rows with the embedded model. chosen: fields set by hand."""
    assert project.roles is not None
    task = project.roles.task
    examples = learnable(project).examples
    file, _ = tokenizer_file(ModelChoice(), project.id)
    questions = examples["question"].tolist() if project.roles.is_pair else None
    tokens = count_tokens(file, examples["text"].tolist(), questions)
    foreign = is_foreign(ModelChoice(), main_language(examples["text"].tolist()), project.id)
    size = Size(len(examples), tokens, wide=False, task=task, foreign=foreign)
    return make_settings({**preset(preset_name, size), **chosen})


def wait_for(job: JobFolder) -> None:
    """Until it is done; AssertionError with the end of its log when it ends otherwise. Progress goes to stderr."""
    while (state := state_of(job)) not in ENDED:
        time.sleep(1)
        print(job.progress(), file=sys.stderr)
    assert state == "done", job.log.read_text()[-2000:]


def figures_on(run: Run, test: Path) -> tuple[dict[str, float], int]:
    """The figures of its task that a finished run has on a table with the same columns, and the rows of that table."""
    from core.use.agreement import compared

    table = read(test, test.name).table
    roles = run.record().roles
    predictor = Predictor(run)
    try:
        texts = join_parts(*(table[column].str.strip().tolist() for column in roles.texts))
        questions = table[roles.question].str.strip().tolist() if roles.question else None
        outputs = predictor.probabilities(texts, questions)
    finally:
        predictor.close()
    return compared(table, roles, predictor.meaning, outputs), len(table)


def result_of(run: Run) -> dict[str, Any]:
    result = run.result()
    assert result is not None
    return result
