"""One sentence of ours, to find out whether an engine works now; never a text of the user's."""

from __future__ import annotations

from core.augment.engines.engine import Engine, Failed

SENTENCES = {
    "ca": "El temps és bo avui i els nens juguen al jardí.",
    "de": "Das Wetter ist heute schön und die Kinder spielen im Garten.",
    "en": "The weather is fine today and the children are playing in the garden.",
    "es": "Hoy hace buen tiempo y los niños juegan en el jardín.",
    "fr": "Il fait beau aujourd’hui et les enfants jouent dans le jardin.",
    "it": "Oggi il tempo è bello e i bambini giocano in giardino.",
    "pt": "Hoje o tempo está bom e as crianças brincam no jardim.",
}


def probed(engine: Engine, source: str, target: str) -> Failed | None:
    """Why the engine does not work between these languages now; None when it does."""
    sentence = SENTENCES.get(source, SENTENCES["en"])
    outcome = engine.translate([sentence], source, target)[0]
    if isinstance(outcome, Failed):
        return outcome
    if source in SENTENCES and source != target and outcome.text.strip() == sentence:
        return Failed("unchanged", {"service": engine.name})
    return None
