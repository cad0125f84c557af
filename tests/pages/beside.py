"""Simple models of a training that is over, measured in this process, and what its page says of them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from streamlit.testing.v1 import AppTest

from core.jobs.baselines import ask_for_baselines
from core.jobs.queue import claim, finish
from core.jobs.slots import BESIDE
from core.results.rivals import verdict
from core.results.verdict import sentence
from core.store.baselines import baselines_of
from core.store.run import Run
from core.words import Words


def show_beside(run: Run, words: Words) -> None:
    """As a worker does it, but for the embedded model, whose place a vector a text takes that says nothing."""
    from core.train.baselines import measure

    (found,) = ask_for_baselines(run)
    taken = claim(BESIDE)
    assert taken is not None
    measured, answers = measure(found.record(), found.examples(), unlike)
    found.keep({"baselines": measured, "seconds": 1.0}, answers)
    finish(taken, "done")


def unlike(texts: list[str], heard: Callable[[float], None]) -> NDArray[np.float32]:
    return np.eye(len(texts), dtype=np.float32)


def beaten(at: AppTest, run: Run, words: Words) -> None:
    """The page says where the training stands, in the colour of it."""
    found = baselines_of(run)
    assert found is not None
    said = verdict(run, found)
    assert said is not None
    shown = {"better": at.success, "unclear": at.info, "worse": at.warning}[said.standing]
    assert sentence(said, words) in [each.value for each in shown]
