"""From a project and settings to runs in the queue."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from importlib.metadata import version

import pandas as pd
from filelock import FileLock

from core.data.examples import Selection, fingerprint, require_learnable
from core.data.joining import in_short
from core.data.kin import tied
from core.data.split import Part, parts_met, split
from core.data.targets import outputs_of, scale_of
from core.data.test_rows import TestFacts, beside, is_of_test_file, told_of_test
from core.errors import UserError
from core.home import require_room
from core.jobs.control import state_of
from core.jobs.processes import ensure_supervisor
from core.jobs.queue import enqueue
from core.jobs.slots import devices
from core.models.choice import ModelChoice
from core.models.outlook import check_choice
from core.store.accepted import accepted_paraphrases
from core.store.combining import files_of
from core.store.job_folder import ENDED
from core.store.project import Project, open_project, select_table
from core.store.run import Run, RunRecord, create_run, list_runs, next_number, open_run, utc_now
from core.store.storage import require_quota
from core.store.test_file import kept_test_file, tested
from core.train.footprint import weights_for
from core.train.settings import Settings

RECORDED = ("torch", "transformers", "tokenizers", "accelerate", "peft", "optuna", "scikit-learn", "pandas", "numpy")


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
    needed = max(room_for(settings, project) for settings in wanted)
    require_room(needed)
    require_quota(project, needed)
    made: list[Run] = []
    # Numbers are given one after the other, whoever asks.
    with FileLock(project.folder / "launch.lock"):
        for settings in wanted:
            check_model(settings, project)
        frozen = [(settings, freeze(project, selection, settings)) for settings in wanted]
        for settings, examples in frozen:
            record = record_of(project, settings, examples)
            twin = _under_way(project_id, record) if twin_is_same else None
            if twin is not None:
                return [twin]
            made.append(create_run(project_id, record, examples, readable(selection, settings, examples)))
        enqueue(*made, name=name)
    ensure_supervisor()
    return made


def room_for(settings: Settings, project: Project) -> int:
    """Bytes that a training may take on the disk while it works."""
    assert project.roles is not None
    return weights_for(settings, project.id, project.roles.task).on_disk


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
    assert project.roles is not None
    examples = gathered(project, selection, settings)
    if settings.test_from == "file":
        return beside_test_file(project, examples, settings)
    seen = parts_seen(settings.model, project.id)
    known = tied(examples, project.roles.task)
    parts = split(known, settings.validation_share, settings.test_share, settings.seed, seen)
    return examples.assign(part=parts)


def gathered(project: Project, selection: Selection, settings: Settings) -> pd.DataFrame:
    """The rows of the table, then the accepted paraphrases when they are wanted."""
    examples = selection.examples
    if settings.paraphrases:
        accepted = accepted_paraphrases(project.id, examples)
        examples = pd.concat([examples, accepted], ignore_index=True) if len(accepted) else examples
    # A paraphrase is kept with its origin, not by a value of its own.
    return examples.fillna({"together": ""}) if "together" in examples else examples


def beside_test_file(project: Project, examples: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """The examples with the part of each, the rows of the test file below them.

    Raises UserError: those of core.store.test_file.tested and of core.data.test_rows.beside.
    """
    assert project.roles is not None
    tests, task = tested(project), project.roles.task
    seen = parts_seen(settings.model, project.id)
    parts = beside(tied(examples, task), tied(tests, task), settings.validation_share, settings.seed, seen)
    return pd.concat([examples.assign(part=parts), tests.assign(part="test")], ignore_index=True)


def facts_of_test(project: Project, examples: pd.DataFrame) -> TestFacts:
    """What is told of the test file. examples: as `beside_test_file` gives them."""
    file = kept_test_file(project)
    assert file is not None
    assert project.roles is not None
    return told_of_test(examples, project.roles, file.facts.name, file.facts.rows)


def readable(selection: Selection, settings: Settings, examples: pd.DataFrame) -> pd.DataFrame | None:
    """The rows without a label for a pre-training, when there is to be one; none that says what validation or test says."""
    if not settings.pretraining_epochs:
        return None
    held_out = examples[examples["part"] != "train"]
    said = set(held_out["text"].map(in_short)) | set(held_out["question"].map(in_short)) - {""}
    rows = selection.unlabelled
    return rows[~rows["text"].map(in_short).isin(said) & ~rows["question"].map(in_short).isin(said)]


def _under_way(project_id: str, record: RunRecord) -> Run | None:
    """The newest run, when it does exactly this and has not ended: the button was pressed twice."""
    newest = next(iter(list_runs(project_id)), None)
    if newest is None or state_of(newest) in ENDED:
        return None
    known = newest.record()
    if known.study is not None:
        return None
    same = (known.settings, known.roles, known.fingerprint) == (record.settings, record.roles, record.fingerprint)
    return newest if same else None


def learnable(project: Project) -> Selection:
    """The examples a run would learn from. Raises UserError when there is nothing to learn."""
    if project.table is None or project.roles is None:
        raise UserError("no_label_role")
    selection = select_table(project)
    require_learnable(selection.tally, project.roles)
    return selection


def check_model(settings: Settings, project: Project) -> None:
    """Says now what would fail later: an absent folder, a model of another kind, an unknown name, a hub out of reach.

    Raises UserError as check_choice does.
    """
    assert project.roles is not None
    check_choice(
        settings.model,
        project.id,
        settings.max_tokens,
        project.roles.task,
        guesses_words=settings.pretraining_epochs > 0,
        frozen=settings.frozen_layers,
    )


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
        scale=scale_of(project.roles.task, examples.loc[~is_of_test_file(examples), "label"].tolist()),
        parts={str(part): int(count) for part, count in examples["part"].value_counts().items()},
        paraphrases=int(((examples["origin"] != "") & (examples["part"] == "train")).sum()),
        test_file=asdict(facts_of_test(project, examples)) if is_of_test_file(examples).any() else None,
        files=files_of(project.table),
        versions={name: version(name) for name in RECORDED},
    )
