"""A model that gives a number on a scale that nobody knows, as those of the hub do: its head goes on, on the scale of the table."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoConfig, AutoModelForSequenceClassification, AutoTokenizer

from core.data.columns import Roles
from core.models.choice import ModelChoice
from core.models.outlook import transfer_to
from core.models.transfer import note, transfer_for
from core.store.project import set_roles
from core.store.run import Run
from core.train.inference import FloatArray
from core.words import Words
from tests.tables import messages
from tests.trained import curves, points, project_of, small, trained, weights

ROLES = Roles(text="text", label="label", task="number")
TEXTS = [row["text"] for row in messages(60)]


@pytest.fixture(scope="module")
def regressor(tiny_bert: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One output without a name, and nothing that says what it is."""
    folder = tmp_path_factory.mktemp("models") / "regressor"
    shutil.copytree(tiny_bert, folder)
    torch.manual_seed(1)
    config = AutoConfig.from_pretrained(tiny_bert, num_labels=1)
    AutoModelForSequenceClassification.from_pretrained(tiny_bert, config=config).save_pretrained(folder)
    assert {"id2label": {"0": "LABEL_0"}}.items() <= json.loads((folder / "config.json").read_text()).items()
    return folder


def answers(folder: Path, texts: Sequence[str]) -> FloatArray:
    """By transformers alone."""
    model = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    with torch.inference_mode():
        logits = model(**tokenizer(list(texts), padding=True, truncation=True, return_tensors="pt")).logits
    return np.asarray(logits[:, 0].numpy(), np.float32)


def learned(numbers: Sequence[float], folder: Path, home: object) -> Run:
    rows = [{"text": text, "label": f"{number:.3f}"} for text, number in zip(TEXTS, numbers, strict=True)]
    project = set_roles(project_of(rows).id, ROLES)
    return trained(project, small(folder, epochs=1, learning_rate=1e-6))


@pytest.mark.slow
def test_its_head_is_kept_on_the_scale_of_the_table_which_may_run_the_other_way(regressor: Path, home: object) -> None:
    said = answers(regressor, TEXTS).astype(float)
    noise = np.random.default_rng(0).normal(0, said.std() / 5, len(said))
    numbers = 50 - 30 * (said + noise)
    run = learned(numbers.tolist(), regressor, home)
    result = run.result() or {}
    assert result["head"]["state"] == "scaled"
    # What was there before the first step is its own head: no regression of ours found so much in so few rows.
    assert points(run, "validation", "pearson")[0][1] > 0.9
    assert result["test"]["pearson"] > 0.9
    assert result["test"]["mae"] < 30 * said.std()
    np.testing.assert_allclose(answers(run.model_folder, TEXTS), numbers, atol=90 * said.std())
    again = trained(set_roles(run.project_id, ROLES), small(run.model_folder, epochs=1))
    assert (again.result() or {})["head"]["state"] == "kept"


@pytest.mark.slow
def test_a_head_that_tells_nothing_of_the_numbers_is_made_anew(regressor: Path, tiny_bert: Path, home: object) -> None:
    worth = {"delivery": 1.5, "refund": 4.0, "account": 2.0}
    numbers = [worth[row["label"]] for row in messages(60)]
    said = answers(regressor, TEXTS).astype(float)
    # What its answers explain of them is taken away.
    slope, offset = np.polyfit(said, numbers, 1)
    left = np.array(numbers) - slope * said - offset
    run = learned(left.tolist(), regressor, home)
    assert (run.result() or {})["head"] == {"state": "unfit", "former": ["LABEL_0"], "rows": [0]}
    # As if it had none.
    bare = learned(left.tolist(), tiny_bert, home)
    assert (bare.result() or {})["head"]["state"] == "none"
    assert (curves(bare), weights(bare)) == (curves(run), weights(run))


@pytest.mark.parametrize("language", ["en", "fr"])
def test_what_becomes_of_it_is_said_before_the_launch(regressor: Path, language: str) -> None:
    words = Words(language)
    choice = ModelChoice(kind="folder", name=str(regressor))
    found = transfer_to(choice, "", "number", [])
    assert note(found, words) == words.gettext(
        "This model gives a number already: its head is kept and put on your scale."
    )
    assert transfer_to(choice, "", "classes", ["a", "b"]).state == "new"


def test_only_one_output_that_claims_nothing_else_is_a_number() -> None:
    one = {"architectures": ["BertForSequenceClassification"], "id2label": {"0": "LABEL_0"}}
    two = one | {"id2label": {"0": "LABEL_0", "1": "LABEL_1"}}
    wrong = one | {"problem_type": "single_label_classification"}
    named = one | {"id2label": {"0": "number"}, "problem_type": "regression"}
    found = [transfer_for(config, "number", ()).state for config in (one, two, wrong, named, {})]
    assert found == ["scaled", "new", "new", "kept", "none"]
    said = [note(transfer_for(config, "number", ()), Words("en")) for config in (one, named)]
    assert said == 2 * ["This model gives a number already: its head is kept and put on your scale."]
