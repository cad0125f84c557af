"""The likeliest role of each column, from its name in either language and from its cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.data.columns import NAMES, Roles, plain
from core.data.evidence import Evidence, look
from core.data.learning import with_task

if TYPE_CHECKING:
    import pandas as pd

WEAK = {
    "label": "type service sujet avis reponse note score rating stars etoiles valeur value resultat result output sortie gold motif rubrique "
    "domaine domain categorisation classification libelle code niveau level decision verdict nature cat emotion emotions tonalite tone similarite similarity",
    "question": "requete demande premise prompt interrogation",
    "text": "libelle objet subject title titre remarque remarques observation observations note notes texto tweet post mail email courriel "
    "courrier requete demande premise input doc paragraphe paragraph article avis motif reclamation feedback transcription utterance "
    "enonce sujet question questions commentaires reponses answers retour answer",
}
"""Names that hint at a role, where the cells look like it."""

TELLING = {
    "beside": "canal channel source langue language lang pays country region ville city departement department agence agency site sexe genre "
    "gender age auteur author agent user utilisateur username client nom prenom name customer status statut etat state version split fold "
    "partition priorite priority langage produit product marque brand magasin store traite treated vu annotateur annotator",
    "number": "id ids identifiant identifiants identifier uuid guid ref reference references num numero index idx key cle matricule no n siret "
    "siren rowid dossier ticket",
    "time": "date dates jour day heure hour time timestamp horodatage annee year mois month datetime created updated",
    "nothing": "du de des la le les l d of the a un une au aux client customer posee attendue attendu par pour for to",
}
"""Words of names that tell: something about a row beside its text (a label only where nothing better is found), its number, its
time, nothing."""
BESIDES, IDENTIFIERS, TIMES, SMALL = (frozenset(words.split()) for words in TELLING.values())

PAIRS = (("1", "2"), ("a", "b"), ("un", "deux"), ("gauche", "droite"), ("left", "right"), ("first", "second"))
"""Ends of two names that only differ so: two texts that are read together."""

NUMBERED = {"column", "colonne", "col", "unnamed", "field", "champ", "v", "x"}
"""Names that readers give to columns without one: their numbers pair nothing."""

TEXT_LIKE = {"prose": 2.0, "words": 1.0, "classes": 0.0, "identifier": -4.0, "number": -5.0, "address": -4.0, "date": -5.0, "empty": -8.0}  # fmt: skip


def guess_roles(table: pd.DataFrame) -> Roles:
    """A text is always found: the column most like one, if need be. No label and no question where no column looks like it."""
    found = {str(column): look(table[column]) for column in table.columns}
    label = _label(found) if len(found) > 1 else None
    rest = {column: evidence for column, evidence in found.items() if column != label}
    question = _question(rest)
    text = _most({column: text_score(column, rest[column]) for column in rest if column != question})
    assert text is not None
    return _with_task(table, Roles(text=text, question=question, label=label))


def _with_task(table: pd.DataFrame, roles: Roles) -> Roles:
    """Columns of yes and no are labels together, unless one of them is named as the label, or they tell something else."""
    others = [str(name) for name in table.columns if name != roles.label]
    is_named = roles.label is not None and _name(roles.label, "label") >= 3
    beside = others if is_named else [name for name in others if _tokens(name) & (BESIDES | IDENTIFIERS | TIMES)]
    return with_task(table, roles, [name for name in beside if name not in (*roles.texts, roles.question)])


def _label(found: dict[str, Evidence]) -> str | None:
    scores = {column: label_score(column, evidence, column == list(found)[-1]) for column, evidence in found.items()}
    best = _most(scores)
    if best is None or scores[best] <= 0:
        return None
    # The only text of the table is no label, whatever its name: « sujet », « avis ».
    others = [evidence for column, evidence in found.items() if column != best]
    if found[best].kind in ("prose", "words") and not any(each.kind in ("prose", "words") for each in others):
        return None
    # Classes given twice, by number and by name: the name is what people read.
    if found[best].kind == "number":
        for column, evidence in found.items():
            if evidence.kind == "classes" and evidence.order == found[best].order:
                return column
    return best


def _question(found: dict[str, Evidence]) -> str | None:
    """Of two texts, the one that asks, that is named so, or that comes second in a pair of names."""
    readable = {column: each for column, each in found.items() if each.kind in ("prose", "words", "classes")}
    texts = {column for column, each in found.items() if each.kind in ("prose", "words")}
    scores = {column: question_score(column, evidence) for column, evidence in readable.items()}
    for column in readable:
        for first, second in PAIRS:
            stem = plain(column).removesuffix(second)
            paired = plain(column).endswith(second) and stem.strip("_") not in NUMBERED
            if paired and any(plain(other) == stem + first for other in texts):
                scores[column] += 4
    best = _most(scores)
    return best if best is not None and scores[best] > 0 and texts - {best} else None


def label_score(column: str, evidence: Evidence, last: bool = False) -> float:
    """Above 0: may be the label. last: the place where labels mostly stand."""
    name = _name(column, "label")
    tokens = _tokens(column)
    if evidence.kind in ("date", "address", "empty") or (tokens & TIMES and not name):
        return -9.0
    if evidence.kind == "identifier":
        return -9.0
    score = name + (0.2 if last else 0.0)
    score -= 2.5 * bool(tokens & IDENTIFIERS) + 1.2 * bool(tokens & BESIDES)
    if evidence.kind == "number":
        few = evidence.whole and evidence.values <= 20 and evidence.distinct <= 0.5
        score += (1.2 if few else -1.0) - (1.0 if evidence.values < 2 else 0.0)
    elif evidence.kind == "classes":
        score += 1.7 if evidence.values > 1 else -2.0
    else:
        # Few rows of many classes, or lists of labels, are not seen to come back; prose is never a class.
        score -= 1.0 if evidence.kind == "words" else 2.0 if evidence.length <= 60 else 6.0
    return score


def question_score(column: str, evidence: Evidence) -> float:
    """Above 0: may be the question, if another column is the text."""
    name = _name(column, "question")
    if _tokens(column) & (IDENTIFIERS | TIMES) or (evidence.kind == "classes" and name < 4):
        return -9.0
    doubt = 2.0 if evidence.asks < 0.2 and name < 4 else 0.0
    return name + 3.0 * evidence.asks - doubt - (1.5 if evidence.asks < 0.6 and name == 0 else 0.0)


def text_score(column: str, evidence: Evidence) -> float:
    """How much like a text; also of columns that are none."""
    named = _name(column, "text")
    score = named + TEXT_LIKE[evidence.kind] + min(evidence.length, 200) / 100
    tokens = _tokens(column)
    return (
        score
        - 1.5 * bool(tokens & (BESIDES | IDENTIFIERS | TIMES) and named < 2)
        - (1.0 if evidence.values == 1 else 0.0)
    )


def _name(column: str, role: str) -> float:
    """4: the name says it; 3: one of its words does; 2 and 1: it hints at it; 0."""
    strong, weak = set(NAMES[role].split()) - set(WEAK[role].split()), set(WEAK[role].split())
    name, tokens = plain(column), _tokens(column)
    if name in strong or (tokens and tokens <= strong):
        return 4.0
    if tokens & strong:
        return 3.0
    return 2.0 if name in weak or (tokens and tokens <= weak) else 1.0 if tokens & weak else 0.0


def _tokens(column: str) -> set[str]:
    """The words of a name that say something."""
    tokens = set(plain(column).split("_"))
    return tokens - SMALL or tokens


def _most(scores: dict[str, float]) -> str | None:
    return max(scores, key=scores.__getitem__, default=None)
