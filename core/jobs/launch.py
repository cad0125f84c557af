"""From a project and settings to runs in the queue."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pandas as pd
from filelock import FileLock

from core.data.examples import Selection, fingerprint, require_learnable
from core.data.split import Part, parts_met, split, tied
from core.data.targets import outputs_of, scale_of
from core.errors import UserError
from core.home import require_room
from core.jobs.control import state_of
from core.jobs.processes import ensure_supervisor
from core.jobs.queue import enqueue
from core.jobs.slots import devices
from core.models.catalogue import check_folder
from core.models.choice import ModelChoice
from core.models.hub import check_hub
from core.models.weights import training_size
from core.store.accepted import accepted_paraphrases
from core.store.combining import files_of
from core.store.job_folder import ENDED
from core.store.project import Project, open_project, select_table
from core.store.run import Run, RunRecord, create_run, list_runs, next_number, open_run, utc_now
from core.store.storage import require_quota
from core.train.settings import Settings

RECORDED = ("torch", "transformers", "tokenizers", "accelerate", "scikit-learn", "pandas", "numpy")


def launch(project_id: str, settings: Settings) -> Run:
    """Freezes the examples, their split and the settings into a new run and queues it; asked twice at once, gives the same run.

    Raises UserError, and makes nothing: those of select and require_learnable, nothing_left_to_train, those of the
    model (hub_unreachable, model_folder, …), disk_full, quota_reached, slots_invalid.
    """
    (run,) = launch_all(project_id, [settings], twin_is_same=True)
    return run


def launch_all(
    project_id: str, wanted: list[Settings], *, twin_is_same: bool = False, name: str | None = None
) -> list[Run]:
    """One run for each settings, queued together: all of them or, with the UserError of the first that cannot be, none.

    twin_is_same: when a single one is wanted and the newest run of the project is under way with exactly these settings
    and rows, that run is given instead.
    """
    project = open_project(project_id)
    selection = learnable(project)
    devices()
    needed = max(training_size(settings.model, project_id) for settings in wanted)
    require_room(needed)
    require_quota(project, needed)
    made: list[Run] = []
    # Numbers are given one after the other, whoever asks.
    with FileLock(project.folder / "launch.lock"):
        for settings in wanted:
            check_model(settings.model, project_id)
        frozen = [(settings, freeze(project, selection, settings)) for settings in wanted]
        for settings, examples in frozen:
            record = record_of(project, settings, examples)
            twin = _under_way(project_id, record) if twin_is_same else None
            if twin is not None:
                return [twin]
            made.append(create_run(project_id, record, examples))
        enqueue(*made, name=name)
    ensure_supervisor()
    return made


def again(run: Run) -> Run:
    """The same settings once more, on the project's table and roles as they are now. Raises UserError as launch does."""
    settings = Settings.model_validate(run.record().settings)
    (made,) = launch_all(run.project_id, [settings])
    return made


def parts_seen(choice: ModelChoice, project_id: str) -> dict[str, Part]:
    """In which part the rows were that a model of this project has met, its own forerunners included."""
    return parts_met(run.examples() for run in _forerunners(choice, project_id))


def _forerunners(choice: ModelChoice, project_id: str) -> Iterator[Run]:
    while choice.kind == "run":
        run = open_run(project_id, choice.name, binned=True)
        yield run
        choice = Settings.model_validate(run.record().settings).model


def freeze(project: Project, selection: Selection, settings: Settings) -> pd.DataFrame:
    """The examples with the part of each, the rows of the table first, then the accepted paraphrases when they are wanted."""
    examples = selection.examples
    if settings.paraphrases:
        accepted = accepted_paraphrases(project.id, examples)
        examples = pd.concat([examples, accepted], ignore_index=True) if len(accepted) else examples
    if "together" in examples:
        examples = examples.fillna({"together": ""})
    assert project.roles is not None
    seen = parts_seen(settings.model, project.id)
    known = tied(examples, project.roles.task)
    parts = split(known, settings.validation_share, settings.test_share, settings.seed, seen)
    return examples.assign(part=parts)


def _under_way(project_id: str, record: RunRecord) -> Run | None:
    """The newest run, when it does exactly this and has not ended: the button was pressed twice."""
    newest = next(iter(list_runs(project_id)), None)
    if newest is None or state_of(newest) in ENDED:
        return None
    known = newest.record()
    same = (known.settings, known.roles, known.fingerprint) == (record.settings, record.roles, record.fingerprint)
    return newest if same else None


def learnable(project: Project) -> Selection:
    """The examples a run would learn from. Raises UserError when there is nothing to learn."""
    if project.table is None or project.roles is None:
        raise UserError("no_label_role")
    selection = select_table(project)
    require_learnable(selection.tally, project.roles)
    return selection


def check_model(choice: ModelChoice, project_id: str) -> None:
    """Says now what would fail later: an absent folder, an unknown name, a hub out of reach."""
    if choice.kind == "hub":
        check_hub(choice.name)
    elif choice.kind == "folder":
        check_folder(Path(choice.name).expanduser())
    elif choice.kind == "run":
        run = open_run(project_id, choice.name)
        if not run.has_model():
            raise UserError("run_has_no_model", run=run.record().number)


def record_of(project: Project, settings: Settings, examples: pd.DataFrame) -> RunRecord:
    """What run.json says of a run on these examples, with the project's next number."""
    assert project.roles is not None
    assert project.table is not None
    return RunRecord(
        number=next_number(project.id),
        created_at=utc_now(),
        settings=settings.model_dump(mode="json"),
        roles=project.roles,
        table_name=project.table.name,
        fingerprint=fingerprint(examples),
        labels=outputs_of(project.roles.task, examples["label"].tolist()),
        scale=scale_of(project.roles.task, examples["label"].tolist()),
        parts={str(part): int(count) for part, count in examples["part"].value_counts().items()},
        paraphrases=int(((examples["origin"] != "") & (examples["part"] == "train")).sum()),
        files=files_of(project.table),
        versions={name: version(name) for name in RECORDED},
    )
