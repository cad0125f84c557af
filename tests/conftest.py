"""What many tests share: a home of their own, a very small BERT, projects with a table, and tables of real life."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from core.data.reading import read
from core.store.database import engine
from core.store.project import Project, create_project, keep_upload
from tests.tables import WORDS, as_csv, messages

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "assets" / "samples"


LONGEST = (
    *("test_quality.py", "core/jobs/test_resilience.py", "browser/test_pages.py", "browser/test_jobs.py"),
    *(
        "browser/test_journey.py",
        "browser/test_survival.py",
        "browser/test_augment_journey.py",
        "browser/test_review.py",
    ),
    *("core/train/test_resume.py", "core/jobs/test_command_line_work.py", "core/jobs/test_supervisor.py"),
    *(
        "core/jobs/test_memory.py",
        "core/jobs/test_faults.py",
        "core/jobs/test_fairness.py",
        "core/augment/test_killed.py",
    ),
    *("core/augment/test_marian.py", "core/use/test_bundle.py", "core/use/test_table.py", "core/use/test_predictor.py"),
)
"""Files of half a minute and more; the rest is short enough to fill what is left of either process."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first: one that began last would leave the other process without work."""
    ranks = {ROOT / "tests" / name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: ranks.get(item.path, len(ranks)))


@pytest.fixture
def home(empty_home: Path, opened_home: Path) -> Path:
    """A PARAFINE_HOME that was opened once: its database has its tables, and the reserve is taken."""
    shutil.copy(opened_home / "parafine.db", empty_home)
    # Whoever gives it up, or takes it again, never writes into it.
    os.link(opened_home / "reserve", empty_home / "reserve")
    return empty_home


@pytest.fixture(scope="session")
def opened_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """To be copied: the migrations and four megabytes of reserve would otherwise be written for each test."""
    folder = tmp_path_factory.mktemp("opened").resolve()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PARAFINE_HOME", str(folder))
        patch.delenv("PARAFINE_DATABASE_URL", raising=False)
        engine()
    return folder


@pytest.fixture
def empty_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A PARAFINE_HOME in which nothing is; supervisors, workers and answering processes started in it end with the test."""
    folder = (tmp_path / "home").resolve()
    folder.mkdir()
    monkeypatch.setenv("PARAFINE_HOME", str(folder))
    monkeypatch.delenv("PARAFINE_DATABASE_URL", raising=False)
    yield folder
    end_processes_of(folder)


def end_processes_of(folder: Path) -> None:
    """Ends every process of ours whose PARAFINE_HOME is this folder, those started meanwhile too."""
    while found := processes_of(folder):
        for process in found:
            try:
                process.kill()
            except psutil.NoSuchProcess:
                continue
        psutil.wait_procs(found, timeout=30)


def processes_of(folder: Path, module: str = "core.") -> list[psutil.Process]:
    """The living `python -m core.…` processes that work in this home; `module` narrows them."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.pid == os.getpid() or process.status() == psutil.STATUS_ZOMBIE:
                continue
            is_ours = any(argument.startswith(module) for argument in process.cmdline())
            if is_ours and process.environ().get("PARAFINE_HOME") == str(folder):
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real tables that stands beside the repository on some machines; elsewhere the test is skipped."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the shared tables are not here")
    return folder


@pytest.fixture
def make_project(home: Path) -> Callable[..., Project]:
    """`make_project()`: a project with sixty short messages and three labels; or with the bytes given."""

    def make(content: bytes | None = None, name: str = "messages.csv") -> Project:
        content = as_csv(messages()) if content is None else content
        return keep_upload(create_project(Path(name).stem).id, content, name, read(content, name))

    return make


@pytest.fixture
def project(make_project: Callable[..., Project]) -> Project:
    return make_project()


@pytest.fixture(scope="session")
def tiny_bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an untrained BERT encoder: 2 layers, 32 wide, about 400 word pieces, lower case without accents."""
    return build_tiny_bert(tmp_path_factory.mktemp("models") / "tiny-bert")


def build_tiny_bert(folder: Path) -> Path:
    import torch
    from transformers import BertConfig, BertModel, BertTokenizer

    folder.mkdir(parents=True)
    pieces = word_pieces()
    (folder / "vocab.txt").write_text("\n".join(pieces) + "\n", encoding="utf-8")
    tokenizer = BertTokenizer.from_pretrained(folder, model_max_length=512)
    assert len(tokenizer) == len(pieces)
    tokenizer.save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(pieces),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=512,
        initializer_range=0.2,  # with BERT's own 0.02, so narrow a network gives every text nearly the same vector
    )
    torch.manual_seed(0)
    BertModel(config).save_pretrained(folder)
    return folder


def word_pieces() -> list[str]:
    """Special pieces, single characters, and the most frequent words of the sample tables and of `messages`."""
    text = " ".join(path.read_text(encoding="utf-8-sig") for path in sorted(SAMPLES.glob("*.csv"))).lower()
    words = Counter("".join(c if c.isalnum() else " " for c in text).split())
    frequent = [word for word, _ in sorted(words.items(), key=lambda entry: (-entry[1], entry[0])) if len(word) > 1]
    known = " ".join(["my number", *WORDS.values()]).split()
    characters = sorted({c for c in text if not c.isspace()} | set("0123456789"))
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    return list(dict.fromkeys([*special, *characters, *(f"##{c}" for c in characters), *known, *frequent[:200]]))
