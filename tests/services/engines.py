"""The engines of the services under test, pointed at a server of ours."""

from __future__ import annotations

from core.augment.engines.deepl import DeepL
from core.augment.engines.engine import Limits
from core.augment.engines.google import Google
from core.augment.engines.libre import LibreTranslate
from core.augment.engines.microsoft import Microsoft
from core.augment.engines.mymemory import MyMemory
from core.augment.engines.online import OnlineEngine
from tests.services.server import Service

KINDS: dict[str, type[OnlineEngine]] = {
    kind.name: kind for kind in (Google, MyMemory, Microsoft, LibreTranslate, DeepL)
}
KEY = "0a1b2c3d-secret-key"


def engine_for(
    name: str, service: Service, timeout: float = 10, at_once: int = 8, per_second: float | None = None
) -> OnlineEngine:
    """With a key, and with the usual sizes of texts."""
    kind = KINDS[name]
    limits = Limits(at_once, per_second, kind.usual.texts, kind.usual.characters)
    return kind(service.url, KEY, limits, timeout)
