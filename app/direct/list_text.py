"""Rows of documents go in, the text of the answer comes out: a sentence, a Markdown table, and how to see the rest."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.core.domain import Hit, Sentence, Support
from app.core.language import language_name
from app.plan.lists import Listed
from app.plan.words import content

_SNIPPET = 110  # characters of a passage in the table
_SENTENCE = re.compile(r"[^\n.!?]+[.!?]?")
_WORDS = {
    "en": {
        "exact": "Exactly", "least": "At least", "one": "document", "more": "documents",
        "of": "Rows {0}–{1} of {2}.",
        "next": "“Page {0}” shows the next ones; the CSV file has all of them.",
        "near": "{0} of them only close in meaning",
        "head": ("Document", "Date", "Passages", "Beginning or best place"), "none": "No document holds {0}.",
        "called": "named", "new": "added or changed",
    },
    "de": {
        "exact": "Genau", "least": "Mindestens", "one": "Dokument", "more": "Dokumente",
        "of": "Zeilen {0}–{1} von {2}.",
        "next": "„Seite {0}“ zeigt die nächsten; die CSV-Datei hat alle.",
        "near": "davon {0} nur dem Sinn nach",
        "head": ("Dokument", "Datum", "Stellen", "Anfang oder beste Stelle"), "none": "Kein Dokument enthält {0}.",
        "called": "mit dem Namen", "new": "hinzugefügt oder geändert",
    },
    "fr": {
        "exact": "Exactement", "least": "Au moins", "one": "document", "more": "documents",
        "of": "Lignes {0}–{1} sur {2}.",
        "next": "« Page {0} » montre les suivantes ; le fichier CSV les a toutes.",
        "near": "dont {0} seulement proches par le sens",
        "head": ("Document", "Date", "Passages", "Début ou meilleur passage"),
        "none": "Aucun document ne contient {0}.",
        "called": "nommés", "new": "ajoutés ou modifiés",
    },
    "es": {
        "exact": "Exactamente", "least": "Al menos", "one": "documento", "more": "documentos",
        "of": "Filas {0}–{1} de {2}.",
        "next": "«Página {0}» muestra las siguientes; el archivo CSV las tiene todas.",
        "near": "{0} de ellos solo cercanos en el sentido",
        "head": ("Documento", "Fecha", "Pasajes", "Comienzo o mejor pasaje"), "none": "Ningún documento contiene {0}.",
        "called": "llamados", "new": "añadidos o modificados",
    },
}  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A document that meets the conditions."""

    document_id: int
    name: str
    collection: str
    source_uri: str
    dated: str  # day, month or year, ISO 8601: by its name, its title or its beginning, else of its file
    passages: int  # that hold the words; all of them where none are searched for
    chunk_id: int | None  # the passage to show; None: its first one
    near: bool = False  # close in meaning, without the words


def columns(listed: Listed) -> tuple[str, ...]:
    """Names of the table's columns."""
    return tuple(_WORDS[listed.tongue]["head"])


def none_holds(listed: Listed) -> str:
    """What to say where no document holds the words."""
    return str(_WORDS[listed.tongue]["none"]).format(_topics(listed))


def heading(listed: Listed, rows: Sequence[Row], *, exact: bool) -> str:
    """How many there are, and the conditions: "At least 5 documents · “fire” · 2024-05"."""
    words = _WORDS[listed.tongue]
    near = sum(row.near for row in rows)
    number = f"{words['exact' if exact else 'least']} {len(rows):,} {words['one' if len(rows) == 1 else 'more']}"
    parts = [number, *_conditions(listed)]
    return " · ".join(parts) + (f" ({str(words['near']).format(near)})" if near else "")


def listing_text(
    listed: Listed, rows: Sequence[Row], hits: Sequence[Hit | None], *, exact: bool, offset: int
) -> tuple[str, tuple[Sentence, ...]]:
    """The text and its sentences; each row of the table cites its passage.

    hits: of the rows from `offset` on, those of this page; None where a document has no passage.
    """
    words = _WORDS[listed.tongue]
    text = heading(listed, rows, exact=exact) + ("." if not rows else ":")
    sentences = [Sentence(text=text, start=0, end=len(text), support=Support.NOT_A_CLAIM)]
    if not rows:
        return text, tuple(sentences)
    names = columns(listed)
    text += f"\n\n| # | {' | '.join(names)} |\n|---|{'---|' * len(names)}\n"
    number = 0
    for place, (row, hit) in enumerate(zip(rows[offset:], hits, strict=False), offset + 1):
        number += hit is not None
        snippet = f"{cell(best_place(hit.text, listed.topics))} [{number}]" if hit else ""
        line = f"| {place} | {cell(row.name)} | {row.dated} | {row.passages} | {snippet} |"
        if hit:
            start, end = len(text), len(text) + len(line)
            sentences.append(
                Sentence(text=line, start=start, end=end, support=Support.CITED, passages=(number,), score=1.0)
            )
        text += line + "\n"
    if len(hits) < len(rows):
        last = offset + len(hits)
        text += "\n" + str(words["of"]).format(offset + 1, last, f"{len(rows):,}")
        if last < len(rows):
            text += " " + str(words["next"]).format(offset // len(hits) + 2)
    return text.rstrip(), tuple(sentences)


def cell(text: str) -> str:
    """A text as the cell of a Markdown table: one line, no column's end, no marker of a citation."""
    return " ".join(text.split()).replace("|", "¦").replace("[", "(").replace("]", ")")


def best_place(text: str, topics: Sequence[str]) -> str:
    """The sentence of a passage that holds most of the words, or its beginning, in short."""
    wanted = [word[:6] for topic in topics for word in content(topic)]
    sentences = [match.group().strip() for match in _SENTENCE.finditer(text) if len(match.group().strip()) > 2]
    best = max(sentences, key=lambda one: sum(word in one.casefold() for word in wanted), default="")
    return best if len(best) <= _SNIPPET else best[: _SNIPPET - 1].rstrip() + "…"


def _topics(listed: Listed) -> str:
    return " / ".join(f"“{topic}”" for topic in listed.topics)


def _conditions(listed: Listed) -> list[str]:
    words = _WORDS[listed.tongue]
    period = str(listed.period or "")
    return [
        part
        for part in (
            f"{words['called']} “{listed.kind}”" if listed.kind else "",
            _topics(listed),
            f"title “{listed.titled}”" if listed.titled else "",
            f"tag {listed.tag}" if listed.tag else "",
            f"collection {listed.collection}" if listed.collection else "",
            listed.media_type,
            language_name(listed.language) if listed.language else "",
            f"{words['new']} {period}" if listed.new else period,
        )
        if part
    ]
