"""Asks a model in a process of its own, started on the first question and again when it has left."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.errors import UserError
from core.store.run import Run
from core.use.meaning import Meaning, Outputs, meaning_of
from core.words import N_

ROOT = Path(__file__).resolve().parents[2]
CHUNK = 256
"""Rows a question, so that progress can be shown."""


class Predictor:
    """One model, one process; safe to share between threads."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.meaning = meaning_of(run)
        self.labels = self.meaning.labels
        self._process: subprocess.Popen[str] | None = None
        self._turn = threading.Lock()

    def probabilities(
        self, texts: list[str], questions: list[str] | None, progressed: Callable[[int], None] = lambda done: None
    ) -> NDArray[np.float64]:
        """(texts, labels), of one label a row summing to 1 but for rounding at 1e-6; (texts, 1) where the model gives a number.

        Raises UserError("predict_failed").
        """
        found: list[list[float]] = []
        for start in range(0, len(texts), CHUNK):
            some = questions[start : start + CHUNK] if questions is not None else None
            answer = self._ask({"texts": texts[start : start + CHUNK], "questions": some})
            found += answer["probabilities"]
            progressed(len(found))
        return np.array(found).reshape(len(texts), self.meaning.width)

    def figures(self, gold: list[str], predicted: list[str]) -> dict[str, float]:
        """accuracy and macro_f1 of predictions against labels given by hand."""
        return cast(dict[str, float], self._ask({"gold": gold, "predicted": predicted})["figures"])

    def find(self, question: str, most: int) -> list[tuple[str, float]]:
        """Where questions find their text: the likeliest texts of the table, each with the probability that the question belongs to it."""
        found = self._ask({"find": question, "most": most})["found"]
        return [(str(text), float(share)) for text, share in found]

    def close(self) -> None:
        with self._turn:
            self._end()

    def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        with self._turn:
            for attempt in (1, 2):
                try:
                    process = self._running()
                    assert process.stdin is not None
                    process.stdin.write(json.dumps(question) + "\n")
                    process.stdin.flush()
                    answer = _hear(process)
                except (OSError, ValueError):
                    # It left for want of questions between two of ours, or was ended: start it again, once.
                    self._end()
                    if attempt == 2:
                        raise UserError("predict_failed", problem=N_("its process ended")) from None
                    continue
                if "error" in answer:
                    raise UserError("predict_failed", problem=answer["error"])
                return answer
        raise AssertionError

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None or self._process.poll() is not None:
            self._end()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "core.use.answer", self.run.project_id, self.run.id],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                encoding="utf-8",
            )
            first = _hear(self._process)
            if "error" in first:
                self._end()
                raise UserError("predict_failed", problem=first["error"])
        return self._process

    def _end(self) -> None:
        """Ends the process, if any, and lets go of it and of its pipes."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


def _hear(process: subprocess.Popen[str]) -> dict[str, Any]:
    """One line of answer; ValueError when the process ended instead."""
    assert process.stdout is not None
    return cast(dict[str, Any], json.loads(process.stdout.readline()))


def with_predictions(table: pd.DataFrame, shares: NDArray[np.float64], labels: list[str]) -> pd.DataFrame:
    """The table with `prediction`, `probability` and one column `p(label)` a label; names already taken get an underscore."""
    return with_answers(table, shares, Meaning("classes", labels, [], None))


def with_answers(table: pd.DataFrame, outputs: Outputs, meaning: Meaning) -> pd.DataFrame:
    """The table with the columns that its answers mean; names already taken get an underscore."""
    free: dict[str, Any] = {}
    for name, values in meaning.columns(outputs).items():
        while name in table.columns or name in free:
            name += "_"
        free[name] = values
    return pd.concat([table.reset_index(drop=True), pd.DataFrame(free)], axis=1)
