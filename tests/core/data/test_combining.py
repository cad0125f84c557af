"""Which column of a further table goes where, and which of its rows are there already."""

from __future__ import annotations

import pandas as pd

from core.data.columns import Roles
from core.data.combining import below, free_name, guess_mapping, kept_mapping, mapped, overlap
from tests.tables import messages


def test_columns_are_paired_by_name_then_by_role_and_the_others_are_kept() -> None:
    own = pd.DataFrame([row | {"Étape": "1"} for row in messages()]).rename(
        columns={"text": "Verbatim", "label": "TEXTE"}
    )
    roles = Roles(text="texte", label="thème")
    columns = ["texte", "thème", "etape"]
    # Here the name misleads, and the name counts: a person sees it and corrects it.
    assert guess_mapping(own, columns, roles) == {"Verbatim": "Verbatim", "TEXTE": "texte", "Étape": "etape"}
    own = own.rename(columns={"TEXTE": "Catégorie"})
    assert guess_mapping(own, columns, roles) == {"Verbatim": "texte", "Catégorie": "thème", "Étape": "etape"}
    assert free_name("a", ["a", "a (2)"]) == "a (3)"


def test_without_labels_the_same_text_is_a_repeated_row() -> None:
    there, new = pd.DataFrame({"text": ["a", "b"]}), pd.DataFrame({"text": ["B", "c", "b", ""]})
    assert overlap(there, new, Roles(text="text")).repeated == (1, 3)


def test_spellings_of_a_label_do_not_contradict_each_other() -> None:
    there = pd.DataFrame({"text": ["a", "a", "b"], "label": ["Été", "x", "x"]})
    new = pd.DataFrame({"text": ["A", " a", "b", "c"], "label": ["ete", "X", "y", "x"]})
    found = overlap(there, new, Roles(text="text", label="label"))
    assert (found.repeated, found.contradicting) == ((1, 2), (3,))


def test_a_text_of_several_columns_is_compared_as_a_whole() -> None:
    there = pd.DataFrame({"a": ["x", "x"], "b": ["1", "2"]})
    new = pd.DataFrame({"a": ["x", "x"], "b": ["2", "3"]})
    assert overlap(there, new, Roles(text="a", text_more=("b",))).repeated == (1,)


def test_a_choice_stays_while_it_fits() -> None:
    own, roles = pd.DataFrame({"un": ["a text"], "deux": ["x"]}), Roles(text="text", label="label")
    chosen = {"un": "label", "deux": "deux"}
    assert kept_mapping(chosen, own, ["text", "label"], roles) == chosen
    assert kept_mapping(chosen, own, ["text", "thème"], roles) != chosen
    assert kept_mapping({"trois": "text"}, own, ["text", "label"], roles) == guess_mapping(
        own, ["text", "label"], roles
    )


def test_every_cell_is_kept_whatever_the_columns_hold() -> None:
    table = pd.DataFrame({"text": ["a"], "label": ["x"]})
    own = pd.DataFrame({"n": ["1", "2"], "body": ["b", "c"]})
    whole = below(table, mapped(own, {"n": "n", "body": "text"}, list(table.columns)))
    assert list(whole.columns) == ["text", "label", "n"]
    assert whole.to_numpy().tolist() == [["a", "x", ""], ["b", "", "1"], ["c", "", "2"]]
