"""What simple models reach on the folds of a cross-validation, on disk: rows and folds frozen, then one fold after the other."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, cast

from core.errors import UserError
from core.home import read_json, write_json
from core.store.baselines import BaselinesRecord
from core.store.job_folder import JobFolder
from core.store.parquet import read_frame, write_frame
from core.store.run import Run, RunRecord, open_run, utc_now
from core.store.study import Study

if TYPE_CHECKING:
    import pandas as pd

FILE = "baselines.json"
"""In the folder of a study: the id of its simple models."""


class StudyBaselinesRecord(BaselinesRecord, frozen=True):
    """study_baselines.json. key: the fingerprint of the rows."""

    study: str
    """Id."""
    folds: list[int]
    """Places of the folds among the study's runs: all but those of which nothing was left when somebody asked."""


@dataclass(frozen=True)
class StudyBaselines(JobFolder):
    """Of one study. Each fold that is measured is kept, so that a resumed job goes on behind it."""

    room: ClassVar[str] = "study_baselines"
    record_file: ClassVar[str] = "study_baselines.json"

    def record(self) -> StudyBaselinesRecord:
        return StudyBaselinesRecord.model_validate(read_json(self.folder / self.record_file))

    def examples(self, fold: int) -> pd.DataFrame:
        """As core.store.run.Run.examples, of a fold, which may be deleted meanwhile. fold: one of the record's."""
        whole = read_frame(self.folder / "examples.parquet")
        parts = [name for name in whole.columns if name.startswith("part_")]
        return whole.drop(columns=parts).assign(part=whole[f"part_{fold}"])

    def fold(self, fold: int) -> dict[str, Any] | None:
        """{"fold": its place, "baselines": one entry a model (core.train.baselines.Measured), "seconds": …}; None before it is measured."""
        try:
            return cast("dict[str, Any]", read_json(self.folder / f"fold-{fold:04}.json"))
        except FileNotFoundError:
            return None

    def keep_fold(self, fold: int, found: dict[str, Any], answers: pd.DataFrame) -> None:
        """The answers first, the figures last: their presence means that both are there."""
        write_frame(self.folder / f"fold-{fold:04}.parquet", answers)
        write_json(self.folder / f"fold-{fold:04}.json", found)

    def keep(self) -> None:
        """Once every fold is measured: result.json, whose presence means that all is there."""
        write_json(self.folder / "result.json", {"folds": [self.fold(fold) for fold in self.record().folds]})

    def result(self) -> dict[str, Any] | None:
        """{"folds": what `fold` gives of each}; None before all of them are measured."""
        return super().result()

    def answers(self, fold: int) -> pd.DataFrame:
        """To the rows of its test part, as core.store.baselines.Baselines.predictions."""
        found = read_frame(self.folder / f"fold-{fold:04}.parquet")
        return found[found["part"] == "test"].reset_index(drop=True)


def create_study_baselines(study: Study) -> StudyBaselines:
    """Lays down the folder: the examples first, the record last. Raises UserError("study_not_found") when no fold is left."""
    record, roles = study.record(), study.roles()
    whole: pd.DataFrame | None = None
    folds: list[int] = []
    first: RunRecord | None = None
    for place, run in enumerate(study.folds()):
        try:
            left = open_run(run.project_id, run.id, binned=True)
            examples, known = left.examples(), left.record()
        except (UserError, OSError):
            continue
        first = first or known
        # Folds have the same rows in the same order, in other parts.
        whole = examples.drop(columns="part") if whole is None else whole
        whole[f"part_{place}"] = examples["part"]
        folds.append(place)
    if whole is None or first is None:
        raise UserError("study_not_found")
    made = StudyBaselines(study.project_id, secrets.token_hex(6))
    made.folder.mkdir(parents=True)
    write_frame(made.folder / "examples.parquet", whole)
    told = StudyBaselinesRecord(
        key=record.fingerprint,
        roles=roles,
        labels=first.labels,
        scale=first.scale,
        created_at=utc_now(),
        study=study.id,
        folds=folds,
    )
    write_json(made.folder / made.record_file, told.model_dump(mode="json"))
    return made


def study_baselines_of(study: Study) -> StudyBaselines | None:
    """Those that were asked for, in their place; None when nobody asked or they were deleted."""
    found = named_by(study)
    return found if found is not None and (found.folder / found.record_file).exists() else None


def named_by(study: Study) -> StudyBaselines | None:
    """Those that the study names, wherever they are by now: in the bin too, or gone."""
    try:
        identifier = str(read_json(study.folder / FILE)["id"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return StudyBaselines(study.project_id, identifier) if identifier.isalnum() else None


def remember_study_baselines(study: Study, found: StudyBaselines) -> None:
    write_json(study.folder / FILE, {"id": found.id})


def final_compared_with(found: StudyBaselines) -> Run | None:
    """The run on all rows of the study; None when the study is gone."""
    try:
        return Study(found.project_id, found.record().study).final()
    except (OSError, ValueError):
        return None
