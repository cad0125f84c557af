"""From a choice of model to a network with a head for these labels. Imports torch: never from a page."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from safetensors import SafetensorError
from transformers import (
    AutoConfig,
    AutoModelForSequenceClassification,
    AutoTokenizer,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

from core.errors import UserError
from core.models.catalogue import check_folder, embedded_folder
from core.models.choice import ModelChoice
from core.models.hub import fetch
from core.store.run import open_run
from core.words import N_

Problem = Literal["single_label_classification", "multi_label_classification", "regression"]
"""What transformers calls one label a row, several, and a number."""

HIDDEN_DROPOUTS = ("hidden_dropout_prob", "dropout", "classifier_dropout", "seq_classif_dropout")
ATTENTION_DROPOUTS = ("attention_probs_dropout_prob", "attention_dropout")
"""Names of the two kinds of dropout in the configurations of BERT, RoBERTa, CamemBERT, DistilBERT, DeBERTa."""


def source_folder(choice: ModelChoice, project_id: str) -> Path:
    """Where the weights of a choice lie on this machine, fetched from the hub if need be. Raises UserError."""
    if choice.kind == "embedded":
        return embedded_folder()
    if choice.kind == "hub":
        return fetch(choice.name)
    if choice.kind == "folder":
        return check_folder(Path(choice.name).expanduser())
    run = open_run(project_id, choice.name)
    if not run.has_model():
        raise UserError("run_has_no_model", run=run.record().number)
    return run.model_folder


def load_classifier(
    folder: Path, labels: list[str], dropout: float, problem: Problem = "single_label_classification"
) -> tuple[PreTrainedModel, PreTrainedTokenizerBase, bool]:
    """A model with one output a label, its tokenizer, and whether its head is new (and so knows nothing yet).

    The head of a model that was trained for exactly these labels, and the same problem, is kept. Dropout inside attention stays off: on a
    processor it doubles the time of a step. Raises UserError("model_folder").
    """
    try:
        config = AutoConfig.from_pretrained(folder)
        kept = [config.id2label[place] for place in sorted(config.id2label)] == labels
        kept = kept and (config.problem_type or "single_label_classification") == problem
        config.num_labels = len(labels)
        config.id2label = dict(enumerate(labels))
        config.label2id = {label: place for place, label in enumerate(labels)}
        config.problem_type = problem
        for name in HIDDEN_DROPOUTS:
            set_known(config, name, dropout)
        for name in ATTENTION_DROPOUTS:
            set_known(config, name, 0.0)
        tokenizer = AutoTokenizer.from_pretrained(folder)
        # Plain attention is quicker on a processor than the fused one (ARCHITECTURE.md, "Speed").
        model, report = AutoModelForSequenceClassification.from_pretrained(
            folder,
            config=config,
            use_safetensors=True,
            ignore_mismatched_sizes=True,
            attn_implementation="eager",
            output_loading_info=True,
        )
    except (OSError, ValueError, KeyError, SafetensorError) as error:
        # The log gets the whole chain; on screen stands a sentence.
        raise UserError("model_folder", folder=folder, problem=N_("its files cannot be opened together")) from error
    missing = {str(name) for name in report["missing_keys"]} | {str(entry[0]) for entry in report["mismatched_keys"]}
    is_new = not kept or any("classifier" in name for name in missing)
    return model, tokenizer, is_new


def set_known(config: Any, name: str, value: float) -> None:
    if getattr(config, name, None) is not None or (name == "classifier_dropout" and hasattr(config, name)):
        setattr(config, name, value)
