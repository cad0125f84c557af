"""The health of a table on the Data page: what is found, its rows, its fix, the way back, in both languages."""

from __future__ import annotations

import os
from collections.abc import Callable

from core.data.columns import Roles
from core.data.enough import ADVICE, VERDICTS
from core.data.findings import CONSEQUENCES, DONE, FIXES, TITLES
from core.data.label_forms import OTHERWISE, SAID
from core.store.draft import read_draft
from core.store.fixes import read_fixes
from core.store.parquet import write_frame
from core.store.project import Project, open_project, read_table, set_roles, tally_table
from core.words import Words
from tests.pages.screen import click, everything, figures, run, said, table, texts, visit
from tests.tables import as_csv, messages


def damaged() -> bytes:
    """Sixty messages: three spellings of a label, twenty-five copies, an address."""
    rows = messages(60)
    rows[1]["label"] = "Refund"
    rows[4]["label"] = " réfund"
    rows[2]["text"] = "please write to anna@example.org"
    copy = {"text": "where is my parcel, it should have come on monday", "label": "delivery"}
    return as_csv([*rows, *([copy] * 26)])


def test_a_finding_opens_to_its_consequence_and_its_rows(project_of: Callable[..., Project], words: Words) -> None:
    at = visit("data", words, project=project_of("damaged.csv", damaged()).id)
    found = everything(at)
    assert said(TITLES["duplicate"], words, count="25") in found
    assert words.gettext(CONSEQUENCES["duplicate"]) in found
    header, *rows = table(at, said("like row", words))
    assert [row[:2] for row in rows] == [[str(row), "61"] for row in range(62, 82)]
    at.number_input(key="page_duplicate").set_value(2)
    run(at)
    assert [row[0] for row in table(at, said("like row", words))[1:]] == ["82", "83", "84", "85", "86"]
    assert len(header) == 4


def test_a_fix_is_made_by_one_click_and_undone_by_another(project_of: Callable[..., Project], words: Words) -> None:
    project = project_of("damaged.csv", damaged())
    at = visit("data", words, project=project.id)
    for code, done in [("label_spelling", "2"), ("duplicate", "25"), ("personal", "1")]:
        assert words.gettext(FIXES[code]) in [button.label for button in at.button]
        at = click(at, f"fix_{code}")
        assert said(DONE[code], words, count=done) in everything(at)
        assert f"fix_{code}" not in [button.key for button in at.button]
    tally = tally_table(project)
    assert (tally.used, tally.fixed, set(tally.labels)) == (61, {"duplicate": 25}, {"delivery", "refund", "account"})
    assert words.ngettext("{count} set aside by a fix", "{count} set aside by fixes", 25) in everything(at)
    assert "please write to [EMAIL]" in texts(at)
    for fix in read_fixes(project.folder):
        at = click(at, f"undo_{fix.id}")
    assert tally_table(project).used == 86
    assert "please write to anna@example.org" in texts(at)
    assert "fix_duplicate" in [button.key for button in at.button]


def test_whether_it_is_enough_is_said_in_words_and_drawn(project_of: Callable[..., Project], words: Words) -> None:
    at = visit("data", words, project=project_of("messages.csv", as_csv(messages(60))).id)
    found = everything(at)
    assert said("Is it enough?", words) in found
    assert words.gettext(VERDICTS["start"]) in found
    assert said(ADVICE["more_rows"], words, label="account", count="20") in found
    chart = figures(at)["volume"]
    assert words.ngettext("{count} label", "{count} labels", 3) in chart["alt"]
    assert len(chart["figure"]["layout"]["shapes"]) == 4


def test_what_is_learned_from_the_form_of_the_labels_is_said(project_of: Callable[..., Project], words: Words) -> None:
    rows = [{"text": row["text"], "label": f"{place % 30},5"} for place, row in enumerate(messages(60))]
    project = project_of("scores.csv", as_csv(rows, ";"))
    at = visit("data", words, project=project.id)
    facts = {"lowest": "0,5", "highest": "29,5", "count": "30"}
    assert said(SAID["score"], words, **facts) in texts(at)
    assert not at.warning
    set_roles(project.id, Roles(text="text", label="label"))
    at = visit("data", words, project=project.id)
    assert said(OTHERWISE["score"], words, **facts) in [remark.value for remark in at.warning]
    at = visit("data", words, project=project_of("classes.csv", as_csv(messages(60))).id)
    assert said(SAID["classes"], words, count="3") in texts(at)
    assert not at.warning


def test_rare_labels_are_weighed_up_by_one_click(project_of: Callable[..., Project], words: Words) -> None:
    """It is a setting of the next training, shown on the Train page, and stays one when the preset changes."""
    rows = [*messages(60), *({"text": f"where is my parcel {place}", "label": "delivery"} for place in range(200))]
    project = project_of("uneven.csv", as_csv(rows))
    at = visit("data", words, project=project.id)
    assert words.gettext(FIXES["imbalance"]) in [button.label for button in at.button]
    at = click(at, "fix_imbalance")
    assert read_draft(project).changed == {"balance": 1.0}
    assert said("Rare labels weigh more in the next training: {share}", words, share=words.percent(1.0, 0)) in texts(at)
    assert "fix_imbalance" not in [button.key for button in at.button]
    train = visit("train", words, project=project.id)
    (field,) = (each for each in train.number_input if each.label == words.gettext("Weight of rare labels (%)"))
    assert field.value == 100
    at = click(visit("data", words, project=project.id), "undo_balance")
    assert read_draft(project).changed == {}
    assert "fix_imbalance" in [button.key for button in at.button]


def test_a_click_examines_nothing_again(project_of: Callable[..., Project], words: Words) -> None:
    """Another table with the same date in place of the one examined: whoever looks again would see it."""
    project = project_of("damaged.csv", damaged())
    at = visit("data", words, project=project.id)
    place = project.folder / "table.parquet"
    before, whole = place.stat(), read_table(project)
    write_frame(place, whole.assign(text=[f"text {row}" for row in range(len(whole))]))
    os.utime(place, ns=(before.st_atime_ns, before.st_mtime_ns))
    at.number_input(key="page_duplicate").set_value(2)
    run(at)
    assert said(TITLES["duplicate"], words, count="25") in everything(at)
    at = click(at, "fix_personal")
    assert said(TITLES["duplicate"], words, count="25") not in everything(at)


def test_a_question_done_without_comes_back(project_of: Callable[..., Project], words: Words) -> None:
    rows = [{**row, "question": "Is it urgent?"} for row in messages(60)]
    project = project_of("urgent.csv", as_csv(rows))
    set_roles(project.id, Roles(text="text", question="question", label="label"))
    at = click(visit("data", words, project=project.id), "fix_same_question")
    assert words.gettext(DONE["same_question"]) in texts(at)
    assert open_project(project.id).roles == Roles(text="text", label="label")
    (fix,) = read_fixes(project.folder)
    at = click(at, f"undo_{fix.id}")
    assert open_project(project.id).roles == Roles(text="text", question="question", label="label")
    assert words.gettext(DONE["same_question"]) not in texts(at)
    assert "fix_same_question" in [button.key for button in at.button]
