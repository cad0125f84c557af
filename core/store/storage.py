"""How much room projects and their jobs take, and how much they may."""

from __future__ import annotations

import os
import re

from core.errors import UserError
from core.store.job_folder import folder_size
from core.store.project import Project

UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}


def project_size(project: Project) -> int:
    """Bytes of everything that a project has on disk, its bin included."""
    return folder_size(project.folder)


def quota() -> int | None:
    """Bytes that a project may take, from PARAFINE_PROJECT_QUOTA ("20 GB"); None: as much as the disk has.

    Raises UserError("number_invalid") for what is no size.
    """
    named = os.environ.get("PARAFINE_PROJECT_QUOTA", "").strip()
    if not named:
        return None
    match = re.fullmatch(r"(\d+(?:[.,]\d+)?)\s*([kmgt]?)(?:i?[bo])?", named.lower())
    if match is None:
        raise UserError("number_invalid", name="PARAFINE_PROJECT_QUOTA", found=named)
    return int(float(match[1].replace(",", ".")) * UNITS[match[2]])


def require_quota(project: Project, needed: int) -> None:
    """Raises UserError("quota_reached") when the project would take more than it may."""
    limit = quota()
    if limit is None:
        return
    size = project_size(project)
    if size + needed > limit:
        raise UserError("quota_reached", project=project.name, size=size, limit=limit, needed=needed)
