"""Named queries: the .sql file beside a stage goes in, one SQLAlchemy text clause per `-- name:` line comes out."""

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from sqlalchemy import TextClause, text

_NAME = re.compile(r"^-- name: (\w+)[ \t]*$", re.MULTILINE)


def load_queries(module_file: str) -> Mapping[str, TextClause]:
    """Queries of the .sql file that has the module's name; pass __file__.

    Parameters are written :name; a cast is written CAST(:name AS type) or ::type.
    """
    source = Path(module_file).with_suffix(".sql").read_text("utf-8")
    pieces = _NAME.split(source)[1:]
    names, bodies = pieces[::2], pieces[1::2]
    if len(set(names)) != len(names):
        raise ValueError(f"A query name occurs twice in {Path(module_file).with_suffix('.sql')}.")
    return MappingProxyType({name: text(body.strip()) for name, body in zip(names, bodies, strict=True)})
