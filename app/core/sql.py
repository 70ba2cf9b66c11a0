"""SQL for both roads: named queries from .sql files, bulk copy of rows, text search configurations."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pgvector.psycopg import register_vector
from sqlalchemy import Connection, TextClause, text

# ISO 639-1 -> PostgreSQL's text search configuration; words of other languages are indexed unchanged ("simple").
TEXT_CONFIGS: Mapping[str, str] = {
    "ar": "arabic", "hy": "armenian", "eu": "basque", "ca": "catalan", "da": "danish", "nl": "dutch", "en": "english",
    "et": "estonian", "fi": "finnish", "fr": "french", "de": "german", "el": "greek", "hi": "hindi", "hu": "hungarian",
    "id": "indonesian", "ga": "irish", "it": "italian", "lt": "lithuanian", "ne": "nepali", "no": "norwegian",
    "nb": "norwegian", "nn": "norwegian", "pl": "polish", "pt": "portuguese", "ro": "romanian", "ru": "russian",
    "sr": "serbian", "es": "spanish", "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip

_NAME = re.compile(r"^-- name: (\w+)[ \t]*$", re.MULTILINE)


def load_queries(module_file: str) -> Mapping[str, TextClause]:
    """Queries of the .sql file that has the module's name (pass __file__), one per `-- name:` line.

    Parameters are written :name; a cast is written CAST(:name AS type) or ::type.
    """
    source = Path(module_file).with_suffix(".sql").read_text("utf-8")
    pieces = _NAME.split(source)[1:]
    names, bodies = pieces[::2], pieces[1::2]
    if len(set(names)) != len(names):
        raise ValueError(f"A query name occurs twice in {Path(module_file).with_suffix('.sql')}.")
    return MappingProxyType({name: text(body.strip()) for name, body in zip(names, bodies, strict=True)})


def copy_rows(
    connection: Connection, statement: TextClause, types: Sequence[str], rows: Iterable[Sequence[object]]
) -> None:
    """Write rows with one binary COPY. types: the PostgreSQL type of each column; vectors are pgvector's classes."""
    driver: Any = connection.connection.driver_connection
    if not connection.info.get("vectors"):  # once per connection: it reads the server's types
        register_vector(driver)
        connection.info["vectors"] = True
    with driver.cursor() as cursor, cursor.copy(statement.text) as copy:
        copy.set_types(types)
        for row in rows:
            copy.write_row(row)
