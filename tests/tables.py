"""Small tables to upload, as bytes, and what a run needs to be laid down by hand."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from core.data.examples import fingerprint
from core.data.kin import tied
from core.data.split import split
from core.data.targets import outputs_of, scale_of
from core.jobs.launch import learnable
from core.store.project import Project
from core.store.run import Run, RunRecord, create_run, next_number, utc_now
from core.train.settings import Settings

WORDS = {
    "delivery": "parcel late courier truck doorstep carrier tracking waited box lost driver street postman shipped",
    "refund": "money back invoice paid twice bank card amount charged returned price credit euros bill",
    "account": "password login email locked profile name change sign user settings phone code reset access",
}
"""Three labels that a very small model can tell apart."""


def messages(rows: int = 60, labels: Sequence[str] = tuple(WORDS)) -> list[dict[str, str]]:
    """Rows with the columns text and label, all texts different, labels in turn."""
    found = []
    for place in range(rows):
        label = labels[place % len(labels)]
        words = WORDS[label].split()
        picked = [words[(place * step + step) % len(words)] for step in (1, 3, 5, 7)]
        found.append({"text": f"my {' '.join(picked)} number {place}", "label": label})
    return found


def tagged(rows: int = 60) -> list[dict[str, str]]:
    """Every fourth row has a second label."""
    found = messages(rows)
    late = {place: f"{row['label']};urgent" for place, row in enumerate(found) if place % 4 == 0}
    return [
        {"text": row["text"] + " late" * (place in late), "label": late.get(place, row["label"])}
        for place, row in enumerate(found)
    ]


def graded(rows: int = 60) -> list[dict[str, str]]:
    """Parcels are worth 1,5, refunds 4, the others 2."""
    worth = {"delivery": "1,5", "refund": "4", "account": "2"}
    return [row | {"label": worth[row["label"]]} for row in messages(rows)]


def asked(rows: int = 48) -> list[dict[str, str]]:
    """A question about each text that depends on its subject alone."""
    words = {label: words.split() for label, words in WORDS.items()}
    labels = sorted(words)
    return [
        {
            "text": f"my {' '.join(words[labels[n % 3]][n % 8 :])} number {n}",
            "question": f"is it about my {labels[n % 3]}?",
        }
        for n in range(rows)
    ]


def as_csv(rows: Sequence[dict[str, str]], delimiter: str = ",") -> bytes:
    """The rows as UTF-8, the keys of the first as header."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), delimiter=delimiter, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def lay_down(project: Project, settings: Settings | None = None) -> Run:
    """A run as `launch` makes it, neither queued nor started."""
    settings = settings or Settings()
    chosen = learnable(project).examples
    assert project.roles is not None
    task = project.roles.task
    parts = split(tied(chosen, task), settings.validation_share, settings.test_share, settings.seed)
    examples = chosen.assign(part=parts)
    record = RunRecord(
        number=next_number(project.id),
        created_at=utc_now(),
        settings=settings.model_dump(mode="json"),
        roles=project.roles,
        table_name="messages.csv",
        fingerprint=fingerprint(examples),
        labels=outputs_of(task, examples["label"].tolist()),
        scale=scale_of(task, examples["label"].tolist()),
        parts={str(part): int(count) for part, count in examples["part"].value_counts().items()},
        versions={},
    )
    return create_run(project.id, record, examples)
