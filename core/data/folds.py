"""Folds of a cross-validation: every original is asked exactly once a repeat, by a model that learned from none of its kin.

What is kin is never divided (core.data.kin.group_of: equal words, one origin, one value of the column to keep together).
Groups are dealt so that each fold has its share of every label. Paraphrases follow: they are learned from when their origin
is, and asked never.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Mapping

import pandas as pd

from core.data.kin import content_key, group_of, in_proportion, indivisible, learned_labels
from core.data.split import Part, parts_of_paraphrases, require_learned, split
from core.errors import UserError

FEWEST, MOST = 2, 20
"""Folds of a repeat."""
MOST_REPEATS = 10
INDIVISIBLE = ("kept_together_too_few", "texts_too_few", "copies_too_few", "none_for_validation")
NAMED = 5
"""Labels that an error names."""


def deal(examples: pd.DataFrame, folds: int, seed: int) -> list[int]:
    """The fold of each original, in [0, folds), in the order of the originals; the same for the same seed, whatever their order.

    examples: columns id, origin, text, question, label, and those of core.data.kin.tied where there are such. Raises UserError:
    those of check_folds.
    """
    check_folds(examples, folds)
    originals = examples[examples["origin"] == ""]
    groups = group_of(originals)
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    names = _names(originals, groups)
    for group, labels, stratum in zip(groups, learned_labels(originals), in_proportion(originals), strict=True):
        kinds[names[group]].update(labels or (stratum,))
    chance = random.Random(f"folds {seed}")
    order = sorted(kinds)
    chance.shuffle(order)
    # The largest first: what is small evens out what is large. Label by label, so that what one has left over goes where others lack.
    order.sort(key=lambda name: (-kinds[name].total(), min(kinds[name])))
    whole = Counter[str]()
    for counts in kinds.values():
        whole.update(counts)
    held: list[Counter[str]] = [Counter() for _ in range(folds)]
    sizes, turns = [0] * folds, list(range(folds))
    chance.shuffle(turns)
    fold_of: dict[str, int] = {}
    for name in order:
        counts = kinds[name]

        def cost(fold: int, counts: Counter[str] = counts) -> tuple[float, int, int]:
            # What the group adds to the sum over labels and folds of (rows / rows of the label) squared.
            added = sum(
                count * (2 * held[fold][kind] + count) / (whole[kind] * whole[kind]) for kind, count in counts.items()
            )
            return round(added, 12), sizes[fold], turns[fold]

        best = min(range(folds), key=cost)
        fold_of[name] = best
        held[best].update(counts)
        sizes[best] += counts.total()
    return [fold_of[names[group]] for group in groups]


def parts_of_fold(examples: pd.DataFrame, fold_of: list[int], fold: int, validation: float, seed: int) -> list[Part]:
    """The part of each example when `fold` is asked: it is the test part, and the other originals give up a validation part.

    fold_of: as `deal` gives it. validation: share of what is not in the fold. Raises UserError: those of split.
    """
    is_original = examples["origin"] == ""
    originals = examples[is_original]
    is_asked = [each == fold for each in fold_of]
    others = originals[[not asked for asked in is_asked]]
    try:
        dealt = iter(split(others, validation, 0.0, seed))
    except UserError as error:
        # Of all rows, for nobody knows which of them are the others.
        raise indivisible(originals, validation) if error.code in INDIVISIBLE else error from None
    part_of: dict[str, Part] = {
        identifier: "test" if asked else next(dealt)
        for identifier, asked in zip(originals["id"], is_asked, strict=True)
    }
    if len(originals) < len(examples):
        part_of |= parts_of_paraphrases(examples[~is_original], originals, part_of)
    parts = [part_of[identifier] for identifier in examples["id"]]
    require_learned(examples, parts, validation, is_asked.count(True) / len(is_asked))
    return parts


def check_folds(examples: pd.DataFrame, folds: int) -> None:
    """Raises UserError: folds_invalid; too_few_groups when a fold would stay empty; label_in_one_group when a
    label could not be both learned and asked.
    """
    if not FEWEST <= folds <= MOST:
        raise UserError("folds_invalid", folds=folds, least=FEWEST, most=MOST)
    originals = examples[examples["origin"] == ""]
    groups = group_of(originals)
    different = len(set(groups))
    if different < folds:
        raise UserError("too_few_groups", groups=different, folds=folds)
    alone = [label for label, count in groups_of_labels(originals, groups).items() if count == 1]
    if alone:
        raise UserError("label_in_one_group", count=len(alone), labels=named(alone))


def scarce_labels(examples: pd.DataFrame, folds: int) -> list[str]:
    """Labels with fewer groups than folds: some folds will not ask for them."""
    originals = examples[examples["origin"] == ""]
    return [label for label, count in groups_of_labels(originals, group_of(originals)).items() if count < folds]


def groups_of_labels(originals: pd.DataFrame, groups: list[str]) -> dict[str, int]:
    """By label, in how many groups it occurs; the rarest first."""
    found: dict[str, set[str]] = defaultdict(set)
    for group, labels in zip(groups, learned_labels(originals), strict=True):
        for label in labels:
            found[label].add(group)
    return {label: len(some) for label, some in sorted(found.items(), key=lambda entry: (len(entry[1]), entry[0]))}


def named(labels: list[str]) -> str:
    """The first of them, and "…" for the rest."""
    return ", ".join(labels[:NAMED]) + (", …" if len(labels) > NAMED else "")


def _names(originals: pd.DataFrame, groups: list[str]) -> Mapping[str, str]:
    """A name of each group that does not depend on the order of the rows."""
    found: dict[str, str] = {}
    for group, text, question in zip(groups, originals["text"], originals["question"], strict=True):
        key = content_key(text, question)
        found[group] = min(key, found.get(group, key))
    return found
