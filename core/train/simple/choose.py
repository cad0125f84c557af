"""Which simple models go with a task."""

from __future__ import annotations

from core.data.columns import TaskName
from core.train.simple.generation import GenerationModels
from core.train.simple.labelled import LabelledModels
from core.train.simple.matching import MatchingModels
from core.train.simple.models import SimpleModels

SIMPLE: dict[TaskName, type[SimpleModels]] = {
    "classes": LabelledModels,
    "several_labels": LabelledModels,
    "number": LabelledModels,
    "matching": MatchingModels,
    "generation": GenerationModels,
}
