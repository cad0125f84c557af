"""Models of the hub, with a real server on this machine and the real client in a process of its own."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.core.models.hub_server import Hub, serving

NAME = "atelier/tiny-bert"
Ask = Callable[..., dict]

DRIVER = """
import json, sys
from core.errors import UserError
from core.models import hub

def told(call):
    try:
        return {"found": call()}
    except UserError as error:
        return {"code": error.code, "facts": error.facts}

name = sys.argv[1]
answers = {"before": told(lambda: hub.is_here(name))}
answers["check"] = told(lambda: hub.check_hub(name)["model_type"])
answers["weights"] = told(lambda: hub.weights_there(name))
answers["fetch"] = told(lambda: str(hub.fetch(name))) if "fetch" in sys.argv else None
answers["after"] = told(lambda: hub.is_here(name))
if "load" in sys.argv:
    from core.models.loading import load_classifier
    model, tokenizer, is_new = load_classifier(hub.fetch(name), ["a", "b"], 0.1)
    answers["load"] = [model.config.model_type, len(tokenizer), is_new, sorted(model.config.id2label.values())]
print(json.dumps(answers))
"""


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    """Asks core.models.hub in a fresh process, whose cache stays from one question to the next."""

    def asking(address: str, name: str, *what: str) -> dict:
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("HF_", "HUGGING"))}
        environment = kept | {"HF_ENDPOINT": address, "HF_HOME": str(tmp_path / "cache"), "NO_PROXY": "127.0.0.1"}
        command = [sys.executable, "-c", DRIVER, name, *what]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    return asking


@pytest.fixture
def repository(tiny_bert: Path, tmp_path: Path) -> Path:
    """The tiny BERT as people publish models: with old weights, a picture and a program beside it."""
    folder = tmp_path / "repository"
    shutil.copytree(tiny_bert, folder)
    (folder / "pytorch_model.bin").write_bytes(b"weights as a pickle")
    (folder / "modeling.py").write_text("raise SystemExit('never to be run')")
    (folder / "README.md").write_text("# A tiny BERT")
    return folder


@pytest.fixture
def nobody() -> str:
    """An address where nobody answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


