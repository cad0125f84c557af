"""Keys of services: from the environment, else from a `secrets.toml`. They are handed to a service and written down nowhere.

The files are those that Streamlit reads by itself, and one beside the projects. Streamlit puts what it reads into the
environment of its own process; workers and couriers, which know no Streamlit, find the same here.
"""

from __future__ import annotations

import os
import stat
import tomllib
from pathlib import Path

from core.home import home

ROOT = Path(__file__).resolve().parents[1]
NAME = "secrets.toml"


def key(name: str) -> str | None:
    """What stands under this name, without white space around it; None where nobody has put anything there."""
    found = os.environ.get(name, "").strip()
    for path in key_files() if not found else ():
        found = str(_read(path).get(name, "")).strip()
        if found:
            break
    return found or None


def key_files() -> list[Path]:
    """Where a key may stand, the one that counts first: Streamlit's two of this program and of this person, and the home's."""
    return [ROOT / ".streamlit" / NAME, Path.home() / ".streamlit" / NAME, own_file()]


def own_file() -> Path:
    """The file beside the projects: the place to propose, for an update of Parafine leaves it alone."""
    return home() / NAME


def unreadable() -> list[Path]:
    """The files that are there and cannot be read, or are no TOML."""
    return [path for path in key_files() if path.is_file() and _parsed(path) is None]


def exposed() -> list[Path]:
    """The files that other people of this machine may read. None on Windows, where a person's folder is closed to others."""
    if os.name == "nt":
        return []
    open_to_others = stat.S_IRGRP | stat.S_IROTH
    return [path for path in key_files() if path.is_file() and path.stat().st_mode & open_to_others]


def _read(path: Path) -> dict[str, str]:
    """The names at the top of a file with a text: what Streamlit puts into the environment, too."""
    return {name: value for name, value in (_parsed(path) or {}).items() if isinstance(value, str)}


def _parsed(path: Path) -> dict[str, object] | None:
    try:
        # A mark at the beginning is what some editors of Windows put there.
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError):
        # What the library says may hold a part of the line.
        return None
