"""The softened losses are their formulas, and each is the plain one when it is off."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from core.train.losses import Softening, label_loss, labels_loss


@pytest.fixture
def logits() -> torch.Tensor:
    return torch.randn(6, 4, generator=torch.Generator().manual_seed(2)) * 3


LABELS = torch.tensor([0, 1, 2, 3, 0, 1])


def test_a_smoothed_loss_gives_the_other_labels_their_share(logits: torch.Tensor) -> None:
    smoothing = 0.2
    target = torch.full((6, 4), smoothing / 4)
    target[torch.arange(6), LABELS] += 1 - smoothing
    expected = -(target * torch.log_softmax(logits, dim=-1)).sum(dim=1).mean()
    torch.testing.assert_close(label_loss(logits, LABELS, softening=Softening(smoothing)), expected)


def test_a_focused_loss_counts_what_is_right_already_less(logits: torch.Tensor) -> None:
    given = torch.softmax(logits, dim=-1)[torch.arange(6), LABELS]
    for focus in (0.5, 2.0):
        expected = (-((1 - given) ** focus) * torch.log(given)).mean()
        torch.testing.assert_close(label_loss(logits, LABELS, softening=Softening(focus=focus)), expected)
    weights = torch.tensor([0.1, 1.0, 2.0, 4.0])
    expected = (-weights[LABELS] * (1 - given) ** 2 * torch.log(given)).mean()
    torch.testing.assert_close(label_loss(logits, LABELS, weights, Softening(focus=2.0)), expected)


def test_off_they_are_the_plain_ones(logits: torch.Tensor) -> None:
    torch.testing.assert_close(label_loss(logits, LABELS), functional.cross_entropy(logits, LABELS))
    targets = (torch.arange(24).reshape(6, 4) % 3 == 0).float()
    pull = torch.tensor([1.0, 2.0, 3.0, 4.0])
    plain = functional.binary_cross_entropy_with_logits(logits, targets, pos_weight=pull)
    torch.testing.assert_close(labels_loss(logits, targets, pull), plain)


def test_several_labels_are_softened_each_for_itself(logits: torch.Tensor) -> None:
    targets = (torch.arange(24).reshape(6, 4) % 2 == 0).float()
    share = torch.sigmoid(logits)
    soft = torch.where(targets == 1, 0.95, 0.05)
    right = torch.where(targets == 1, share, 1 - share)
    each = -(soft * torch.log(share) + (1 - soft) * torch.log(1 - share))
    torch.testing.assert_close(labels_loss(logits, targets, softening=Softening(0.1)), each.mean())
    both = Softening(smoothing=0.1, focus=2)
    torch.testing.assert_close(labels_loss(logits, targets, softening=both), (each * (1 - right) ** 2).mean())


def test_a_teacher_has_its_share_of_the_target(logits: torch.Tensor) -> None:
    taught = torch.softmax(torch.randn(6, 4, generator=torch.Generator().manual_seed(3)), dim=-1)
    target = 0.7 * functional.one_hot(LABELS, 4) + 0.3 * taught
    expected = -(target * torch.log_softmax(logits, dim=-1)).sum(dim=1).mean()
    torch.testing.assert_close(label_loss(logits, LABELS, None, Softening(share=0.3), taught), expected)
    targets = (torch.arange(24).reshape(6, 4) % 2 == 0).float()
    several = functional.binary_cross_entropy_with_logits(logits, 0.7 * targets + 0.3 * taught)
    torch.testing.assert_close(labels_loss(logits, targets, None, Softening(share=0.3), taught), several)
    torch.testing.assert_close(label_loss(logits, LABELS, None, Softening(share=0.3)), label_loss(logits, LABELS))
