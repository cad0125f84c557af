"""Is the table large enough? The field's rules of thumb, applied to what is in it: a place on a scale, and what would help most.

Hundreds to thousands of rows for a simple task, thousands to tens of thousands for a common one, tens to hundreds of thousands for a
complex one. They were meant for models trained from little; a pre-trained encoder starts earlier, so the lower end is a start, not a bar.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from core.data.findings import Finding
from core.data.subject import LABELLED, Subject
from core.words import N_

Kind = Literal["simple", "common", "complex"]
Verdict = Literal["short", "start", "good", "ample"]

VOLUMES: dict[Kind, tuple[int, int]] = {"simple": (300, 3_000), "common": (3_000, 30_000), "complex": (30_000, 300_000)}
"""Rows from which a task of this kind goes well, and from which more of them change little."""

SIMPLE, COMMON = 3, 20
"""Labels up to which a task is simple, or common; one that reads two texts together is never simple."""
START = 10
"""A tenth of the lower end is a start: a first model that shows whether the labels can be told apart."""
THIN = 50
"""Rows of a label, below which more of them help more than anything else."""
FEW = 2_000
"""Rows up to which one division into parts is much a matter of luck."""
VARIED = 0.9
"""Share of different texts, below which the rows say less than their number promises."""

PAIRS = 1_000
"""Pairs of neighbouring words that variety is measured on: the share of different ones falls with their number."""
SAME_WORDS = 0.4
"""Variety below which the texts look filled into a form. Real tables: 0.52 to 0.95; one sentence with a number and two choices: 0.23."""

START_WITHOUT_LABELS = N_("A start: enough for a first model, and to see whether it can be learned.")
VERDICTS: dict[Verdict, str] = {
    "short": N_("Too little to judge by: the result will be mostly luck."),
    "start": N_("A start: enough for a first model, and to see whether the labels can be told apart."),
    "good": N_("Enough for a task of this kind."),
    "ample": N_("Plenty: more rows of the same sort will change little."),
}
KINDS: dict[Kind, str] = {"simple": N_("simple"), "common": N_("common"), "complex": N_("complex")}

ADVICE: dict[str, str] = {
    "more_rows": N_("More rows of “{label}”, which has {count}: this helps most."),
    "back_translation": N_("Paraphrases by back-translation, for the labels with few rows: the Augment page makes them, and you decide on each. They do not always help: a training with them and one without tell."),
    "transfer": N_("A model that already reads the language of your texts, or a former training of this project: it needs fewer rows."),
    "cross_validation": N_("With so few rows one division is partly luck: choose the cross-validation on the Train page, which asks every row once and says how far the figures vary."),
    "other_words": N_("Texts in other words: of a thousand pairs of neighbouring words only {share} are different, as if filled into a form."),
    "more_sources": N_("Texts from other sources: {share} of the rows say something new, the others repeat them."),
}  # fmt: skip


WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Volume:
    """How far the rows go. rows: those that say something of their own; low, high: the scale of this kind of task."""

    kind: Kind
    verdict: Verdict
    rows: int
    labels: int
    low: int
    high: int
    smallest: tuple[str, int] | None
    """The label with fewest rows, and these; None where there are no labels."""
    variety: float | None
    """Distinct-2 (Li et al. 2016): different ones among PAIRS pairs of neighbouring words, in [0, 1]; None for too few words."""
    advice: tuple[tuple[str, dict[str, object]], ...]
    """Codes of ADVICE with their facts, what helps most first."""


def volume(subject: Subject, findings: tuple[Finding, ...]) -> Volume | None:
    """None without two labels where labels are learned: then there is nothing to judge."""
    counts = subject.counts
    if (len(counts) < 2 and subject.roles.task in LABELLED) or not subject.rows:
        return None
    near = next((len(finding.rows) for finding in findings if finding.code in ("near_duplicate", "near_copy")), 0)
    own = max(len(set(subject.keys)) - near, 1)
    kind = _kind(subject)
    low, high = VOLUMES[kind]
    verdict: Verdict = "short" if own < low / START else "start" if own < low else "good" if own < high else "ample"
    smallest = counts.most_common()[-1] if counts else None
    advice: list[tuple[str, dict[str, object]]] = []
    if smallest is not None and smallest[1] < THIN:
        advice.append(("more_rows", {"label": smallest[0], "count": smallest[1]}))
    varied = variety(subject.texts)
    if own < VARIED * len(subject.rows):
        advice.append(("more_sources", {"share": own / len(subject.rows)}))
    elif varied is not None and varied < SAME_WORDS:
        advice.append(("other_words", {"share": varied}))
    if own < low:
        advice += [("transfer", {}), *([("back_translation", {})] if smallest is not None else [])]
    if len(subject.rows) < FEW:
        advice.append(("cross_validation", {}))
    return Volume(kind, verdict, own, len(counts), low, high, smallest, varied, tuple(advice))


def _kind(subject: Subject) -> Kind:
    """A number is learned like the labels of a common task, a question about a text like those of a complex one."""
    labels, task = len(subject.counts), subject.roles.task
    if task not in LABELLED:
        return "common" if task == "number" else "complex"
    if labels > COMMON:
        return "complex"
    return "common" if labels > SIMPLE or subject.questions is not None else "simple"


def variety(texts: Sequence[str]) -> float | None:
    """Pairs are drawn from different texts, in an order of chance that is always the same."""
    different = list(dict.fromkeys(texts))
    random.Random(0).shuffle(different)
    pairs: list[tuple[str, str]] = []
    for text in different:
        words = WORD.findall(text.casefold())
        pairs += pairwise(words)
        if len(pairs) >= PAIRS:
            return len(set(pairs[:PAIRS])) / PAIRS
    return None
