"""Simple models on every fold of a cross-validation: the same measurement as beside a single training, once a fold."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from core.store.job_folder import Progress, State
from core.store.study_baselines import StudyBaselines
from core.train.baselines import measure, reader_of
from core.train.simple.models import Embed, Heard


def work_on_folds(found: StudyBaselines, check: Callable[[], None] = lambda: None, embed: Embed | None = None) -> State:
    """Measures what is not measured yet, fold by fold. Returns "done", or what was asked for meanwhile.

    check: as in core.train.baselines.work. embed: reads texts; the embedded model where none is given. Imports torch. Raises UserError:
    model_damaged.
    """
    from core.train.progress import Stopped

    record = found.record()
    reading = Remembered(embed or reader_of(found.project_id))
    try:
        for number, fold in enumerate(record.folds):

            def heard(share: float, number: int = number) -> None:
                request = found.asked()
                if request is not None:
                    raise Stopped(request)
                check()
                share = (number + share) / len(record.folds)
                found.report(Progress(phase="comparing", step=round(100 * share), steps=100))

            heard(0.0)
            if found.fold(fold) is not None:
                continue
            began = time.monotonic()
            measured, answers = measure(record, found.examples(fold), reading.embed, heard)
            seconds = round(time.monotonic() - began, 1)
            found.keep_fold(fold, {"fold": fold, "baselines": measured, "seconds": seconds}, answers)
            print(f"fold {fold}: {measured}", flush=True)
    except Stopped as stopped:
        return "stopped" if stopped.request == "stop" else "paused"
    found.keep()
    found.report(Progress(phase="over", step=100, steps=100))
    return "done"


class Remembered:
    """Reads each text once: every fold asks about the same ones. A vector takes 1.5 kB."""

    def __init__(self, embed: Embed) -> None:
        self._embed = embed
        self._known: dict[str, NDArray[np.float32]] = {}

    def embed(self, texts: list[str], heard: Heard) -> NDArray[np.float32]:
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            self._known |= dict(zip(new, self._embed(new, heard), strict=True))
        return np.stack([self._known[text] for text in texts])
