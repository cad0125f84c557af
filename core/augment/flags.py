"""What can be wrong or strange about a paraphrase: a code, its facts, and how they are told to people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from core.data.language import NAMES
from core.words import N_, Words

FLAGS: dict[str, str] = {
    "unchanged": N_("It says the same, word for word."),
    "same_as_row": N_("It is the same as row {row}."),
    "same_as_paraphrase": N_("Another paraphrase says the same."),
    "near_held_out": N_("It is nearly the same as row {row}, which measures the model."),
    "number_lost": N_("The number {number} has disappeared."),
    "number_new": N_("The number {number} has come in."),
    "date_lost": N_("The date {date} has disappeared."),
    "date_new": N_("The date {date} has come in."),
    "name_lost": N_("The name “{name}” has disappeared."),
    "name_new": N_("The name “{name}” has come in."),
    "negation_lost": N_("A negation has disappeared."),
    "negation_new": N_("A negation has come in."),
    "language": N_("It seems to be in another language: {language}."),
    "shorter": N_("It is much shorter: {percent}% of the length."),
    "longer": N_("It is much longer: {percent}% of the length."),
}
"""Every flag, as an English msgid; `{…}` are its facts."""

KINDS: dict[str, str] = {
    "unchanged": N_("unchanged"),
    "same_as_row": N_("same as another row"),
    "same_as_paraphrase": N_("same as another paraphrase"),
    "near_held_out": N_("close to a validation or test row"),
    "number_lost": N_("number lost"),
    "number_new": N_("number come in"),
    "date_lost": N_("date lost"),
    "date_new": N_("date come in"),
    "name_lost": N_("name lost"),
    "name_new": N_("name come in"),
    "negation_lost": N_("negation lost"),
    "negation_new": N_("negation come in"),
    "language": N_("other language"),
    "shorter": N_("much shorter"),
    "longer": N_("much longer"),
}
"""The name of each kind of flag, for a filter."""

WEIGHTS: dict[str, float] = {
    "near_held_out": 3.0,
    "language": 2.0,
    "same_as_row": 1.5,
    "negation_lost": 1.5,
    "negation_new": 1.5,
    "number_lost": 1.0,
    "number_new": 1.0,
    "date_lost": 1.0,
    "date_new": 1.0,
    "shorter": 0.5,
    "longer": 0.5,
    "name_lost": 0.1,
    "name_new": 0.05,
    "same_as_paraphrase": 0.1,
    "unchanged": 0.1,
}
"""How much doubt each kind of flag adds: a lot where somebody has to look, little where there is nothing to see. A name is told
by its capital, which translation puts and takes away: a lost and a new one together weigh less than a fifth of the meaning."""
MOST_PER_KIND = 3
"""Flags of one kind that are told of one paraphrase: a text of dates would have no end."""


@dataclass(frozen=True)
class Flag:
    code: str
    facts: dict[str, int | str] = field(default_factory=dict)

    def stored(self) -> dict[str, Any]:
        """As it stands in the database."""
        return asdict(self)


def told(flag: Mapping[str, Any], words: Words) -> str:
    """A flag as it stands in the database, in the language of `words`; facts are what people wrote, to be escaped."""
    message = FLAGS[flag["code"]]
    return words.gettext(message).format(**{name: _shown(name, fact, words) for name, fact in flag["facts"].items()})


def _shown(name: str, fact: Any, words: Words) -> str:
    if name == "language":
        return words.gettext(NAMES[fact]) if fact in NAMES else str(fact)
    return words.integer(fact) if isinstance(fact, int) else str(fact)
