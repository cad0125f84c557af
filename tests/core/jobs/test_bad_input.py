"""What people bring that cannot be learned as it is: one sentence in each language when it is launched, at the latest, and nothing lost."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoConfig

from core.data.columns import Roles
from core.data.reading import read
from core.data.unjudged import Unjudged, unjudged
from core.errors import UserError
from core.jobs.folds import launch_folds
from core.jobs.launch import facts_of_test, freeze, launch, learnable
from core.jobs.processes import supervisor_lock
from core.jobs.queue import jobs
from core.jobs.search import launch_search
from core.models.choice import ModelChoice
from core.models.outlook import check_here, lacks_head
from core.store.project import Project, open_project, set_roles
from core.store.run import list_runs
from core.store.test_file import keep_test_file
from core.train.settings import Settings
from core.train.train import train
from core.words import Words
from tests.tables import as_csv, asked, lay_down, messages

Spoil = Callable[[Path], object]


def configured(**values: object) -> Spoil:
    def spoil(folder: Path) -> None:
        config = json.loads((folder / "config.json").read_text())
        (folder / "config.json").write_text(json.dumps(config | values))

    return spoil


def of_type(model_type: str) -> Spoil:
    return lambda folder: AutoConfig.for_model(model_type).save_pretrained(folder)


def without_tokenizer(folder: Path) -> None:
    for name in ("tokenizer.json", "vocab.txt"):
        (folder / name).unlink(missing_ok=True)


def old_weights(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")


ONE_ALONE = [*messages(40), {"text": "the only one of its kind", "label": "alone"}]
OWN = [{**row, "label": f"case {place}"} for place, row in enumerate(messages(40))]
ASKED = Roles(text="text", question="question", task="generation")
LABELLED = Roles(text="text", label="label")


def folds(project: Project, settings: Settings) -> object:
    return launch_folds(project.id, settings, 3)


def one(project: Project, settings: Settings) -> object:
    return launch(project.id, settings)


def search(project: Project, settings: Settings) -> object:
    return launch_search(project.id, settings, {"learning_rate": (1e-5, 1e-3)}, trials=2)


TABLE = {
    "one row in a class, folds": (ONE_ALONE, LABELLED, None, folds, "label_in_one_group", "(alone)"),
    "a label for each row": (OWN, LABELLED, None, one, "label_of_its_own", "40"),
    "no head for these, a decoder": (messages(), LABELLED, of_type("gpt2"), one, "model_kind", "GPT-2"),
    "no head for these, a translator": (messages(), LABELLED, of_type("marian"), folds, "model_kind", "camembert-base"),
    "another kind, pictures": (messages(), LABELLED, of_type("vit"), search, "model_kind", "camembert-base"),
    "an unknown kind": (messages(), LABELLED, configured(model_type="hyperbert"), one, "model_unknown", "hyperbert"),
    "no tokenizer": (messages(), LABELLED, without_tokenizer, one, "model_folder", "tokenizer.json"),
    "a pickle": (messages(), LABELLED, old_weights, one, "model_no_safetensors", "safetensors"),
    "an input that the model cannot read": (messages(), LABELLED, configured(max_position_embeddings=64), one, "model_too_short", "64"),
    "questions by a model that cannot write": (asked(), ASKED, configured(model_type="distilbert"), one, "model_cannot_write", "distilbert"),
    "the same in a cross-validation": (asked(), ASKED, configured(model_type="distilbert"), folds, "model_cannot_write", "barthez"),
    "the same in a search": (asked(), ASKED, configured(model_type="distilbert"), search, "model_cannot_write", "mt5"),
    "hidden words guessed by a model that writes": (asked(), ASKED, None, one, "no_pretraining", "0"),
}  # fmt: skip
"""Rows, roles, what is done to the model's folder, how it is launched; the code, and a word of its sentence in every language."""


