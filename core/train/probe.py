"""A head that knows something before the first step: logistic regression on what the untouched encoder sees.

"Linear probing, then fine-tuning" (Kumar et al. 2022): the encoder is not torn about by a random head, and the first
useful score comes in seconds.
"""

from __future__ import annotations

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from core.train.batches import Encoded
from core.train.inference import features, head

MOST_ROWS = 10_000
"""Rows looked at; more changes the regression little and costs a pass over the table."""


def probe_head(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, encoded: list[Encoded], bf16: bool) -> None:
    """Writes the regression of `labels` on the encoder's features into the head's weight and bias.

    encoded: training rows only, with "labels" in [0, number of labels). A label without a row keeps a head of zeros and
    the lowest bias.
    """
    rows = encoded[:MOST_ROWS]
    gold = np.array([entry["labels"] for entry in rows])
    scaler = StandardScaler()
    seen = features(model, tokenizer, rows, bf16)
    scaler.fit(seen)
    # A feature that hardly varies would get a weight of any size.
    scaler.scale_ = np.maximum(scaler.scale_, 0.1 * np.median(scaler.scale_))
    standard = scaler.transform(seen)
    regression = LogisticRegression(C=0.3, max_iter=100, tol=1e-3).fit(standard, gold)
    weight, bias = regression.coef_, regression.intercept_
    if len(regression.classes_) == 2:
        # scikit-learn keeps one score for two classes; the softmax of (-s/2, s/2) is its sigmoid.
        weight, bias = np.vstack([-weight / 2, weight / 2]), np.concatenate([-bias / 2, bias / 2])
    # The head sees raw features, not standardised ones.
    weight = weight / scaler.scale_
    bias = bias - weight @ scaler.mean_
    layer = head(model)
    with torch.no_grad():
        layer.weight.zero_()
        layer.bias.fill_(float(bias.min()) - 1.0)
        places = torch.tensor(regression.classes_)
        layer.weight[places] = torch.tensor(weight, dtype=layer.weight.dtype)
        layer.bias[places] = torch.tensor(bias, dtype=layer.bias.dtype)
