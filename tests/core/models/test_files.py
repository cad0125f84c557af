"""A folder that holds no model that can be fine-tuned is refused with a sentence before torch opens anything."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoConfig, AutoModel, AutoModelForSequenceClassification

from core.data.columns import TaskName
from core.errors import SENTENCES, UserError
from core.models.choice import ModelChoice
from core.models.encoder import load_encoder
from core.models.files import check_files
from core.models.loading import load_classifier
from core.models.outlook import check_choice, longest_setting
from core.models.seq2seq import load_seq2seq
from core.words import Words
from tests.core.models.test_kinds import SMALL


@pytest.fixture
def folder(tiny_bert: Path, tmp_path: Path) -> Path:
    """A copy of the tiny BERT, to be spoiled."""
    shutil.copytree(tiny_bert, tmp_path / "model")
    return tmp_path / "model"


LOADS: dict[TaskName, Callable[[Path], object]] = {
    "classes": lambda folder: load_classifier(folder, ["a", "b"], 0.1),
    "matching": lambda folder: load_encoder(folder, 0.1),
    "generation": lambda folder: load_seq2seq(folder, 0.1),
}
"""Every way in which a model is loaded to be taught, with a task that does."""


def refused(folder: Path, tasks: Sequence[TaskName] = tuple(LOADS)) -> UserError:
    """What all say: the look before the launch and, should the folder change meanwhile, the loading, whatever is to be learned."""
    errors = [refused_on_loading(folder, tasks)]
    for task in tasks:
        with pytest.raises(UserError) as caught:
            check_choice(ModelChoice(kind="folder", name=str(folder)), "", task=task)
        errors.append(caught.value)
    assert len({str(error) for error in errors}) == 1
    return errors[-1]


def refused_on_loading(folder: Path, tasks: Sequence[TaskName] = tuple(LOADS)) -> UserError:
    """What the loading says, whatever is to be learned."""
    errors = []
    for task in tasks:
        with pytest.raises(UserError) as caught:
            LOADS[task](folder)
        errors.append(caught.value)
    assert len({str(error) for error in errors}) == 1
    return errors[-1]


def configure(folder: Path, **values: object) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | values))


@pytest.mark.parametrize(
    ("model_type", "said"),
    [
        ("gpt2", "it goes on with a text word by word (a decoder, as GPT-2)"),
        ("marian", "it turns one text into another, as translations and summaries do"),
        ("vit", "it looks at pictures"),
        ("wav2vec2", "it listens to sounds"),
    ],
)
def test_a_model_of_another_kind_is_named_with_what_to_choose(folder: Path, model_type: str, said: str) -> None:
    AutoConfig.for_model(model_type).save_pretrained(folder)
    # What turns one text into another may learn to ask.
    error = refused(folder, ("classes", "matching") if model_type == "marian" else tuple(LOADS))
    assert error.code == "model_kind"
    assert said in str(error)
    assert "camembert-base" in str(error)


def test_an_architecture_that_nobody_knows_is_named(folder: Path) -> None:
    configure(folder, model_type="hyperbert", architectures=["HyperBert"])
    assert refused(folder).facts == {"model": str(folder), "name": "hyperbert"}
    assert "“hyperbert”" in str(refused(folder))


def test_a_quantised_model_is_refused(folder: Path) -> None:
    configure(folder, quantization_config={"quant_method": "gptq", "bits": 4})
    assert refused(folder).code == "model_quantised"


@pytest.mark.parametrize("content", ["{", "[]", "\x00", ""])
def test_a_damaged_configuration_is_said(folder: Path, content: str) -> None:
    (folder / "config.json").write_text(content)
    assert refused(folder).facts["problem"] == "config.json cannot be read"


@pytest.mark.parametrize(
    "values",
    [{"num_hidden_layers": "x"}, {"id2label": 3}, {"dtype": "odd"}, {"num_attention_heads": 0}, {"hidden_act": "nope"}],
    ids=str,
)
def test_a_configuration_that_makes_no_sense_is_said_when_it_is_loaded(folder: Path, values: dict[str, object]) -> None:
    configure(folder, **values)
    assert refused_on_loading(folder).facts["problem"] == "its files cannot be opened together"


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def lengthen(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\0")


def scribble(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:8] + b"x" * 200)


def empty(path: Path) -> None:
    path.write_bytes(b"")


def replace_by_a_page(path: Path) -> None:
    path.write_text("<html>Please log in</html>" * 20)


@pytest.mark.parametrize("spoil", [cut, lengthen, scribble, empty, replace_by_a_page])
def test_damaged_weights_are_found_by_their_header(folder: Path, spoil: Callable[[Path], None]) -> None:
    check_files(folder)
    spoil(folder / "model.safetensors")
    sentence = str(refused(folder))
    assert "model.safetensors is damaged or was not copied to its end" in sentence
    assert "est endommagé" in refused(folder).sentence(Words("fr"))


def test_a_part_of_the_weights_that_is_missing_is_named(folder: Path) -> None:
    model = AutoModel.from_pretrained(folder)
    (folder / "model.safetensors").unlink()
    model.save_pretrained(folder, max_shard_size="50KB")
    check_files(folder)
    part = sorted(folder.glob("model-*.safetensors"))[1]
    part.unlink()
    assert f"{part.name}, a part of its weights, is missing" in str(refused(folder))
    (folder / "model.safetensors.index.json").write_text("[]")
    assert "model.safetensors.index.json cannot be read" in str(refused(folder))


def test_a_checkpoint_that_is_a_program_is_refused_and_the_two_lines_convert_it(folder: Path, tmp_path: Path) -> None:
    config = AutoConfig.for_model("bert", **SMALL | {"vocab_size": 2000}, id2label={0: "no", 1: "yes"})
    model = AutoModelForSequenceClassification.from_config(config)
    model.config.save_pretrained(folder)
    configure(folder, architectures=["BertForSequenceClassification"])
    (folder / "model.safetensors").unlink()
    torch.save(model.state_dict(), folder / "pytorch_model.bin")
    error = refused(folder)
    assert error.code == "model_no_safetensors"
    assert len(error.program().splitlines()) == 3
    subprocess.run([sys.executable, "-c", error.program()], cwd=tmp_path, check=True, capture_output=True)
    converted, _, is_new = load_classifier(tmp_path / "converted", ["no", "yes"], 0.1)
    assert not is_new
    for name, tensor in model.state_dict().items():
        assert torch.equal(converted.state_dict()[name], tensor), name


def test_nothing_is_ever_unpickled(folder: Path, tmp_path: Path) -> None:
    """A pickle that would leave a file behind, under every name that transformers or torch might open."""
    trace = tmp_path / "was here"

    class Trap:
        def __reduce__(self) -> tuple[object, tuple[str, str]]:
            return open, (str(trace), "w")

    (folder / "model.safetensors").unlink()
    for name in ("pytorch_model.bin", "model.pt", "training_args.bin", "optimizer.pt"):
        torch.save(Trap(), folder / name)
    assert refused(folder).code == "model_no_safetensors"
    torch.save(Trap(), folder / "model.safetensors")
    assert "damaged" in str(refused(folder))
    assert not trace.exists()


@pytest.mark.parametrize("content", ["{}", "[", "[]", "null", '{"model": 3}'])
def test_a_tokenizer_that_cannot_be_opened_is_said_when_it_is_loaded(folder: Path, content: str) -> None:
    (folder / "tokenizer.json").write_text(content)
    assert refused_on_loading(folder).facts["problem"] == "its tokenizer cannot be opened"


def test_a_tokenizer_of_another_model_is_said(folder: Path) -> None:
    AutoModel.from_config(AutoConfig.for_model("bert", **SMALL)).save_pretrained(folder)
    sentence = str(refused_on_loading(folder))
    assert "word pieces, and the model knows 40: they do not belong together" in sentence


def rename(folder: Path) -> None:
    """The weights are there, under names of somebody's own."""
    weights = load_file(folder / "model.safetensors")
    save_file({f"mine.{name}": tensor for name, tensor in weights.items()}, folder / "model.safetensors")


