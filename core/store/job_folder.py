"""What any job has on disk while it works: its lock, its log, how far it is, what it was asked, how it ended.

The web server, the supervisor and the worker meet in these files and in the row of the queue, nowhere else.
"""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal, cast

from pydantic import BaseModel

from core.home import home, read_json, write_json

State = Literal["queued", "running", "done", "stopped", "paused", "failed", "interrupted"]
ENDED: tuple[State, ...] = ("done", "stopped", "paused", "failed", "interrupted")
"""Nothing happens any more unless somebody asks for it."""
RESUMABLE: tuple[State, ...] = ("stopped", "paused", "failed", "interrupted")
Request = Literal["stop", "pause"]
Phase = Literal[
    "waiting",
    "reading",
    "loading",
    "tokenising",
    "counting",
    "gathering",
    "pretraining",
    "probing",
    "training",
    "checkpoint",
    "evaluating",
    "labelling",
    "translating",
    "judging",
    "searching",
    "comparing",
    "saving",
    "zipping",
    "over",
]


class Progress(BaseModel, frozen=True):
    """progress.json: overwritten while the job works."""

    phase: Phase = "waiting"
    step: int = 0
    steps: int = 0
    epoch: float = 0.0
    epochs: int = 0
    seconds_left: float | None = None
    updated_at: float = 0.0


class Heartbeat(BaseModel, frozen=True):
    """heartbeat.json: written every few seconds by a thread of the worker while its process lives."""

    attempt: int
    """Which attempt of the job began; it is written before anything else of that attempt."""
    pid: int
    command: list[str]
    """With which the process was started, job and attempt included: a pid alone may be somebody else's by now, and when a process
    was made, the system says otherwise once its clock is set."""
    beats: int = 0
    """Counts up. Looked at for change, never compared with a clock, which may be set."""
    memory: int = 0
    """Bytes that the worker holds."""
    cpu: float = 0.0
    """Processors that the worker keeps busy: 1.5 is one and a half."""


@dataclass(frozen=True)
class JobFolder:
    """The folder of one job of a project; what the job is about comes with the class of its kind."""

    project_id: str
    id: str

    room: ClassVar[str] = "runs"
    """The folder of the project in which the jobs of this kind lie."""
    record_file: ClassVar[str] = "run.json"
    """Written last when the folder is made: without it, it was never finished."""

    @property
    def folder(self) -> Path:
        return home() / "projects" / self.project_id / self.room / self.id

    @property
    def bin(self) -> Path:
        """Where the folder goes when it is deleted, for a while."""
        return home() / "projects" / self.project_id / "bin" / self.room / self.id

    @property
    def lock(self) -> Path:
        """Held by the worker while it lives."""
        return self.folder / "worker.lock"

    @property
    def log(self) -> Path:
        return self.folder / "log.txt"

    def discard(self) -> None:
        """Moves the folder into the bin; nothing happens when it is not in its place."""
        if self.folder.exists():
            self.bin.parent.mkdir(parents=True, exist_ok=True)
            shutil.rmtree(self.bin, ignore_errors=True)
            self.folder.replace(self.bin)

    def ask(self, request: Request) -> None:
        """Leaves a request that the worker sees at its next step."""
        self._request(request).touch()

    def asked(self) -> Request | None:
        """What the worker is asked to do; a stop outweighs a pause."""
        return "stop" if self._request("stop").exists() else "pause" if self._request("pause").exists() else None

    def forget_requests(self) -> None:
        self._request("stop").unlink(missing_ok=True)
        self._request("pause").unlink(missing_ok=True)

    def _request(self, request: Request) -> Path:
        return self.folder / f"{request}.request"

    def progress(self) -> Progress:
        try:
            return Progress.model_validate(read_json(self.folder / "progress.json"))
        except (OSError, ValueError):
            return Progress()

    def report(self, progress: Progress) -> None:
        write_json(self.folder / "progress.json", progress.model_copy(update={"updated_at": time.time()}).model_dump())

    def heartbeat(self) -> Heartbeat | None:
        try:
            return Heartbeat.model_validate(read_json(self.folder / "heartbeat.json"))
        except (OSError, ValueError):
            return None

    def beat(self, heartbeat: Heartbeat) -> None:
        write_json(self.folder / "heartbeat.json", heartbeat.model_dump())

    def outcome(self) -> dict[str, Any] | None:
        """What the worker says of its own end: {"attempt": …, "state": …, "reason": …}; None when it was cut off."""
        try:
            return cast("dict[str, Any]", read_json(self.folder / "outcome.json"))
        except (OSError, ValueError):
            return None

    def result(self) -> dict[str, Any] | None:
        """result.json, which the work writes last: what it came to; None before it is over."""
        try:
            return cast("dict[str, Any]", read_json(self.folder / "result.json"))
        except FileNotFoundError:
            return None

    def conclude(self, attempt: int, state: State, reason: dict[str, Any] | None) -> None:
        """The worker's last word on an attempt."""
        write_json(self.folder / "outcome.json", {"attempt": attempt, "state": state, "reason": reason})

    def last_lines(self, count: int = 15) -> str:
        """The end of the log; at most its last 64 kB are read."""
        try:
            with self.log.open("rb") as file:
                file.seek(0, 2)
                file.seek(max(0, file.tell() - 65_536))
                text = file.read().decode("utf-8", errors="replace")
        except FileNotFoundError:
            return ""
        return "\n".join(text.splitlines()[-count:])

    def size(self) -> int:
        """Bytes of all files of the job."""
        return folder_size(self.folder)


def folder_size(folder: Path) -> int:
    """Bytes of all files below a folder; a file that goes meanwhile counts nothing."""
    found = 0
    for path in folder.rglob("*"):
        try:
            if path.is_file() and not path.is_symlink():
                found += path.stat().st_size
        except OSError:
            continue
    return found
