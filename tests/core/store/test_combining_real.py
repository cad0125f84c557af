"""Real tables put under one another: two parts of one set, and one table in two dialects."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from core.data.reading import read
from core.store.project import Project, read_table, select_table
from tests.core.store.test_combining import add, last, numbers


def test_real_tables_are_put_together(make_project: Callable[..., Project], shared_data: Path) -> None:
    folder = shared_data / "banking77_en"
    train, test = ((folder / name).read_bytes() for name in ("train.csv", "test.csv"))
    combined = add(make_project(train, "train.csv"), test, "test.csv")
    assert numbers(combined) == [("train.csv", 10003), ("test.csv", 3080)]
    file = last(combined)
    known, same = (
        [" ".join(text.split()).casefold() for text in read(content, "a.csv").table["text"]]
        for content in (train, test)
    )
    assert file.repeated + file.contradicting == sum(map(set(known).__contains__, same))


def test_a_french_table_in_two_dialects_is_one_table(make_project: Callable[..., Project], shared_data: Path) -> None:
    path = shared_data / "cnil_faq_themes_fr" / "train.csv"
    table = read(path, path.name).table
    copy = table[::3].rename(columns={"text": "Réponse", "label": "Thème", "question": "Question posée"})
    copy = copy[["Thème", "Question posée", "Réponse"]]
    content = copy.to_csv(sep=";", index=False, lineterminator="\r\n").encode("cp1252", "replace")
    combined = add(make_project(path.read_bytes(), "train.csv"), content, "copie.csv")
    file = last(combined)
    assert file.mapping == {"Thème": "label", "Question posée": "question", "Réponse": "text"}
    assert list(read_table(combined).columns) == list(table.columns)
    assert file.repeated > 0.9 * len(copy)
    assert select_table(combined).tally.fixed == {"duplicate": file.repeated}
