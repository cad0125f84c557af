"""The card: the run's own figures, in both languages, whatever the labels look like; none when there are none."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from huggingface_hub import ModelCard

from core.home import write_json
from core.store.project import Project
from core.store.run import Run
from core.train.metrics import by_label
from core.train.settings import Settings
from core.use.bundle import facts
from core.use.card import model_card
from core.words import Words
from tests.tables import as_csv, lay_down, messages

LABELS = ["a | b", "delivery", "two\nlines"]
PART: dict[str, Any] = {
    "rows": 1234,
    "loss": 0.5,
    "accuracy": 0.8767,
    "macro_f1": 0.6543,
    "labels": [
        {"label": "a | b", "precision": 0.111, "recall": 0.222, "f1": 0.148, "support": 1001},
        {"label": "delivery", "precision": 0.91, "recall": 0.82, "f1": 0.8627, "support": 200},
        {"label": "two\nlines", "precision": 1.0, "recall": 0.0, "f1": 0.0, "support": 33},
    ],
    "confusion": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
}
RESULT = {
    "state": "done",
    "steps": 321,
    "epochs": 4.5,
    "seconds": 65.4,
    "device": "a processor",
    "precision": "bf16",
    "validation": PART | {"accuracy": 0.999, "rows": 777},
    "test": PART,
}


@pytest.fixture
def run(make_project: Callable[..., Project]) -> Run:
    """Laid down, with no result yet."""
    rows = [row | {"label": LABELS[place % 3]} for place, row in enumerate(messages())]
    return lay_down(make_project(as_csv(rows)), Settings(learning_rate=3e-5, epochs=7, seed=99))


def with_result(run: Run, **changes: Any) -> Run:
    result = {name: value for name, value in (RESULT | changes).items() if value is not None}
    write_json(run.folder / "result.json", result)
    return run


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("en", ["1,234", "87.7%", "65.4%", "11.1%", "22.2%", "14.8%", "1,001", "86.3%", "100.0%", "0.0%"]),
        ("fr", ["1 234", "87,7 %", "65,4 %", "11,1 %", "22,2 %", "14,8 %", "1 001", "86,3 %", "100,0 %", "0,0 %"]),
    ],
)
def test_the_figures_are_those_of_the_result(run: Run, language: str, shown: list[str]) -> None:
    card = re.sub(r"[\u00a0\u202f]", " ", model_card(with_result(run), Words(language)))
    for figure in shown:
        assert figure in card
    assert "99.9" not in card
    assert "99,9" not in card
    record = run.record()
    for fact in (record.fingerprint, "messages.csv", "3e-05", "| 99 |", "321", "a processor", "all-MiniLM-L6-v2"):
        assert fact in card
    counts = [card.index(f"| {record.parts[part]} |") for part in ("train", "validation", "test")]
    assert counts[0] < counts[1]


def test_without_a_test_part_it_gives_the_validation_figures_and_says_so(run: Run) -> None:
    english = model_card(with_result(run, test=None), Words("en"))
    assert "Measured on 777 rows of the validation part" in english
    assert "99.9%" in english
    assert "87.7%" not in english
    assert "Measured once" in model_card(with_result(run), Words("en"))


@pytest.mark.parametrize("language", ["en", "fr"])
def test_without_figures_it_says_so(run: Run, language: str) -> None:
    said = Words(language).gettext("The training was stopped before it was measured: there are no figures.")
    assert said in model_card(run, Words(language))
    assert said in model_card(with_result(run, state="stopped", validation=None, test=None), Words(language))
    assert said not in model_card(with_result(run), Words(language))


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_table_is_whole_with_odd_labels(run: Run, language: str) -> None:
    """Counted as Markdown does: a pipe parts two cells unless a backslash stands before it."""
    lines = model_card(with_result(run), Words(language)).splitlines()
    tables: list[list[int]] = []
    for before, line in zip(["", *lines], lines, strict=False):
        if line.startswith("|"):
            if not before.startswith("|"):
                tables.append([])
            tables[-1].append(len(re.findall(r"(?<!\\)\|", line)) - 1)
    assert [set(cells) for cells in tables] == [{2}, {5}, {2}, {2}]
    assert len(tables[1]) == 2 + len(LABELS)
    assert any(r"a \| b" in line and "11" in line for line in lines)


def test_the_hub_reads_it(run: Run) -> None:
    for language in ("en", "fr"):
        data = ModelCard(model_card(with_result(run), Words(language))).data.to_dict()
        assert data["pipeline_tag"] == "text-classification"
        assert data["library_name"] == "transformers"


def test_many_labels_are_not_all_named_in_the_sentence(make_project: Callable[..., Project]) -> None:
    names = [f"label-{place:02}" for place in range(40)]
    rows = [row | {"label": names[place % 40]} for place, row in enumerate(messages(160))]
    run = lay_down(make_project(as_csv(rows)))
    gold = [0] * 40
    figures = PART | {"labels": by_label(gold, gold, names)}  # type: ignore[arg-type]
    card = model_card(with_result(run, test=figures), Words("en"))
    sentence = next(line for line in card.splitlines() if "one of 40 labels" in line)
    assert "label-29" in sentence
    assert "…" in sentence
    assert "label-30" not in sentence
    assert all(f"| {name} |" in card for name in names)


def test_french_and_english_say_the_same_in_their_own_words(run: Run) -> None:
    english, french = (model_card(with_result(run), Words(language)) for language in ("en", "fr"))
    headings = [re.findall(r"^#+ (.+)$", card, re.MULTILINE) for card in (english, french)]
    assert len(headings[0]) == len(headings[1]) == 6
    assert not set(headings[0]) & set(headings[1])
    code = [card.split("```python")[1].split("```")[0] for card in (english, french)]
    assert code[0] == code[1]


def test_where_a_model_lay_on_the_server_is_not_told(project: Project) -> None:
    model = {"kind": "folder", "name": "/srv/people/ada/models/my-bert"}
    run = lay_down(project, Settings(model=model))  # type: ignore[arg-type]
    card = model_card(with_result(run), Words("en"))
    assert "| base_model | my-bert |" in card
    assert "ada" not in card
    hub = lay_down(project, Settings(model={"kind": "hub", "name": "almanach/camembert-base"}))  # type: ignore[arg-type]
    assert "| base_model | almanach/camembert-base |" in model_card(hub, Words("en"))


def test_a_former_training_is_named_by_its_number(project: Project) -> None:
    former = lay_down(project)
    run = lay_down(project, Settings(model={"kind": "run", "name": former.id}))  # type: ignore[arg-type]
    card = model_card(with_result(run), Words("en"))
    assert former.id not in card
    assert "| base_model | all-MiniLM-L6-v2, then training 1 |" in card


def test_the_zip_does_not_tell_it_either_and_names_a_hub_model_in_full(project: Project) -> None:
    folder = {"kind": "folder", "name": "/srv/people/ada/models/my-bert"}
    assert facts(lay_down(project, Settings(model=folder)))["settings"]["model"] == "my-bert"  # type: ignore[arg-type,index]
    hub = {"kind": "hub", "name": "almanach/camembert-base"}
    assert facts(lay_down(project, Settings(model=hub)))["settings"]["model"] == hub["name"]  # type: ignore[arg-type,index]
