"""`python -m core.jobs.worker PROJECT RUN`: does the work of one run, and writes how it ended in the run's outcome.json."""

from __future__ import annotations

import errno
import os
import shutil
import sys
import traceback
from typing import Any

from filelock import FileLock

from core.errors import UserError
from core.home import ROOM_NEEDED, require_room, write_json
from core.store.run import Run, open_run

NICER = 5
"""Steps below the web server in the system's priorities, so that pages stay quick."""


def main(project_id: str, run_id: str) -> int:
    run = open_run(project_id, run_id)
    if hasattr(os, "nice"):
        os.nice(NICER)
    with FileLock(run.lock):
        outcome = attempt(run)
        write_json(run.folder / "outcome.json", outcome)
    return 0 if outcome["state"] in ("done", "stopped") else 1


def attempt(run: Run) -> dict[str, Any]:
    """{"state": …, "reason": None or {"code", "facts"}}; tracebacks go to the log."""
    try:
        require_room()
        run.report(run.progress().model_copy(update={"phase": "reading"}))
        # Imported here: torch takes seconds, and the phase is on screen by now.
        from core.train.progress import Stopped
        from core.train.train import train
        from core.use.bundle import pack

        try:
            result = train(run)
        except Stopped:
            return {"state": "stopped", "reason": None}
        pack(run)
        run.report(run.progress().model_copy(update={"phase": "over", "seconds_left": 0.0}))
    except UserError as error:
        traceback.print_exc()
        numbers = (int, float)
        facts = {name: value if isinstance(value, numbers) else str(value) for name, value in error.facts.items()}
        return _failed(error.code, **facts)
    except MemoryError:
        traceback.print_exc()
        return _failed("out_of_memory")
    except Exception as error:
        traceback.print_exc()
        if "No space left on device" in str(error) or getattr(error, "errno", None) == errno.ENOSPC:
            return _failed("disk_full", free=shutil.disk_usage(run.folder).free, needed=ROOM_NEEDED)
        if "can't allocate memory" in str(error) or "out of memory" in str(error):
            return _failed("out_of_memory")
        return _failed("worker_failed", reference=run.id)
    return {"state": result["state"], "reason": None}


def _failed(code: str, **facts: str | float) -> dict[str, Any]:
    return {"state": "failed", "reason": {"code": code, "facts": facts}}


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
