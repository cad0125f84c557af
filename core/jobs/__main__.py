"""`python -m core.jobs`: see core.jobs.command_line."""

from __future__ import annotations

import sys

from core.jobs.command_line.entry import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
