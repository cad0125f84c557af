"""What kind of model a config.json describes, and how much text it can read: said without torch, before anything is fetched or opened.

The lists are those of the installed transformers (a test compares them), for its own need torch to be read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from core.words import N_

Kind = Literal["reader", "speaker", "writer", "vision", "speech", "unknown"]
"""reader: an encoder; speaker: a decoder; writer: both, one after the other."""

READING: tuple[Kind, ...] = ("reader",)
WRITING: tuple[Kind, ...] = ("reader", "writer")
"""What can be taught to give labels or numbers, and what to write."""
TWICE = ("bert", "roberta", "camembert", "xlm-roberta", "electra")
"""Encoders that transformers also has as a decoder with cross-attention."""


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


READERS = _names(
    "albert bert big_bird camembert canine convbert data2vec-text deberta deberta-v2 distilbert electra ernie eurobert flaubert fnet "
    "funnel gte ibert jina_embeddings_v3 longformer luke megatron-bert mobilebert modernbert mpnet mra nomic_bert nystromformer rembert "
    "roberta roberta-prelayernorm roc_bert roformer squeezebert xlm xlm-roberta xlm-roberta-xl xlnet xmod yoso"
)
"""Encoders of texts for which transformers has a head that tells labels apart."""
GUESSLESS = _names("canine xlnet")
"""Of these, for which transformers has no head that guesses hidden words."""
WRITERS = _names(
    "bart bigbird_pegasus blenderbot blenderbot-small encoder-decoder fsmt led longt5 m2m_100 marian mbart mt5 mvp nllb-moe pegasus "
    "pegasus_x plbart prophetnet switch_transformers t5 t5gemma umt5"
)
SPEAKERS = _names(
    "arcee biogpt bloom codegen cohere ctrl deepseek_v2 deepseek_v3 falcon gemma gemma2 gemma3_text glm glm4 gpt-sw3 gpt2 gpt_bigcode "
    "gpt_neo gpt_neox gpt_oss gptj granite helium jamba llama mamba mamba2 minimax ministral mistral mixtral modernbert-decoder mpt "
    "nemotron olmo olmo2 olmo3 openai-gpt opt persimmon phi phi3 phimoe qwen2 qwen2_moe qwen3 qwen3_moe qwen3_next smollm3 stablelm "
    "starcoder2 xglm zamba zamba2"
)

WHAT: dict[Kind, str] = {
    "speaker": N_("it goes on with a text word by word (a decoder, as GPT-2)"),
    "writer": N_("it turns one text into another, as translations and summaries do (an encoder and a decoder)"),
    "vision": N_("it looks at pictures"),
    "speech": N_("it listens to sounds"),
}

OFFSET = _names(
    "camembert data2vec-text ibert longformer luke mpnet mra roberta roberta-prelayernorm xlm-roberta xlm-roberta-xl xmod"
)
"""Their first positions are never a word piece's: RoBERTa counts from the padding's number on."""
BOUNDLESS = _names("deberta deberta-v2 funnel xlnet")
"""Their positions are relative: what config.json says is no bound."""


def kind_of(config: Mapping[str, Any]) -> Kind:
    """Of a config.json. "unknown": none of those that transformers has a head for, or none that it knows."""
    model_type = str(config.get("model_type", ""))
    named = " ".join(_classes(config))
    if model_type in WRITERS or config.get("is_encoder_decoder") is True:
        return "speech" if "Speech" in named or "num_mel_bins" in config else "writer"
    if model_type in READERS:
        return "speaker" if config.get("is_decoder") is True else "reader"
    if any(sign in config for sign in ("num_mel_bins", "feat_extract_norm", "audio_config")) or "CTC" in named:
        return "speech"
    if any(sign in config for sign in ("vision_config", "image_size", "patch_size")) or "Image" in named:
        return "vision"
    if model_type in SPEAKERS or "CausalLM" in named or "LMHeadModel" in named:
        return "speaker"
    return "unknown"


def most_tokens(config: Mapping[str, Any]) -> int | None:
    """Word pieces that the model can read at once; None where nothing bounds them, or config.json does not say."""
    # Of an encoder made to write with a decoder, what it reads.
    if isinstance(reads := config.get("encoder"), Mapping):
        return most_tokens(reads)
    model_type = config.get("model_type")
    positions = config.get("max_position_embeddings", config.get("n_positions"))
    if model_type in BOUNDLESS or not isinstance(positions, int) or positions <= 2:
        return None
    if model_type not in OFFSET:
        return positions
    padding = config.get("pad_token_id", 1)
    return positions - (padding if isinstance(padding, int) else 1) - 1


def layer_count(config: Mapping[str, Any]) -> int | None:
    """Layers of an encoder that can be frozen one by one; None where config.json does not say."""
    if isinstance(blocks := config.get("block_sizes"), list):
        return len(blocks)
    # ALBERT goes through the weights of one layer many times.
    names = ("num_hidden_groups", "num_hidden_layers", "n_layers", "n_layer")
    return next((config[name] for name in names if isinstance(config.get(name), int)), None)


def head_labels(config: Mapping[str, Any]) -> list[str]:
    """The labels that the model's head tells apart, in the order of its outputs; none when it has no such head."""
    if not any("ForSequenceClassification" in name for name in _classes(config)):
        return []
    named = config.get("id2label")
    if not isinstance(named, Mapping):
        return []
    try:
        return [str(named[place]) for place in sorted(named, key=int)]
    except ValueError:
        return []


def auto_class(config: Mapping[str, Any]) -> str:
    """The class of transformers that opens such a model with all of its weights."""
    named = " ".join(_classes(config))
    if kind_of(config) == "writer":
        return "AutoModelForSeq2SeqLM"
    if "ForMaskedLM" in named or "ForPreTraining" in named:
        return "AutoModelForMaskedLM"
    return "AutoModel" if named and "ForSequenceClassification" not in named else "AutoModelForSequenceClassification"


def _classes(config: Mapping[str, Any]) -> list[str]:
    """The classes of transformers that the weights are of; none where config.json has no list there."""
    named = config.get("architectures")
    return [str(name) for name in named] if isinstance(named, list) else []
