"""MarianMT (Helsinki-NLP/opus-mt-*) through CTranslate2: on this machine, without any net once the model is there."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.augment.engines.engine import Failed, Limits, Outcome, Translated
from core.augment.engines.languages import THREE_LETTERS
from core.augment.engines.marian_files import PIECES, converted, is_converted
from core.augment.engines.pieces import cut, frame
from core.augment.engines.probing import probed
from core.errors import UserError
from core.home import read_json

HUB_NAME = "Helsinki-NLP/opus-mt-{source}-{target}"
MOST_TOKENS = 120
"""Word pieces of what is translated as one: these models learned from sentences, and drop parts of long paragraphs."""

TOKENS_AT_ONCE = 2_048
"""Word pieces of a batch, padding included."""


SIGNS = {"</s>", "<pad>"}


@dataclass(frozen=True)
class Search:
    """How words are chosen. Sampling gives more varied paraphrases than the likeliest words of a beam."""

    beam: int = 4
    """Sentences followed at the same time; without sampling only."""
    sampling: int = 0
    """Among how many of the likeliest word pieces each is drawn; 0: not drawn."""
    temperature: float = 1.0
    """Above 1 bolder, below 1 tamer; with sampling only."""
    seed: int = 0
    most_tokens: int = 256
    """Word pieces of a translation, after which it is cut."""
    least_tokens: int = 1

    @property
    def mark(self) -> str:
        if self.sampling:
            return f"top{self.sampling} t{self.temperature:g} seed{self.seed}"
        return f"beam{self.beam}"


class Marian:
    name = "marian"
    label = "MarianMT"
    sends_text_to: str | None = None

    def __init__(
        self,
        search: Search | None = None,
        models: Mapping[tuple[str, str], str] | None = None,
        folder: Path | str | None = None,
        limits: Limits | None = None,
        threads: int = 0,
        precision: str = "int8",
    ) -> None:
        """models: for a pair of languages the model's name at the hub or its folder; the others have their usual name.

        folder: holds models under their usual names without "Helsinki-NLP/", and comes before the hub; without it
        PARAFINE_MARIAN_FOLDER. threads: of the processor; 0 for all cores. precision: of the weights; int8
        is several times as quick as float32, whose words are those of the model itself.
        """
        self.search = search or Search()
        self.limits = limits or Limits(texts=128)
        self._models = dict(models or {})
        named = folder or os.environ.get("PARAFINE_MARIAN_FOLDER")
        self._folder = Path(named).expanduser() if named else None
        self._threads = threads
        self._precision = precision
        self._loaded: dict[str, _Loaded] = {}
        self._lock = threading.Lock()

    @property
    def version(self) -> str:
        from importlib.metadata import version

        own = " ".join(f"{pair[0]}-{pair[1]}={Path(name).name}" for pair, name in sorted(self._models.items()))
        return " ".join(["marian ctranslate2", version("ctranslate2"), self._precision, self.search.mark, own]).strip()

    def languages(self) -> frozenset[tuple[str, str]] | None:
        return None

    def model_name(self, source: str, target: str) -> str:
        """The name at the hub, or the path of a folder."""
        usual = HUB_NAME.format(source=source, target=target)
        if (source, target) in self._models:
            return self._models[source, target]
        own = self._folder / usual.rpartition("/")[2] if self._folder else None
        return str(own) if own is not None and own.is_dir() else usual

    def is_here(self, source: str, target: str) -> bool:
        """Whether it works without any net."""
        name = self.model_name(source, target)
        return is_converted(name, self._precision) or Path(name).expanduser().is_dir()

    def probe(self, source: str, target: str) -> Failed | None:
        return probed(self, source, target)

    def translate(self, texts: Sequence[str], source: str, target: str) -> list[Outcome]:
        return [of_one[0] for of_one in self.variants(texts, source, target, 1)]

    def variants(self, texts: Sequence[str], source: str, target: str, count: int) -> list[list[Outcome]]:
        """For each text `count` translations: drawn where sampling is set, else the likeliest ones of a beam as wide."""
        name = self.model_name(source, target)
        try:
            model = self._model(name)
        except UserError as error:
            if error.code == "disk_full":
                raise
            code = "model_unusable" if error.code == "model_folder" else "model_missing"
            return [[self._failed(code, name=Path(name).name)] * count for _ in texts]
        except (ValueError, RuntimeError):  # of CTranslate2 and sentencepiece, for files that they do not read
            return [[self._failed("model_unusable", name=Path(name).name)] * count for _ in texts]
        prefix = model.prefix(target)
        if prefix is None:
            return [[self._failed("language", source=source, target=target)] * count for _ in texts]
        pieces = [[frame(piece) for piece in model.cut(text)] if text.strip() else [] for text in texts]
        cores = [core for of_one in pieces for _, core, _ in of_one if core]
        try:
            answers = iter(model.translate(cores, prefix, self.search, count))
        except RuntimeError:  # what the library says when a model's own sizes are overrun
            return [[self._failed("program_failed")] * count for _ in texts]
        found = []
        for text, of_one in zip(texts, pieces, strict=True):
            parts = [
                [before + one + after for one in (next(answers) if core else [""] * count)]
                for before, core, after in of_one
            ]
            wholes = ["".join(part[place] for part in parts) for place in range(count)] if parts else [text] * count
            found.append([self._judged(whole, text) for whole in wholes])
        return found

    def _judged(self, whole: str, text: str) -> Outcome:
        return Translated(whole) if whole.strip() or not text.strip() else self._failed("empty")

    def _model(self, name: str) -> _Loaded:
        with self._lock:
            if name not in self._loaded:
                self._loaded[name] = _Loaded(converted(name, self._precision), self._threads, self.search.seed)
            return self._loaded[name]

    def _failed(self, code: str, **facts: int | float | str) -> Failed:
        return Failed(code, {"service": self.label, **facts})


class _Loaded:
    """A model in memory."""

    def __init__(self, folder: Path, threads: int, seed: int) -> None:
        import ctranslate2
        from sentencepiece import SentencePieceProcessor

        ctranslate2.set_random_seed(seed)
        self._source, self._target = (SentencePieceProcessor(model_file=str(folder / file)) for file in PIECES)
        self._translator = ctranslate2.Translator(
            str(folder), device="cpu", compute_type="default", intra_threads=threads
        )
        self._targets = frozenset(read_json(folder / "targets.json"))

    def prefix(self, target: str) -> list[str] | None:
        """The piece that tells a model of many languages which one is wanted; none for a model of one, None if it lacks it."""
        if not self._targets:
            return []
        codes = (f">>{code}<<" for code in (target, THREE_LETTERS.get(target, target)))
        return next(([code] for code in codes if code in self._targets), None)

    def cut(self, text: str) -> list[str]:
        """Lines, and of long ones as many sentences as are translated as one."""
        return [piece for line in text.splitlines(keepends=True) for piece in cut(line, self._fits)]

    def _fits(self, text: str) -> bool:
        return len(text) < MOST_TOKENS or len(self._source.encode(text)) <= MOST_TOKENS

    def translate(self, texts: list[str], prefix: list[str], search: Search, count: int) -> list[list[str]]:
        """(texts, count) translations. CTranslate2 sorts them by length and puts those of like length together."""
        if not texts:
            return []
        tokens = [[*prefix, *pieces, "</s>"] for pieces in self._source.encode(texts, out_type=str)]
        chosen: dict[str, Any] = {"beam_size": max(search.beam, count)}
        if search.sampling:
            chosen = {"beam_size": 1, "sampling_topk": search.sampling, "sampling_temperature": search.temperature}
        results = self._translator.translate_batch(
            tokens,
            num_hypotheses=count,
            max_batch_size=TOKENS_AT_ONCE,
            batch_type="tokens",
            max_input_length=0,
            max_decoding_length=search.most_tokens,
            min_decoding_length=search.least_tokens,
            disable_unk=True,
            **chosen,
        )
        return [[self._words(hypothesis) for hypothesis in result.hypotheses] for result in results]

    def _words(self, pieces: list[str]) -> str:
        kept = [
            piece for piece in pieces if piece not in SIGNS and not (piece.startswith(">>") and piece.endswith("<<"))
        ]
        return str(self._target.decode_pieces(kept)).replace("▁", " ").strip()
