"""How the command line speaks: sentences and tables on the standard output, complaints on the error output, two languages."""

from __future__ import annotations

import json
import re
import sys
import unicodedata
from collections.abc import Mapping
from typing import Any

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from core.words import Words, language_for

UNBOUND = 200
"""Columns of what is written into a file or a pipe: there no line needs to be folded."""

SEQUENCE = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
"""Colours and movements of a terminal."""


class Voice:
    """Two outputs and a language."""

    def __init__(self, words: Words) -> None:
        for stream in (sys.stdout, sys.stderr):
            # A terminal or a file that knows only its country's letters gets a "?" for the others, never an exception.
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]
        self.words = words
        self.out = console(stderr=False)
        self.err = console(stderr=True)

    def say(self, text: str) -> None:
        """A line, however long: a command in it can be copied."""
        self.out.print(Text(printable(text)), soft_wrap=True)

    def complain(self, text: str) -> None:
        self.err.print(Text(printable(text)), soft_wrap=True)

    def aside(self) -> Voice:
        """The same, with everything on the error output: the other one belongs to a document."""
        beside = Voice(self.words)
        beside.out = beside.err
        return beside

    def show(self, table: RenderableType) -> None:
        self.out.print(table)

    def facts(self, facts: Mapping[str, str]) -> None:
        """What on the left, how it is on the right; a line each where there is no terminal."""
        if not self.out.is_terminal:
            for what, how in facts.items():
                self.say(f"{what}{self.words.colon} {how}")
            return
        table = Table.grid(padding=(0, 2))
        table.add_column(style="bold")
        table.add_column(overflow="fold")
        for what, how in facts.items():
            table.add_row(Text(printable(what)), Text(printable(how)))
        self.out.print(table)

    def document(self, value: Any) -> None:
        """For machines: JSON in ASCII, whatever the output can hold."""
        sys.stdout.write(json.dumps(value, indent=2, default=str) + "\n")
        sys.stdout.flush()


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """Whoever read has left: rich would end this process with the exit code of a failed training."""
        raise BrokenPipeError


def console(*, stderr: bool) -> Console:
    found = _Console(stderr=stderr, highlight=False, markup=False, emoji=False)
    if not found.is_terminal:
        found.width = UNBOUND
    return found


def printable(text: str) -> str:
    """Without what would steer a terminal: names and logs hold whatever somebody wrote."""
    bare = SEQUENCE.sub("", text)
    return "".join(letter for letter in bare if letter in "\n\t" or unicodedata.category(letter)[0] != "C")


def language_of(arguments: list[str], environment: Mapping[str, str]) -> str:
    """The language asked for by --lang, else that of the terminal, as POSIX ranks its variables."""
    asked = None
    for place, argument in enumerate(arguments):
        if argument.startswith("--lang="):
            asked = argument.partition("=")[2]
        elif argument == "--lang":
            asked = "".join(arguments[place + 1 : place + 2])
    settings = [environment.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG")]
    return language_for(asked, next((re.split("[.@]", setting)[0] for setting in settings if setting), None))
