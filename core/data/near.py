"""Texts that are nearly the same, found among a hundred thousand in seconds: MinHash and its bands (Broder 1997), in numpy.

A text is the set of its pairs of neighbouring words, without case, accents and punctuation. How alike two texts are is
the share of pairs that they have in common (Jaccard).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

ALIKE = 0.75
"""Jaccard from which two texts count as nearly the same: one or two words of thirty changed."""
BANDS, DEPTH = 16, 4
"""A pair at ALIKE is met in at least one band with a probability of 0.998."""
BLOCK = 200_000
"""Pairs of words hashed at a time, which stay in the processor's cache."""
SOME = 50_000
"""Pairs of texts compared at a time."""
MANY = 50
"""References of one bucket that a text is compared with."""

Numbers = NDArray[np.uint64]
Places = NDArray[np.int64]


def near_duplicates(texts: list[str]) -> dict[int, int]:
    """Places of texts that are nearly the same as an earlier one, each with the place of that one.

    An earlier one is never itself in the answer's keys: who keeps it and leaves the others out keeps one of each kind.
    """
    if len(texts) < 2:
        return {}
    shingles, starts = _shingles(texts)
    signatures = _signatures(shingles, starts)
    follows: dict[int, int] = {}
    # In order: whether the earlier one of a pair follows another is settled when the pair comes.
    for later, earlier in _pairs(shingles, starts, signatures):
        if later not in follows and earlier not in follows:
            follows[later] = earlier
    return follows


def near_references(texts: list[str], references: list[str]) -> dict[int, int]:
    """Places of texts that are nearly the same as one of the references, each with the place of the likest.

    Every reference of a bucket is compared, up to MANY, for a text must be missed beside none of them.
    """
    if not texts or not references:
        return {}
    count = len(references)
    shingles, starts = _shingles([*references, *texts])
    signatures = _signatures(shingles, starts)
    is_filled = np.diff(starts) > 0
    found: list[Places] = []
    for band in range(BANDS):
        keys = _band_keys(signatures[:, band * DEPTH : (band + 1) * DEPTH])
        order = np.argsort(keys[:count], kind="stable")
        sorted_keys = keys[:count][order]
        left, right = (np.searchsorted(sorted_keys, keys[count:], side) for side in ("left", "right"))
        sizes = np.minimum(right - left, MANY)
        text = np.repeat(np.arange(count, len(keys)), sizes)
        ends = np.cumsum(sizes)
        inside = np.arange(len(text)) - (ends - sizes)[text - count]
        reference = order[left[text - count] + inside]
        kept = is_filled[text] & is_filled[reference]
        found.append(text[kept] * count + reference[kept])
    pairs = np.unique(np.concatenate(found))
    best: dict[int, tuple[float, int]] = {}
    for start in range(0, len(pairs), SOME):
        later, earlier = np.divmod(pairs[start : start + SOME], count)
        alike = _jaccard(shingles, starts, later, earlier)
        for text, reference, share in zip(later.tolist(), earlier.tolist(), alike.tolist(), strict=True):
            if share >= ALIKE and share > best.get(text - count, (0.0, 0))[0]:
                best[text - count] = (share, reference)
    return {place: reference for place, (_, reference) in best.items()}


def _pairs(shingles: Numbers, starts: Places, signatures: NDArray[np.uint32]) -> Iterator[tuple[int, int]]:
    """Texts that are alike, (later, earlier), sorted. Of a bucket of n only the n - 1 pairs with its first are looked at."""
    count = len(signatures)
    every = np.arange(count)
    is_filled = np.diff(starts) > 0
    candidates: list[Places] = []
    for band in range(BANDS):
        first = _first_of_the_same(signatures[:, band * DEPTH : (band + 1) * DEPTH])
        later = np.flatnonzero((first < every) & is_filled & is_filled[first])
        candidates.append(later * count + first[later])
    pairs = np.unique(np.concatenate(candidates))
    for start in range(0, len(pairs), SOME):
        later, earlier = np.divmod(pairs[start : start + SOME], count)
        estimate = (signatures[later] == signatures[earlier]).mean(axis=1)
        likely = estimate >= ALIKE - 0.2
        later, earlier = later[likely], earlier[likely]
        alike = _jaccard(shingles, starts, later, earlier) >= ALIKE
        yield from zip(later[alike].tolist(), earlier[alike].tolist(), strict=True)


