"""Cross-entropies that are softened: certainty shared with the other labels, or rows that are right already counted less."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def label_loss(
    logits: Tensor, labels: Tensor, weights: Tensor | None = None, smoothing: float = 0.0, focus: float = 0.0
) -> Tensor:
    """Mean over the rows of weight · (1 − p)^focus · cross-entropy with the target 1 − smoothing + smoothing / labels.

    p: what the model gives the true label, taken as it is at this step. smoothing: Szegedy et al. 2016; focus: Lin et al. 2017.
    logits: (rows, labels); labels: (rows,); weights: (labels,) or None. Divided by the rows, not by their weights: parts of a batch then
    add up to the batch.
    """
    each = functional.cross_entropy(logits.float(), labels, reduction="none", label_smoothing=smoothing)
    if focus > 0:
        given = torch.softmax(logits.float(), dim=-1).gather(1, labels[:, None]).squeeze(1)
        each = each * (1 - given) ** focus
    if weights is not None:
        each = each * weights.to(each.device)[labels]
    return each.mean()


def labels_loss(
    logits: Tensor, targets: Tensor, pull: Tensor | None = None, smoothing: float = 0.0, focus: float = 0.0
) -> Tensor:
    """The same for several labels a row, each for itself, its target moved by smoothing / 2 towards one half.

    logits, targets: (rows, labels); pull: (labels,), how much more a label that applies counts.
    """
    soft = targets * (1 - smoothing) + smoothing / 2
    each = functional.binary_cross_entropy_with_logits(logits, soft, pos_weight=pull, reduction="none")
    if focus > 0:
        share = torch.sigmoid(logits)
        each = each * (1 - torch.where(targets > 0.5, share, 1 - share)) ** focus
    return each.mean()
