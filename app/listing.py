"""A question about the documents themselves goes in, a list of their names comes out; no model is called."""

import json
import re
from collections.abc import Sequence
from itertools import groupby

from sqlalchemy import Engine, Row

from app.core.database import reachable
from app.core.domain import NO_FILTERS, Question
from app.core.scope import nothing_in
from app.core.sql import load_queries

_QUERIES = load_queries(__file__)
_MOST = 30  # names of one collection

_EN = r"(?:documents?|files?|sources?|papers?|pdfs?|notes?)"
_DE = r"(?:dokumente|dateien|unterlagen|quellen|texte)"
_FR = r"(?:documents|fichiers|sources|textes)"
_ES = r"(?:documentos|archivos|ficheros|fuentes|textos)"
_HERE = (
    r"(?: (?:here|in here|in total|in all|at all|now|right now|altogether|so far"
    r"|(?:in|of) (?:the|this|my|your|our) (?:collection|library|database|index|system|archive|store|folder)"
    r"|hier|insgesamt|in der (?:sammlung|datenbank|bibliothek)|ici|en tout|dans la (?:base|collection)|aquí|en total"
    r"|en la (?:base de datos|colección)))*"
)
_EXIST_EN = (
    r"(?:are (?:there|here|available|loaded|stored|indexed|known)|exist|do (?:you|we|i) have(?: access to)?"
    r"|(?:can|do) you (?:know|see|read|access|search)(?: of)?|have (?:i|we|you) (?:got|uploaded|added|ingested|read)"
    r"|(?:have been|were) (?:uploaded|added|ingested|loaded)|did (?:i|we) (?:upload|add|ingest))"
)
_EXIST_DE = (
    r"(?:gibt es|sind (?:da|vorhanden|verfügbar|geladen|gespeichert|hier)|hast du|haben (?:sie|wir)|habe ich|kennst du"
    r"|kennen sie|liegen vor|existieren)(?: hochgeladen| gelesen)?"
)
_EXIST_FR = (
    r"(?:y a[- ]t[- ]il|as[- ]tu|avez[- ]vous|avons[- ]nous|sont (?:disponibles|là|chargés)|existent|connais[- ]tu)"
)
_EXIST_ES = r"(?:hay|tienes|tiene|tenemos|existen|están (?:disponibles|cargados)|conoces)"
_POLITE = (
    r"(?:(?:hi|hello|please|bitte|hallo|bonjour|hola|ok(?:ay)?|so)[, ]+)*"
    r"(?:(?:can|could|would) you (?:please )?|tell me |kannst du (?:mir )?|können sie (?:mir )?|peux[- ]tu |puedes )?"
)
# Only questions that ask for nothing else: "Which documents are needed for a visa?" is about what the documents say.
_ASKS = re.compile(
    rf"{_POLITE}(?:"
    rf"(?:what|which|how many) {_EN} {_EXIST_EN}"
    rf"|(?:what(?:['’]s| is) in|what does) (?:this|the|your) (?:library|collection|database)"
    rf"(?: contain)?"
    r"|(?:list|show|name|enumerate|give)(?: me)?(?: a list of| the names of)?(?: all)?(?: of)?(?: the| my| your| our)?"
    rf" {_EN}(?: (?:you|we|i) have| there are| available)?"
    rf"|(?:welche|was für|wie viele) {_DE} {_EXIST_DE}"
    rf"|(?:liste|zeig|zeige|nenn|nenne)(?: mir)?(?: bitte)?(?: alle)?(?: die| meine)? {_DE}(?: auf)?"
    rf"|(?:alle {_DE} (?:auflisten|anzeigen|zeigen))"
    rf"|(?:quels|quelles|combien de|quels sont les|quelles sont les) {_FR}(?: {_EXIST_FR})?"
    rf"|(?:liste|listez|montre|montrez|donne|affiche)(?:[- ]moi)?(?: la liste)?(?: de)?(?: tous)?(?: les| des)? {_FR}"
    rf"|(?:qué|cuáles|cuántos|cuáles son los) {_ES}(?: {_EXIST_ES})?"
    rf"|(?:lista|muestra|enumera|muéstrame|dame)(?: la lista de)?(?: todos)?(?: los)? {_ES}"
    rf"){_HERE}"
)


def asks_for_list(question: str) -> bool:
    """Whether a question asks which documents there are, and nothing else."""
    plain = " ".join(re.sub(r"[?!.¿¡:„“”\"]", " ", question.lower()).split())
    return _ASKS.fullmatch(plain) is not None


class Listing:
    """Names the documents that are searched. Raises DatabaseError."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def answer(self, question: Question) -> str:
        """Names by collection, with their number and where all of them are listed; empty for any other question."""
        if not asks_for_list(question.text):
            return ""
        filters = json.dumps(question.filters.criteria())
        params = {"collection": question.collection, "filters": filters, "most": _MOST}
        with reachable(self._engine) as connection:
            rows = connection.execute(_QUERIES["documents"], params).all()
        if not rows and (question.collection is not None or question.filters != NO_FILTERS):
            return nothing_in(question.collection, question.filters)
        if not rows:
            return "There are no documents yet. The Documents tab takes files, and so does: python -m ingest PATH"
        lines = [_line(name, list(group)) for name, group in groupby(rows, key=lambda row: str(row.collection))]
        total = sum({str(row.collection): int(row.documents) for row in rows}.values())
        head = f"There {'is 1 document' if total == 1 else f'are {total:,} documents'}"
        where = "" if len(lines) == 1 else f" in {len(lines)} collections"
        return "\n".join(
            (
                f"{head}{where}:",
                "",
                *lines,
                "",
                "The Documents tab lists all of them, and finds one by part of its name.",
            )
        )


def _line(collection: str, rows: Sequence[Row[tuple[str, int, str]]]) -> str:
    names = ", ".join(" ".join(str(row.name).split()) for row in rows)
    more = int(rows[0].documents) - len(rows)
    return f"- {collection} ({rows[0].documents:,}): {names}" + (f" and {more:,} more" if more else "")
