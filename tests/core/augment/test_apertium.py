"""The real program, with every text that could confuse its stream."""

from __future__ import annotations

import os
import shutil
import stat
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from core.augment.engines.apertium import Apertium
from core.augment.engines.apertium_stream import read, written
from core.augment.engines.engine import Failed, Limits, Translated

installed = pytest.mark.skipif(shutil.which("apertium") is None, reason="Apertium is not installed on this machine")
posix_only = pytest.mark.skipif(os.name == "nt", reason="a shell script stands for the program")

SIGNS = [*"^$/<>{}[]@\\*#+~_|=&%\n\r\t\0\x01\x1b\x7f\x85\xad\u200b\u2028\ufeff\uffff\ue000😀👩‍é½²"]
PIECES = [
    *SIGNS,
    "Bonjour ",
    "le chat ",
    "l’été ",
    "a ",
    "y ",
    "M. ",
    "...",
    "[3]",
    "[end 0]",
    "e\u0301",
    "12,5 ",
    "\\^",
    "[[t:b]]",
]
hard_texts = st.lists(st.one_of(st.sampled_from(PIECES), st.characters()), max_size=12).map("".join)


@cache
def apertium() -> Apertium:
    return Apertium()


@installed
def test_it_translates_there_and_back() -> None:
    engine = apertium()
    assert {("fr", "ca"), ("ca", "fr"), ("en", "es"), ("es", "en"), ("fr", "es"), ("en", "ca")} <= engine.languages()
    (there,) = engine.translate(["Le client n’a pas encore reçu sa commande."], "fr", "ca")
    assert isinstance(there, Translated)
    assert "client" in there.text
    assert "rebut" in there.text
    (back,) = engine.translate([there.text], "ca", "fr")
    assert isinstance(back, Translated)
    assert "pas" in back.text
    assert engine.probe("fr", "ca") is None
    assert engine.sends_text_to is None
    assert engine.version.startswith("apertium 3")
    assert Apertium().version == engine.version


@installed
def test_signs_of_the_stream_white_space_and_addresses_come_back_as_they_were() -> None:
    texts = [
        "Il a payé 5 $ (ou 5 €) ^ {oui} [non] <b>, a/b, c\\d, x@y.",
        "Une ligne\n\nune autre\tici\r\nfin",
        "",
        "  \n ",
        "Écrivez à chat.noir@exemple.fr ou sur https://www.exemple.fr/le-chat?a=b#c !",
        "[end 0] [3] \0 \uffff 😀",
        "  entre deux  ",
    ]
    outcomes = apertium().translate(texts, "fr", "ca")
    back = [outcome.text for outcome in outcomes if isinstance(outcome, Translated)]
    assert len(back) == len(texts)
    for sign in "$^{}[]<>/\\@€":
        assert sign in back[0]
    assert [c for c in back[1] if c in "\n\t\r"] == list("\n\n\t\r\n")
    assert back[2:4] == texts[2:4]
    assert "chat.noir@exemple.fr" in back[4]
    assert "https://www.exemple.fr/le-chat?a=b#c" in back[4]
    assert back[5] == texts[5]
    assert back[6] == "  entra dos  "


@given(st.lists(hard_texts, max_size=20))
def test_what_is_written_is_read_again(texts: list[str]) -> None:
    stream, asides = written(texts)
    back = read(stream, asides)
    assert back is not None
    assert len(back) == len(texts)
    if texts:
        assert read(stream[: stream.rindex(b"[end")], asides) is None
        assert read(stream.replace(b"[end 0]", b"[end 1]", 1), asides) is None


@installed
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(st.lists(hard_texts, min_size=60, max_size=60), st.sampled_from([("fr", "ca"), ("en", "es"), ("ca", "en")]))
def test_no_text_moves_another_out_of_its_row(texts: list[str], languages: tuple[str, str]) -> None:
    """Between any two of them stands a number that no language changes.

    A few words end a program of Apertium itself ("HI" from Catalan): such a text fails alone.
    """
    rows = [row for place, text in enumerate(texts) for row in (text, f"{7_000 + place}")]
    outcomes = apertium().translate(rows, *languages)
    assert [outcome.text for outcome in outcomes[1::2] if isinstance(outcome, Translated)] == rows[1::2]
    failed = [outcome for outcome in outcomes if not isinstance(outcome, Translated)]
    assert {outcome.code for outcome in failed} <= {"program_failed"}
    assert len(failed) <= 3


@installed
def test_a_row_in_company_gives_what_it_gives_alone() -> None:
    texts = ["Je mange une pomme", "Il est tard ; il dort.", "^$ {le chat} \\ [dort]", "Paris"]
    together = apertium().translate(texts, "fr", "es")
    assert together == [apertium().translate([text], "fr", "es")[0] for text in texts]


def write_program(folder: Path, script: str) -> str:
    program = folder / "apertium"
    program.write_text(f'#!/bin/sh\ncase "$1" in -l) echo fra-cat; exit;; -V) echo 1.0; exit;; esac\n{script}\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return str(program)


@posix_only
def test_the_text_that_ends_the_program_fails_alone(tmp_path: Path) -> None:
    """A program that gives everything back, and is killed by one word."""
    script = (
        'input=$(mktemp); cat > "$input"; if grep -qa poison "$input"; then kill -9 $$; fi; cat "$input"; rm "$input"'
    )
    engine = Apertium(write_program(tmp_path, script))
    texts = [f"texte {number}" for number in range(20)]
    texts[13] = "poison"
    outcomes = engine.translate(texts, "fr", "ca")
    assert [place for place, outcome in enumerate(outcomes) if isinstance(outcome, Failed)] == [13]
    assert outcomes[13] == Failed("program_failed", {"service": "Apertium"})
    assert outcomes[:13] == [Translated(text) for text in texts[:13]]


@posix_only
@pytest.mark.parametrize("script", ["exit 1", "kill -9 $$", "sleep 600", "cat | head -c 30", "echo"])
def test_a_program_that_does_not_work_says_so_for_every_text(tmp_path: Path, script: str) -> None:
    engine = Apertium(write_program(tmp_path, script), timeout=0.3)
    texts = [f"un texte assez long, numéro {number}" for number in range(6)]
    assert engine.translate(texts, "fr", "ca") == [Failed("program_failed", {"service": "Apertium"})] * 6
    assert engine.probe("fr", "ca") == Failed("program_failed", {"service": "Apertium"})


def test_a_machine_without_the_program_and_a_pair_that_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if os.name != "nt":
        outcome = Apertium(write_program(tmp_path, "cat")).translate(["un"], "de", "fi")
        assert outcome == [Failed("language", {"service": "Apertium", "source": "de", "target": "fi"})]
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    engine = Apertium(limits=Limits())
    assert engine.languages() == frozenset()
    assert not engine.is_installed
    assert engine.translate(["un"], "fr", "ca") == [Failed("program_missing", {"service": "Apertium"})]
