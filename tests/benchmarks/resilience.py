"""What is lost when processes are killed under a training: SIGKILL at random moments, in every phase.

    .venv/bin/python -m tests.benchmarks.resilience --kills 20

One JSON line: `kills`; `lost`, rows of examples, points of curves and predictions missing or there twice; `wrong_states`, states
untrue for more than ten seconds; `unequal`, runs that ended otherwise than the undisturbed one; where the kills went, the
longest time that a state was untrue, and how often a run had to be resumed. The web server is a real one, with the page of the
run open in it; it is killed and started again, as the supervisor and the worker are killed. A run may be struck several times.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from core.jobs.control import resume
from core.jobs.processes import worker_process
from core.jobs.queue import enqueue
from core.store.job_folder import RESUMABLE
from core.store.project import Project
from core.store.run import Run
from core.train.settings import Settings
from tests.benchmarks.strikes import PHASES, TARGETS, Tally, Watch, compare, phase_of
from tests.benchmarks.visitor import Visitor
from tests.browser.conftest import Server
from tests.conftest import build_tiny_bert, end_processes_of, processes_of
from tests.tables import lay_down, messages
from tests.trained import points, project_of, small
from tests.waiting import LIMIT, wait_until

EPOCHS, ROWS = 12, 588
"""Some ten seconds of training, with a checkpoint every second or two: one that costs little comes at every epoch's end."""
WITHIN = {"reading": 1.0, "training": 3.0, "evaluation": 0.03, "checkpointing": 0.006, "packing": 0.05}
"""Seconds after the first sign of a phase within which the kill comes; about as long as the phase lasts."""
FROM = {"training": 0.8, "evaluation": 1.0, "checkpointing": 0.9}
"""Share of a run's steps, at most, before which a phase that comes again and again is let pass; how many is left to chance."""
LOOK_EVERY, POLL_EVERY = 0.1, 0.002
"""Seconds between two looks at the state of a run, and at its phase."""


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(measure(Path(folder).resolve(), options.kills, options.seed)))


