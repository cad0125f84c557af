"""Apertium: a program of this machine that translates by rules, without any net. One process a batch of texts."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from core.augment.engines.apertium_stream import read, written
from core.augment.engines.engine import Failed, Limits, Outcome, Translated
from core.augment.engines.languages import TWO_LETTERS
from core.augment.engines.pace import GivenUp, unwanted
from core.augment.engines.probing import SENTENCES, probed

MODE = re.compile(r"([a-z]{2,3})-([a-z]{2,3})")
"""A direction of translation; others have a variant's name behind or before it."""

START_UP = 30.0
"""Seconds that a process may take before its first text."""

CHARACTERS_PER_SECOND = 500
"""At the very least; usual are ten times as many."""


class Apertium:
    name = "apertium"
    label = "Apertium"
    sends_text_to: str | None = None

    def __init__(self, program: str | None = None, limits: Limits | None = None, timeout: float = START_UP) -> None:
        """program: its path; without it the one found on PATH. timeout: seconds, to which come those for the texts."""
        self._program = program or shutil.which("apertium")
        self._timeout = timeout
        self.limits = limits or Limits(at_once=min(os.cpu_count() or 1, 4), texts=250)

    @property
    def is_installed(self) -> bool:
        return self._program is not None

    @cached_property
    def version(self) -> str:
        """The program's, and a fingerprint of the dictionaries and rules of every pair that is installed."""
        said = re.search(r"\d+(?:\.\d+)+", self._said("-V"))
        digest = hashlib.sha256(" ".join(sorted(self._modes.values())).encode())
        folder = self._data_folder()
        for mode in sorted(folder.glob("modes/*.mode")):
            text = mode.read_text(encoding="utf-8", errors="replace")
            digest.update(text.encode())
            for path in map(Path, sorted(set(re.findall(r"(/[^\s'\"]+)", text)))):
                digest.update(f"{path.name} {path.stat().st_size if path.is_file() else 0}".encode())
        return f"apertium {said[0] if said else '?'} {digest.hexdigest()[:12]}"

    def languages(self) -> frozenset[tuple[str, str]]:
        return frozenset(self._modes)

    def probe(self, source: str, target: str) -> Failed | None:
        return probed(self, source, target)

    def translate(self, texts: Sequence[str], source: str, target: str) -> list[Outcome]:
        if self._program is None:
            return [self._failed("program_missing") for _ in texts]
        mode = self._modes.get((source, target))
        if mode is None:
            return [self._failed("language", source=source, target=target) for _ in texts]
        wanted = [place for place, text in enumerate(texts) if any(map(str.isalnum, text))]
        outcomes: list[Outcome] = [Translated(text) for text in texts]
        for place, outcome in zip(wanted, self._batch([texts[one] for one in wanted], mode, 0), strict=True):
            outcomes[place] = outcome
        return outcomes

    def _batch(self, texts: list[str], mode: str, depth: int) -> list[Outcome]:
        """All in one process; where it fails, in halves, down to the text that it fails on."""
        if not texts:
            return []
        stream, asides = written(texts)
        answer = self._piped(stream, mode)
        back = read(answer, asides) if answer is not None else None
        if back is not None:
            return [Translated(text) if text.strip() else self._failed("program_failed") for text in back]
        if len(texts) == 1 or (depth == 0 and not self._works(mode)):
            return [self._failed("program_failed") for _ in texts]
        middle = len(texts) // 2
        return self._batch(texts[:middle], mode, depth + 1) + self._batch(texts[middle:], mode, depth + 1)

    def _works(self, mode: str) -> bool:
        """Whether it is the texts' fault."""
        stream, asides = written([SENTENCES["en"]])
        answer = self._piped(stream, mode)
        return answer is not None and read(answer, asides) is not None

    def _piped(self, stream: bytes, mode: str) -> bytes | None:
        """What the program makes of the stream; None when it ends with an error or takes too long. Raises GivenUp."""
        command = [str(self._program), "-z", "-u", "-f", "none", mode]
        deadline = time.monotonic() + self._timeout + len(stream) / CHARACTERS_PER_SECOND
        try:
            # Its own session: the program is a shell with a dozen children, which end together.
            process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError:
            return None
        given: bytes | None = stream
        try:
            while True:
                try:
                    answer, _ = process.communicate(given, timeout=0.2)
                    return answer if process.returncode == 0 else None
                except subprocess.TimeoutExpired:
                    given = None
                if unwanted():
                    raise GivenUp
                if time.monotonic() > deadline:
                    return None
        finally:
            _end(process)

    @cached_property
    def _modes(self) -> dict[tuple[str, str], str]:
        """The name of the mode for each pair of ISO 639-1 codes; of two names for one, the three-letter one is newer."""
        names = sorted(self._said("-l").split(), key=len)
        found = {
            tuple(TWO_LETTERS.get(code, code) for code in match.groups()): name
            for name in names
            if (match := MODE.fullmatch(name))
        }
        return {(source, target): name for (source, target), name in found.items() if len(source) == len(target) == 2}

    def _said(self, option: str) -> str:
        if self._program is None:
            return ""
        try:
            return subprocess.run(
                [self._program, option], capture_output=True, text=True, timeout=self._timeout, check=False
            ).stdout
        except (OSError, subprocess.TimeoutExpired):
            return ""

    def _data_folder(self) -> Path:
        named = os.environ.get("APERTIUM_DATADIR")
        return Path(named) if named else Path(self._program or "/").resolve().parent.parent / "share" / "apertium"

    def _failed(self, code: str, **facts: int | float | str) -> Failed:
        return Failed(code, {"service": self.label, **facts})


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ends the program and all that it started."""
    if process.poll() is None:
        if os.name == "nt":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