def test_a_model_is_fetched_once_and_then_works_without_internet(ask: Ask, repository: Path, nobody: str) -> None:
    with serving(Hub({NAME: repository})) as hub:
        found = ask(hub.address, NAME, "fetch")
    assert (found["before"], found["check"], found["after"]) == ({"found": False}, {"found": "bert"}, {"found": True})
    folder = Path(found["fetch"]["found"])
    wanted = {"config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "vocab.txt"}
    assert {path.name for path in folder.iterdir()} == wanted
    assert (folder / "model.safetensors").read_bytes() == (repository / "model.safetensors").read_bytes()
    asked = {line.rsplit("/", 1)[-1] for line in hub.asked if "/resolve/" in line}
    assert asked == wanted

    offline = ask(nobody, NAME, "fetch", "load")
    assert offline["check"] == {"found": "bert"}
    assert offline["fetch"] == found["fetch"]
    assert offline["load"] == ["bert", len((repository / "vocab.txt").read_text().splitlines()), True, ["a", "b"]]


def test_a_model_in_several_files_is_fetched_and_then_works_without_internet(
    ask: Ask, repository: Path, nobody: str
) -> None:
    from transformers import AutoModel

    model = AutoModel.from_pretrained(repository)
    (repository / "model.safetensors").unlink()
    model.save_pretrained(repository, max_shard_size="50KB")
    assert len(list(repository.glob("model-*.safetensors"))) > 1
    with serving(Hub({NAME: repository})) as hub:
        assert "found" in ask(hub.address, NAME, "fetch")["fetch"]
    offline = ask(nobody, NAME, "fetch", "load")
    assert (offline["before"], offline["check"]) == ({"found": True}, {"found": "bert"})
    assert offline["load"][0] == "bert"


@pytest.mark.parametrize("name", ["atelier/nobody", "camembert", "no such name!", "a/b/c", "../etc", "-", "x" * 120])
def test_a_name_that_the_hub_does_not_know_or_cannot_be_one_is_not_found(ask: Ask, repository: Path, name: str) -> None:
    with serving(Hub({NAME: repository})) as hub:
        found = ask(hub.address, name, "fetch")
    told = {"code": "model_not_found", "facts": {"model": name}}
    assert (found["check"], found["fetch"], found["after"]) == (told, told, {"found": False})


def test_how_many_weights_a_model_has_is_known_before_it_is_fetched(ask: Ask, repository: Path) -> None:
    size = (repository / "model.safetensors").stat().st_size
    with serving(Hub({NAME: repository})) as hub:
        assert ask(hub.address, NAME)["weights"] == {"found": size // 4}
        hub.counted = {"parameters": {"BF16": 560_000_000}, "total": 560_000_000}
        assert ask(hub.address, NAME)["weights"] == {"found": 560_000_000}
        assert ask(hub.address, "nobody/no-such")["weights"]["code"] == "model_not_found"
        assert not any("safetensors" in line for line in hub.asked)


def test_a_hub_that_nobody_answers_at_is_out_of_reach(ask: Ask, nobody: str) -> None:
    found = ask(nobody, NAME, "fetch")
    told = {"code": "hub_unreachable", "facts": {"model": NAME}}
    assert (found["check"], found["fetch"]) == (told, told)


@pytest.mark.parametrize("fault", [{"is_down": True}, {"page": "<html>Welcome to the Wi-Fi of the hotel</html>"}])
def test_a_hub_that_is_down_or_hidden_by_a_proxy_is_out_of_reach(ask: Ask, repository: Path, fault: dict) -> None:
    with serving(Hub({NAME: repository}, **fault)) as hub:
        found = ask(hub.address, NAME, "fetch")
    told = {"code": "hub_unreachable", "facts": {"model": NAME}}
    assert (found["check"], found["fetch"]) == (told, told)


def test_a_model_with_old_weights_only_is_refused_and_they_are_not_fetched(ask: Ask, repository: Path) -> None:
    (repository / "model.safetensors").unlink()
    with serving(Hub({NAME: repository})) as hub:
        found = ask(hub.address, NAME, "fetch")
    told = {"code": "model_no_safetensors", "facts": {"model": NAME, "auto": "AutoModel"}}
    assert (found["check"], found["fetch"], found["after"]) == (told, told, {"found": False})
    assert not any(".bin" in line for line in hub.asked)


def test_safetensors_that_the_hubs_robot_proposes_are_taken_and_then_work_without_internet(
    ask: Ask, repository: Path, nobody: str, tmp_path: Path
) -> None:
    old = Path(shutil.copytree(repository, tmp_path / "old"))
    (old / "model.safetensors").unlink()
    with serving(Hub({NAME: old}, proposed={NAME: repository})) as hub:
        found = ask(hub.address, NAME, "fetch", "load")
        assert found["weights"] == {"found": (repository / "model.safetensors").stat().st_size // 4}
    assert (found["before"], found["check"], found["after"]) == ({"found": False}, {"found": "bert"}, {"found": True})
    assert found["load"][0] == "bert"
    assert not any(".bin" in line for line in hub.asked)
    offline = ask(nobody, NAME, "fetch", "load")
    assert (offline["before"], offline["fetch"], offline["load"]) == ({"found": True}, found["fetch"], found["load"])


@pytest.mark.parametrize("cut", ["model.safetensors", pytest.param("tokenizer.json", marks=pytest.mark.long)])
def test_a_transfer_that_breaks_off_is_said_and_the_next_one_completes_it(
    ask: Ask, repository: Path, nobody: str, cut: str
) -> None:
    with serving(Hub({NAME: repository}, cut=cut)) as hub:
        found = ask(hub.address, NAME, "fetch")
        assert found["fetch"] == {"code": "hub_unreachable", "facts": {"model": NAME}}
        assert found["after"] == {"found": False}
        hub.cut = ""
        found = ask(hub.address, NAME, "fetch", "load")
    assert found["after"] == {"found": True}
    assert found["load"][0] == "bert"