def measure(folder: Path, kills: int, seed: int) -> dict[str, object]:
    home = folder / "home"
    home.mkdir()
    # So small a network gains nothing from a second thread, nor from a GPU.
    os.environ |= {"PARAFINE_HOME": str(home), "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    os.environ.pop("PARAFINE_DATABASE_URL", None)
    project = project_of(messages(ROWS))
    settings = small(build_tiny_bert(folder / "model"), epochs=EPOCHS, dropout=0.1, validation_share=0.25)
    tally = Tally()
    with served(home) as server, Visitor(server.url) as visitor:
        trial = Trial(project, settings, server, visitor, tally, random.Random(seed))
        for target, phase in strikes(kills, seed):
            trial.strike(target, phase)
            print(f"{target} in {phase}: {tally}", file=sys.stderr, flush=True)
        trial.finish()
        print(f"{visitor.views} pages were shown", file=sys.stderr)
    return vars(tally) | {"seed": seed}


def strikes(kills: int, seed: int) -> Iterator[tuple[str, str]]:
    """So many pairs of target and phase, in a random order in which all fifteen come before one comes twice."""
    chance = random.Random(seed)
    targets, phases = chance.sample(TARGETS, len(TARGETS)), chance.sample(PHASES, len(PHASES))
    return itertools.islice(zip(itertools.cycle(targets), itertools.cycle(phases), strict=False), kills)


@contextmanager
def served(home: Path) -> Iterator[Server]:
    """The app on this home; it and what it started end with the block."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    server = Server(home, port)
    server.start()
    try:
        yield server
    finally:
        server.kill()
        end_processes_of(home)


class Trial:
    """One run after the other, each struck until it is done all the same."""

    def __init__(
        self,
        project: Project,
        settings: Settings,
        server: Server,
        visitor: Visitor,
        tally: Tally,
        chance: random.Random,
    ) -> None:
        self.project, self.settings = project, settings
        self.server, self.visitor = server, visitor
        self.tally, self.chance = tally, chance
        self.watch = self._begin()
        self._finish_this()
        self.undisturbed = self.watch.run
        self.evaluated = {step for step, _ in points(self.undisturbed, "validation", "loss")}
        # Or else an evaluation could not be seen coming: the loss has a point only every few steps.
        assert self.evaluated <= {0, *(step for step, _ in points(self.undisturbed, "train", "loss"))}
        self.watch = self._begin()

    def strike(self, target: str, phase: str) -> None:
        """Kills a process while the run is in this phase, or a new run when this one is beyond it; then all goes on."""
        while True:
            if self._reaches(phase):
                time.sleep(self.chance.uniform(0, WITHIN[phase]))
                if self._kill(target):
                    break
            if self.watch.look().state == "done":
                compare(self.watch.run, self.undisturbed, self.tally)
                self.watch = self._begin()
        self._settle()

    def finish(self) -> None:
        """Nobody is killed any more."""
        self._finish_this()
        compare(self.watch.run, self.undisturbed, self.tally)

    def _begin(self) -> Watch:
        """A new run, queued; the page on which it is looked at makes sure that somebody works on it."""
        run = lay_down(self.project, self.settings)
        enqueue(run)
        self.visitor.go("train", f"project={self.project.id}&run={run.id}&lang=en")
        self.stale, self.is_struck = 0.0, False
        return Watch(run, self.tally)

    def _reaches(self, phase: str) -> bool:
        """Whether a worker of the present attempt comes into the phase; False when the run is over first."""
        run, started, looked = self.watch.run, time.monotonic(), 0.0
        first = self.chance.random() * FROM.get(phase, 0.0)
        self.victims: dict[str, psutil.Process] = {}
        while time.monotonic() - started < LIMIT:
            if time.monotonic() - looked > LOOK_EVERY:
                self._go_on()
                looked = time.monotonic()
                if self.watch.job.state == "done":
                    return False
                if self.watch.job.state == "running":
                    self._find_victims(run)
            shown = run.progress()
            is_far = self.victims and shown.updated_at > self.stale and shown.step >= first * shown.steps
            if is_far and phase_of(run, self.evaluated) == phase:
                return True
            time.sleep(POLL_EVERY)
        raise TimeoutError(f"{phase} did not come: {self.watch.job.state}, {run.last_lines()}")

    def _find_victims(self, run: Run) -> None:
        """The worker of this attempt and the supervisor, once both are there."""
        heartbeat = run.heartbeat()
        worker = worker_process(heartbeat) if heartbeat and heartbeat.attempt == self.watch.job.attempt else None
        if "supervisor" in self.victims and not self.victims["supervisor"].is_running():
            self.victims = {}
        if worker is not None and not self.victims:
            supervisors = processes_of(self.server.home, "core.jobs.supervisor")
            if supervisors:
                oldest = min(supervisors, key=psutil.Process.create_time)
                self.victims = {"worker": worker, "supervisor": oldest}

    def _kill(self, target: str) -> bool:
        """SIGKILL to one process; False when it has left before."""
        run = self.watch.run
        before = phase_of(run, self.evaluated)
        try:
            if target == "server":
                self.server.kill()
            elif self.victims[target].status() == psutil.STATUS_ZOMBIE:
                return False
            else:
                self.victims[target].kill()
        except psutil.NoSuchProcess:
            return False
        if target == "worker":
            # Nothing moves any more: this is where it was.
            before = phase_of(run, self.evaluated)
            self.stale, self.is_struck = run.progress().updated_at, True
        self.tally.kills += 1
        self.tally.by_target[target] += 1
        self.tally.by_phase[before] += 1
        if target == "server":
            self.server.start()
            self.watch.nobody_looked()
        return True

    def _settle(self) -> None:
        """Until the state tells the truth again, and the run, when it rests, has been resumed."""
        wait_until(lambda: self._go_on(), every=LOOK_EVERY)

    def _go_on(self) -> bool:
        """A look at the state, and "resume" where it offers it; whether the run is at work or done."""
        state = self.watch.look().state
        if state in RESUMABLE:
            # Nothing was asked for, and nothing is wrong with the machine: a kill interrupts.
            self.tally.wrong_states += state != "interrupted"
            self.tally.taken_along += not self.is_struck
            self.tally.resumed += 1
            self.is_struck = False
            resume(self.watch.run)
        return state in ("running", "done") and self.watch.is_true

    def _finish_this(self) -> None:
        wait_until(lambda: self._go_on() and self.watch.job.state == "done", every=LOOK_EVERY)


if __name__ == "__main__":
    main(sys.argv[1:])