def _shingles(texts: list[str]) -> tuple[Numbers, Places]:
    """The hashed pairs of words of all texts, sorted and without repeats within each; and where each text's begin."""
    words, offsets = _words(texts)
    counts = np.diff(offsets)
    # A text of one word is that word; of n words, n - 1 pairs.
    place = np.arange(len(words))
    owner = np.repeat(np.arange(len(texts)), counts)
    is_last = place + 1 == offsets[1:][owner]
    following = np.append(words[1:], np.uint64(0))
    following[is_last] = 0
    kept = ~is_last | (counts[owner] == 1)
    # 40 bits of hash below the 24 of the text's place: one sort does both.
    hashes = _mixed(words * np.uint64(0x9E3779B97F4A7C15) + following)[kept] >> np.uint64(24)
    # np.unique hashes, which takes ten times as long as this sort.
    keys = np.sort((owner[kept].astype(np.uint64) << np.uint64(40)) | hashes)
    keys = keys[np.append(True, keys[1:] != keys[:-1])] if len(keys) else keys
    starts = np.searchsorted(keys, np.arange(len(texts) + 1, dtype=np.uint64) << np.uint64(40))
    return keys, starts


def _words(texts: list[str]) -> tuple[Numbers, Places]:
    """A number for each word of each text, and where each text begins; equal words have equal numbers."""
    column: Any = pa.array(texts, pa.large_string())
    column = pc.utf8_lower(pc.utf8_normalize(column, form="NFKD"))
    column = pc.replace_substring_regex(column, r"\pM+", "")
    column = pc.replace_substring_regex(column, r"[^\pL\pN]+", " ")
    lists = pc.utf8_split_whitespace(pc.utf8_trim_whitespace(column))
    flat = lists.values.dictionary_encode()
    numbers = flat.indices.to_numpy().astype(np.uint64) + np.uint64(1)
    # A text without words is split into one empty word, which must not make it equal to the next such text.
    is_word = pc.not_equal(lists.values, "").to_numpy(zero_copy_only=False)
    before = np.concatenate([[0], np.cumsum(is_word)])
    return numbers[is_word], before[lists.offsets.to_numpy()].astype(np.int64)


def _mixed(values: Numbers) -> Numbers:
    """splitmix64's last steps: neighbouring numbers become unrelated ones."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def _signatures(shingles: Numbers, starts: Places) -> NDArray[np.uint32]:
    """For each text the smallest of its pairs under each of BANDS * DEPTH orders."""
    count, orders = len(starts) - 1, BANDS * DEPTH
    generator = np.random.default_rng(0)
    factors = generator.integers(0, 2**64, orders, dtype=np.uint64) | np.uint64(1)
    signatures = np.zeros((count, orders), np.uint32)
    filled = np.flatnonzero(np.diff(starts))
    first = 0
    while first < len(filled):
        # Whole texts, as many as fit in a block, and at least one.
        last = max(first + 1, int(np.searchsorted(starts[filled + 1], starts[filled[first]] + BLOCK, "right")))
        some = filled[first:last]
        begin = starts[some[0]]
        low = shingles[begin : starts[some[-1] + 1]] & np.uint64(2**40 - 1)
        borders = starts[some] - begin
        for order in range(orders):
            ordered = ((low * factors[order]) >> np.uint64(32)).astype(np.uint32)
            signatures[some, order] = np.minimum.reduceat(ordered, borders)
        first = last
    return signatures


def _first_of_the_same(columns: NDArray[np.uint32]) -> Places:
    """For each row the place of the first row that equals it."""
    _, firsts, groups = np.unique(_band_keys(columns), return_index=True, return_inverse=True)
    return firsts[groups].astype(np.int64)


def _band_keys(columns: NDArray[np.uint32]) -> Numbers:
    """A number for each row, the same for equal rows."""
    keys = np.zeros(len(columns), np.uint64)
    for place in range(columns.shape[1]):
        keys = _mixed(keys * np.uint64(0x9E3779B97F4A7C15) + columns[:, place])
    return keys


def _jaccard(shingles: Numbers, starts: Places, left: Places, right: Places) -> NDArray[np.float64]:
    """How alike the texts at `left` are to those at `right`, exactly."""
    sizes = starts[left + 1] - starts[left]
    others = starts[right + 1] - starts[right]
    ends = np.cumsum(sizes)
    pair = np.repeat(np.arange(len(left)), sizes)
    inside = np.arange(len(pair)) - (ends - sizes)[pair]
    wanted = shingles[starts[left][pair] + inside] & np.uint64(2**40 - 1)
    wanted |= right[pair].astype(np.uint64) << np.uint64(40)
    found = np.minimum(np.searchsorted(shingles, wanted), max(len(shingles) - 1, 0))
    shared = np.bincount(pair, shingles[found] == wanted, len(left))
    return shared / np.maximum(sizes + others - shared, 1)
