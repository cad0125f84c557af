"""Long texts go in pieces that the service takes, and come back whole."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.augment.engines.engine import Failed, Translated
from core.augment.engines.google import MOST_ENCODED
from core.augment.engines.pieces import cut, frame
from tests.services.engines import KINDS, engine_for
from tests.services.server import served

words = st.text(alphabet=st.sampled_from(list("aé字 .,!?。\n\t«»👩‍\u0301")) | st.characters(), max_size=300)


@given(words, st.integers(4, 60))
def test_pieces_fit_and_make_the_text_again(text: str, most: int) -> None:
    pieces = cut(text, lambda piece: len(piece.encode(errors="replace")) <= most)
    assert "".join(pieces) == text
    assert all(len(piece.encode(errors="replace")) <= most for piece in pieces)


@given(words)
def test_a_frame_is_the_white_space_around(text: str) -> None:
    before, core, after = frame(text)
    assert before + core + after == text
    assert core == text.strip()


def test_texts_are_cut_at_sentence_ends_then_clauses_then_words() -> None:
    assert cut("Un, deux. Trois! Quatre", lambda piece: len(piece) <= 12) == ["Un, deux. ", "Trois! ", "Quatre"]
    assert cut("un deux, trois quatre", lambda piece: len(piece) <= 15) == ["un deux, ", "trois quatre"]
    assert cut("abc défg", lambda piece: len(piece) <= 5) == ["abc ", "défg"]
    accents = unicodedata.normalize("NFD", "éééé")
    assert cut(accents, lambda piece: len(piece) <= 3) == [accents[:2], accents[2:4], accents[4:6], accents[6:]]


LONG = {
    "Chinese": "这是一个很长的句子，用来测试网址的长度。" * 500,
    "French": "Une phrase assez longue, avec des accents éèà, et qui finit ici.\n\nEt une autre ? Oui.  " * 200,
    "one word": "abcdefghij" * 1_500,
}


@pytest.mark.parametrize("name", sorted(KINDS))
@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
def test_a_long_text_comes_back_whole(name: str, text: str) -> None:
    with served(name) as service:
        engine = engine_for(name, service)
        (outcome,) = engine.translate([text], "fr", "en")
        assert isinstance(outcome, Translated)
        assert outcome.text.replace("en: ", "") == text  # each piece says where it went, and nothing else was lost
        sent = [texts[0] for _, texts in service.asked]
        assert all(engine.fits(one) for one in sent)
        if name == "mymemory":
            assert max(len(one.encode()) for one in sent) <= 500
        if name == "google":
            assert max(len(quote(one, safe="")) for one in sent) <= MOST_ENCODED
            assert max(map(len, sent)) < 5_000


def test_what_was_translated_of_a_long_text_is_not_asked_for_again() -> None:
    text = re.sub(r"\d", lambda found: found[0], " ".join(f"La phrase numéro {number} est là." for number in range(60)))
    with served("mymemory", fault=lambda number, texts: "500" if number == 2 else None) as service:
        engine = engine_for("mymemory", service)
        assert isinstance(engine.translate([text], "fr", "en")[0], Failed)
        assert isinstance(engine.translate([text], "fr", "en")[0], Translated)
        assert set(service.answered.values()) == {1}
