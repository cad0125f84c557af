"""Names of columns are compared as people read them, and wrong choices of roles are refused."""

from __future__ import annotations

import pandas as pd
import pytest

from core.data.columns import Roles, check_roles, plain
from core.errors import UserError


def test_names_are_compared_without_accents_case_and_separators() -> None:
    assert plain(" Étiquette ") == "etiquette"
    assert plain("Text-A") == plain("text_a") == "text_a"
    assert plain("Œuvre / Thème") == "œuvre_theme"


def test_a_role_on_a_column_that_is_not_there_is_refused() -> None:
    with pytest.raises(UserError) as caught:
        check_roles(Roles(text="texte", label="thème"), pd.DataFrame(columns=["texte", "classe"]))
    assert caught.value.code == "missing_column"
    assert caught.value.facts == {"column": "thème", "role": "label", "found": "texte, classe"}


def test_one_column_cannot_have_two_roles() -> None:
    with pytest.raises(UserError) as caught:
        check_roles(Roles(text="texte", question="texte"), pd.DataFrame(columns=["texte", "classe"]))
    assert (caught.value.code, caught.value.facts) == ("same_column_twice", {"column": "texte"})
