"""The kinds of jobs: what each has on disk, and where it runs."""

from __future__ import annotations

from core.store.augmentation import Augmentation, DeviceAugmentation
from core.store.baselines import Baselines
from core.store.comparison import Comparison
from core.store.job_folder import JobFolder
from core.store.judging import Judging
from core.store.labelling import Labelling
from core.store.run import Run
from core.store.search import Search
from core.store.study import FinalRun
from core.store.study_baselines import StudyBaselines

FOLDERS: dict[str, type[JobFolder]] = {
    "train": Run,
    "train_on_all": FinalRun,
    "label": Labelling,
    "augment": Augmentation,
    "augment_on_device": DeviceAugmentation,
    "compare": Comparison,
    "judge": Judging,
    "search": Search,
    "baselines": Baselines,
    "study_baselines": StudyBaselines,
}
"""Each kind of job and what it has on disk."""
TRAININGS = ("train", "train_on_all")
"""Kinds that train a model. The second waits until nothing of its batch waits or works any more."""
BEHIND = ("baselines", "study_baselines")
"""Kinds that wait until their project trains nothing any more, and then give way to every other at work: nobody waits for them."""
LIGHT = ("label", "augment", "compare", "judge", *BEHIND)
"""Kinds that need no device of their own: they run beside, see core.jobs.slots."""
