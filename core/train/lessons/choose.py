"""Which lesson goes with a task."""

from __future__ import annotations

from core.data.columns import TaskName
from core.train.lesson import Lesson
from core.train.lessons.classes import Classes
from core.train.lessons.generation import Generation
from core.train.lessons.matching import Matching
from core.train.lessons.number import Number
from core.train.lessons.several_labels import SeveralLabels

LESSONS: dict[TaskName, type[Lesson]] = {
    "classes": Classes,
    "several_labels": SeveralLabels,
    "number": Number,
    "generation": Generation,
    "matching": Matching,
}
