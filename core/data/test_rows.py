"""A test part that is a file of its own: exactly its rows are asked, and nothing that gives them away is learned from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from core.data.columns import Roles
from core.data.examples import select
from core.data.fixes import Fix
from core.data.kin import content_key, group_of
from core.data.split import Part, parts_of_paraphrases, split
from core.data.targets import labels_of, scale_of
from core.errors import UserError

SHOWN = 20
"""Unseen labels that are named, at most."""


@dataclass(frozen=True)
class TestFacts:
    """What is told of a test file, before the launch and beside the figures."""

    __test__ = False  # not for pytest

    name: str
    rows: int
    """That are asked."""
    unusable: int
    """Without text, or without what is to be learned: they measure nothing."""
    leaking: int
    """Rows of the table that say what a test row says, or belong together with one: they are not learned from."""
    unseen_rows: int
    """Test rows with a label that no row to learn from has: every answer to them is wrong."""
    unseen: tuple[str, ...]
    """These labels, the first SHOWN."""
    outside: int = 0
    """Test rows with a number outside those of the table: every answer stays within its scale."""
    scale: tuple[float, float] | None = None
    """Lowest and highest number of the table, where numbers are learned."""


def examples_of_test(table: pd.DataFrame, roles: Roles, fixes: Sequence[Fix]) -> pd.DataFrame:
    """The rows of a test file in use, with ids "t1" for its first row. table: under the columns of the project's
    table; fixes: of that table, of which labels that were merged are merged here too. Raises UserError: those of select,
    test_file_empty.
    """
    merges = [fix for fix in fixes if fix.does == "merge"]
    examples = select(table, roles, merges).examples
    if examples.empty:
        raise UserError("test_file_empty", rows=len(table))
    return examples.assign(id="t" + examples["id"].str.slice(1))


def is_of_test_file(examples: pd.DataFrame) -> pd.Series:
    return examples["id"].str.startswith("t")


def beside(
    examples: pd.DataFrame,
    tests: pd.DataFrame,
    validation: float,
    seed: int,
    inherited: Mapping[str, Part] | None = None,
) -> list[Part]:
    """The part of each example, none of which is "test"; an original that gives a test row away is "unused".

    examples, tests: as core.data.kin.tied gives them. inherited: as for split. Raises UserError: those of split;
    test_file_learned when the model to start from has learned from a test row; test_file_is_all when no row is left.
    """
    known = inherited or {}
    asked = set(_keys(tests))
    learned = sum(known.get(key) == "train" for key in asked)
    if learned:
        raise UserError("test_file_learned", rows=learned)
    originals = examples[examples["origin"] == ""]
    held = pd.concat([originals, tests], ignore_index=True)
    groups = group_of(held)
    given_away = set(groups[len(originals) :])
    others = originals[[group not in given_away for group in groups[: len(originals)]]]
    if others.empty:
        raise UserError("test_file_is_all", rows=len(originals))
    part_of: dict[str, Part] = dict.fromkeys(originals["id"], "unused")
    part_of |= dict(zip(others["id"], split(others, validation, 0.0, seed, known), strict=True))
    if len(originals) < len(examples):
        asking: dict[str, Part] = part_of | dict.fromkeys(tests["id"], "test")
        part_of |= parts_of_paraphrases(examples[examples["origin"] != ""], held, asking)
    return [part_of[identifier] for identifier in examples["id"]]


def told_of_test(examples: pd.DataFrame, roles: Roles, name: str, rows: int) -> TestFacts:
    """examples: with the column part, those of the test file included; name, rows: of that file."""
    asked = is_of_test_file(examples)
    labels = unseen_labels(examples.loc[examples["part"] == "train", "label"], examples.loc[asked, "label"], roles)
    leaking = (examples["part"] == "unused") & (examples["origin"] == "")
    count = int(asked.sum())
    scale = scale_of(roles.task, examples.loc[~asked, "label"].tolist())
    outside = [scale is not None and not scale[0] <= float(label) <= scale[1] for label in examples.loc[asked, "label"]]
    strange = labels[0], tuple(labels[1][:SHOWN])
    return TestFacts(name, count, rows - count, int(leaking.sum()), *strange, sum(outside), scale)


def unseen_labels(learned: pd.Series, asked: pd.Series, roles: Roles) -> tuple[int, list[str]]:
    """How many test rows have a label that is not among those learned from, and these labels. Both: labels of examples."""
    if roles.task not in ("classes", "several_labels"):
        return 0, []
    several = roles.task == "several_labels"
    known = {label for row in learned for label in (labels_of(row) if several else (row,))}
    strange = [set(labels_of(row) if several else (row,)) - known for row in asked]
    return sum(map(bool, strange)), sorted(set().union(*strange))


def _keys(examples: pd.DataFrame) -> list[str]:
    return [content_key(text, question) for text, question in zip(examples["text"], examples["question"], strict=True)]
