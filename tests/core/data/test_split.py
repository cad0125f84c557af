"""Nothing that was learned is ever asked: properties of the split over many random tables, and over real ones."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from pathlib import Path

import pandas as pd
import pytest

from core.data.columns import Roles
from core.data.examples import COLUMNS, select
from core.data.kin import content_key, group_of
from core.data.reading import read
from core.data.split import split

SEEDS = range(80)


def table(rows: list[tuple[str, str, str, str, str]]) -> pd.DataFrame:
    """rows: id, origin, text, question, label."""
    return pd.DataFrame(rows, columns=COLUMNS)


def random_table(seed: int, contradictions: bool = False) -> pd.DataFrame:
    """Originals of very uneven labels, exact duplicates, duplicates but for case and spaces, paraphrases, orphans."""
    chance = random.Random(seed)
    labels = [f"label {place}" for place in range(chance.randint(2, 12))]
    weights = [chance.random() ** 3 + 0.01 for _ in labels]
    rows: list[tuple[str, str, str, str, str]] = []
    for place in range(chance.randint(20, 200)):
        text, label = f"Text number {place}", chance.choices(labels, weights)[0]
        if rows and chance.random() < 0.2:
            _, _, text, _, known = chance.choice(rows)
            text = chance.choice([text, text.upper(), f"  {text.replace(' ', '   ')} "])
            label = label if contradictions else known
        rows.append((f"r{place}", "", text, "", label))
    for place in range(chance.randint(0, 100)):
        origin = chance.choice(rows[:20])
        text = origin[2] if chance.random() < 0.1 else f"paraphrase {place}"
        rows.append((f"p{place}", origin[0] if chance.random() < 0.95 else "gone", text, "", origin[4]))
    chance.shuffle(rows)
    return table(rows)


def shares(seed: int) -> tuple[float, float]:
    chance = random.Random(f"shares {seed}")
    return chance.choice([0.05, 0.1, 0.2, 0.4]), chance.choice([0.0, 0.1, 0.2, 0.4])


def same_words(text: str, question: str) -> tuple[str, str]:
    return " ".join(text.split()).casefold(), " ".join(question.split()).casefold()


def leaks(examples: pd.DataFrame, parts: list[str]) -> list[str]:
    """Every pair of kin that is not on the same side, found without the code under test."""
    side = {
        row.id: "train" if part == "train" else "held out" for row, part in zip(rows_of(examples), parts, strict=True)
    }
    held_in = {row.id: part for row, part in zip(rows_of(examples), parts, strict=True) if part != "unused"}
    by_words = defaultdict(list)
    for row in rows_of(examples):
        by_words[same_words(row.text, row.question)].append(row.id)
    pairs = [(row.id, row.origin) for row in rows_of(examples) if row.origin in side]
    pairs += [(ids[0], other) for ids in by_words.values() for other in ids[1:]]
    found = [f"{one}/{other}" for one, other in pairs if side[one] != side[other]]
    return found + [f"{a}/{b}" for a, b in pairs if a in held_in and b in held_in and held_in[a] != held_in[b]]


def rows_of(examples: pd.DataFrame) -> list:
    return list(examples.itertuples(index=False))


@pytest.mark.parametrize("contradictions", [False, True])
def test_nothing_leaks_between_the_parts(contradictions: bool) -> None:
    for seed in SEEDS:
        examples = random_table(seed, contradictions)
        parts = split(examples, *shares(seed), seed)
        assert len(parts) == len(examples)
        assert leaks(examples, parts) == [], seed


def test_validation_and_test_hold_originals_only() -> None:
    for seed in SEEDS:
        examples = random_table(seed)
        parts = split(examples, *shares(seed), seed)
        origins = dict(zip(examples["id"], examples["origin"], strict=True))
        part_of = dict(zip(examples["id"], parts, strict=True))
        for identifier, origin in origins.items():
            if not origin:
                assert part_of[identifier] in ("train", "validation", "test"), seed
            elif origin in part_of:
                assert part_of[identifier] == ("train" if part_of[origin] == "train" else "unused"), seed


@pytest.mark.parametrize("contradictions", [False, True])
def test_every_label_has_a_row_to_learn_from(contradictions: bool) -> None:
    for seed in SEEDS:
        examples = random_table(seed, contradictions)
        parts = split(examples, *shares(seed), seed)
        learned = {label for label, part in zip(examples["label"], parts, strict=True) if part == "train"}
        assert learned == set(examples["label"]), seed


def test_a_paraphrase_whose_origin_is_not_in_use_is_learned_from() -> None:
    for seed in SEEDS:
        examples = random_table(seed)
        known = {*examples["id"]}
        words = Counter(same_words(row.text, row.question) for row in rows_of(examples))
        for row, part in zip(rows_of(examples), split(examples, 0.4, 0.4, seed), strict=True):
            if row.origin and row.origin not in known and words[same_words(row.text, row.question)] == 1:
                siblings = (examples["origin"] == row.origin).sum()
                assert part == "train" or siblings > 1, (seed, row.id)


@pytest.mark.parametrize(("validation", "test"), [(0.1, 0.1), (0.2, 0.3), (0.05, 0.0), (0.4, 0.1)])
def test_the_shares_are_those_asked_for(validation: float, test: float) -> None:
    """Of the originals, whatever was paraphrased; in all and in every large label."""
    chance = random.Random(0)
    rows = [(f"r{place}", "", f"text {place}", "", f"label {place % 7 % 4}") for place in range(4000)]
    rows += [(f"p{place}", chance.choice(rows)[0], f"other {place}", "", "label 0") for place in range(3000)]
    examples = table(rows)
    originals = examples.assign(part=split(examples, validation, test, 3)).query("origin == ''")
    for group in [originals, *(rows for _, rows in originals.groupby("label"))]:
        counts = group["part"].value_counts(normalize=True)
        assert counts.get("validation", 0.0) == pytest.approx(validation, abs=0.01)
        assert counts.get("test", 0.0) == pytest.approx(test, abs=0.01)


def test_many_small_labels_give_their_share_together() -> None:
    """A tenth of four rows is none; over a hundred labels it is forty rows all the same."""
    examples = table([(f"r{place}", "", f"text {place}", "", f"label {place % 100:02d}") for place in range(400)])
    counts = Counter(split(examples, 0.1, 0.1, 5))
    assert counts == {"train": 320, "validation": 40, "test": 40}


def test_a_small_share_is_not_starved_by_a_large_one() -> None:
    for seed in SEEDS:
        assert "validation" in split(random_table(seed), 0.05, 0.4, seed), seed


def test_a_label_of_one_row_is_learned_and_a_label_of_two_keeps_one() -> None:
    for seed in range(40):
        rows = [(f"r{place}", "", f"text {place}", "", "many") for place in range(20)]
        rows += [("a", "", "alone", "", "one"), ("b", "", "first of two", "", "two"), ("c", "", "second", "", "two")]
        parts = dict(zip((row[0] for row in rows), split(table(rows), 0.4, 0.4, seed), strict=True))
        assert parts["a"] == "train"
        assert "train" in (parts["b"], parts["c"])


def test_the_same_seed_gives_the_same_split_and_another_seed_another() -> None:
    examples = random_table(7)
    assert split(examples, 0.2, 0.2, 1) == split(examples.copy(), 0.2, 0.2, 1)
    assert split(examples, 0.2, 0.2, 1) != split(examples, 0.2, 0.2, 2)


def test_the_order_of_the_rows_changes_nothing() -> None:
    for seed in SEEDS:
        rows = [row for row in rows_of(random_table(seed, contradictions=True)) if not row.origin]
        examples = table(rows)
        shuffled = examples.sample(frac=1, random_state=seed).reset_index(drop=True)
        one = dict(zip(examples["id"], split(examples, 0.2, 0.1, 4), strict=True))
        assert dict(zip(shuffled["id"], split(shuffled, 0.2, 0.1, 4), strict=True)) == one, seed


def test_the_question_counts_in_what_is_the_same() -> None:
    same, other = ("r1", "", "A  text", "Why?", "x"), ("r2", "", "a text", "why?", "x")
    names = group_of(table([same, other, ("r3", "", "a text", "How?", "x")]))
    assert names[0] == names[1] != names[2]


def test_a_chain_of_kin_is_one_group() -> None:
    """A paraphrase that says the same as another original ties both originals."""
    rows = [
        ("r1", "", "one", "", "x"),
        ("r2", "", "two", "", "x"),
        ("p1", "r1", "TWO", "", "x"),
        ("p2", "p1", "3", "", "x"),
    ]
    for seed in range(20):
        chance = random.Random(seed)
        chance.shuffle(rows)
        assert len(set(group_of(table(rows)))) == 1


def test_the_only_row_of_a_label_is_learned_even_when_it_contradicts_another() -> None:
    rows = [("r1", "", "same", "", "many"), ("r2", "", "same", "", "one")]
    rows += [(f"r{place}", "", f"text {place}", "", "many") for place in range(3, 60)]
    for seed in range(40):
        assert split(table(rows), 0.4, 0.4, seed)[:2] == ["train", "train"]


def test_without_a_share_everything_is_learned_from() -> None:
    assert set(split(random_table(1), 0.0, 0.0, 42)) == {"train"}


@pytest.mark.parametrize("name", ["banking77_en", "cnil_faq_themes_fr", "piaf_qnli_fr", "service_public_fr"])
def test_real_tables_do_not_leak_and_keep_every_label(shared_data: Path, name: str) -> None:
    content = read(shared_data / name / "train.csv", "train.csv").table
    question = "question" if "question" in content.columns else None
    examples = select(content, Roles(text="text", question=question, label="label")).examples
    parts = split(examples, 0.1, 0.1, 42)
    assert leaks(examples, parts) == []
    counts = Counter(parts)
    assert counts["validation"] / len(parts) == pytest.approx(0.1, abs=0.02)
    assert counts["test"] / len(parts) == pytest.approx(0.1, abs=0.02)
    learned = {label for label, part in zip(examples["label"], parts, strict=True) if part == "train"}
    assert learned == set(examples["label"])


@pytest.mark.parametrize("seed", range(20))
def test_rows_that_a_former_training_has_met_stay_in_their_part(seed: int) -> None:
    """A grown table, started from a former model: what it learned from measures nothing, and new rows are dealt as ever."""
    rows = [(f"r{place}", "", f"text {place}", "", f"label {place % 3}") for place in range(300)]
    former = table(rows[:200])
    before = split(former, 0.1, 0.1, seed)
    known = {content_key(*words): part for *words, part in zip(former["text"], former["question"], before, strict=True)}
    grown = table([("x", "", "TEXT  0", "", "label 0"), *rows])
    after = split(grown, 0.1, 0.1, seed + 1, known)
    assert after[1:201] == before
    assert after[0] == before[0]
    assert [after.count("validation"), after.count("test")] == pytest.approx([30, 30], abs=3)
    unasked = split(former, 0.1, 0.0, seed, known)
    assert "test" not in unasked
    assert all(part == "train" for part, was in zip(unasked, before, strict=True) if was != "validation")
