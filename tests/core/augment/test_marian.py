"""A small MarianMT model with random weights, converted and asked for real."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.augment.engines.engine import Failed, Limits, Translated
from core.augment.engines.marian import Marian, Search
from core.augment.engines.marian_files import converted, models_folder
from core.augment.patience import Interrupted, translate_all
from tests.conftest import ROOT
from tests.core.models.hub_server import Hub, serving
from tests.services.marian import SENTENCES, build_marian

FR_EN = ("fr", "en")
SHORT = Search(beam=1, most_tokens=12, least_tokens=4)
NAME = "Helsinki-NLP/opus-mt-fr-en"

pytestmark = pytest.mark.filterwarnings("default")  # what the converter and sentencepiece say is not ours


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_marian(tmp_path_factory.mktemp("models") / "opus-mt-fr-en")


def marian(model: Path, search: Search = SHORT) -> Marian:
    return Marian(search, {FR_EN: str(model)}, threads=1)


def texts_of(outcomes: list) -> list[str]:
    assert all(isinstance(outcome, Translated) for outcome in outcomes), outcomes
    return [outcome.text for outcome in outcomes]


def test_it_says_what_transformers_says(home: Path, model: Path) -> None:
    import torch
    from transformers import MarianMTModel, MarianTokenizer

    tokenizer = MarianTokenizer.from_pretrained(model)
    network = MarianMTModel.from_pretrained(model).eval()
    texts = SENTENCES[:8]
    pad = tokenizer.pad_token_id
    with torch.no_grad():
        ids = network.generate(
            **tokenizer(texts, return_tensors="pt", padding=True),
            max_new_tokens=12,
            num_beams=1,
            min_new_tokens=4,
            bad_words_ids=[[pad], [tokenizer.unk_token_id]],
            forced_eos_token_id=None,
        )
    wanted = tokenizer.batch_decode(ids, skip_special_tokens=True, use_source_tokenizer=False)
    exact = Marian(SHORT, {FR_EN: str(model)}, threads=1, precision="float32")
    assert texts_of(exact.translate(texts, *FR_EN)) == [text.strip() for text in wanted]
    assert len(set(wanted)) > 4


def test_white_space_lines_and_empty_texts_stay(home: Path, model: Path) -> None:
    engine = marian(model)
    texts = ["", " \n", "Le client attend.", "  Le client attend.\n\nLe client attend.\n"]
    found = texts_of(engine.translate(texts, *FR_EN))
    assert found[:2] == texts[:2]
    assert found[3] == f"  {found[2]}\n\n{found[2]}\n"
    assert engine.translate([], *FR_EN) == []


def test_a_long_text_is_translated_in_sentences(home: Path, model: Path) -> None:
    engine = marian(model)
    long = " ".join(SENTENCES[:40])
    (found,) = texts_of(engine.translate([long], *FR_EN))
    assert len(found.split()) > 3 * len(texts_of(engine.translate([SENTENCES[0]], *FR_EN))[0].split())


def test_a_text_alone_and_in_company_comes_out_alike(home: Path, model: Path) -> None:
    engine = marian(model)
    together = texts_of(engine.translate(SENTENCES[:30], *FR_EN))
    assert together[7] == texts_of(engine.translate([SENTENCES[7]], *FR_EN))[0]


def test_variants_differ_where_they_are_drawn(home: Path, model: Path) -> None:
    drawn = marian(model, Search(sampling=20, temperature=1.5, most_tokens=12, least_tokens=4)).variants(
        SENTENCES[:3], *FR_EN, 5
    )
    assert [len(of_one) for of_one in drawn] == [5, 5, 5]
    assert all(len(set(texts_of(of_one))) > 1 for of_one in drawn)
    likeliest = marian(model).variants(SENTENCES[:3], *FR_EN, 3)
    assert all(len(set(texts_of(of_one))) > 1 for of_one in likeliest)
    assert Marian(Search(sampling=5, seed=1)).version != Marian(Search(sampling=5, seed=2)).version != Marian().version


def test_a_model_of_many_languages_is_told_which(home: Path, tmp_path: Path) -> None:
    many = build_marian(tmp_path / "opus-mt-fr-ROMANCE", targets=("spa", "it"))
    engine = Marian(SHORT, {("fr", code): str(many) for code in ("es", "it", "de")}, threads=1)
    spanish, italian = (engine.translate(SENTENCES[:8], "fr", code) for code in ("es", "it"))
    assert spanish != italian
    assert ">>" not in repr(spanish + italian)
    assert sum(isinstance(outcome, Translated) for outcome in spanish + italian) > 8
    (outcome,) = engine.translate(["Bonjour"], "fr", "de")
    assert isinstance(outcome, Failed)
    assert outcome.code == "language"


def test_it_is_converted_once_by_two_processes_and_left_whole(home: Path, model: Path) -> None:
    code = f"from core.augment.engines.marian_files import converted; print(converted({str(model)!r}, 'int8'))"
    with ThreadPoolExecutor(2) as pool:
        runs = list(
            pool.map(
                lambda _: subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True),
                range(2),
            )
        )
    assert [run.returncode for run in runs] == [0, 0], runs
    assert len({run.stdout for run in runs}) == 1
    assert len(list(models_folder().iterdir())) == 1
    before = (converted(str(model), "int8") / "model.bin").stat().st_ino
    marian(model).translate(["un"], *FR_EN)
    assert (converted(str(model), "int8") / "model.bin").stat().st_ino == before


@pytest.mark.parametrize(
    ("missing", "code"),
    [
        ("source.spm", "model_unusable"),
        ("vocab.json", "model_unusable"),
        ("config.json", "model_unusable"),
        ("model.safetensors", "model_missing"),
    ],
)
def test_files_that_are_missing_are_told_as_a_reason(
    home: Path, model: Path, tmp_path: Path, missing: str, code: str
) -> None:
    folder = shutil.copytree(model, tmp_path / "opus-mt-fr-en")
    (folder / missing).unlink()
    (folder / "pytorch_model.bin").write_bytes(b"a pickle")
    (outcome,) = Marian(SHORT, folder=tmp_path).translate(["Bonjour"], *FR_EN)
    assert isinstance(outcome, Failed)
    assert outcome.code == code
    assert outcome.facts["name"] == "opus-mt-fr-en"
    with pytest.raises(Interrupted):
        list(translate_all(Marian(SHORT, folder=tmp_path, limits=Limits()), ["un", "deux"], *FR_EN))


def test_a_damaged_model_is_told_and_leaves_nothing_behind(home: Path, model: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(model, tmp_path / "opus-mt-fr-en")
    (folder / "model.safetensors").write_bytes((folder / "model.safetensors").read_bytes()[:1000])
    (outcome,) = Marian(SHORT, folder=tmp_path).translate(["Bonjour"], *FR_EN)
    assert isinstance(outcome, Failed)
    assert outcome.code == "model_unusable"
    assert list(models_folder().iterdir()) == []


DRIVER = """
import json
from core.augment.engines.marian import Marian, Search
engine = Marian(Search(beam=1, most_tokens=8, least_tokens=4), threads=1)
before = engine.is_here("fr", "en")
(outcome,) = engine.translate(["Le client attend."], "fr", "en")
print(json.dumps([before, type(outcome).__name__, getattr(outcome, "code", ""), engine.is_here("fr", "en")]))
"""


def ask(address: str, cache: Path) -> list:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("HF_", "HUGGING"))}
    environment = kept | {"HF_ENDPOINT": address, "HF_HOME": str(cache), "NO_PROXY": "127.0.0.1"}
    command = [sys.executable, "-c", DRIVER]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_from_the_hub_it_comes_once_and_then_works_without(home: Path, model: Path, tmp_path: Path) -> None:
    with serving(Hub({NAME: model})) as hub:
        assert ask(hub.address, tmp_path / "cache") == [False, "Translated", "", True]
        hub.is_down = True
        asked = len(hub.asked)
        assert ask(hub.address, tmp_path / "cache") == [True, "Translated", "", True]
        assert len(hub.asked) == asked
    with serving(Hub({})) as hub:
        shutil.rmtree(models_folder())
        assert ask(hub.address, tmp_path / "other") == [False, "Failed", "model_missing", False]


def test_safetensors_that_the_hubs_robot_proposes_are_taken_and_old_weights_never(
    home: Path, model: Path, tmp_path: Path
) -> None:
    """Most of these models were published before safetensors; their pickles are never loaded."""
    old = shutil.copytree(model, tmp_path / "old")
    (old / "model.safetensors").unlink()
    (old / "pytorch_model.bin").write_bytes(b"a pickle")
    with serving(Hub({NAME: old}, proposed={NAME: model})) as hub:
        assert ask(hub.address, tmp_path / "cache") == [False, "Translated", "", True]
        assert not any("pytorch_model" in path for path in hub.asked)
    shutil.rmtree(models_folder())
    with serving(Hub({NAME: old})) as hub:
        assert ask(hub.address, tmp_path / "other") == [False, "Failed", "model_missing", False]
