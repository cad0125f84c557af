"""Texts that are nearly the same are found among others, and no others."""

from __future__ import annotations

import random
from itertools import pairwise
from pathlib import Path

from core.data.near import near_duplicates, near_references
from core.data.reading import read

WORDS = [f"word{place}" for place in range(3000)]


def texts_of(count: int, words: int = 30, seed: int = 1) -> list[str]:
    chance = random.Random(seed)
    return [" ".join(chance.choices(WORDS, k=words)) for _ in range(count)]


def changed(text: str, place: int = 12) -> str:
    words = text.split()
    words[place] = "otherwise"
    return " ".join(words)


def pairs(text: str) -> set[tuple[str, str]]:
    words = text.split()
    return set(pairwise(words))


def alike(one: str, other: str) -> float:
    return len(pairs(one) & pairs(other)) / len(pairs(one) | pairs(other))


def test_one_word_changed_is_found_with_the_place_of_the_earlier_text() -> None:
    texts = texts_of(400)
    texts += [changed(texts[place]) for place in (3, 77, 200)]
    assert near_duplicates(texts) == {400: 3, 401: 77, 402: 200}


def test_case_accents_and_punctuation_do_not_count() -> None:
    assert near_duplicates(["Où est mon colis, déjà payé ?", "rien à voir", "ou est MON colis deja paye"]) == {2: 0}


def test_every_answer_is_as_alike_as_promised_and_leads_to_a_text_that_stays() -> None:
    """A chain of texts, each one word from the last: its ends are not alike."""
    [text] = texts_of(1)
    chain = [text]
    for place in range(0, 30, 2):
        chain.append(changed(chain[-1], place))
    follows = near_duplicates(chain)
    assert len(follows) >= 5
    for later, earlier in follows.items():
        assert earlier < later
        assert earlier not in follows
        assert alike(chain[later], chain[earlier]) >= 0.75


def test_a_thousand_times_nearly_the_same_text_is_one_group() -> None:
    [text] = texts_of(1)
    assert set(near_duplicates([f"{text} number{place}" for place in range(1000)]).values()) == {0}


def test_what_has_no_words_resembles_nothing() -> None:
    assert near_duplicates(["", "?!", "...", "", "one", "one"]) == {5: 4}
    assert near_duplicates([]) == near_duplicates(["alone"]) == {}


def test_what_comparing_every_pair_finds_is_found(shared_data: Path) -> None:
    path = shared_data / "banking77_en" / "test.csv"
    texts = read(path, path.name).table["text"].tolist()[:1500]
    sets = [pairs("".join(c if c.isalnum() else " " for c in text.lower())) for text in texts]
    wanted = {
        later
        for later in range(len(sets))
        for earlier in range(later)
        if len(sets[later] & sets[earlier]) >= 0.8 * len(sets[later] | sets[earlier])
    }
    assert wanted
    found = near_duplicates(texts)
    assert len(wanted - found.keys() - set(found.values())) <= 0.02 * len(wanted)


def test_texts_with_four_words_of_thirty_changed_are_not_taken_for_the_same() -> None:
    """21 pairs of words of 37 are in both: 0.57."""
    texts = texts_of(40)
    others = []
    for text in texts:
        for place in (4, 11, 18, 25):
            text = changed(text, place)
        others.append(text)
    assert alike(texts[0], others[0]) < 0.6
    assert near_duplicates([*texts, *others]) == {}


def test_a_text_is_compared_with_every_reference_of_its_bucket() -> None:
    words = [f"w{place}" for place in range(40)]
    base = " ".join(words)
    changed = " ".join([*words[:38], "x", "y"])
    far = " ".join(f"v{place}" for place in range(40))
    found = near_references([far, changed, base + " end", ""], ["", far + " z", base, changed + " z"])
    assert found == {0: 1, 1: 3, 2: 2}
    assert near_references([], [base]) == near_references([base], []) == {}