@pytest.mark.parametrize("case", TABLE)
def test_it_is_said_at_the_launch_in_both_languages_and_nothing_is_made(
    case: str, make_project: Callable[..., Project], tiny_bert: Path, tmp_path: Path
) -> None:
    rows, roles, spoil, launched, code, word = TABLE[case]
    project = make_project(as_csv(rows))
    set_roles(project.id, roles)
    kept = sorted((path.name, path.stat().st_size) for path in project.folder.rglob("*") if path.is_file())
    folder = tmp_path / "model"
    shutil.copytree(tiny_bert, folder)
    if spoil is not None:
        spoil(folder)
    settings = Settings(
        model=ModelChoice(kind="folder", name=str(folder)), pretraining_epochs=int(code == "no_pretraining")
    )
    with supervisor_lock(), pytest.raises(UserError) as caught:
        launched(project, settings)
    assert caught.value.code == code
    english, french = (caught.value.sentence(Words(language)) for language in ("en", "fr"))
    assert english != french
    for sentence in (english, french):
        assert word in sentence
        assert "{" not in sentence
    assert (jobs(), list_runs(project.id)) == ([], [])
    left = {(path.name, path.stat().st_size) for path in project.folder.rglob("*") if path.is_file()}
    assert left >= set(kept)
    assert {name for name, _ in left} - {name for name, _ in kept} <= {"launch.lock"}


def test_a_loss_without_a_value_says_which_settings_to_change() -> None:
    """That it ends a training, at which step, and that the run is kept: tests.core.train.test_endings."""
    error = UserError("loss_not_finite", step=3, learning_rate=2e-3)
    assert "smaller learning rate (a third of 2e-3, say)" in str(error)
    assert "longer warm-up" in str(error)
    assert "2e-3" in error.sentence(Words("fr"))


@pytest.mark.parametrize(
    ("architecture", "auto"),
    [
        (["BertForSequenceClassification"], "AutoModelForSequenceClassification"),
        (["BertForMaskedLM"], "AutoModelForMaskedLM"),
        (["BertModel"], "AutoModel"),
        ([], "AutoModelForSequenceClassification"),
    ],
)
def test_a_pickle_is_converted_with_all_that_it_holds(
    tiny_bert: Path, tmp_path: Path, architecture: list[str], auto: str
) -> None:
    shutil.copytree(tiny_bert, tmp_path / "model")
    configured(architectures=architecture)(tmp_path / "model")
    old_weights(tmp_path / "model")
    with pytest.raises(UserError) as caught:
        check_here(ModelChoice(kind="folder", name=str(tmp_path / "model")), "", "classes")
    assert f"import {auto} as Model" in caught.value.program()


def test_a_training_that_writes_cannot_give_labels_and_is_called_by_its_number(project: Project) -> None:
    run = lay_down(project)
    run.model_folder.mkdir()
    (run.folder / "result.json").write_text("{}")
    config = {"model_type": "encoder-decoder", "is_encoder_decoder": True}
    (run.model_folder / "config.json").write_text(json.dumps(config))
    (run.model_folder / "model.safetensors").write_bytes(b"")
    with pytest.raises(UserError) as caught:
        check_here(ModelChoice(kind="run", name=run.id), project.id, "classes")
    assert caught.value.code == "model_kind"
    assert "“Training 1”" in str(caught.value)
    assert "entraînement 1" in caught.value.sentence(Words("fr"))


def test_a_model_without_a_head_is_known_to_get_a_new_one(tiny_bert: Path) -> None:
    choice = ModelChoice(kind="folder", name=str(tiny_bert))
    assert [lacks_head(choice, "", task) for task in ("classes", "number", "matching", "generation")] == [
        *(True, True),
        *(False, False),
    ]
    assert not lacks_head(ModelChoice(), "", "classes")


