"""What one can send to somebody who helps: figures and states of a job, no text, label, name, key or path.

Nothing is copied and then cleaned; only what is known to be harmless is taken over, see core.jobs.harmless. It is in English
whoever asks, for it is read by who repairs.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import string
import tomllib
from collections.abc import Iterator
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, get_args

import psutil
from filelock import FileLock

from core.errors import SENTENCES, UserError
from core.home import home, read_json
from core.jobs.harmless import NONE, OTHER, device, identifier, known, number, numbers, versions
from core.jobs.kinds import FOLDERS
from core.jobs.processes import ROOT, is_held, supervisor_lock
from core.jobs.queue import Job
from core.jobs.resources import cards, memory
from core.jobs.slots import devices, processors
from core.jobs.tracebacks import tracebacks
from core.models.catalogue import HUB
from core.models.choice import ModelKind
from core.store.database import now
from core.store.job_folder import JobFolder, Phase, State, folder_size
from core.store.run import BinnedRun, Run
from core.train.settings import PresetName, Settings
from core.train.tasks import TASKS
from core.words import Words

Line = tuple[str, str]
"""What, and how it is."""
LOG_TAIL = 1_000_000
"""Bytes from the end of a log that are looked at."""
COUNTS = "empty_label empty_text free learning_rate left limit minimum missing needed row rows run size step test total validation"
"""Facts of an error that count something; a label may look like a number too."""
FILES = (
    "run.json examples.parquet metrics.jsonl log.txt predictions.parquet result.json model.zip model checkpoints "
    "labelling.json table.parquet answers predictions.csv augmentation.json tasks.parquet "
    "comparison.json trials.json baselines.json study_baselines.json"
)
PACKAGES = "torch transformers tokenizers accelerate scikit-learn pandas numpy safetensors sqlalchemy streamlit"
VARIABLES = (
    "PARAFINE_HOME PARAFINE_DATABASE_URL PARAFINE_SLOTS PARAFINE_PROJECT_QUOTA CUDA_VISIBLE_DEVICES OMP_NUM_THREADS "
    "HF_HUB_OFFLINE HF_HOME HF_TOKEN HTTPS_PROXY"
)
"""Said to be set or not, never what they hold."""
FIGURES = tuple(dict.fromkeys(figure.name for task in TASKS.values() for figure in task.figures))
WORDS = Words("en")


def support_report(job: Job) -> str:
    """Lines "what: how it is" about a job, its machine and the errors in its log. Never raises for what is broken or gone."""
    folder = job.folder
    if not folder.folder.exists() and isinstance(folder, Run):
        folder = BinnedRun(folder.project_id, folder.id)
    lines = ["Parafine: report for support (no texts, labels, names, keys or paths)"]
    for about in (_machine(), _queue(job), _attempt(folder), _work(folder)):
        lines += [f"{what}: {how}" for what, how in about]
    for name, log in (("log", folder.log), ("supervisor's log", home() / "supervisor.log")):
        for block in tracebacks(_tail(log)):
            lines += [f"traceback in the {name}:", *(f"  {line}" for line in block)]
    return "\n".join(lines) + "\n"


def _machine() -> Iterator[Line]:
    left, disk = memory(), shutil.disk_usage(home())
    yield "made", _moment(now())
    yield "parafine", _own_version()
    yield "python", f"{platform.python_implementation()} {platform.python_version()}"
    yield "packages", versions({name: version(name) for name in PACKAGES.split()}, PACKAGES.split())
    yield "system", f"{platform.system()} {_digits(platform.release())} {platform.machine()}"
    yield "processors", f"{processors()} of {psutil.cpu_count() or NONE} may be used"
    yield "memory", f"{WORDS.size(left.left)} left of {WORDS.size(left.total)}"
    yield "disk", f"{WORDS.size(disk.free)} left of {WORDS.size(disk.total)}"
    yield "graphics cards", ", ".join(f"{card.name} {WORDS.size(card.total)}" for card in cards()) or NONE
    try:
        yield "slots", " ".join(devices())
    except UserError as error:
        yield "slots", error.code
    yield "set in the environment", ", ".join(name for name in VARIABLES.split() if os.environ.get(name)) or NONE
    yield "supervisor", "at work" if is_held(supervisor_lock()) else NONE


def _queue(job: Job) -> Iterator[Line]:
    yield "job", f"{known(job.kind, FOLDERS)} {identifier(job.id)}, reference {identifier(job.run_id)}"
    yield "state", known(job.state, get_args(State)) + (", in the bin" if job.deleted_at else "")
    yield "reason", _reason(job.reason)
    yield "attempt", number(job.attempt)
    yield "slot", device(job.slot)
    yield "place", f"priority {number(job.priority)}, position {number(job.position)}"
    for what, when in (("queued", job.queued_at), ("started", job.started_at), ("ended", job.ended_at)):
        yield what, _moment(when) if when else NONE


def _attempt(folder: JobFolder) -> Iterator[Line]:
    """What the worker says of itself."""
    progress, beat, last_word = folder.progress(), folder.heartbeat(), folder.outcome()
    yield "worker", "at work" if folder.lock.exists() and is_held(FileLock(folder.lock)) else NONE
    yield "asked to", folder.asked() or NONE
    yield "phase", known(progress.phase, get_args(Phase))
    yield "steps", numbers(progress.model_dump(), ("step", "steps", "epoch", "epochs", "seconds_left"))
    if beat is not None:
        yield "heart", numbers(beat.model_dump(), ("attempt", "beats", "memory", "cpu"))
    if isinstance(last_word, dict):
        state, reason = known(last_word.get("state"), get_args(State)), _reason(last_word.get("reason"))
        yield "last word", f"attempt {number(last_word.get('attempt'))}, {state}, reason {reason}"


def _work(folder: JobFolder) -> Iterator[Line]:
    """What the job was given and what it has left, from its files."""
    record, result = _json(folder.folder / folder.record_file), _json(folder.folder / "result.json")
    labels = record.get("labels")
    yield "record", "readable" if record else "missing or unreadable"
    roles = record.get("roles")
    yield "task", known(roles.get("task", "classes"), TASKS) if isinstance(roles, dict) else NONE
    yield "settings", _settings(record.get("settings"))
    yield "labels", str(len(labels)) if isinstance(labels, list) else NONE
    yield "rows", numbers(record.get("parts", record), ("train", "validation", "test", "unused", "rows"))
    yield "packages then", versions(record.get("versions"), PACKAGES.split())
    yield "result", numbers(result, ("attempt", "steps", "epochs", "seconds"))
    for part in ("validation", "test"):
        yield f"figures of the {part}", numbers(result.get(part), ("rows", "loss", *FIGURES))
    kept = sorted(folder.folder.glob("checkpoints/step-*"))
    yield "checkpoints", ", ".join(path.name for path in kept if re.fullmatch(r"step-\d{8}", path.name)) or NONE
    sizes = [f"{name} {size}" for name in FILES.split() if (size := _size(folder.folder / name))]
    yield "files", ", ".join(sizes) or NONE


def _settings(given: Any) -> str:
    """Numbers, the preset, and which kind of model; its name when everybody may know it."""
    if not isinstance(given, dict):
        return NONE
    named = given.get("model")
    model: dict[str, Any] = named if isinstance(named, dict) else {}
    shown = f"model {known(model.get('kind'), get_args(ModelKind))}"
    if model.get("kind") == "hub":
        shown += f" {known(model.get('name'), [entry.name for entry in HUB])}"
    return (
        f"{shown}, preset {known(given.get('preset'), get_args(PresetName))}, {numbers(given, Settings.model_fields)}"
    )


def _reason(reason: Any) -> str:
    """The code of an error, and its facts as far as they are counts."""
    if not isinstance(reason, dict):
        return NONE
    code = known(reason.get("code"), SENTENCES)
    if code == OTHER:
        return OTHER
    named = {name for _, name, _, _ in string.Formatter().parse(SENTENCES[code]) if name}
    shown = numbers(reason.get("facts"), [name for name in COUNTS.split() if name in named])
    return code if shown == NONE else f"{code} ({shown})"


def _own_version() -> str:
    try:
        project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    except (OSError, ValueError, KeyError):
        return NONE
    return versions(project, ["version"]).removeprefix("version ")


def _digits(release: str) -> str:
    """The number of a system; what a house adds to it may be its name."""
    found = re.match(r"\d+(?:\.\d+)*", release)
    return found[0] if found else NONE


def _moment(when: datetime) -> str:
    return when.isoformat(timespec="seconds")


def _size(path: Path) -> str:
    """Of a file or folder; empty when it is not there."""
    if not path.exists():
        return ""
    return WORDS.size(folder_size(path) if path.is_dir() else path.stat().st_size)


def _json(path: Path) -> dict[str, Any]:
    try:
        found = read_json(path)
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _tail(path: Path) -> str:
    try:
        with path.open("rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - LOG_TAIL))
            return file.read().decode("utf-8", errors="replace")
    except OSError:
        return ""
