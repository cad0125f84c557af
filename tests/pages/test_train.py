"""The Train page before a run: its form, what is kept of it, and launches that cannot be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import NumberInput

from core.data.examples import MINIMUM_ROWS
from core.errors import UserError
from core.jobs.launch import learnable
from core.jobs.queue import jobs
from core.models.choice import ModelChoice
from core.models.tokens import count_tokens, tokenizer_file
from core.store.draft import Draft, keep_draft, read_draft
from core.store.project import Project, create_project
from core.store.run import list_runs
from core.train.presets import Size, preset
from core.words import Words
from pages.parts.settings_fields import FINE, fields_of
from pages.parts.settings_form import PRESETS
from tests.pages.screen import click, errors, everything, figures, run, said, sentence, texts, titles, visit
from tests.tables import as_csv, messages

FIELDS = fields_of("classes")

WARNED = (
    "Your texts are in another language ({language}) and the embedded model reads English: it will find patterns in "
    "your words, but a model of that language learns better from fewer rows. With internet, choose one above, for "
    "French camembert-base."
)


def field(at: AppTest, name: str, words: Words) -> NumberInput:
    title = said(next(field.title for field in FIELDS if field.name == name), words)
    [found] = [each for each in at.number_input if each.label == title]
    return found


def shown(at: AppTest, words: Words) -> dict[str, float]:
    """The value of every setting, shares as shares."""
    found = {each.name: field(at, each.name, words).value for each in FIELDS}
    return {each.name: found[each.name] / 100 if each.in_percent else found[each.name] for each in FIELDS}


def computed(project: Project, name: str) -> dict[str, float]:
    """What a preset says for this project and the embedded model."""
    examples = learnable(project).examples
    file, _ = tokenizer_file(ModelChoice(), project.id)
    questions = examples["question"].tolist() if project.roles and project.roles.question else None
    values = preset(name, Size(len(examples), count_tokens(file, examples["text"].tolist(), questions), False))  # type: ignore[arg-type]
    return {field.name: values[field.name] for field in FIELDS if field.name in values}


def pick_preset(at: AppTest, name: str) -> AppTest:
    at.segmented_control[0].set_value(name)
    return run(at)


def start_from(at: AppTest, title: str, words: Words) -> AppTest:
    at.selectbox[0].select(said(title, words))
    return run(at)


def name_it(at: AppTest, name: str) -> AppTest:
    at.text_input[0].input(name)
    return run(at)


def test_without_a_table_the_page_leads_to_the_data(home: object, words: Words) -> None:
    at = visit("train", words, project=create_project("Vide").id)
    assert titles(at) == [said("Train", words)]
    assert said("There is no table yet. Bring one first.", words) in texts(at)
    assert said("Go to the data", words) in [link.label for link in at.page_link]
    assert "launch" not in [button.key for button in at.button]


def test_a_table_that_teaches_nothing_says_why(project_of: Callable[..., Project], words: Words) -> None:
    for name, content, expected in [
        (
            "texts.csv",
            as_csv([{"text": row["text"], "id": str(n)} for n, row in enumerate(messages())]),
            sentence(words, "no_label_role"),
        ),
        ("few.csv", as_csv(messages(8)), sentence(words, "too_few_examples", rows=8, minimum=MINIMUM_ROWS)),
    ]:
        at = visit("train", words, project=project_of(name, content).id)
        assert errors(at) == [expected]
        assert "launch" not in [button.key for button in at.button]


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_a_preset_fills_in_every_setting_and_is_kept(project: Project, words: Words, name: str) -> None:
    at = pick_preset(visit("train", words, project=project.id), name)
    values = computed(project, name)
    assert shown(at, words).items() >= values.items()
    assert read_draft(project).preset == name
    again = visit("train", words, project=project.id)
    assert again.segmented_control[0].value == name
    assert shown(again, words) == shown(at, words)


def test_settings_changed_by_hand_are_kept_in_a_new_session(project: Project, words: Words) -> None:
    at = visit("train", words, project=project.id)
    assert not at.expander[0].proto.expanded
    for name, value in [("epochs", 7), ("learning_rate", 0.0003), ("test_share", 20.0), ("seed", 7)]:
        field(at, name, words).set_value(value)
        at = run(at)
    at = visit("train", words, project=project.id)
    found = shown(at, words)
    assert {name: found[name] for name in ("epochs", "learning_rate", "test_share", "seed")} == {
        "epochs": 7,
        "learning_rate": 0.0003,
        "test_share": 0.2,
        "seed": 7,
    }
    assert at.expander[0].proto.expanded
    assert words.ngettext("{count} epoch", "{count} epochs", 7) in everything(at)
    assert words.scientific(0.0003) in everything(at)


def test_another_preset_forgets_the_changes_but_not_the_division_of_the_rows(project: Project, words: Words) -> None:
    at = visit("train", words, project=project.id)
    for name, value in [("epochs", 7), ("validation_share", 15.0)]:
        field(at, name, words).set_value(value)
        at = run(at)
    at = pick_preset(at, "quick")
    found = shown(at, words)
    assert found["epochs"] == computed(project, "quick")["epochs"]
    assert found["validation_share"] == pytest.approx(0.15)
    assert read_draft(project).changed == {"validation_share": 0.15}


def test_french_texts_bring_a_warning_and_english_ones_none(project_of: Callable[..., Project], words: Words) -> None:
    at = visit("train", words, project=project_of("courriers_mairie.csv").id)
    assert [each.value for each in at.warning] == [said(WARNED, words, language=said("French", words))]
    at = visit("train", words, project=project_of("shop_messages.csv").id)
    assert not at.warning


def test_the_lengths_are_drawn_and_what_is_cut_is_said(project: Project, words: Words) -> None:
    at = visit("train", words, project=project.id)
    assert said("No row is longer than {longest} word pieces: nothing is cut.", words, longest="16") in texts(at)
    field(at, "max_tokens", words).set_value(8)
    at = run(at)
    cut = "{share} of the rows are longer than {longest} word pieces and lose their end."
    assert said(cut, words, share=words.percent(1), longest="8") in texts(at)
    chart = figures(at)["lengths"]["figure"]
    assert sum(chart["data"][0]["y"]) == 60
    assert chart["layout"]["shapes"][0]["x0"] == 8


def test_a_model_of_the_hub_is_measured_with_the_embedded_one_s_pieces(project: Project, words: Words) -> None:
    at = visit("train", words, project=project.id)
    at = name_it(start_from(at, "Another model of the Hugging Face hub…", words), "nobody/no-such-model")
    remark = "Measured with the embedded model's word pieces, for the chosen model is not here yet."
    assert said(remark, words) in everything(at)
    assert read_draft(project).model == ModelChoice(kind="hub", name="nobody/no-such-model")
    again = visit("train", words, project=project.id)
    assert again.text_input[0].value == "nobody/no-such-model"


@pytest.mark.parametrize("name", ["my model", "a/b/c", "../../etc", "é"])
def test_a_name_that_no_model_can_have_is_refused_at_the_launch(project: Project, words: Words, name: str) -> None:
    at = visit("train", words, project=project.id)
    at = name_it(start_from(at, "Another model of the Hugging Face hub…", words), name)
    assert not at.error
    at = click(at, "launch")
    assert errors(at) == [sentence(words, "model_not_found", model=name)]
    assert titles(at) == [said("Train", words)]
    assert list_runs(project.id) == []
    assert jobs() == []


def test_a_folder_that_is_none_is_said_and_cannot_be_launched(project: Project, words: Words, tmp_path: Path) -> None:
    at = start_from(visit("train", words, project=project.id), "A folder on this machine…", words)
    assert not at.error
    assert at.button(key="launch").disabled
    missing, empty = tmp_path / "nowhere", tmp_path / "empty"
    empty.mkdir()
    for folder, problem in [(missing, "there is no such folder"), (empty, "config.json is missing")]:
        at = name_it(at, str(folder))
        assert errors(at) == [sentence(words, "model_folder", folder=folder, problem=problem)]
        assert at.button(key="launch").disabled
    assert list_runs(project.id) == []
    assert jobs() == []


def test_a_folder_with_old_weights_is_refused(project: Project, words: Words, tmp_path: Path) -> None:
    for name in ("config.json", "tokenizer.json", "pytorch_model.bin"):
        (tmp_path / name).write_text("{}")
    at = start_from(visit("train", words, project=project.id), "A folder on this machine…", words)
    at = name_it(at, str(tmp_path))
    assert errors(at) == [sentence(words, "model_no_safetensors", model=tmp_path)]
    assert [code.value for code in at.code] == [UserError("model_no_safetensors", model=tmp_path).program()]


def test_what_an_older_version_kept_is_left_out_when_it_is_not_possible_any_more(
    project: Project, words: Words
) -> None:
    changed = {"epochs": 100_000, "learning_rate": "a lot", "momentum": 0.9, "dropout": None, "seed": 7}
    keep_draft(project, Draft(model=ModelChoice(kind="run", name="gone"), changed=changed))
    at = visit("train", words, project=project.id)
    assert not at.error
    assert shown(at, words)["seed"] == 7
    assert shown(at, words)["epochs"] == computed(project, "balanced")["epochs"]
    assert read_draft(project).model == ModelChoice()
    for content in ("", "[]", '{"preset": "own"}'):
        (project.folder / "draft.json").write_text(content)
        assert visit("train", words, project=project.id).segmented_control[0].value == "balanced"


def test_finer_settings_are_shown_on_request_and_stay_while_they_count(project: Project, words: Words) -> None:
    at = visit("train", words, project=project.id)
    titles_of = {said(each.title, words) for each in FINE}
    assert not titles_of & {each.label for each in at.number_input}
    at.toggle[0].set_value(True)
    at = run(at)
    assert titles_of <= {each.label for each in at.number_input}
    next(each for each in at.number_input if each.label == said("Frozen layers", words)).set_value(2)
    at = run(at)
    assert read_draft(project).changed == {"frozen_layers": 2}
    again = visit("train", words, project=project.id)
    assert titles_of <= {each.label for each in again.number_input}
    assert again.toggle[0].disabled
