"""MarianMT models with random weights, built on disk as those of the hub: real word pieces, real configuration."""

from __future__ import annotations

import io
import json
from pathlib import Path

SENTENCES = [
    *(f"Le client numéro {n} attend sa commande depuis {3 * n} jours et demande un remboursement." for n in range(150)),
    *(f"The customer is waiting for order number {n} since {2 * n} days, please answer." for n in range(150)),
]


def build_marian(
    folder: Path, width: int = 32, layers: int = 2, heads: int = 2, extra: int = 0, targets: tuple[str, ...] = ()
) -> Path:
    """extra: further word pieces, to reach the size of a real vocabulary. targets: languages of a model of many."""
    import torch
    from sentencepiece import SentencePieceProcessor, SentencePieceTrainer
    from transformers import MarianConfig, MarianMTModel

    folder.mkdir(parents=True)
    for name in ("source", "target"):
        written = io.BytesIO()
        SentencePieceTrainer.train(
            sentence_iterator=iter(SENTENCES), model_writer=written, vocab_size=90, minloglevel=2
        )
        (folder / f"{name}.spm").write_bytes(written.getvalue())
    cutter = SentencePieceProcessor(model_file=str(folder / "source.spm"))
    known = [cutter.id_to_piece(number) for number in range(cutter.get_piece_size())]
    own = [piece for piece in known if piece not in ("<s>", "</s>", "<unk>")]
    signs = [f">>{code}<<" for code in targets]
    pieces = ["</s>", "<unk>", *signs, *own, *(f"piece{number}" for number in range(extra)), "<pad>"]
    (folder / "vocab.json").write_text(json.dumps({piece: number for number, piece in enumerate(pieces)}))
    about = {"source_lang": "fr", "target_lang": "en", "tokenizer_class": "MarianTokenizer"}
    (folder / "tokenizer_config.json").write_text(json.dumps(about))
    last = len(pieces) - 1
    config = MarianConfig(
        vocab_size=len(pieces),
        decoder_vocab_size=len(pieces),
        d_model=width,
        encoder_layers=layers,
        decoder_layers=layers,
        encoder_attention_heads=heads,
        decoder_attention_heads=heads,
        encoder_ffn_dim=4 * width,
        decoder_ffn_dim=4 * width,
        max_position_embeddings=512,
        pad_token_id=last,
        eos_token_id=0,
        forced_eos_token_id=0,
        bos_token_id=0,
        decoder_start_token_id=last,
        scale_embedding=True,
        activation_function="swish",
        init_std=0.5 if width < 100 else 0.02,
    )
    torch.manual_seed(0)
    MarianMTModel(config).save_pretrained(folder)
    return folder
