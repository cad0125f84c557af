"""From arguments to an exit code."""

from __future__ import annotations

import os
import sys
import traceback
from argparse import Namespace
from collections.abc import Callable

from core.errors import UserError
from core.jobs.command_line.acting import (
    delete_jobs,
    move_job,
    pause_jobs,
    put_job_first,
    rename_job,
    restore_jobs,
    resume_jobs,
    stop_jobs,
)
from core.jobs.command_line.following import watch
from core.jobs.command_line.launching import launch_file, launch_search_of, launch_study
from core.jobs.command_line.listing import list_bin, list_jobs
from core.jobs.command_line.parser import parser_of
from core.jobs.command_line.results import show_results
from core.jobs.command_line.showing import show_job, show_log, show_meter, show_report
from core.jobs.command_line.voice import Voice, language_of
from core.words import Words

COMMANDS: dict[str, Callable[[Namespace, Voice], int]] = {
    "list": list_jobs,
    "show": show_job,
    "log": show_log,
    "watch": watch,
    "launch": launch_file,
    "folds": launch_study,
    "search": launch_search_of,
    "results": show_results,
    "stop": stop_jobs,
    "pause": pause_jobs,
    "resume": resume_jobs,
    "up": move_job,
    "down": move_job,
    "urgent": put_job_first,
    "rename": rename_job,
    "delete": delete_jobs,
    "restore": restore_jobs,
    "bin": list_bin,
    "meter": show_meter,
    "report": show_report,
}


def main(arguments: list[str]) -> int:
    """Does what the arguments say. Exit codes: see `--help`; raises SystemExit(2) for wrong usage."""
    words = Words(language_of(arguments, os.environ))
    voice = Voice(words)
    parser = parser_of(words)
    args = parser.parse_args(arguments)
    if args.command is None:
        voice.complain(parser.format_help())
        return 2
    try:
        return COMMANDS[args.command](args, voice)
    except UserError as error:
        voice.complain(error.sentence(words))
        return 2
    except KeyboardInterrupt:
        voice.complain(words.gettext("You left; the jobs go on. watch follows them again, stop ends them."))
        return 130
    except BrokenPipeError:
        # Whoever read has what they wanted, as in `list | head`; Python's last flush has nowhere to go either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception:
        traceback.print_exc()
        return 70
