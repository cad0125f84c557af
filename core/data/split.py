"""Training, validation and test parts that cannot leak.

Originals that say the same thing (same text and question, spaces and case aside) form a group, and a group is never
divided. Groups are spread label by label. Paraphrases have no say in it: with or without them each original is in the same
part. They follow: one is learned from when its origin is, and when no row that is held out says the same.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Literal

import pandas as pd

from core.data.kin import content_key, group_of, in_proportion, indivisible, learned_labels
from core.errors import UserError

Part = Literal["train", "validation", "test", "unused"]
RANKS: tuple[Part, ...] = ("train", "validation", "test")
"""What has been learned from weighs more than what has only been looked at."""


def split(
    examples: pd.DataFrame, validation: float, test: float, seed: int, inherited: Mapping[str, Part] | None = None
) -> list[Part]:
    """The part of each example, in its order: stratified by label, grouped, the same for the same seed.

    examples: columns id, origin, text, question, label; those of `tied`, where there are such; rows with the same `together`, unless
    that is "", are in one group.
    validation, test: shares in [0, 0.5] of the originals. A label keeps at least half of its groups in training, one of several
    labels at least one group. "unused" is a paraphrase whose origin is in validation or test, or whose words are those of such a row.
    inherited: parts by content_key, of the trainings that this one starts from. Such rows stay where they were, or what a
    model has learned from would measure it; train goes before validation, validation before test.
    Raises UserError: nothing_left_to_train when a label would have no row to learn from; when no group can be spared for
    validation, split_from_learned where that is for the sake of `inherited`, else those of core.data.kin.indivisible.
    """
    originals = examples[examples["origin"] == ""]
    known = inherited or {}
    drawn = _split_originals(originals, validation, test, seed, known)
    wanted = {part for part, share in (("validation", validation), ("test", test)) if share > 0}
    if not wanted <= set(drawn) and not any(learned_labels(originals)):
        # A part of a scale may have one group only, which it keeps; no label is lost where groups are spread without regard to it.
        drawn = _split_originals(originals.assign(stratum=""), validation, test, seed, known)
    dealt = iter(drawn)
    part_of = {identifier: next(dealt) for identifier in originals["id"]}
    if len(part_of) < len(examples):
        part_of |= parts_of_paraphrases(examples[examples["origin"] != ""], originals, part_of)
    parts = [part_of[identifier] for identifier in examples["id"]]
    require_learned(examples, parts, validation, test)
    if validation > 0 and "validation" not in parts:
        if known and "validation" in _split_originals(originals, validation, test, seed, {}):
            raise UserError("split_from_learned", rows=len(originals))
        raise indivisible(originals, validation)
    return parts


def require_learned(examples: pd.DataFrame, parts: list[Part], validation: float, test: float) -> None:
    """Raises UserError("nothing_left_to_train") for a label that no row to learn from has. validation, test: shares that it names."""
    known: set[str] = set()
    learned: set[str] = set()
    for labels, part in zip(learned_labels(examples), parts, strict=True):
        known.update(labels)
        if part == "train":
            learned.update(labels)
    for label in sorted(known - learned):
        raise UserError("nothing_left_to_train", label=label, validation=validation, test=test)


def _split_originals(
    examples: pd.DataFrame, validation: float, test: float, seed: int, inherited: Mapping[str, Part]
) -> list[Part]:
    groups = group_of(examples)
    sizes = Counter(groups)
    strata_of: dict[str, set[str]] = defaultdict(set)
    labels_in: dict[str, set[str]] = defaultdict(set)
    for group, stratum, labels in zip(groups, in_proportion(examples), learned_labels(examples), strict=True):
        strata_of[group].add(stratum)
        labels_in[group].update(labels)
    frequency = Counter(stratum for some in strata_of.values() for stratum in some)
    by_label: dict[str, list[str]] = defaultdict(list)
    for group, some in strata_of.items():
        # Equal words under different labels count for the rarest of these, which has fewest others to learn from.
        by_label[min(some, key=lambda label: (frequency[label], label))].append(group)
    shares: dict[Part, float] = {"validation": validation, "test": test}
    part_of_group = _inherited_parts(examples, groups, inherited, shares)
    left = Counter(
        label for group, labels in labels_in.items() if part_of_group.get(group, "train") == "train" for label in labels
    )
    owed: dict[Part, float] = {part: 0.0 for part, share in shares.items() if share > 0}
    for label in sorted(by_label):
        for group in by_label[label]:
            if group in part_of_group:
                for part in owed:
                    owed[part] += sizes[group] * (shares[part] - (part_of_group[group] == part))
        shuffled = sorted(group for group in by_label[label] if group not in part_of_group)
        random.Random(f"{seed}/{label}").shuffle(shuffled)
        part_of_group.update(
            _deal(shuffled, sizes, owed, shares, labels_in, left) if owed else dict.fromkeys(shuffled, "train")
        )
    return [part_of_group[group] for group in groups]


def parts_of_paraphrases(
    paraphrases: pd.DataFrame, originals: pd.DataFrame, part_of: Mapping[str, Part]
) -> dict[str, Part]:
    """train or unused, by id. part_of: of the originals, by id.

    A paraphrase of a paraphrase follows the first of them. Where that origin is not among the rows, all that came from it
    counts as held out as soon as one says the same as a held-out row: the origin may have been that row.
    """
    asked = {
        content_key(text, question)
        for identifier, text, question in zip(originals["id"], originals["text"], originals["question"], strict=True)
        if part_of[identifier] != "train"
    }
    came_from = dict(zip(paraphrases["id"], paraphrases["origin"], strict=True))
    says_the_same = {
        identifier: content_key(text, question) in asked
        for identifier, text, question in zip(
            paraphrases["id"], paraphrases["text"], paraphrases["question"], strict=True
        )
    }
    first = {identifier: _first_origin(identifier, came_from) for identifier in came_from}
    suspect = {
        first[identifier] for identifier, same in says_the_same.items() if same and first[identifier] not in part_of
    }
    return {
        identifier: "unused"
        if says_the_same[identifier] or origin in suspect or part_of.get(origin, "train") != "train"
        else "train"
        for identifier, origin in first.items()
    }


def _first_origin(identifier: str, came_from: Mapping[str, str]) -> str:
    met = {identifier}
    while (origin := came_from.get(identifier)) is not None and origin not in met:
        met.add(origin)
        identifier = origin
    return identifier


def _deal(
    groups: list[str],
    sizes: Mapping[str, int],
    owed: dict[Part, float],
    shares: dict[Part, float],
    labels_in: Mapping[str, set[str]],
    left: Counter[str],
) -> dict[str, Part]:
    """Gives validation and test what they are owed in originals, at most half of the groups of a label.

    sizes: rows in each group. labels_in: its labels. left: groups of each label that may still be learned from, of which one stays:
    where rows have several labels, others give away groups of this one too. What a label could not give (a tenth of four rows) stays owed, and a later label gives it.
    """
    total = sum(sizes[group] for group in groups)
    for part in owed:
        owed[part] += shares[part] * total
    parts: dict[str, Part] = {}
    to_give = len(groups) // 2
    for group in groups:
        size = sizes[group]
        # Taking the group must bring the part closer to its share than leaving it out would.
        in_need = [part for part in owed if owed[part] >= size / 2]
        if to_give > 0 and in_need and all(left[label] > 1 for label in labels_in[group]):
            left.subtract(labels_in[group])
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
