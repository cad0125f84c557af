"""A text made of several columns: joined in the order chosen, and everything that acts on texts acts on the whole."""

from __future__ import annotations

import pandas as pd
import pytest

from core.data.columns import Roles, check_roles
from core.data.examples import select
from core.data.health import examine
from core.data.joining import join_parts
from core.errors import UserError
from core.models.catalogue import embedded_path

ROLES = Roles(text="title", text_more=("message", "note"), label="label")


def table(*rows: tuple[str, str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["title", "message", "note", "label"])


def test_parts_stand_one_under_the_other_without_the_empty_ones() -> None:
    assert join_parts([" a ", "", "c", "d"], ["b", "b\u00a0", " ", "e\nf"]) == ["a\nb", "b", "c", "d\ne\nf"]
    assert join_parts([" a ", ""]) == ["a", ""]


def test_the_order_is_the_one_chosen() -> None:
    frame = table(("t", "m", "n", "x"))
    orders = {
        ("title", ("message", "note")): "t\nm\nn",
        ("note", ("title",)): "n\nt",
        ("message", ("note", "title")): "m\nn\nt",
    }
    for (first, more), joined in orders.items():
        roles = Roles(text=first, text_more=more, label="label")
        assert select(frame, roles).examples["text"].tolist() == [joined]


def test_a_row_is_without_text_when_all_its_parts_are_empty() -> None:
    selection = select(table(("", " ", "", "x"), ("", "m", "", "x"), ("t", "", "", "")), ROLES)
    assert selection.aside == {1: "empty_text", 3: "empty_label"}
    assert selection.examples[["id", "text"]].to_numpy().tolist() == [["r2", "m"]]


def test_roles_kept_before_texts_had_parts_still_load() -> None:
    old = Roles.model_validate({"text": "a", "question": None, "label": "b"})
    assert (old.texts, old.columns()) == (("a",), ["a", "b"])
    assert Roles.model_validate_json(ROLES.model_dump_json()) == ROLES
    assert ROLES.columns() == ["title", "message", "note", "label"]


@pytest.mark.parametrize(
    ("roles", "code", "column"),
    [
        (Roles(text="title", text_more=("title",)), "same_column_twice", "title"),
        (Roles(text="title", text_more=("note", "note")), "same_column_twice", "note"),
        (Roles(text="title", text_more=("label",), label="label"), "same_column_twice", "label"),
        (Roles(text="title", text_more=("body",)), "missing_column", "body"),
    ],
)
def test_a_part_is_a_column_like_any_other(roles: Roles, code: str, column: str) -> None:
    with pytest.raises(UserError) as caught:
        check_roles(roles, ["title", "message", "note", "label"])
    assert (caught.value.code, caught.value.facts["column"]) == (code, column)


def test_what_is_found_in_a_part_is_put_right_in_the_whole() -> None:
    frame = table(
        ("Card", "write to anna@example.org", "", "x"),
        ("Colis", "rien", "rÃ©clamation", "y"),
        ("same", "words", "", "x"),
        ("same", "words", "", "x"),
        ("other", "words", "", "y"),
        ("=SUM(1)", "formula", "", "y"),
    )
    selection = select(frame, ROLES)
    report = examine(frame[ROLES.columns()], ROLES, selection)
    found = {finding.code: finding for finding in report.findings}
    assert found["personal"].rows == (1,)
    assert found["damaged_text"].rows == (2,)
    assert found["duplicate"].rows == (4,)
    assert found["formula"].rows == (6,)
    fixes = [found[code].fix for code in ("personal", "damaged_text", "duplicate")]
    mended = select(frame, ROLES, fixes)  # type: ignore[arg-type]
    assert mended.examples["text"].tolist()[:2] == ["Card\nwrite to [EMAIL]", "Colis\nrien\nréclamation"]
    assert mended.aside == {4: "duplicate"}
    left = {finding.code for finding in examine(frame[ROLES.columns()], ROLES, mended).findings}
    assert not left & {"personal", "damaged_text", "duplicate"}


def test_the_joint_is_a_space_to_the_word_pieces() -> None:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(embedded_path() / "tokenizer.json"))
    assert tokenizer.encode("\n".join(["a title", "a text"])).ids == tokenizer.encode("a title a text").ids
