"""Words marked in two texts: nothing lost, nothing marked that both have."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.augment.differences import differences


def marked(before: str, after: str) -> tuple[list[str], list[str]]:
    gone, new = differences(before, after)
    return [piece.text for piece in gone if piece.differs], [piece.text for piece in new if piece.differs]


@pytest.mark.parametrize(
    ("before", "after", "gone", "new"),
    [
        ("the card is lost", "the card is gone", ["lost"], ["gone"]),
        ("the card is lost", "the  card\nis lost", [], []),
        ("where is my card?", "where is the new card?", ["my"], ["the new"]),
        ("l’appareil est là", "l’engin est là", ["l’appareil"], ["l’engin"]),
        ("a b", "", ["a b"], []),
        ("Yes", "yes", ["Yes"], ["yes"]),
    ],
)
def test_what_differs_is_marked(before: str, after: str, gone: list[str], new: list[str]) -> None:
    assert marked(before, after) == (gone, new)


@given(st.text(max_size=80), st.text(max_size=80))
def test_the_pieces_are_the_texts(before: str, after: str) -> None:
    gone, new = differences(before, after)
    assert "".join(piece.text for piece in gone) == before
    assert "".join(piece.text for piece in new) == after
    same = ["".join(piece.text for piece in pieces if not piece.differs).split() for pieces in (gone, new)]
    assert "".join(same[0]) == "".join(same[1])
