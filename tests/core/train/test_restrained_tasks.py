"""Every task with frozen layers, LoRA and slower layers: what is to stay stays, what is to move moves, and something always learns."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest
import torch
from transformers import AutoConfig, AutoModel, PreTrainedModel

from core.data.columns import Roles, TaskName
from core.errors import UserError
from core.models.choice import ModelChoice
from core.models.encoder import load_encoder
from core.models.kinds import layer_count
from core.models.layers import heights, layers_of
from core.models.outlook import check_choice
from core.models.seq2seq import load_seq2seq
from core.models.weights import weights_of
from core.store.project import Project, set_roles
from core.train.adapters import add_adapters, merge_adapters
from core.train.average import Average
from core.train.fit import Parts
from core.train.lessons.choose import LESSONS
from core.train.progress import Reporter
from core.train.restraint import freeze_below, learned, moving
from core.train.resume import ResumableFit
from core.train.settings import Settings
from core.train.train import fitted, train
from core.words import Words
from tests.core.models.test_kinds import SMALL
from tests.core.models.test_seq2seq import WRITERS, build_writer
from tests.core.train.interrupted import assert_same, interrupt
from tests.matching import matching_project
from tests.tables import asked, graded, lay_down, messages, tagged
from tests.trained import project_of, small, trained

TASKS: dict[TaskName, Callable[[], Project]] = {
    "classes": lambda: project_of(messages(40)),
    "several_labels": lambda: project_of(tagged(40)),
    "number": lambda: project_of(graded(40)),
    "matching": lambda: matching_project(24, 1),
    "generation": lambda: set_roles(
        project_of(asked(24)).id, Roles(text="text", question="question", task="generation")
    ),
}


@pytest.fixture(scope="module", autouse=True)
def _home(shared_home: Path) -> None:
    pass


@pytest.fixture(scope="module")
def projects() -> dict[TaskName, Project]:
    found = {task: make() for task, make in TASKS.items()}
    assert all(project.roles is not None and project.roles.task == task for task, project in found.items())
    return found


PLACES = {
    "words": "embeddings.word_embeddings.weight",
    "first": "encoder.layer.0.output.dense.weight",
    "second": "encoder.layer.1.output.dense.weight",
}
"""In the tiny BERT."""


def taught(project: Project, settings: Settings) -> dict[str, float]:
    """How far each tensor went in a training, on average: in its last weights, for the best ones may be the first."""
    run = lay_down(project, settings)
    record = run.record()
    lesson = LESSONS[record.roles.task].load(record, settings, Path(settings.model.name))
    rows = run.examples()
    entries = lesson.encode(rows[rows["part"] == "train"])
    model = cast(torch.nn.Module, lesson.model)
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    add_adapters(model, settings.lora, settings.lora_alpha)
    fitted(ResumableFit(Reporter(run, settings.epochs), lesson, Parts(entries, [])))
    merge_adapters(model)
    return {name: float((tensor - before[name]).abs().mean()) for name, tensor in model.state_dict().items()}


@pytest.mark.parametrize("task", TASKS)
def test_what_is_to_stay_stays_and_what_is_to_move_moves(
    projects: dict[TaskName, Project], tiny_bert: Path, task: TaskName
) -> None:
    def went(**values: float) -> dict[str, float]:
        distances = taught(projects[task], small(tiny_bert, epochs=1, learning_rate=1e-3, **values))
        start = {"matching": "", "generation": "encoder."}.get(task, "bert.")
        return {place: distances[start + name] for place, name in PLACES.items()}

    free = went()
    assert all(distance > 1e-5 for distance in free.values())
    frozen = went(frozen_layers=1)
    assert frozen["words"] == frozen["first"] == 0
    assert frozen["second"] > 1e-5
    slower = went(layer_decay=0.5)
    assert 0 < slower["words"] < 0.5 * free["words"]
    assert 0 < slower["first"] < 0.8 * free["first"]
    narrow = went(lora=2)
    assert narrow["words"] == 0
    assert narrow["first"] > 0
    if task == "matching":
        with pytest.raises(UserError) as caught:
            went(frozen_layers=2)
        assert caught.value.code == "nothing_learns"
    else:
        assert set(went(frozen_layers=2).values()) == {0}


def test_that_nothing_would_learn_is_said_before_the_launch(tiny_bert: Path) -> None:
    for choice, layers in ((ModelChoice(kind="folder", name=str(tiny_bert)), 2), (ModelChoice(), 6)):
        check_choice(choice, "", task="matching", frozen=layers - 1)
        check_choice(choice, "", task="classes", frozen=layers)
        with pytest.raises(UserError) as caught:
            check_choice(choice, "", task="matching", frozen=layers)
        assert f"With all {layers} layers of" in str(caught.value)
        assert "sont toutes gelées" in caught.value.sentence(Words("fr"))


@pytest.mark.parametrize(
    ("model_type", "shape"),
    [
        *[(name, SMALL | {"num_hidden_layers": 3}) for name in ("bert", "albert", "modernbert", "deberta-v2", "mpnet")],
        ("distilbert", {"dim": 16, "n_layers": 3, "n_heads": 2, "hidden_dim": 16}),
        ("flaubert", {"emb_dim": 16, "n_layers": 3, "n_heads": 2, "n_words": 40}),
        ("xlnet", {"d_model": 16, "n_layer": 3, "n_head": 2, "d_inner": 16}),
        ("canine", SMALL | {"num_hidden_layers": 3}),
    ],
)
def test_of_an_encoder_alone_the_words_are_the_bottom(
    tmp_path: Path, model_type: str, shape: dict[str, object]
) -> None:
    """Without a head, whose prefix tells the encoder apart."""
    config = AutoConfig.for_model(model_type, **shape, pad_token_id=0)
    model = AutoModel.from_config(config)
    layers = layers_of(model)[1]
    assert layers == layer_count(json.loads(config.to_json_string()))
    found = heights(model)
    assert set(range(layers + 1)) <= set(found.values()) <= set(range(layers + 2))
    # XLNet embeds segments within each layer.
    assert {height for name, height in found.items() if "embed" in name and "rel_attn" not in name} == {0}
    freeze_below(model, layers)
    left = {name for name in learned(model) if not any(after in name for after in AFTER)}
    assert not left


AFTER = ("pooler", "final_norm", "relative_attention_bias", "projection", "final_char_encoder")
"""What comes after the layers, or is shared by all of them (MPNet)."""


def writer(tiny_bert: Path, tmp_path: Path, model_type: str) -> tuple[PreTrainedModel, Path]:
    folder = tiny_bert
    if model_type != "twice":
        folder = build_writer(tmp_path / model_type, tiny_bert, model_type)
    return load_seq2seq(folder, 0.1)[0], folder


@pytest.mark.parametrize("model_type", ["twice", *WRITERS])
@pytest.mark.parametrize(("lora", "frozen"), [(0, 0), (0, 1), (0, 2), (4, 0), (4, 1)])
def test_of_a_writer_as_much_learns_as_was_reckoned(
    tiny_bert: Path, tmp_path: Path, model_type: str, lora: int, frozen: int
) -> None:
    model, folder = writer(tiny_bert, tmp_path, model_type)
    total = sum(parameter.numel() for parameter in model.parameters())
    add_adapters(model, lora, 8.0)
    freeze_below(model, frozen)
    assert not any(
        name.startswith(("encoder.embed", "model.encoder.embed", "model.shared"))
        for name in learned(model)
        if frozen or lora
    )
    learns = sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)
    reckoned = weights_of(ModelChoice(kind="folder", name=str(folder)), "", "generation", lora=lora, frozen=frozen)
    assert reckoned.total == pytest.approx(total, rel=0.1)
    assert reckoned.learned == pytest.approx(learns, rel=0.1)


@pytest.mark.parametrize(("lora", "frozen"), [(0, 0), (0, 1), (4, 0), (4, 1)])
def test_of_an_encoder_as_much_learns_as_was_reckoned(tiny_bert: Path, lora: int, frozen: int) -> None:
    model, _ = load_encoder(tiny_bert, 0.1)
    add_adapters(model, lora, 8.0)
    freeze_below(model, frozen)
    learns = sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)
    choice = ModelChoice(kind="folder", name=str(tiny_bert))
    assert weights_of(choice, "", "matching", lora=lora, frozen=frozen).learned == learns


@pytest.mark.parametrize("frozen", [0, 1])
def test_what_stands_under_two_names_is_kept_and_averaged_once(tiny_bert: Path, frozen: int) -> None:
    model, _, _ = load_seq2seq(tiny_bert, 0.1)
    freeze_below(model, frozen)
    found = moving(model)
    assert len({tensor.data_ptr() for tensor in found.values()}) == len(found)
    assert {id(model.get_parameter(name)) for name in learned(model)} <= {
        id(model.get_parameter(name)) for name in found if name in dict(model.named_parameters(remove_duplicate=False))
    }
    head = model.get_output_embeddings().weight
    average = Average()
    first = head.detach().clone()
    average.swap(model)
    average.swap_back(model)
    with torch.no_grad():
        head.add_(1.0)
    average.is_current = False
    average.swap(model)
    torch.testing.assert_close(head.detach(), first + 1 - average.keep)
    average.swap_back(model)
    torch.testing.assert_close(head.detach(), first + 1)


@pytest.mark.slow
@pytest.mark.parametrize("values", [{"frozen_layers": 1}])
def test_an_interrupted_training_to_ask_goes_on_as_if_nothing_had_happened(
    projects: dict[TaskName, Project], tiny_bert: Path, values: dict[str, float]
) -> None:
    settings = small(tiny_bert, epochs=2, learning_rate=1e-3, **values)
    whole = trained(projects["generation"], settings)
    run = lay_down(projects["generation"], settings)
    # A look at the validation part is due after this step: it is made up for by the resumed training.
    interrupt(run, 3)
    train(run, 2)
    assert_same(run, whole)


@pytest.mark.parametrize("model_type", ["mbart", "mt5"])
@pytest.mark.parametrize("values", [{}, {"frozen_layers": 2}, {"lora": 2}], ids=str)
def test_a_writer_of_the_hub_s_kind_learns_to_ask(
    projects: dict[TaskName, Project], tiny_bert: Path, tmp_path: Path, model_type: str, values: dict[str, float]
) -> None:
    folder = build_writer(tmp_path / "model", tiny_bert, model_type)
    distances = taught(projects["generation"], small(folder, epochs=1, learning_rate=1e-3, **values))
    went = {name for name, distance in distances.items() if distance}
    assert went
    assert ("shared.weight" in {name.removeprefix("model.") for name in went}) == (not values)
