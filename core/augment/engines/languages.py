"""Codes of languages: two letters with us (ISO 639-1), three (ISO 639-3) in the names of some models and dictionaries."""

from __future__ import annotations

CODES = """
afr:af ara:ar arg:an bel:be bul:bg bre:br cat:ca ces:cs cym:cy dan:da deu:de ell:el eng:en epo:eo spa:es est:et eus:eu
fas:fa fin:fi fra:fr gle:ga glg:gl heb:he hin:hi hbs:sh hrv:hr hun:hu ind:id isl:is ita:it jpn:ja kaz:kk kor:ko lit:lt
lav:lv mkd:mk mlt:mt nld:nl nno:nn nob:nb oci:oc pol:pl por:pt ron:ro rus:ru slk:sk slv:sl srd:sc sme:se sqi:sq srp:sr
swe:sv tat:tt tur:tr ukr:uk urd:ur vie:vi zho:zh
"""
TWO_LETTERS = dict(pair.split(":") for pair in CODES.split())
"""ISO 639-3 to ISO 639-1."""
THREE_LETTERS = {short: long for long, short in TWO_LETTERS.items()}
