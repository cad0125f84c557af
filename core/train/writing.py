"""Questions written by a model. Imports torch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from core.train.batches import Encoded, by_length, collate

MOST = 64
"""Word pieces of a question at most."""
BEAMS = 4
"""Ways that are followed at once: the likeliest question as a whole is kept."""


def write(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    encoded: list[Encoded],
    progressed: Callable[[int], None] = lambda done: None,
    *,
    ways: int = 1,
) -> list[str]:
    """A question about each input, always the same one; with `ways` above 1 so many different ones of each, one after the other.

    encoded: input_ids and attention_mask.
    """
    model.train(False)
    found = [""] * (len(encoded) * ways)
    beams = max(BEAMS, ways)
    done = 0
    with torch.inference_mode():
        for places in by_length(encoded):
            batch = collate(tokenizer, [encoded[place] for place in places])
            batch.pop("token_type_ids", None)
            ids = cast(Any, model).generate(
                **{name: tensor.to(model.device) for name, tensor in batch.items()},
                max_new_tokens=MOST,
                num_beams=beams,
                num_return_sequences=ways,
                do_sample=False,
                early_stopping=True,
                no_repeat_ngram_size=3,
                length_penalty=1.0,
            )
            texts = tokenizer.batch_decode(ids, skip_special_tokens=True)
            for number, place in enumerate(places):
                found[place * ways : (place + 1) * ways] = [
                    str(text).strip() for text in texts[number * ways : (number + 1) * ways]
                ]
            done += len(places)
            progressed(done)
    return found
