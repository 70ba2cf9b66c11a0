"""A question that wants a whole document in short goes in; what it calls the document comes out (pure)."""

import re
from dataclasses import dataclass

_LONGEST = 200
_POLITE = (
    r"(?:(?:please|bitte|hi|hello|ok(?:ay)?)[, ]+)*(?:(?:can|could|would) you (?:please )?"
    r"|kannst du (?:mir )?(?:bitte )?"
    r"|können sie (?:mir )?|peux[- ]tu (?:me )?|pouvez[- ]vous (?:me )?|puedes |podrías )?"
)
_POINTS = (
    r"(?P<points>(?:key|main|most important|central|essential) (?:points|facts|findings|messages|takeaways)|takeaways"
    r"|(?:kern|haupt)(?:punkte|aussagen)|(?:die )?wichtigsten (?:punkte|aussagen)|points (?:clés?|clefs?|principaux"
    r"|essentiels|importants)|puntos (?:clave|principales|esenciales|importantes))"
)
_DOCUMENT = (
    r"(?:(?:the|this|my|our|das|die|der|den|dem|des|dieses?|diese[rnm]?|le|la|les|l['’]|ce"
    r"|cette|el|los|las|del|este|esta) ?)?"
    r"(?:(?:whole|entire|ganze[sn]?|document|file|pdf|dokuments?|datei|fichier|documento|archivo)\b ?)*"
    r"(?:(?:called|named|namens|mit dem namen|intitulé|nommé|llamado|titulado) )?"
)
_OF = r"(?: (?:of|in|from|for|von|aus|zu|der|des|de la|del|du|de) | (?:de l|d)['’])"
_RULES = tuple(
    re.compile(rf"{_POLITE}{pattern}", re.IGNORECASE)
    for pattern in (
        r"(?:summari[sz]e|sum up|give (?:me )?(?:a|an) (?:short |brief )?(?:summary|overview) of"
        r"|(?:a )?(?:short |brief )?summary of"
        r"|outline|tl;?dr:?|what does .{0,3}say in short:?)\s+(?P<name>.+)",
        rf"(?:what are|list|give me|tell me|show me|name)?\s*(?:the )?{_POINTS}{_OF}(?P<name>.+)",
        r"(?:fass(?:e|en sie)?)\s+(?P<name>.+?)\s+(?:kurz )?zusammen",
        r"(?:(?:eine |gib mir eine |schreib eine )?(?:kurze )?zusammenfassung|überblick)(?: von"
        r"| über| zu| der| des)\s+(?P<name>.+)",
        rf"(?:was sind|nenne?(?: mir)?|liste|zeige?(?: mir)?)?\s*(?:die )?{_POINTS}{_OF}(?P<name>.+)",
        r"(?:résume[rz]?|fais(?: moi)? un résumé d[eu]|(?:un )?(?:court )?résumé d(?:e la|e l['’]"
        r"|es|e|u|['’]))\s*(?P<name>.+)",
        rf"(?:quels sont|donne[rz]?(?:[- ]moi)?|liste[rz]?)?\s*(?:les )?{_POINTS}{_OF}(?P<name>.+)",
        r"(?:resum[ei]r?|resúmeme|haz un resumen del?|(?:un )?resumen del?)\s+(?P<name>.+)",
        rf"(?:cuáles son|dame|lista)?\s*(?:los )?{_POINTS}{_OF}(?P<name>.+)",
    )
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Whole:
    """What is wanted."""

    name: str  # words for the document; empty for "this document"
    points: bool  # key points, not a summary


def whole_of(question: str) -> Whole | None:
    """The document that is to be summed up, or None for any other question."""
    text = " ".join(question.split()).strip(" ?!.¿¡")
    if len(text) > _LONGEST:
        return None
    for rule in _RULES:
        if match := rule.fullmatch(text):
            name = re.sub(rf"^{_DOCUMENT}", "", match["name"].strip("\"“”„«»'"), flags=re.IGNORECASE)
            return Whole(name=name.strip(" \"“”„«»'"), points=bool(match.groupdict().get("points")))
    return None
