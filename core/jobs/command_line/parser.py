"""The words of the command line: commands, options, help, and what is said when they are misused, in two languages."""

from __future__ import annotations

import argparse
import re
import textwrap
from shutil import get_terminal_size
from typing import Any, NoReturn

from core.train.search_space import SEARCHED, TRIALS
from core.words import LANGUAGES, N_, Words

PROGRAM = "python -m core.jobs"
MISUSES = (
    (r"the following arguments are required: (?P<what>.+)", N_("Something is missing: {what}.")),
    (r"unrecognized arguments: (?P<what>.+)", N_("This is not understood: {what}.")),
    (r"argument (?P<what>.+?): invalid choice: '?(?P<found>.*?)'? \(.*", N_("{what} cannot be “{found}”.")),
    (r"argument (?P<what>.+?): invalid .* value: '(?P<found>.*)'", N_("{what} cannot be “{found}”.")),
    (r"argument (?P<what>.+?): expected .*", N_("{what} lacks its value.")),
)
"""What argparse says of a misuse, and our words for it; a newer Python may say it otherwise, which a test notices."""


class Parser(argparse.ArgumentParser):
    """argparse in the language of `words`."""

    def __init__(self, words: Words, **options: Any) -> None:
        self.words = words
        super().__init__(add_help=False, allow_abbrev=False, formatter_class=_Formatter, **options)
        self.given = self.add_argument_group(self.titled(words.gettext("what it needs")))
        self.chosen = self.add_argument_group(self.titled(words.gettext("what may be added")))
        self.chosen.add_argument("-h", "--help", action="help", help=words.gettext("shows this help"))
        self.chosen.add_argument(
            "--lang", choices=sorted(LANGUAGES), default=argparse.SUPPRESS, help=words.gettext("the language")
        )

    def titled(self, title: str) -> str:
        """argparse sets a colon behind a title, without the space that French has before it."""
        return title + self.words.colon.removesuffix(":")

    def flag(self, name: str, about: str) -> None:
        self.chosen.add_argument(name, action="store_true", help=about)

    def format_usage(self) -> str:
        return self._translated(super().format_usage())

    def format_help(self) -> str:
        return self._translated(super().format_help())

    def error(self, message: str) -> NoReturn:
        said = message
        for pattern, ours in MISUSES:
            if match := re.fullmatch(pattern, message, re.DOTALL):
                said = self.words.gettext(ours).format(**match.groupdict())
        self.exit(2, f"{said}\n{self.format_usage()}")

    def _translated(self, text: str) -> str:
        return re.sub(r"^usage: ", self.words.gettext("usage:") + " ", text)


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """Commands in one column, whatever their length."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=30)


def parser_of(words: Words) -> Parser:
    """Every command with its options. `command` names the chosen one, None when there is none."""
    _ = words.gettext
    parser = Parser(words=words, prog=PROGRAM, description=_("The queue of trainings, for a person at a terminal."))
    parser.epilog = _epilog(words)
    commands = parser.add_subparsers(title=parser.titled(_("commands")), dest="command", metavar=_("COMMAND"))

    def command(name: str, about: str) -> Parser:
        said = about[0].upper() + about[1:] + "."
        return commands.add_parser(name, help=about, description=said, words=words)

    named = _("id, beginning of an id, PROJECT/NUMBER, PROJECT/folds-NUMBER, PROJECT/search-NUMBER, or name")

    def on_one(name: str, about: str) -> Parser:
        made = command(name, about)
        made.given.add_argument("job", metavar=_("JOB"), help=named)
        return made

    def on_many(name: str, about: str, count: str = "+") -> Parser:
        made = command(name, about)
        made.given.add_argument("jobs", metavar=_("JOB"), nargs=count, help=named)
        return made

    def launching(name: str, about: str) -> Parser:
        made = command(name, about)
        made.given.add_argument("project", metavar=_("PROJECT"), help=_("id or name"))
        said = _("an object of settings; launch takes a list of objects too. What is left open the preset decides")
        made.given.add_argument("settings", metavar=_("SETTINGS.json"), help=said)
        made.flag("--wait", _("follows them until they end"))
        made.flag("--json", for_machines)
        return made

    for_machines = _("one JSON document, for machines")
    made = command("list", _("what runs, what waits, what ended last"))
    made.flag("--all", _("everything that ended"))
    made.flag("--json", for_machines)
    made = on_one("show", _("everything about one job, and what can be done next"))
    made.flag("--json", for_machines)
    made.flag("--settings", _("its settings only, as a file for launch"))
    made = on_one("log", _("the last lines of a job's log"))
    made.chosen.add_argument("-n", "--lines", type=_count, default=50, metavar="N", help=_("how many lines"))
    on_many("watch", _("follows jobs until they end; without JOB, all that run or wait"), "*")
    made = launching("launch", _("launches one training, or several"))
    made.chosen.add_argument("--name", help=_("a name for them"))
    made = launching("folds", _("launches a cross-validation: a training for each fold, then one on all rows"))
    said = _("parts that are asked in turn; 5 unless said otherwise")
    made.chosen.add_argument("--folds", type=int, default=5, metavar="N", help=said)
    said = _("times that all of it is done, the rows divided otherwise; 1 unless said otherwise")
    made.chosen.add_argument("--repeats", type=int, default=1, metavar="N", help=said)
    made = launching("search", _("launches a search for the best settings"))
    said = _("trials at most; {count} where nothing is said").format(count=TRIALS)
    made.chosen.add_argument("--trials", type=_count, metavar="N", help=said)
    made.chosen.add_argument(
        "--minutes", type=_count, metavar="N", help=_("no new trial after so many minutes of work")
    )
    said = _("a setting that is searched, as in {example}; may be said again. Without it: {searched}").format(
        example="learning_rate=1e-5..1e-3", searched=", ".join(SEARCHED)
    )
    made.chosen.add_argument("--try", dest="tries", action="append", metavar=_("NAME[=LOWEST..HIGHEST]"), help=said)
    made = on_one("results", _("what a training, a cross-validation or a search came to"))
    made.flag("--json", for_machines)
    said = _("of a cross-validation: writes the answer to every row into this CSV file")
    made.chosen.add_argument("--answers", metavar=_("FILE.csv"), help=said)
    made.flag("--settings", _("of a search: the best settings only, as a file for launch"))
    on_many("stop", _("ends jobs; what they learned is kept"))
    on_many("pause", _("ends jobs for now; they go on when they are resumed"))
    on_many("resume", _("queues jobs again, from their last checkpoint")).flag(
        "--wait", _("follows them until they end")
    )
    on_one("up", _("one place forward in the queue")).set_defaults(way="up")
    on_one("down", _("one place back in the queue")).set_defaults(way="down")
    on_one("urgent", _("before all other jobs, whoever they belong to")).flag("--off", _("like any other again"))
    made = on_one("rename", _("gives a job a name"))
    made.given.add_argument("name", metavar=_("NAME"), help=_("an empty one takes the name away"))
    on_many("delete", _("puts jobs into the bin"))
    on_many("restore", _("takes jobs out of the bin"))
    made = command("bin", _("what was deleted"))
    made.flag("--empty", _("removes it for good"))
    made.flag("--json", for_machines)
    command("meter", _("processor, memory, graphics cards, disk")).flag("--json", for_machines)
    on_one("report", _("a report for support, without texts, names or keys"))
    return parser


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def _epilog(words: Words) -> str:
    """The exit codes, folded to the terminal."""
    _ = words.gettext
    codes = (
        ("0", _("done, or nothing to complain about")),
        ("1", _("a training that was waited for failed")),
        ("2", _("wrong usage, an unknown name, or something that cannot be: a sentence says what")),
        ("3", _("a training that was waited for was stopped, paused or interrupted")),
        ("70", _("an error of ours, with its traceback")),
        ("130", _("left with Ctrl-C: the jobs go on")),
    )
    width = max(40, min(100, get_terminal_size().columns - 2))
    lines = [
        textwrap.fill(text, width, initial_indent=f"  {code:<5}", subsequent_indent=" " * 7) for code, text in codes
    ]
    return "\n".join([_("exit codes") + words.colon, *lines])
