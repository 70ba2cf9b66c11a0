"""`python -m ingest tag`: the tags in use, and tags given to documents by hand."""

import os
from contextlib import closing
from typing import Annotated

import typer
from rich.markup import escape

from app.core.document_tags import DocumentTags, TaggedDocument, why_kept
from app.core.errors import NotFoundError, SettingsError
from app.core.settings import load_settings
from app.core.tags import clean_tags
from ingest.bootstrap import open_database
from ingest.commands.screen import out, report


def tag(
    documents: Annotated[
        list[str] | None, typer.Argument(help="Numbers, paths or file names.", metavar="DOCUMENT...")
    ] = None,
    add: Annotated[list[str] | None, typer.Option(help="Give them this tag. Repeat it.")] = None,
    remove: Annotated[list[str] | None, typer.Option(help="Take this tag from them. Repeat it.")] = None,
    collection: Annotated[str | None, typer.Option(help="Only documents of this collection.")] = None,
) -> None:
    """Tag documents; without --add and --remove show their tags, without documents all tags in use."""
    if (add or remove) and not documents:
        raise SettingsError("No documents are named.", fix="Run: python -m ingest tag DOCUMENT --add TAG")
    with closing(open_database(load_settings(), report)) as database:
        tags = DocumentTags(database.engine)
        if not documents:
            for name, count in tags.counts().items():
                out.print(f"{count:>6}  {escape(name)}")
            return
        found = {document.id: document for name in documents for document in _found(tags, name, collection)}
        taken = clean_tags(remove or ())
        for document in found.values():
            shown = tags.change(document.id, add=add or (), remove=taken) if add or remove else document
            out.print(f"{escape(shown.name)}: {escape(', '.join(sorted(shown.tags))) or 'no tags'}")
            for kept in taken:
                if kept in shown.tags:
                    report(why_kept(shown, kept))


def _found(tags: DocumentTags, name: str, collection: str | None) -> tuple[TaggedDocument, ...]:
    """The documents of a name; a path is completed as the shell's working directory says."""
    try:
        return tags.find(name, collection=collection)
    except NotFoundError:
        if not os.path.exists(name):
            raise
        return tags.find(os.path.abspath(name), collection=collection)
