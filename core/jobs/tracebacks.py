"""Tracebacks of a log without a word of what people wrote: files and lines of programs, functions, names of exceptions.

A log may quote a text, and a text may look like a traceback. Hence nothing is copied because of its form: a frame counts when
its file belongs to this installation and defines that function, an exception when its class is known to be one.
"""

from __future__ import annotations

import builtins
import re
import sysconfig
from functools import lru_cache
from pathlib import Path

from core.jobs.processes import ROOT

MOST_BLOCKS = 5
"""Tracebacks given, the last ones."""
MOST_FRAMES = 40
"""Frames given of each, the innermost ones."""
OURS = ("core/", "pages/", "app.py", "start.py")
BEGINNING = "Traceback (most recent call last):"
FRAME = re.compile(r'  File "([^"]+)", line (\d{1,6}), in ([A-Za-z_<][\w>]*)\s*')
FROZEN = '  File "<frozen '
"""Python's own first frames, the same in every traceback."""
RAISED = re.compile(r"([A-Za-z_][\w.]{0,120})(?::|\s*$)")
BLOCKS_OF_CODE = {"<module>", "<lambda>", "<listcomp>", "<dictcomp>", "<setcomp>", "<genexpr>"}
COMPILED = {
    "pyarrow.lib.ArrowInvalid",
    "pyarrow.lib.ArrowMemoryError",
    "pydantic_core._pydantic_core.ValidationError",
    "safetensors._safetensors_rust.SafetensorError",
    "sqlite3.DatabaseError",
    "sqlite3.IntegrityError",
    "sqlite3.OperationalError",
    "torch.AcceleratorError",
    "torch.OutOfMemoryError",
}
"""Exceptions without a source to look into."""


def tracebacks(log: str) -> list[list[str]]:
    """Each traceback as lines: frames from the outermost on ("core/train/fit.py:81 in train"), then the exception's class."""
    found: list[list[str]] = []
    frames: list[str] | None = None
    for line in log.splitlines():
        if line.strip() == BEGINNING:
            frames = []
        elif frames is None or line.startswith(FROZEN):
            continue
        elif match := FRAME.fullmatch(line):
            frames.append(_frame(match[1], int(match[2]), match[3]))
        elif line and not line[0].isspace():
            found.append([*frames[-MOST_FRAMES:], _exception(line)])
            frames = None
        elif line.startswith('  File "'):
            frames.append("(elsewhere)")
    if frames:
        found.append([*frames[-MOST_FRAMES:], "(cut off)"])
    return found[-MOST_BLOCKS:]


def _frame(file: str, line: int, function: str) -> str:
    place = _place(file)
    if place is None:
        return "(elsewhere)"
    shown, path = place
    return f"{shown}:{line} in {function}" if _defines(path, function, line) else "(elsewhere)"


def _place(file: str) -> tuple[str, Path] | None:
    """How a source file of this installation is named, and where it is; None for any other."""
    for name, folder in _folders():
        prefix = folder.as_posix() + "/"
        relative = file.replace("\\", "/").removeprefix(prefix)
        if relative == file.replace("\\", "/") or ".." in relative.split("/"):
            continue
        path = folder / relative
        is_wanted = name or relative.startswith(OURS)
        if is_wanted and path.suffix == ".py" and path.is_file():
            return name + relative, path
    return None


@lru_cache
def _folders() -> list[tuple[str, Path]]:
    """The longest first: the packages lie within Python's own folder, and that may lie within ours."""
    found = {Path(sysconfig.get_path(name)): "site-packages/" for name in ("purelib", "platlib")}
    found |= {Path(sysconfig.get_path("stdlib")): "python/", ROOT: ""}
    return sorted(((name, folder) for folder, name in found.items()), key=lambda entry: -len(str(entry[1])))


def _defines(path: Path, function: str, line: int) -> bool:
    source = _source(path)
    if line > source.count("\n") + 1:
        return False
    return function in BLOCKS_OF_CODE or bool(re.search(rf"\b(?:def|class) {re.escape(function)}\b", source))


def _exception(line: str) -> str:
    match = RAISED.match(line)
    return match[1] if match and _is_exception(match[1]) else "(another exception)"


def _is_exception(name: str) -> bool:
    module, _, last = name.rpartition(".")
    if not module:
        found = getattr(builtins, last, None)
        return isinstance(found, type) and issubclass(found, BaseException)
    if name in COMPILED:
        return True
    relative = module.replace(".", "/")
    for _label, folder in _folders():
        for path in (folder / f"{relative}.py", folder / relative / "__init__.py"):
            if path.is_file():
                return bool(re.search(rf"^\s*class {re.escape(last)}\b", _source(path), re.MULTILINE))
    return False


@lru_cache(maxsize=32)
def _source(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")