def test_a_model_that_gives_no_numbers_is_said_to_be_damaged_and_the_run_is_kept(
    project: Project, tiny_bert: Path, tmp_path: Path
) -> None:
    shutil.copytree(tiny_bert, tmp_path / "model")
    weights = load_file(tmp_path / "model" / "model.safetensors")
    weights["encoder.layer.1.output.dense.bias"].fill_(float("nan"))
    save_file(weights, tmp_path / "model" / "model.safetensors", metadata={"format": "pt"})
    run = lay_down(project, Settings(model=ModelChoice(kind="folder", name=str(tmp_path / "model")), epochs=1))
    with pytest.raises(UserError) as caught:
        train(run)
    assert caught.value.code == "model_not_finite"
    assert "its weights are damaged" in str(caught.value)
    assert "ses poids sont endommagés" in caught.value.sentence(Words("fr"))
    assert len(run.examples()) == 60
    assert run.record().settings["epochs"] == 1
    assert run.result() is None


def test_weights_in_half_precision_are_learned_in_single(tiny_bert: Path, tmp_path: Path) -> None:
    from core.models.encoder import load_encoder
    from core.models.loading import load_classifier
    from core.models.seq2seq import load_seq2seq

    shutil.copytree(tiny_bert, tmp_path / "model")
    weights = load_file(tiny_bert / "model.safetensors")
    halves = {name: tensor.half() for name, tensor in weights.items()}
    save_file(halves, tmp_path / "model" / "model.safetensors", metadata={"format": "pt"})
    configured(dtype="float16")(tmp_path / "model")
    for model in (
        load_classifier(tmp_path / "model", ["a", "b"], 0.1)[0],
        load_encoder(tmp_path / "model", 0.1)[0],
        load_seq2seq(tmp_path / "model", 0.1)[0],
    ):
        assert {parameter.dtype for parameter in model.parameters()} == {torch.float32}


def parted(**parts: str) -> Unjudged:
    """parts: of each row of a label, by their first letters."""
    import pandas as pd

    named = {"t": "train", "v": "validation", "e": "test"}
    rows = [(label, named[letter]) for label, letters in parts.items() for letter in letters]
    frame = pd.DataFrame(rows, columns=["label", "part"], dtype=str)
    texts = [f"text {place}" for place in range(len(frame))]
    return unjudged(
        frame.assign(id=[f"r{n}" for n in range(len(frame))], origin="", text=texts, question=""), "classes"
    )


def test_labels_that_no_figure_judges_are_found() -> None:
    found = parted(many="ttttve", alone="t", never="ttt", unseen="te", unwatched="tv", strange="e")
    assert found == Unjudged(("alone",), ("never",), ("unseen",), ("unwatched",), ("strange",))
    assert parted(many="tttv", alone="t") == Unjudged(alone=("alone",))
    assert parted(many="ttt") == Unjudged()


def test_one_row_of_a_class_is_learned_from_and_known_to_be_judged_by_nothing(
    make_project: Callable[..., Project],
) -> None:
    twice = {"text": "The same  words", "label": "said twice"}
    project = make_project(as_csv([*ONE_ALONE, twice, {**twice, "text": "the same words"}]))
    assert project.roles is not None
    examples = freeze(project, learnable(project), Settings())
    assert set(examples[examples["label"].isin(["alone", "said twice"])]["part"]) == {"train"}
    assert unjudged(examples, project.roles.task) == Unjudged(alone=("alone", "said twice"))


def test_labels_of_the_test_file_that_nothing_teaches_are_told(project: Project) -> None:
    rows = [*({**row, "text": f"{row['text']} again"} for row in messages(6)), {"text": "lovely", "label": "praise"}]
    content = as_csv(rows)
    columns = {name: name for name in ("text", "label")}
    keep_test_file(project.id, content, "mine.csv", read(content, "mine.csv"), columns)
    project = open_project(project.id)
    told = facts_of_test(project, freeze(project, learnable(project), Settings(test_from="file")))
    assert (told.rows, told.unseen_rows, told.unseen) == (7, 1, ("praise",))
