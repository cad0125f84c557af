"""Training, validation and test parts that cannot leak.

Rows that say the same thing (same text and question, spaces and case aside) and rows that come from one another
(`origin`) form a group, and a group is never divided. Groups are spread label by label. Validation and test hold
originals only.
"""

from __future__ import annotations

import hashlib
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Literal

import pandas as pd

from core.data.examples import MINIMUM_ROWS
from core.errors import UserError

Part = Literal["train", "validation", "test", "unused"]
RANKS: tuple[Part, ...] = ("train", "validation", "test")
"""What has been learned from weighs more than what has only been looked at."""


def split(
    examples: pd.DataFrame, validation: float, test: float, seed: int, inherited: Mapping[str, Part] | None = None
) -> list[Part]:
    """The part of each example, in its order: stratified by label, grouped, the same for the same seed.

    examples: columns id, origin, text, question, label. validation, test: shares in [0, 0.5] of the originals. A label
    keeps at least half of its groups in training. "unused" is a paraphrase whose origin is in validation or test.
    inherited: parts by content_key, of the trainings that this one starts from. Such rows stay where they were, or what a
    model has learned from would measure it; train goes before validation, validation before test.
    Raises UserError: nothing_left_to_train when a label would have no row to learn from; too_few_examples, with the
    number of different rows, when no label has one to spare for validation.
    """
    groups = group_of(examples)
    labels, origins = examples["label"].tolist(), examples["origin"].tolist()
    sizes: dict[str, int] = defaultdict(int)
    labels_of: dict[str, set[str]] = defaultdict(set)
    for group, label, origin in zip(groups, labels, origins, strict=True):
        sizes[group] += not origin
        labels_of[group].add(label)
    frequency = Counter(label for some in labels_of.values() for label in some)
    by_label: dict[str, list[str]] = defaultdict(list)
    for group, some in labels_of.items():
        # Equal words under different labels count for the rarest of these, which has fewest others to learn from.
        by_label[min(some, key=lambda label: (frequency[label], label))].append(group)
    shares: dict[Part, float] = {"validation": validation, "test": test}
    part_of_group = _inherited_parts(examples, groups, inherited or {}, shares)
    owed: dict[Part, float] = {part: 0.0 for part, share in shares.items() if share > 0}
    for label in sorted(by_label):
        for group in by_label[label]:
            if group in part_of_group:
                for part in owed:
                    owed[part] += sizes[group] * (shares[part] - (part_of_group[group] == part))
        shuffled = sorted(group for group in by_label[label] if group not in part_of_group)
        random.Random(f"{seed}/{label}").shuffle(shuffled)
        part_of_group.update(_deal(shuffled, sizes, owed, shares) if owed else dict.fromkeys(shuffled, "train"))
    parts = [part_of_group[group] for group in groups]
    learned = {label for label, part in zip(labels, parts, strict=True) if part == "train"}
    for label in sorted(set(labels) - learned):
        raise UserError("nothing_left_to_train", label=label, validation=validation, test=test)
    if validation > 0 and "validation" not in parts:
        raise UserError("too_few_examples", rows=len(labels_of), minimum=MINIMUM_ROWS)
    return ["unused" if origin and part != "train" else part for origin, part in zip(origins, parts, strict=True)]


def _deal(
    groups: list[str], sizes: dict[str, int], owed: dict[Part, float], shares: dict[Part, float]
) -> dict[str, Part]:
    """Gives validation and test what they are owed in originals, at most half of the groups of a label.

    sizes: originals in each group; a group of paraphrases alone is only learned from. What a label could not give (a
    tenth of four rows) stays owed, and a later label gives it.
    """
    total = sum(sizes[group] for group in groups)
    for part in owed:
        owed[part] += shares[part] * total
    parts: dict[str, Part] = {}
    to_give = sum(sizes[group] > 0 for group in groups) // 2
    for group in groups:
        size = sizes[group]
        # Taking the group must bring the part closer to its share than leaving it out would.
        in_need = [part for part in owed if owed[part] >= size / 2]
        if size > 0 and to_give > 0 and in_need:
            neediest = max(in_need, key=lambda part: owed[part] / shares[part])
            owed[neediest] -= size
            to_give -= 1
            parts[group] = neediest
        else:
            parts[group] = "train"
    return parts


def _inherited_parts(
    examples: pd.DataFrame, groups: list[str], inherited: Mapping[str, Part], shares: Mapping[Part, float]
) -> dict[str, Part]:
    """The parts of the groups that a former training has seen. A part that this split does not make is learned from."""
    found: dict[str, Part] = {}
    if not inherited:
        return found
    for group, text, question in zip(groups, examples["text"], examples["question"], strict=True):
        part = inherited.get(content_key(text, question))
        if part is not None:
            _keep_earlier(found, group, part if shares.get(part, 0) > 0 else "train")
    return found


def parts_met(tables: Iterable[pd.DataFrame]) -> dict[str, Part]:
    """By content_key, the part of every row of these trainings. tables: columns text, question, part."""
    found: dict[str, Part] = {}
    for table in tables:
        for text, question, part in zip(table["text"], table["question"], table["part"], strict=True):
            if part in RANKS:
                _keep_earlier(found, content_key(text, question), part)
    return found


def _keep_earlier(found: dict[str, Part], key: str, part: Part) -> None:
    found[key] = min(part, found.get(key, part), key=RANKS.index)


def content_key(text: object, question: object) -> str:
    """The same for rows that say the same thing: spaces and case aside."""
    words = f"{' '.join(str(text).split())}\x1f{' '.join(str(question).split())}".casefold()
    return "words " + hashlib.sha1(words.encode(), usedforsecurity=False).hexdigest()


def group_of(examples: pd.DataFrame) -> list[str]:
    """A name of the group of each example: that of its earliest kin by origin or by equal words."""
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        while parent.setdefault(name, name) != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    ids = examples["id"].tolist()
    rows = zip(ids, examples["origin"], examples["text"], examples["question"], strict=True)
    for identifier, origin, text, question in rows:
        for kin in (content_key(text, question), origin):
            if kin:
                parent[root(identifier)] = root(kin)
    return [root(identifier) for identifier in ids]
