"""Rule 2, attacked: no paraphrase may measure, none may be learned from whose origin or whose words are held out."""

from __future__ import annotations

from collections import Counter

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data.examples import COLUMNS
from core.data.kin import content_key
from core.data.split import parts_met, split
from core.errors import UserError

WORDS = st.sampled_from(["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"])
TEXTS = st.lists(WORDS, min_size=1, max_size=2).map(" ".join)
CHANGES = st.sampled_from([str, str.upper, lambda text: f"  {text.replace(' ', '   ')} "])


@st.composite
def tables(draw: st.DrawFn) -> pd.DataFrame:
    """Few words, so that paraphrases say again and again what other rows say; paraphrases of paraphrases, orphans, any order."""
    rows = [
        (
            f"r{place}",
            "",
            draw(CHANGES)(draw(TEXTS)),
            draw(st.sampled_from(["", "why", "how"])),
            draw(st.sampled_from("xyz")),
        )
        for place in range(draw(st.integers(6, 40)))
    ]
    for place in range(draw(st.integers(0, 30))):
        identifier, _, _, question, label = draw(st.sampled_from(rows))
        origin = draw(st.sampled_from([identifier, identifier, identifier, "gone"]))
        rows.append((f"p{place}", origin, draw(CHANGES)(draw(TEXTS)), question, label))
    return pd.DataFrame(draw(st.permutations(rows)), columns=COLUMNS)


def divided(table: pd.DataFrame, seed: int, inherited: dict[str, str] | None = None) -> list[str] | None:
    try:
        return list(split(table, 0.2, 0.2, seed, inherited))  # type: ignore[arg-type]
    except UserError:
        return None


def first_origin(identifier: str, origins: dict[str, str]) -> str:
    while origins.get(identifier):
        identifier = origins[identifier]
    return identifier


def keys_of(table: pd.DataFrame) -> list[str]:
    return [content_key(text, question) for text, question in zip(table["text"], table["question"], strict=True)]


@settings(max_examples=200, deadline=None)
@given(table=tables(), seed=st.integers(0, 5))
def test_no_paraphrase_leaks_whatever_it_says(table: pd.DataFrame, seed: int) -> None:
    parts = divided(table, seed)
    if parts is None:
        return
    rows = list(zip(table["id"], table["origin"], keys_of(table), parts, strict=True))
    origins = dict(zip(table["id"], table["origin"], strict=True))
    part_of = {identifier: part for identifier, _, _, part in rows}
    held_out = {key for _, origin, key, part in rows if not origin and part != "train"}
    learned = {key for _, _, key, part in rows if part == "train"}
    assert held_out & learned == set()
    for identifier, origin, key, part in rows:
        first = first_origin(identifier, origins)
        if not origin:
            assert part in {"train", "validation", "test"}
        elif part == "train":
            assert key not in held_out
            assert part_of.get(first, "train") == "train"
        else:
            assert part == "unused"
            family = [other for other, _, _, _ in rows if first_origin(other, origins) == first]
            same = {key for other, _, key, _ in rows if other in family} & held_out
            # Nobody's work is thrown away without a reason.
            assert key in held_out or part_of.get(first, "train") != "train" or (first not in part_of and same)


@settings(max_examples=200, deadline=None)
@given(table=tables(), seed=st.integers(0, 5))
def test_paraphrases_move_no_original(table: pd.DataFrame, seed: int) -> None:
    """So that trainings with and without them are measured on the same rows."""
    originals = table[table["origin"] == ""].reset_index(drop=True)
    alone, together = divided(originals, seed), divided(table, seed)
    if together is not None:
        assert alone == [part for part, origin in zip(together, table["origin"], strict=True) if not origin]
    else:
        assert alone is None or set(table["label"]) - set(originals["label"])


@settings(max_examples=150, deadline=None)
@given(former=tables(), grown=tables(), seed=st.integers(0, 5))
def test_what_a_forerunner_has_learned_from_measures_nothing(
    former: pd.DataFrame, grown: pd.DataFrame, seed: int
) -> None:
    """Also an original that says what was only a paraphrase then."""
    before = divided(former, seed)
    if before is None:
        return
    known = parts_met([former.assign(part=before)])
    after = divided(grown, seed + 1, dict(known))
    if after is None:
        return
    learned = {key for key, part in zip(keys_of(former), before, strict=True) if part == "train"}
    asked = {key for key, part in zip(keys_of(grown), after, strict=True) if part in {"validation", "test"}}
    assert learned & asked == set()


def test_a_paraphrase_that_says_what_another_original_says_ties_neither() -> None:
    """Thirty originals, each with a paraphrase in the words of the next one."""
    rows = [(f"r{place}", "", f"text {place}", "", f"label {place % 2}") for place in range(30)]
    rows += [(f"p{place}", f"r{place}", f"TEXT  {(place + 1) % 30}", "", f"label {place % 2}") for place in range(30)]
    table = pd.DataFrame(rows, columns=COLUMNS)
    parts = split(table, 0.2, 0.2, 3)
    counts = Counter(parts[:30])
    assert counts == {"train": 18, "validation": 6, "test": 6}
    for place in range(30):
        both = parts[place] == "train" and parts[(place + 1) % 30] == "train"
        assert parts[30 + place] == ("train" if both else "unused")
