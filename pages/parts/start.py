"""What the server does once, when it starts."""

from __future__ import annotations

import logging

logger = logging.getLogger("parafine")


def take_up_work() -> None:
    """A look at all jobs: those that wait or were left behind get a supervisor. A home that cannot be used is said by the pages."""
    from core.errors import UserError
    from core.jobs.overview import overview

    try:
        overview(0)
    except UserError as error:
        logger.warning("%s", error)
