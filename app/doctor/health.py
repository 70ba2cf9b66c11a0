"""Checks of every part of an installation, each failing one with the command that fixes it."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from sqlalchemy import Connection, Engine, Row

from app.bootstrap import open_chat_model
from app.core import database
from app.core.cpu import int8_support
from app.core.domain import CHUNKER_VERSION
from app.core.errors import AppError
from app.core.libreoffice import HOW_TO_INSTALL as HOW_TO_INSTALL_LIBREOFFICE
from app.core.libreoffice import libreoffice_command
from app.core.models.embedding import Embedder
from app.core.models.find import build_embedder
from app.core.settings import Settings
from app.core.sql import load_queries
from app.core.tesseract import HOW_TO_INSTALL, chosen_languages, tesseract_languages
from app.present.problem import problem_of
from app.rerank import build_reranker

_QUERIES = load_queries(__file__)
_SMALLEST_FREE_GIB = 1.0
_GIB = 1 << 30


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """The state of one part."""

    name: str
    ok: bool
    detail: str  # its state, one line
    fix: str = ""  # the command or setting that fixes it; empty when nothing is wrong or no fix is known
    notes: tuple[str, ...] = ()  # it works, and could work better


def checks(settings: Settings) -> tuple[Check, ...]:
    """Every check, in the order in which the parts depend on one another; all of them run when one fails."""
    return tuple(_all(settings))


def _all(settings: Settings) -> Iterator[Check]:
    yield Check(name="settings", ok=True, detail=f"Foremost {version('foremost')}, data in {settings.data_dir}")
    yield _disk(settings)
    yield Check(name="CPU", ok=True, detail=f"int8 by {int8_support()}")
    embedder, embedding = _embedding(settings)
    yield from _database(settings, embedder)
    yield embedding
    yield _reranker(settings, embedder)
    yield _chat(settings)
    yield _text_recognition(settings)
    yield _old_office()


def _disk(settings: Settings) -> Check:
    existing = next(folder for folder in (settings.data_dir, *settings.data_dir.absolute().parents) if folder.exists())
    free = shutil.disk_usage(existing).free / _GIB
    enough = free >= _SMALLEST_FREE_GIB
    fix = "" if enough else "Free 1 GiB there, or set FOREMOST_DATA_DIR to a folder on another disk."
    return Check(name="disk", ok=enough, detail=f"{free:.1f} GiB free for {settings.data_dir}", fix=fix)


def _database(settings: Settings, embedder: Embedder | None) -> Iterator[Check]:
    try:
        engine = database.connect(settings)
        with database.reachable(engine) as connection:
            yield from _server(connection, embedded=settings.database_url is None)
    except AppError as error:
        yield _failed("database", error)
        return
    try:
        yield from _contents(engine, embedder)
    except AppError as error:  # its own fix is to run this command
        yield Check(name="schema", ok=False, detail=problem_of(error).text, fix="python -m app migrate")
    finally:
        engine.dispose()


def _server(connection: Connection, *, embedded: bool) -> Iterator[Check]:
    text, number = connection.execute(_QUERIES["select_server_version"]).one()
    address = "embedded" if embedded else connection.engine.url.render_as_string(hide_password=True)
    recent = number >= database.MINIMUM_POSTGRES
    upgrade = "" if recent else "Upgrade the server to PostgreSQL 16 or newer."
    yield Check(name="database", ok=recent, detail=f"PostgreSQL {text} ({address})", fix=upgrade)
    extension = connection.execute(_QUERIES["select_vector_version"]).scalar()
    if extension is None:
        detail = "the extension is not in this database"
        yield Check(name="pgvector", ok=False, detail=detail, fix="python -m app migrate")
        return
    yield _pgvector(extension)


def _pgvector(installed: str) -> Check:
    version_numbers = tuple(int(number) for number in re.findall(r"\d+", installed)[:3])
    enough = version_numbers >= database.MINIMUM_PGVECTOR
    recommended = ".".join(map(str, database.RECOMMENDED_PGVECTOR))
    update = f"Install pgvector {recommended} or newer on the server, then run: ALTER EXTENSION vector UPDATE"
    notes: tuple[str, ...] = ()
    if enough and version_numbers < database.RECOMMENDED_PGVECTOR:
        notes = (f"Older versions can damage a vector index (one by a buffer overflow, CVE-2026-3172). {update}",)
    return Check(name="pgvector", ok=enough, detail=f"pgvector {installed}", fix="" if enough else update, notes=notes)


def _contents(engine: Engine, embedder: Embedder | None) -> Iterator[Check]:
    current, head = database.schema_state(engine)
    if current != head:
        detail = f"at {current or 'nothing'}, this version needs {head}"
        yield Check(name="schema", ok=False, detail=detail, fix="python -m app migrate")
        return
    yield Check(name="schema", ok=True, detail=f"at {head}")
    with database.reachable(engine) as connection:
        corpus = connection.execute(_QUERIES["select_corpus"], {"chunker": CHUNKER_VERSION}).one_or_none()
        documents, failed, chunks = connection.execute(_QUERIES["count_documents"]).one()
    if corpus is not None and embedder is not None:
        yield _corpus(corpus, embedder)
    detail = f"{documents} documents, {chunks} passages, {failed} failed"
    if not documents:
        yield Check(name="documents", ok=True, detail="none yet", notes=("Add some: python -m ingest PATH",))
    elif failed:
        yield Check(name="documents", ok=False, detail=detail, fix="python -m ingest PATH prints the error of each.")
    else:
        yield Check(name="documents", ok=True, detail=detail)


def _corpus(corpus: Row[Any], embedder: Embedder) -> Check:
    notes: list[str] = []
    if corpus.vectors_kept:
        notes.append(f"The vectors of {corpus.next_model} are kept: python -m ingest reembed, with --back or --finish")
    elif corpus.next_model is not None:
        notes.append(
            f"Re-embedding by {corpus.next_model} is not finished: python -m ingest reembed, with --model or --abort"
        )
    if corpus.outdated:
        notes.append(f"{corpus.outdated} documents were chunked by another version: python -m ingest rechunk")
    fix = ""
    same = (corpus.model, corpus.dimension) == (embedder.name, embedder.dimension)
    detail = f"embedded by {corpus.model}"
    if not same:
        detail += f" ({corpus.dimension} numbers), configured is {embedder.name} ({embedder.dimension})"
        fix = f"Set FOREMOST_EMBEDDING_MODEL={corpus.model} (of a folder: its path), or run: python -m ingest reembed"
    return Check(name="corpus", ok=same, detail=detail, fix=fix, notes=tuple(notes))


def _embedding(settings: Settings) -> tuple[Embedder | None, Check]:
    try:
        embedder = build_embedder(settings.embedding_model, settings.data_dir)
    except AppError as error:
        fix = "Set FOREMOST_EMBEDDING_MODEL to a built-in name, a folder with a model, or a hub id."
        return None, _failed("embedding model", error, fix=fix)
    detail = f"{embedder.name}, {embedder.dimension} numbers, reads {embedder.max_tokens} tokens"
    return embedder, Check(name="embedding model", ok=True, detail=detail)


def _reranker(settings: Settings, embedder: Embedder | None) -> Check:
    if embedder is None:
        return Check(name="reranker", ok=False, detail="not checked", fix="Fix the embedding model first.")
    try:
        reranker = build_reranker(settings.reranker, embedder, settings.data_dir, budget_ms=settings.rerank_budget_ms)
    except AppError as error:
        fix = (
            "Set FOREMOST_RERANKER to auto, none, late-interaction, cross-encoder, a folder with a model, or a hub id."
        )
        return _failed("reranker", error, fix=fix)
    return Check(name="reranker", ok=True, detail=reranker.name)


def _chat(settings: Settings) -> Check:
    try:
        model, notices = open_chat_model(settings, report=lambda _: None)
    except AppError as error:
        return _failed("chat model", error)
    info = model.info
    model.close()
    counted = "tokens counted by the server" if info.tokens_counted else "tokens estimated"
    detail = f"{info.name} ({info.backend}), context {info.context_tokens} tokens, {counted}"
    return Check(name="chat model", ok=True, detail=detail, notes=notices)


def _text_recognition(settings: Settings) -> Check:
    """Tesseract, which only scanned pages need."""
    name = "text recognition"
    installed = tesseract_languages()
    if not installed:
        note = f"For scanned pages: {HOW_TO_INSTALL}"
        return Check(name=name, ok=True, detail="tesseract is not installed; scanned pages have no text", notes=(note,))
    languages = chosen_languages(settings.ocr_languages, installed)
    missing = [code for code in settings.ocr_languages.split("+") if code and code not in installed]
    notes = tuple(f"tesseract lacks {code}: apt-get install tesseract-ocr-{code}" for code in missing)
    return Check(name=name, ok=True, detail=f"tesseract with {languages}", notes=notes)


def _old_office() -> Check:
    """LibreOffice, which only Office files from before 2007 need."""
    name = "old Office files"
    command = libreoffice_command()
    if command is not None:
        return Check(name=name, ok=True, detail=f".doc, .xls and .ppt are read by LibreOffice ({command})")
    detail = "LibreOffice is not installed; .doc, .xls and .ppt are not read"
    return Check(name=name, ok=True, detail=detail, notes=(f"For such files: {HOW_TO_INSTALL_LIBREOFFICE}",))


def _failed(name: str, error: AppError, *, fix: str = "") -> Check:
    """The failed check for an error; `fix` is for errors that carry none."""
    problem = problem_of(error)
    return Check(name=name, ok=False, detail=problem.text, fix=problem.fix or fix)
