"""The kinds of jobs: what each has on disk, and where it runs."""

from __future__ import annotations

from core.store.augmentation import Augmentation, DeviceAugmentation
from core.store.comparison import Comparison
from core.store.job_folder import JobFolder
from core.store.judging import Judging
from core.store.labelling import Labelling
from core.store.run import Run
from core.store.search import Search

FOLDERS: dict[str, type[JobFolder]] = {
    "train": Run,
    "label": Labelling,
    "augment": Augmentation,
    "augment_on_device": DeviceAugmentation,
    "compare": Comparison,
    "judge": Judging,
    "search": Search,
}
"""Each kind of job and what it has on disk."""
LIGHT = ("label", "augment", "compare", "judge")
"""Kinds that need no device of their own: they run beside, see core.jobs.slots."""
