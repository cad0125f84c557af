"""In which phase a run is, whether its state tells the truth, and what became of it after processes were killed under it."""

from __future__ import annotations

import sys
import time
import zipfile
from collections import Counter
from dataclasses import dataclass, field

from filelock import FileLock

from core.jobs.processes import is_held, supervisor_lock
from core.jobs.queue import Job, job_of
from core.store.run import Run
from core.use.bundle import pack
from tests.trained import curves, figures, points, weights

TARGETS = ("worker", "supervisor", "server")
PHASES = ("reading", "training", "evaluation", "checkpointing", "packing")
SHOWN = {
    "reading": "reading",
    "loading": "reading",
    "tokenising": "reading",
    "probing": "training",
    "training": "training",
    "checkpoint": "training",
    "evaluating": "evaluation",
    "saving": "packing",
    "zipping": "packing",
    "over": "packing",
}
"""What each phase of progress.json counts as, unless the files say it more exactly."""
PATIENCE = 10.0
"""Seconds that an untrue state may be on screen."""


@dataclass
class Tally:
    kills: int = 0
    lost: int = 0
    """Rows of examples, points of curves and predictions that were missing at the end, or there twice."""
    wrong_states: int = 0
    """Times that a state was untrue for more than ten seconds, or was one that no kill may lead to."""
    unequal: int = 0
    """Runs that ended otherwise than the undisturbed one."""
    by_target: Counter[str] = field(default_factory=Counter)
    by_phase: Counter[str] = field(default_factory=Counter)
    longest_wrong_state_s: float = 0.0
    runs: int = 0
    resumed: int = 0
    """Times that a run was interrupted and somebody pressed "resume"."""
    taken_along: int = 0
    """Kills of the supervisor or of the server that ended the work of a worker too."""


def phase_of(run: Run, evaluated: set[int]) -> str:
    """One of PHASES. evaluated: the steps after which validation is looked at."""
    if any((run.folder / "checkpoints").glob(".aside-*")):
        return "checkpointing"
    shown = SHOWN.get(run.progress().phase, "reading")
    if shown == "training":
        taken, looked_at = points(run, "train", "loss"), points(run, "validation", "loss")
        newest = taken[-1][0] if taken else 0
        if newest in evaluated and newest not in {step for step, _ in looked_at}:
            return "evaluation"
    return shown


class Watch:
    """Compares what is shown of a run with what is true; `look` is to be called again and again.

    It counts from the first true state on: until then the run is being launched, and nobody was killed.
    """

    def __init__(self, run: Run, tally: Tally) -> None:
        self.run = run
        self._tally = tally
        self._since: float | None = None
        self._is_counted = False
        self._was_true = False
        self.is_true = False
        self.job = self._job()

    def look(self) -> Job:
        """The job as it is shown now."""
        shown = self.job.state
        self.job = self._job()
        self.is_true = self._is_true()
        if self.is_true:
            if self._since is not None and time.monotonic() - self._since > PATIENCE / 5:
                lasted = time.monotonic() - self._since
                print(f"{lasted:.1f} s long: {shown}, which was not true; then {self.job.state}", file=sys.stderr)
            self._since, self._is_counted, self._was_true = None, False, True
        elif self._was_true:
            now = time.monotonic()
            self._since = self._since or now
            lasted = now - self._since
            self._tally.longest_wrong_state_s = round(max(self._tally.longest_wrong_state_s, lasted), 2)
            if lasted > PATIENCE and not self._is_counted:
                self._tally.wrong_states += 1
                self._is_counted = True
        return self.job

    def nobody_looked(self) -> None:
        """While the server was away nobody saw a state: what was untrue until now is untrue from now on."""
        self._since = None

    def _job(self) -> Job:
        job = job_of(self.run)
        assert job is not None
        return job

    def _is_true(self) -> bool:
        """Running means that a worker holds the job's lock, waiting that a supervisor will come to it, the rest that nobody works."""
        held = is_held(FileLock(self.run.lock))
        if self.job.state == "running":
            return held
        if self.job.state == "queued":
            return is_held(supervisor_lock())
        return not held


def compare(run: Run, undisturbed: Run, tally: Tally) -> None:
    """Adds what a finished run lacks beside the undisturbed one."""
    tally.runs += 1
    lost = difference(run.examples()["id"], undisturbed.examples()["id"])
    places = [
        [(point["step"], point["split"], point["name"]) for point in each.metrics()] for each in (run, undisturbed)
    ]
    lost += difference(places[0], places[1])
    same = run.result() is not None and figures(run) == figures(undisturbed) and curves(run) == curves(undisturbed)
    if same:
        lost += difference(run.predictions()["id"], undisturbed.predictions()["id"])
        same = run.predictions().equals(undisturbed.predictions()) and weights(run) == weights(undisturbed)
        same = same and run.examples().equals(undisturbed.examples()) and has_whole_zip(run)
    tally.lost += lost
    tally.unequal += not same


def difference(found: object, wanted: object) -> int:
    """How many are missing or there too often."""
    have, should = Counter(list(found)), Counter(list(wanted))  # type: ignore[call-overload]
    return (should - have).total() + (have - should).total()


def has_whole_zip(run: Run) -> bool:
    """Whether the zip that a person downloads can be made, and holds the run's weights; it is made anew when it is not there."""
    with zipfile.ZipFile(pack(run)) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith("/model.safetensors")]
        return archive.testzip() is None and archive.read(name) == weights(run)
