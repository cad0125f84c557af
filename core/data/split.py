"""Training, validation and test parts that cannot leak.

Rows that say the same thing (same text and question, spaces and case aside) and rows that come from one another
(`origin`) form a group, and a group is never divided. Groups are spread label by label. Validation and test hold
originals only.
"""

from __future__ import annotations

import hashlib
import random
from collections import defaultdict
from typing import Literal

import pandas as pd

from core.errors import UserError

Part = Literal["train", "validation", "test", "unused"]


def split(examples: pd.DataFrame, validation: float, test: float, seed: int) -> list[Part]:
    """The part of each example, in its order: stratified by label, grouped, the same for the same seed.

    examples: columns id, origin, text, question, label. validation, test: shares in [0, 0.5] of the originals. A label
    keeps at least half of its groups in training. "unused" is a paraphrase
    whose origin is in validation or test. Raises UserError("nothing_left_to_train") when a label would have no row to
    learn from.
    """
    groups = group_of(examples)
    members: dict[str, list[int]] = defaultdict(list)
    for place, group in enumerate(groups):
        members[group].append(place)
    by_label: dict[str, list[str]] = defaultdict(list)
    labels, origins = examples["label"].tolist(), examples["origin"].tolist()
    for group, places in members.items():
        by_label[labels[places[0]]].append(group)
    part_of_group: dict[str, Part] = {}
    shares: dict[Part, float] = {"validation": validation, "test": test}
    owed: dict[Part, float] = {part: 0.0 for part, share in shares.items() if share > 0}
    for label in sorted(by_label):
        shuffled = sorted(by_label[label])
        random.Random(f"{seed}/{label}").shuffle(shuffled)
        part_of_group.update(_deal(shuffled, members, owed, shares) if owed else dict.fromkeys(shuffled, "train"))
        if not any(part_of_group[group] == "train" for group in shuffled):
            raise UserError("nothing_left_to_train", label=label, validation=f"{validation:.0%}", test=f"{test:.0%}")
    parts = [part_of_group[group] for group in groups]
    return ["unused" if origins[place] and part != "train" else part for place, part in enumerate(parts)]


def _deal(
    groups: list[str], members: dict[str, list[int]], owed: dict[Part, float], shares: dict[Part, float]
) -> dict[str, Part]:
    """Gives validation and test what they are owed in rows, at most half of the groups of a label.

    What a label could not give (a tenth of four rows) stays owed, and a later label gives it.
    """
    total = sum(len(members[group]) for group in groups)
    for part in owed:
        owed[part] += shares[part] * total
    parts: dict[str, Part] = {}
    to_give = len(groups) // 2
    for group in groups:
        size = len(members[group])
        neediest = max(owed, key=lambda part: owed[part])
        # Taking the group must bring the part closer to its share than leaving it out would.
        if to_give > 0 and owed[neediest] >= size / 2:
            owed[neediest] -= size
            to_give -= 1
            parts[group] = neediest
        else:
            parts[group] = "train"
    return parts


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
        words = f"{' '.join(str(text).split())}\x1f{' '.join(str(question).split())}".casefold()
        content = "words " + hashlib.sha1(words.encode(), usedforsecurity=False).hexdigest()
        for kin in (content, origin):
            if kin:
                parent[root(identifier)] = root(kin)
    return [root(identifier) for identifier in ids]
