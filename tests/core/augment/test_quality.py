"""Paraphrases judged as a whole: by hand, with the embedded model, and with what Apertium really brings back."""

from __future__ import annotations

import csv
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from core.augment.flags import FLAGS, KINDS, MOST_PER_KIND, WEIGHTS, told
from core.augment.novelty import novelty, word_edits
from core.augment.quality import UNREAD, Judgement, Pair, Surroundings, doubt_of, judge
from core.augment.similarity import SentenceModel, likeness, open_reader, reads_well
from core.models.choice import ModelChoice
from core.store.paraphrases import IDLE
from core.words import Words

ROWS = [
    ("r1", "my parcel has not come and nobody answers the phone at the depot this week", ""),
    ("r2", "where is my money, the invoice was paid twice by the bank last month already", ""),
    ("r3", "the password of my account does not work any more since the last update came", ""),
]


@pytest.fixture(scope="session")
def embedded() -> SentenceModel:
    return open_reader(ModelChoice(), "none")


def verdict(origin: str, text: str, language: str = "en", around: Surroundings | None = None) -> Judgement:
    (found,) = judge([Pair("r1", origin, text)], language, around or Surroundings(ROWS), None)
    return found


def codes(judgement: Judgement) -> set[str]:
    return {flag.code for flag in judgement.flags}


def test_every_flag_has_words_a_name_and_a_weight() -> None:
    assert set(FLAGS) == set(KINDS) == set(WEIGHTS)
    assert set(IDLE) < set(FLAGS)


def test_a_text_that_came_back_as_it_was_is_said_whatever_its_spaces() -> None:
    assert codes(verdict("Where is it?", "where  is it?")) == {"unchanged"}
    assert codes(verdict("Where is it?", "where is this?")) == set()


def test_a_copy_of_another_row_or_paraphrase_is_said_and_the_first_paraphrase_is_not() -> None:
    around = Surroundings(ROWS, made=[("made before", "")])
    assert verdict("x y z", ROWS[1][1], around=around).flags[0].facts == {"row": "2"}
    assert codes(verdict("x y z", "made before", around=around)) == {"same_as_paraphrase"}
    assert codes(verdict("x y z", "made now", around=around)) == set()
    assert codes(verdict("x y z", "made now", around=around)) == {"same_as_paraphrase"}


def test_what_is_nearly_a_row_of_the_test_is_said_and_what_shares_a_few_words_is_not() -> None:
    around = Surroundings(ROWS, held_out=ROWS[1:])
    near = verdict("other words entirely", ROWS[2][1].replace("came", "arrived"), around=around)
    assert [flag.facts for flag in near.flags if flag.code == "near_held_out"] == [{"row": "3"}]
    far = verdict("other words entirely", "the password of my bank was paid twice since the update", around=around)
    assert "near_held_out" not in codes(far)
    trained = verdict("other words entirely", ROWS[0][1].replace("week", "month"), around=around)
    assert "near_held_out" not in codes(trained)


def test_a_length_far_from_the_origin_s_is_said_from_twenty_characters_on() -> None:
    long = "the parcel was to come on the day before the feast"
    assert codes(verdict(long, "the parcel was late")) == {"shorter"}
    assert codes(verdict(long, "the parcel was to come the day before")) == set()
    assert codes(verdict("the parcel is late", long)) == {"longer"}
    assert codes(verdict("late", "too late")) == set()


def test_another_language_is_said_of_a_text_long_enough_to_tell() -> None:
    origin = "je voudrais savoir où se trouve le colis que vous avez envoyé la semaine dernière"
    foreign = "quisiera saber dónde se encuentra el paquete que ustedes enviaron la semana pasada"
    assert [flag.facts for flag in verdict(origin, foreign, "fr").flags] == [{"language": "es"}]
    assert codes(verdict(origin, origin.replace("voudrais", "veux"), "fr")) == set()
    assert codes(verdict("où est mon colis", "dónde está", "fr")) == set()
    # Whose rows are in another language is told by the health of the table.
    assert codes(verdict(foreign, foreign.replace("quisiera", "deseo"), "fr")) == set()


def test_a_question_is_judged_with_its_text() -> None:
    pair = Pair("r1", "The office opens at 9.", "The office opens at 9.", "When on May 3?", "When on May 4?")
    (found,) = judge([pair], "en", Surroundings(ROWS), None)
    assert codes(found) == {"date_lost", "date_new"}


def test_doubt_begins_at_zero_and_grows_with_what_speaks_against_a_paraphrase() -> None:
    origin = "I did not receive the 12 letters that Anna sent"
    good = verdict(origin, "The 12 letters sent by Anna did not reach me")
    bad = verdict(origin, "The letters sent by Anna reached me")
    assert good.doubt == pytest.approx(UNREAD)
    assert bad.doubt == pytest.approx(UNREAD + WEIGHTS["number_lost"] + WEIGHTS["negation_lost"])
    assert good.doubt < verdict(origin, origin).doubt < bad.doubt


