"""Rows of a database's tables out of it and into it again, by COPY."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Any

from psycopg import sql
from sqlalchemy import Connection

from app.backup.archive import Archive, Report, RowSum, TableDump
from app.core.sql import load_queries

QUERIES = load_queries(__file__)
_TEMPORARY = "embedding_next"  # a column of chunks while a corpus is re-embedded
_TEMPORARY_TYPE = re.compile(r"halfvec\(\d+\)")
_QUEUE = "procrastinate_"  # tables of the queue, which belong to another library's version

Columns = tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """A table that is not as it was written."""

    table: str
    expected_rows: int
    rows: int

    @property
    def line(self) -> str:
        """The difference for people."""
        if self.rows != self.expected_rows:
            return f"{self.table} has {self.rows:,} rows instead of {self.expected_rows:,}"
        return f"{self.table} has other contents"


def columns_of(connection: Connection) -> dict[str, Columns]:
    """Table -> its columns with their types."""
    found: dict[str, Columns] = {}
    for row in connection.execute(QUERIES["columns"]):
        found[row.table_name] = (*found.get(row.table_name, ()), (row.name, row.type))
    return found


def rows_of(connection: Connection, table: str, columns: Iterable[str]) -> Iterator[bytes]:
    """The rows of a table as COPY writes them, one at a time."""
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    statement = sql.SQL("COPY (SELECT {} FROM ONLY {}) TO STDOUT").format(names, sql.Identifier(table))
    with _driver(connection).cursor() as cursor, cursor.copy(statement) as copy:
        for row in copy:
            yield bytes(row)


def sequences_of(connection: Connection) -> dict[str, int | None]:
    """Sequence -> its last value."""
    return {row.name: row.last_value for row in connection.execute(QUERIES["sequences"])}


def fill(
    connection: Connection, archive: Archive, report: Report, *, without: Collection[str] = ()
) -> tuple[TableDump, ...]:
    """Load every table into a database with the schema of the archive; returns the tables that were loaded.

    Jobs are left out when the library of the queue has changed its tables since. without: indexes not built again.
    """
    present = columns_of(connection)
    dumps = {dump.name: dump for dump in archive.manifest.tables if _fits(connection, dump, present, report)}
    indexes = connection.execute(QUERIES["indexes"]).all()
    driver = _driver(connection)
    with driver.cursor() as cursor:
        for index in indexes:
            cursor.execute(sql.SQL("DROP INDEX {}").format(sql.SQL(index.name)))
        for name in present:  # rows come with what triggers made of them, and the audit refuses to be emptied
            cursor.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(sql.Identifier(name)))
        everything = sql.SQL(", ").join(map(sql.Identifier, present))
        cursor.execute(sql.SQL("TRUNCATE {}").format(everything))
        for name in _in_order(connection, dumps):
            table = sql.Identifier(name)
            names = sql.SQL(", ").join(sql.Identifier(column) for column, _ in dumps[name].columns)
            with cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(table, names)) as copy:
                for block in archive.rows(name):
                    copy.write(block)
        for name in present:
            cursor.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(sql.Identifier(name)))
        for index in indexes:
            if index.name not in without:
                cursor.execute(index.definition)
    for name, value in archive.manifest.sequences.items():
        if value is not None:
            connection.execute(QUERIES["set_sequence"], {"name": name, "value": value})
    return tuple(dumps.values())


def differences(connection: Connection, dumps: Iterable[TableDump]) -> tuple[Difference, ...]:
    """Tables whose rows are not those of the archive."""
    found = []
    for dump in dumps:
        total = RowSum()
        for row in rows_of(connection, dump.name, [name for name, _ in dump.columns]):
            total.add(row)
        if (total.rows, total.checksum) != (dump.rows, dump.checksum):
            found.append(Difference(table=dump.name, expected_rows=dump.rows, rows=total.rows))
    return tuple(found)


def _fits(connection: Connection, dump: TableDump, present: Mapping[str, Columns], report: Report) -> bool:
    """Whether the rows can be loaded; the temporary column of re-embedding is made when it is needed."""
    missing = dict(set(dump.columns) - set(present.get(dump.name, ())))
    kind = missing.get(_TEMPORARY, "")
    if dump.name == "chunks" and _TEMPORARY_TYPE.fullmatch(kind):
        statement = sql.SQL("ALTER TABLE chunks ADD COLUMN {} {} STORAGE EXTERNAL")
        with _driver(connection).cursor() as cursor:
            cursor.execute(statement.format(sql.Identifier(_TEMPORARY), sql.SQL(kind)))
        del missing[_TEMPORARY]
    if dump.name in present and not missing:
        return True
    what = "jobs of the queue" if dump.name.startswith(_QUEUE) else f"table {dump.name}"
    report(f"Left out: {what}, {dump.rows:,} rows that this version has no place for.")
    return False


def _in_order(connection: Connection, tables: Iterable[str]) -> list[str]:
    """Tables after those that they refer to."""
    graph: dict[str, set[str]] = {name: set() for name in tables}
    for row in connection.execute(QUERIES["references"]):
        if row.table_name in graph and row.needed in graph:
            graph[row.table_name].add(row.needed)
    return list(TopologicalSorter(graph).static_order())


def _driver(connection: Connection) -> Any:
    return connection.connection.driver_connection
