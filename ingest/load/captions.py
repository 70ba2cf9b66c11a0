"""Captions of tables, as paragraphs beside them."""

import re

LONGEST_CAPTION = 300  # characters
_EMPHASIS = re.compile(r"^[*_\s]+|[*_\s]+$|\*\*|__")
_CAPTION = re.compile(
    r"(?:table|tab\.|tabelle|tableau|tabla|tabela|tabella|tabel|tabell|taulukko|tabulka|táblázat|таблица|таблиця|表)"
    r"\s?[\w.\-]{0,6}\d[^\n]*",
    re.IGNORECASE,
)


def caption_in(paragraph: str) -> str:
    """The paragraph without emphasis if it is the caption of a table ("Table 3: Fares"), else nothing."""
    if len(paragraph) > LONGEST_CAPTION + 20:
        return ""
    plain = _EMPHASIS.sub("", paragraph)
    return plain if len(plain) <= LONGEST_CAPTION and _CAPTION.fullmatch(plain) else ""
