"""What a config.json says: which kind of model it is, how much it reads, what its head knows. Held against transformers itself."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch
from transformers import AutoConfig, AutoModel, AutoModelForSequenceClassification
from transformers.models.auto.modeling_auto import (
    MODEL_FOR_CAUSAL_LM_MAPPING_NAMES,
    MODEL_FOR_MASKED_LM_MAPPING_NAMES,
    MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING_NAMES,
    MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING_NAMES,
)

from core.errors import UserError
from core.models.choice import ModelChoice
from core.models.kinds import GUESSLESS, READERS, SPEAKERS, WRITERS, head_labels, kind_of, most_tokens
from core.models.outlook import check_choice, longest_setting
from core.models.seq2seq import load_seq2seq

SMALL = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16, "vocab_size": 40}


def test_the_kinds_are_those_of_the_installed_transformers() -> None:
    assert set(MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING_NAMES) >= READERS
    assert set(MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING_NAMES) >= WRITERS
    assert set(MODEL_FOR_CAUSAL_LM_MAPPING_NAMES) >= SPEAKERS
    assert READERS - set(MODEL_FOR_MASKED_LM_MAPPING_NAMES) == GUESSLESS
    assert not READERS & WRITERS
    assert not READERS & SPEAKERS


@pytest.mark.parametrize(
    ("model_type", "kind"),
    [
        *[(name, "reader") for name in ("bert", "camembert", "distilbert", "deberta-v2", "xlm-roberta", "modernbert")],
        *[(name, "writer") for name in ("marian", "t5", "mt5", "mbart", "bart", "m2m_100")],
        *[(name, "speaker") for name in ("gpt2", "llama", "qwen3", "mistral")],
        *[(name, "vision") for name in ("vit", "clip", "convnext", "swin", "deit")],
        *[(name, "speech") for name in ("whisper", "wav2vec2", "hubert")],
    ],
)
def test_the_kind_of_a_model_is_seen_in_its_own_configuration(model_type: str, kind: str) -> None:
    assert kind_of(AutoConfig.for_model(model_type).to_dict()) == kind


def test_what_is_not_known_is_said_to_be_so() -> None:
    assert kind_of({}) == "unknown"
    assert kind_of({"model_type": "modern-thing", "architectures": ["ModernThingModel"]}) == "unknown"
    assert kind_of({"model_type": "modern-thing", "architectures": ["ModernThingForCausalLM"]}) == "speaker"
    assert kind_of({"model_type": "bert", "is_decoder": True}) == "speaker"


@pytest.mark.parametrize(
    "model_type", ["bert", "roberta", "camembert", "xlm-roberta", "mpnet", "electra", "distilbert"]
)
def test_as_many_word_pieces_as_are_said_can_be_read_and_not_one_more(model_type: str) -> None:
    small = {"dim": 16, "n_layers": 1, "n_heads": 2, "hidden_dim": 16} if model_type == "distilbert" else SMALL
    config = AutoConfig.for_model(model_type, **(small | {"vocab_size": 40, "max_position_embeddings": 34}))
    most = most_tokens(config.to_dict())
    assert most == (32 if model_type in ("roberta", "camembert", "xlm-roberta", "mpnet") else 34)
    model = AutoModel.from_config(config)
    model(input_ids=torch.full((1, most), 7))
    with pytest.raises((IndexError, RuntimeError)):
        model(input_ids=torch.full((1, most + 1), 7))


def test_where_positions_are_relative_nothing_bounds_the_input() -> None:
    for model_type in ("deberta-v2", "xlnet", "funnel"):
        assert most_tokens(AutoConfig.for_model(model_type).to_dict()) is None
    assert most_tokens({"model_type": "bert"}) is None


def test_of_an_encoder_made_to_write_it_counts_what_the_encoder_reads(tiny_bert: Path, tmp_path: Path) -> None:
    """As a training of ours leaves it; until it is set to more than its positions, which only the forward pass would notice."""
    shutil.copytree(tiny_bert, tmp_path / "model")
    config = AutoConfig.from_pretrained(tiny_bert, max_position_embeddings=70)
    AutoModel.from_config(config).save_pretrained(tmp_path / "model")
    model, _, _ = load_seq2seq(tmp_path / "model", 0.1)
    model.save_pretrained(tmp_path / "model")
    choice = ModelChoice(kind="folder", name=str(tmp_path / "model"))
    assert longest_setting(choice, "") == 70
    check_choice(choice, "", 70, "generation")
    with pytest.raises(UserError) as caught:
        check_choice(choice, "", 71, "generation")
    assert caught.value.code == "model_too_short"
    assert most_tokens({"encoder": {"model_type": "camembert", "max_position_embeddings": 514}}) == 512


def test_the_labels_of_a_head_are_read_in_the_order_of_its_outputs(tmp_path: Path) -> None:
    labels = [f"label {place}" for place in range(12)]
    config = AutoConfig.for_model("bert", **SMALL, id2label=dict(enumerate(labels)))
    AutoModelForSequenceClassification.from_config(config).save_pretrained(tmp_path / "head")
    assert head_labels(AutoConfig.from_pretrained(tmp_path / "head").to_dict()) == labels
    AutoModel.from_config(config).save_pretrained(tmp_path / "bare")
    assert head_labels(AutoConfig.from_pretrained(tmp_path / "bare").to_dict()) == []
    for odd in ({"a": "b"}, ["a"], None):
        assert head_labels({"architectures": ["BertForSequenceClassification"], "id2label": odd}) == []