def drop_a_layer(folder: Path) -> None:
    weights = load_file(folder / "model.safetensors")
    kept = {name: tensor for name, tensor in weights.items() if not name.startswith("encoder.layer.1.")}
    save_file(kept, folder / "model.safetensors")


@pytest.mark.parametrize("spoil", [rename, drop_a_layer, lambda folder: configure(folder, hidden_size=16)])
def test_weights_of_another_model_are_not_replaced_by_chance(folder: Path, spoil: Callable[[Path], None]) -> None:
    spoil(folder)
    assert refused_on_loading(folder).facts["problem"] == "its weights are not those that config.json describes"


@pytest.mark.parametrize("task", LOADS)
def test_a_pooler_that_lacks_is_no_fault(folder: Path, task: TaskName) -> None:
    """As in every model that has learned to guess hidden words."""
    weights = load_file(folder / "model.safetensors")
    kept = {name: tensor for name, tensor in weights.items() if not name.startswith("pooler.")}
    assert len(kept) < len(weights)
    save_file(kept, folder / "model.safetensors")
    LOADS[task](folder)


def test_an_input_longer_than_the_model_reads_is_refused_before_the_launch(folder: Path) -> None:
    choice = ModelChoice(kind="folder", name=str(folder))
    assert longest_setting(choice, "") == 512
    configure(folder, max_position_embeddings=66, model_type="camembert", pad_token_id=1)
    assert longest_setting(choice, "") == 64
    check_choice(choice, "", max_tokens=64)
    with pytest.raises(UserError) as caught:
        check_choice(choice, "", max_tokens=65)
    assert caught.value.code == "model_too_short"
    assert "reads 64 word pieces at most, and the longest input is set to 65" in str(caught.value)


def test_every_way_to_refuse_a_model_is_said_in_french() -> None:
    codes = [code for code in SENTENCES if code.startswith("model_")]
    french = Words("fr")
    assert all(french.gettext(SENTENCES[code]) != SENTENCES[code] for code in codes)