def test_meaning_numbers_and_negations_weigh_more_than_names() -> None:
    names = {"name_lost", "name_new"}
    assert doubt_of(0.95, names) < doubt_of(0.75, set())
    for code in ("number_lost", "number_new", "negation_lost", "negation_new", "date_lost", "language"):
        assert doubt_of(0.75, names) < doubt_of(0.95, {code})
    assert doubt_of(0.9, set()) < doubt_of(0.9, {"name_new"}) < doubt_of(0.9, {"name_lost"})


def test_novelty_is_nothing_for_the_same_text_and_all_for_another() -> None:
    assert novelty("a b c", "a b c") == 0
    assert novelty("the parcel is late", "the parcel is very late") < novelty("the parcel is late", "zzz qqq") <= 1
    assert word_edits("The parcel is late", "the parcel was late") == pytest.approx(0.25)


def test_flags_are_told_in_both_languages() -> None:
    flag = verdict("I have 12 of them here", "I have some of them here").flags[0].stored()
    assert told(flag, Words("en")) == "The number 12 has disappeared."
    assert told(flag, Words("fr")) == "Le nombre 12 a disparu."
    language = {"code": "language", "facts": {"language": "es"}}
    assert "espagnol" in told(language, Words("fr"))


def test_meaning_is_read_by_the_embedded_model(embedded: SentenceModel) -> None:
    pairs = [
        ("My card has not arrived yet.", "I still have not received my card."),
        ("My card has not arrived yet.", "The weather is lovely today."),
        ("My card has not arrived yet.", "My card has not arrived yet."),
    ]
    alike, other, same = likeness(embedded.embed, pairs)
    assert other < 0.3 < 0.7 < alike < same == pytest.approx(1, abs=1e-5)
    assert embedded.name == "all-MiniLM-L6-v2"
    assert reads_well(ModelChoice(), "en")
    assert not reads_well(ModelChoice(), "fr")
    assert reads_well(ModelChoice(kind="folder", name="/models/mine"), "fr")


def test_batches_by_length_keep_each_vector_in_its_place(embedded: SentenceModel) -> None:
    texts = ["short", "a much longer text about a parcel " * 20, "short", "", "of middle length, this one"]
    together = embedded.embed(texts)
    alone = np.concatenate([embedded.embed([text]) for text in texts])
    assert np.abs(together - alone).max() < 1e-4
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)


def test_similarity_is_the_smaller_one_of_text_and_question(embedded: SentenceModel) -> None:
    text, question = "The office opens at nine.", "When does the office open?"
    pairs = [Pair("r1", text, text, question, question), Pair("r1", text, text, question, "Cats sleep all day long.")]
    same, other = (found.similarity or 0.0 for found in judge(pairs, "en", Surroundings(), embedded))
    assert same == pytest.approx(1, abs=1e-5)
    assert other < 0.4


@pytest.mark.parametrize(
    ("folder", "language", "there", "back"),
    [("banking77_en", "en", "eng-spa", "spa-eng"), ("piaf_qnli_fr", "fr", "fra-cat", "cat-fra")],
)
def test_what_apertium_brings_back(
    shared_data: Path, embedded: SentenceModel, folder: str, language: str, there: str, back: str
) -> None:
    with (shared_data / folder / "train.csv").open(encoding="utf-8-sig") as file:
        texts = [" ".join(row["text"].split()) for row in csv.DictReader(file)][::25][:120]
    came = translated(translated(texts, there), back)
    rows = [(f"r{place}", text, "") for place, text in enumerate(texts, start=1)]
    pairs = [Pair(row, text, new) for (row, text, _), new in zip(rows, came, strict=True)]
    found = judge(pairs, language, Surroundings(rows), embedded)
    for judgement, pair in zip(found, pairs, strict=True):
        assert judgement.similarity is not None
        assert 0 <= judgement.novelty <= 1
        assert judgement.doubt >= 0
        same = pair.text.casefold().split() == pair.origin_text.casefold().split()
        assert ("unchanged" in codes(judgement)) == same
        assert max([[flag.code for flag in judgement.flags].count(code) for code in FLAGS]) <= MOST_PER_KIND
    similar = [judgement.similarity or 0.0 for judgement in found]
    assert np.mean(similar) > 0.75
    # Most come back without a mark, or nobody would look at those that have one; some are always marked.
    marked = sum(bool(codes(judgement) - {"unchanged"}) for judgement in found)
    assert 0 < marked < len(found) / 2
    strangers = likeness(embedded.embed, list(zip(texts, [*came[7:], *came[:7]], strict=True)))
    assert np.mean(similar) > np.mean(strangers) + 0.3


def translated(texts: list[str], mode: str) -> list[str]:
    if shutil.which("apertium") is None:
        pytest.skip("apertium is not installed here")
    listed = subprocess.run(["apertium", "-l"], capture_output=True, text=True, check=True).stdout.split()
    if mode not in listed:
        pytest.skip(f"apertium does not know {mode} here")
    done = subprocess.run(
        ["apertium", "-u", mode], input="\n\n".join(texts), capture_output=True, text=True, check=True
    )
    return done.stdout.rstrip("\n").split("\n\n")
