"""Nothing that leaves for a spreadsheet is executed by it, and numbers stay numbers."""

from __future__ import annotations

import pandas as pd
import pytest

from core.data.formula import is_formula, neutralised


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "+cmd|' /C calc'!A0",
        "-2+3",
        "@SUM(A1)",
        "  =HYPERLINK()",
        "\t=1",
        "- cmd|'x'!A0",
        "-1" + " " * 200_000 + "x",
    ],
)
def test_what_a_spreadsheet_would_execute_is_seen(cell: str) -> None:
    assert is_formula(cell)


@pytest.mark.parametrize(
    "cell", ["-5", "+33 6 12 34 56 78", "-1 234,5", "-3 %", " -3 ", "a=b", "", "1+1", "anna@example.org"]
)
def test_numbers_and_words_are_no_formulas(cell: str) -> None:
    assert not is_formula(cell)


def test_an_exported_table_is_safe_and_the_one_it_came_from_is_not_touched() -> None:
    table = pd.DataFrame({"=text": ["=1+1", "plain"], "share": [0.25, -0.5], "number": ["-5", "+1"]})
    safe = neutralised(table)
    assert safe.to_dict("list") == {"'=text": ["'=1+1", "plain"], "share": [0.25, -0.5], "number": ["-5", "+1"]}
    assert table["=text"].tolist() == ["=1+1", "plain"]
