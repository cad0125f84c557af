"""The zip that leaves with the user: model, tokenizer, card in both languages, and a script that needs transformers alone.

It is packed when the training ends; simple models are mostly measured later. So the zip says in its comment which ones its card tells of,
and is packed again when these are others by now: by the worker that measured them, or else by whoever opens the Use page.
"""

from __future__ import annotations

import json
import traceback
import zipfile
from pathlib import Path

from core.errors import UserError
from core.home import write_whole
from core.store.run import Run
from core.train.settings import Settings
from core.use.card import base_model, model_card
from core.use.card_rivals import measured_of
from core.use.meaning import meaning_of
from core.use.script import script
from core.words import Words

CARDS = {"README.md": "en", "LISEZMOI.md": "fr"}


def bundle_path(run: Run) -> Path:
    return run.folder / "model.zip"


def pack(run: Run) -> Path:
    """The run's zip, made when it is not there yet, and anew when its card lacks the simple models that are measured by now.

    A download that is under way goes on with the former file: the new one takes its place whole. Raises UserError("run_not_finished").
    """
    target = bundle_path(run)
    if is_current(run):
        return target
    if not run.has_model():
        raise UserError("run_not_finished", run=run.record().number)
    write_whole(target, lambda aside: _write(run, aside))
    return target


def at_hand(run: Run) -> Path:
    """As `pack`; where that fails, the disk being full, the former zip, whose card may lack the simple models. Raises UserError and OSError
    where there is none.
    """
    try:
        return pack(run)
    except (OSError, UserError):
        if not zipfile.is_zipfile(bundle_path(run)):
            raise
        traceback.print_exc()
        return bundle_path(run)


def is_current(run: Run) -> bool:
    """Whether the zip is there, and its card tells of the simple models that are measured by now, or of none while none are."""
    try:
        with zipfile.ZipFile(bundle_path(run)) as archive:
            return archive.comment.decode(errors="replace") == measured_of(run)
    except (OSError, zipfile.BadZipFile):
        return False


def renew(*runs: Run) -> None:
    """Packs the zip of each that has a model again, for simple models are measured by now. What cannot be packed stays as it was, with
    the reason in the log: the Use page tries again.
    """
    for run in runs:
        try:
            if run.has_model():
                pack(run)
        except (OSError, UserError):
            traceback.print_exc()


def _write(run: Run, target: Path) -> None:
    folder = f"parafine-{run.record().number}"
    # Before the card is written: who measures meanwhile finds a zip that says it lacks them.
    comment = measured_of(run)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        archive.comment = comment.encode()
        # Weights do not get smaller by compression; the rest is small.
        for path in sorted(run.model_folder.iterdir()):
            archive.write(path, f"{folder}/{path.name}")
        for name, language in CARDS.items():
            archive.writestr(f"{folder}/{name}", model_card(run, Words(language)))
        archive.writestr(f"{folder}/predict.py", script(run.record().roles.task))
        archive.writestr(f"{folder}/parafine.json", json.dumps(facts(run), ensure_ascii=False, indent=2))
        archive.writestr(f"{folder}/requirements.txt", "torch\ntransformers\n")


def facts(run: Run) -> dict[str, object]:
    """What predict.py must know beside the model itself, and what an engineer may want to check."""
    record = run.record()
    settings = Settings.model_validate(record.settings)
    meaning = meaning_of(run)
    return {
        "task": meaning.task,
        "text_column": record.roles.text,
        "text_more": list(record.roles.text_more),
        "question_column": record.roles.question if record.roles.reads_question else None,
        "max_tokens": settings.max_tokens,
        "labels": record.labels,
        "thresholds": meaning.thresholds,
        "separator": meaning.separator,
        "scale": meaning.scale,
        "fingerprint": record.fingerprint,
        "settings": record.settings | {"model": base_model(run, settings, Words("en"))},
        "versions": record.versions,
    }
