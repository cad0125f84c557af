"""A table put under another one: which column goes where, and which of its rows are already there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.data.columns import Roles, plain
from core.data.examples import select
from core.data.guessing import guess_roles
from core.data.subject import Subject
from core.errors import UserError

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Overlap:
    """Rows of an added table, numbered from 1, that say what a row above says already: spaces and case aside."""

    repeated: tuple[int, ...]
    """Under the same label, or without any."""
    contradicting: tuple[int, ...]
    """Under other labels only."""


def guess_mapping(own: pd.DataFrame, columns: Sequence[str], roles: Roles) -> dict[str, str]:
    """Where each column of `own` goes: the column of the same name, accents and case aside; else that of the same role; else
    one of its own. columns, roles: of the table that it is put under.
    """
    names = [str(name) for name in own.columns]
    mapping = {name: name for name in names if name in columns}
    for name in names:
        same = next((each for each in columns if plain(each) == plain(name) and each not in mapping.values()), None)
        if name not in mapping and same is not None:
            mapping[name] = same
    guessed = guess_roles(own)
    pairs = ((guessed.text, roles.text), (guessed.question, roles.question), (guessed.label, roles.label))
    for own_role, role in pairs:
        if own_role and role and own_role not in mapping and role not in mapping.values():
            mapping[own_role] = role
    return {name: mapping.get(name) or free_name(name, [*columns, *mapping.values()]) for name in names}


def free_name(name: str, taken: Sequence[str]) -> str:
    """The name, numbered while a column has it."""
    candidate, number = name, 2
    while candidate in taken:
        candidate, number = f"{name} ({number})", number + 1
    return candidate


def kept_mapping(former: Mapping[str, str], own: pd.DataFrame, columns: Sequence[str], roles: Roles) -> dict[str, str]:
    """What a person has chosen, for a file or a table that was read again: what still fits stays, the rest is guessed."""
    if set(former) <= set(own.columns) and all(to in columns or to == name for name, to in former.items()):
        return dict(former)
    return guess_mapping(own, columns, roles)


def check_mapping(
    name: str, own: pd.DataFrame, mapping: Mapping[str, str], columns: Sequence[str], roles: Roles
) -> None:
    """name: of the file. Raises UserError: mapped_twice, no_common_column, added_without_text."""
    targets = list(mapping.values())
    for target in targets:
        if targets.count(target) > 1:
            raise UserError("mapped_twice", name=name, column=target)
    if not set(targets) & set(columns):
        found, there = ", ".join(map(str, own.columns)), ", ".join(columns)
        raise UserError("no_common_column", name=name, found=found, columns=there)
    texts = [column for column, target in mapping.items() if target in roles.texts]
    if not any(bool((own[column].astype(str).str.strip() != "").any()) for column in texts):
        raise UserError("added_without_text", name=name, column=", ".join(roles.texts))


def mapped(own: pd.DataFrame, mapping: Mapping[str, str], columns: Sequence[str]) -> pd.DataFrame:
    """The rows of `own` under the columns of the table, then under those of their own; "" where it has nothing."""
    chosen = own[list(mapping)].rename(columns=dict(mapping))
    further = [target for target in mapping.values() if target not in columns]
    return chosen.reindex(columns=[*columns, *further], fill_value="")


def below(table: pd.DataFrame, added: pd.DataFrame) -> pd.DataFrame:
    """Both, one under the other. added: as `mapped` gives it."""
    import pandas as pd

    return pd.concat([table.reindex(columns=list(added.columns), fill_value=""), added], ignore_index=True)


def overlap(table: pd.DataFrame, added: pd.DataFrame, roles: Roles) -> Overlap:
    """added: as `mapped` gives it. Fixes are left aside: what was read is compared."""
    there, new = (Subject.of(select(each, roles), roles) for each in (table, added))
    labels: dict[str, set[str]] = {}
    for key, label in zip(there.keys, there.folded or [""] * len(there.rows), strict=True):
        labels.setdefault(key, set()).add(label)
    repeated: list[int] = []
    contradicting: list[int] = []
    for row, key, label in zip(new.rows, new.keys, new.folded or [""] * len(new.rows), strict=True):
        if key in labels:
            (repeated if label in labels[key] else contradicting).append(row)
    return Overlap(tuple(repeated), tuple(contradicting))
