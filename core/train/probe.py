"""A head that knows something before the first step: logistic regression on what the untouched encoder sees.

"Linear probing, then fine-tuning" (Kumar et al. 2022): the encoder is not torn about by a random head, and the first
useful score comes in seconds. BERT's own head reads the first token through a pooler that was trained for another task;
the mean over all tokens says more about a text. So the pooler is first fitted to give that mean from the first token (ridge
regression), and the head is fitted on what it gives.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.preprocessing import StandardScaler
from torch import nn
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from core.errors import UserError
from core.models.heads import head
from core.train.batches import Encoded
from core.train.inference import FloatArray, head_inputs, token_states
from core.train.weighting import label_weights

MOST_ROWS = 10_000
"""Rows looked at; more changes the regression little and costs a pass over the table."""


def probe_head(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    encoded: list[Encoded],
    bf16: bool,
    balance: float = 0.0,
    progressed: Callable[[int], None] = lambda done: None,
) -> None:
    """Writes the regression of `labels` on the encoder's features into the head's weight and bias.

    encoded: training rows only, with "labels" in [0, number of labels). A label without a row keeps a head of zeros and
    the lowest bias. balance: as in core.train.weighting.
    """
    rows = some_of(encoded)
    gold = np.array([entry["labels"] for entry in rows])
    if len(np.unique(gold)) < 2:
        return
    seen = Seen.by(model, tokenizer, rows, bf16, progressed)
    weights = label_weights(gold.tolist(), int(gold.max()) + 1, balance)[gold] if balance > 0 else None
    regression = LogisticRegression(C=0.3, max_iter=100, tol=1e-3).fit(seen.standard, gold, sample_weight=weights)
    weight, bias = regression.coef_, regression.intercept_
    if len(regression.classes_) == 2:
        # scikit-learn keeps one score for two classes; the softmax of (-s/2, s/2) is its sigmoid.
        weight, bias = np.vstack([-weight / 2, weight / 2]), np.concatenate([-bias / 2, bias / 2])
    seen.write(model, weight, bias, regression.classes_)


def probe_labels(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    encoded: list[Encoded],
    bf16: bool,
    progressed: Callable[[int], None] = lambda done: None,
) -> None:
    """The same where each row has several labels or none: one regression a label. "labels": a list of 0 and 1."""
    rows = some_of(encoded)
    gold = np.array([entry["labels"] for entry in rows])
    told = [place for place in range(gold.shape[1]) if 0 < gold[:, place].sum() < len(gold)]
    if not told:
        return
    seen = Seen.by(model, tokenizer, rows, bf16, progressed)
    fits = [LogisticRegression(C=0.3, max_iter=100, tol=1e-3).fit(seen.standard, gold[:, place]) for place in told]
    weight, bias = np.vstack([fit.coef_ for fit in fits]), np.concatenate([fit.intercept_ for fit in fits])
    seen.write(model, weight, bias, np.array(told))


def probe_number(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    encoded: list[Encoded],
    bf16: bool,
    progressed: Callable[[int], None] = lambda done: None,
) -> None:
    """The same where a number is learned: ridge regression. "labels": a float."""
    rows = some_of(encoded)
    seen = Seen.by(model, tokenizer, rows, bf16, progressed)
    gold = np.array([entry["labels"] for entry in rows])
    fit = Ridge(alpha=float(len(rows)) / 3).fit(seen.standard, gold)
    seen.write(model, fit.coef_[None, :], np.array([fit.intercept_]), np.array([0]))


def some_of(encoded: list[Encoded], most: int = MOST_ROWS) -> list[Encoded]:
    """At most so many of them, evenly taken."""
    places = np.unique(np.linspace(0, len(encoded) - 1, min(len(encoded), most)).astype(int))
    return [encoded[place] for place in places]


@dataclass(frozen=True)
class Seen:
    """What the head sees of some inputs, standardised: (inputs, width)."""

    standard: NDArray[np.float64]
    scaler: Any

    @classmethod
    def by(
        cls,
        model: PreTrainedModel,
        tokenizer: PreTrainedTokenizerBase,
        rows: list[Encoded],
        bf16: bool,
        progressed: Callable[[int], None],
    ) -> Seen:
        """Fits the model's pooler first, where there is one. Raises UserError("model_not_finite")."""
        pooler = pooler_of(model)
        if pooler is not None:
            states = token_states(model, tokenizer, rows, bf16, progressed)
            require_finite(*states)
            seen = align(pooler, *states)
        else:
            seen = head_inputs(model, tokenizer, rows, bf16, progressed)
            require_finite(seen)
        scaler = StandardScaler().fit(seen)
        # A feature that hardly varies would get a weight of any size.
        scaler.scale_ = np.maximum(scaler.scale_, max(0.1 * float(np.median(scaler.scale_)), 1e-6))
        return cls(scaler.transform(seen), scaler)

    def write(
        self, model: PreTrainedModel, weight: NDArray[Any], bias: NDArray[Any], outputs: NDArray[np.int64]
    ) -> None:
        """Of a regression on `standard` into the head, which sees raw features; outputs: its rows, the others get the lowest bias."""
        weight = weight / self.scaler.scale_
        bias = bias - weight @ self.scaler.mean_
        layer = head(model)
        weights, biases = np.zeros(tuple(layer.weight.shape)), np.full(layer.out_features, bias.min() - 1.0)
        weights[outputs], biases[outputs] = weight, bias
        with torch.no_grad():
            # As a whole: copying goes from the processor to a graphics card, single places of a tensor do not.
            layer.weight.copy_(torch.tensor(weights))
            layer.bias.copy_(torch.tensor(biases))


def require_finite(*states: FloatArray) -> None:
    """Raises UserError("model_not_finite") when a model gives no numbers before it has learned anything."""
    if not all(np.isfinite(some).all() for some in states):
        raise UserError("model_not_finite")


def pooler_of(model: PreTrainedModel) -> nn.Linear | None:
    """The linear layer of a BERT pooler, whose tanh the head reads; None for models with another kind of head."""
    dense = getattr(getattr(model.base_model, "pooler", None), "dense", None)
    is_read = isinstance(dense, nn.Linear) and head(model).in_features == dense.out_features
    return dense if is_read and hasattr(model, "classifier") and isinstance(model.classifier, nn.Linear) else None


def align(pooler: nn.Linear, first: FloatArray, mean: FloatArray) -> FloatArray:
    """Fits the pooler to give the mean of all tokens from the first one, as `centred` has it.

    first, mean: (inputs, width). Returns what the head will see of these inputs: (inputs, width).
    """
    ridge = Ridge(alpha=3.0).fit(first, centred(mean))
    weight, bias = ridge.coef_, ridge.intercept_
    with torch.no_grad():
        pooler.weight.copy_(torch.tensor(weight, dtype=pooler.weight.dtype))
        pooler.bias.copy_(torch.tensor(bias, dtype=pooler.bias.dtype))
    found: FloatArray = np.tanh(first @ weight.T + bias).astype(np.float32)
    return found


def centred(mean: FloatArray) -> FloatArray:
    """Around nought, within tanh's straight part."""
    found: FloatArray = (mean - mean.mean(axis=0)) * np.float32(0.5 / max(float(mean.std()), 1e-6))
    return found
