"""The augmented table that is downloaded: originals first, then what was made of them, and safe in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

from core.augment.augmented import augmented_csv
from core.data.columns import Roles
from core.data.fixes import Fix
from core.store.decisions import decide, edit
from core.store.fixes import add_fix
from core.store.project import Project, open_project, set_roles
from tests.paraphrased import lay_down_paraphrases, paraphrase
from tests.tables import as_csv

ROWS = [
    {"no": "7", "texte": "où est mon colis", "question": "quand ?", "label": "delivery", "engine": "diesel"},
    {"no": "8", "texte": "rien", "question": "", "label": "", "engine": ""},
    {"no": "9", "texte": "=1+1 est une formule", "question": "quoi ?", "label": "refund", "engine": "petrol"},
    {"no": "10", "texte": "mon argent", "question": "où ?", "label": "refund", "engine": ""},
]


def exported(project: Project, *, only_accepted: bool) -> list[dict[str, str]]:
    content = b"".join(augmented_csv(project, ";", only_accepted=only_accepted))
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


def of_row(place: int, **values: object) -> dict[str, object]:
    row = ROWS[place - 1]
    return paraphrase(place, origin_text=row["texte"], origin_question=row["question"], **values)


def test_originals_come_first_then_the_paraphrases_with_all_columns(make_project: Callable[..., Project]) -> None:
    project = make_project(as_csv(ROWS), "a.csv")
    set_roles(project.id, Roles(text="texte", question="question", label="label"))
    project = open_project(project.id)
    ids = lay_down_paraphrases(
        project,
        [
            of_row(1, text="où se trouve le paquet", question="quand ?", path="fr>ca>fr"),
            of_row(3, text="+1 est une formule", question="quoi ?", path="fr>en>de>fr", similarity=None),
            of_row(4, text="mes sous", question="où ?"),
            paraphrase(4, text="of a text that was corrected since", job_id="older"),
            of_row(4, text=None, question=None, job_id="failed"),
        ],
    )
    decide(project.id, ids[:1], "accepted")
    edit(project.id, ids[1], "=mes mots")
    everything = exported(project, only_accepted=False)
    assert list(everything[0]) == [
        *ROWS[0],
        "origin",
        "pivot",
        "engine_",
        "similarity",
        "judged_by",
        "word_edits",
        "length_ratio",
        "decision",
    ]
    assert [row["no"] for row in everything] == ["7", "9", "10", "7", "9", "10"]
    assert [row["origin"] for row in everything] == ["", "", "", "1", "3", "4"]
    assert everything[1]["texte"] == "'=1+1 est une formule"
    assert everything[3] == {
        "no": "7",
        "texte": "où se trouve le paquet",
        "question": "quand ?",
        "label": "delivery",
        "engine": "diesel",
        "origin": "1",
        "pivot": "ca",
        "engine_": "apertium",
        "similarity": "0.8000",
        "judged_by": "all-MiniLM-L6-v2",
        # Of six words and signs "est" came back as "se trouve", and "mon colis" as "le paquet".
        "word_edits": f"{4 / 7:.4f}",
        "length_ratio": f"{30 / 24:.4f}",
        "decision": "accepted",
    }
    assert (everything[4]["texte"], everything[4]["pivot"]) == ("'=mes mots", "en>de")
    assert (everything[4]["similarity"], everything[4]["judged_by"], everything[4]["decision"]) == ("", "", "edited")
    # What came back was measured, not what a person made of it.
    assert (
        everything[4]["length_ratio"] == f"{len('+1 est une formule quoi ?') / len('=1+1 est une formule quoi ?'):.4f}"
    )
    assert [row["length_ratio"] for row in everything[:3]] == ["", "", ""]
    assert everything[5]["decision"] == "undecided"
    assert exported(project, only_accepted=True) == everything[:5]


def test_what_fixes_set_aside_is_left_out_with_its_paraphrases(project: Project) -> None:
    first, second = exported(project, only_accepted=False)[:2]
    lay_down_paraphrases(project, [paraphrase(1, origin_text=first["text"]), paraphrase(2, origin_text=second["text"])])
    assert len(exported(project, only_accepted=False)) == 62
    assert project.roles is not None
    add_fix(project.folder, Fix(code="duplicate", does="aside", rows=(1,), roles=project.roles))
    found = exported(project, only_accepted=False)
    assert len(found) == 60
    assert found[0] == second
    assert [row["origin"] for row in found[59:]] == ["2"]
