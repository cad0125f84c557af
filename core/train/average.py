"""A running mean of the weights over the evaluations, which is what is measured and kept."""

from __future__ import annotations

from torch import Tensor
from transformers import PreTrainedModel

from core.train.restraint import moving


class Average:
    """The last steps of a small table pull the weights to and fro; their mean is steadier and scores better (Izmailov et al.
    2018). One copy more of the weights that learn in memory.
    """

    keep = 0.6
    """Share of the former mean; what is new weighs the rest."""

    def __init__(self) -> None:
        self.mean: dict[str, Tensor] = {}
        self.is_current = False
        """Whether the present weights are in the mean already: an evaluation that was cut short must not add them twice."""
        self._live: dict[str, Tensor] = {}

    def swap(self, model: PreTrainedModel) -> None:
        """Takes the present weights into the mean, and puts the mean in their place until swap_back."""
        weights = {name: tensor for name, tensor in moving(model).items() if tensor.is_floating_point()}
        self._live = {name: tensor.clone() for name, tensor in weights.items()}
        for name, tensor in weights.items():
            if name not in self.mean:
                self.mean[name] = tensor.clone()
            elif not self.is_current:
                self.mean[name].lerp_(tensor, 1 - self.keep)
            tensor.copy_(self.mean[name])
        self.is_current = True

    def swap_back(self, model: PreTrainedModel) -> None:
        """The training goes on from where it was, not from the mean."""
        for name, tensor in moving(model).items():
            if name in self._live:
                tensor.copy_(self._live[name])
        self._live = {}
