"""Cross-entropies that are softened: certainty shared with the other labels, rows that are right already counted less, a teacher heard."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional


class Softening(NamedTuple):
    """What a loss makes of its targets."""

    smoothing: float = 0.0
    """Szegedy et al. 2016."""
    focus: float = 0.0
    """Lin et al. 2017."""
    share: float = 0.0
    """Of the target, what is taken from `taught`, where that is given (Hinton et al. 2015)."""


PLAIN = Softening()


def label_loss(
    logits: Tensor,
    labels: Tensor,
    weights: Tensor | None = None,
    softening: Softening = PLAIN,
    taught: Tensor | None = None,
) -> Tensor:
    """Mean over the rows of weight · (1 − p)^focus · cross-entropy with the target 1 − smoothing + smoothing / labels.

    p: what the model gives the true label, taken as it is at this step. logits, taught: (rows, labels); labels: (rows,); weights: (labels,)
    or None. Divided by the rows, not by their weights: parts of a batch then add up to the batch.
    """
    smoothing, focus, share = softening
    each = functional.cross_entropy(logits.float(), labels, reduction="none", label_smoothing=smoothing)
    if taught is not None:
        each = each.lerp(functional.cross_entropy(logits.float(), taught, reduction="none"), share)
    if focus > 0:
        given = torch.softmax(logits.float(), dim=-1).gather(1, labels[:, None]).squeeze(1)
        each = each * (1 - given) ** focus
    if weights is not None:
        each = each * weights.to(each.device)[labels]
    return each.mean()


def labels_loss(
    logits: Tensor,
    targets: Tensor,
    pull: Tensor | None = None,
    softening: Softening = PLAIN,
    taught: Tensor | None = None,
) -> Tensor:
    """The same for several labels a row, each for itself, its target moved by smoothing / 2 towards one half.

    logits, targets, taught: (rows, labels); pull: (labels,), how much more a label that applies counts.
    """
    smoothing, focus, share = softening
    soft = targets * (1 - smoothing) + smoothing / 2
    if taught is not None:
        soft = soft.lerp(taught, share)
    each = functional.binary_cross_entropy_with_logits(logits, soft, pos_weight=pull, reduction="none")
    if focus > 0:
        given = torch.sigmoid(logits)
        each = each * (1 - torch.where(targets > 0.5, given, 1 - given)) ** focus
    return each.mean()
