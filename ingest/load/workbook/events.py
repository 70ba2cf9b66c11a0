"""Large parts of a workbook as a stream of events, in memory that does not grow with them."""

from collections.abc import Mapping
from typing import Protocol
from xml.parsers import expat

from app.core.errors import DocumentError

Attributes = Mapping[str, str]
_PIECE = 1 << 20  # bytes


class Reader(Protocol):
    """Receives the events. Names come without prefixes."""

    def start(self, name: str, attributes: Attributes) -> None: ...

    def end(self, name: str) -> None: ...

    def data(self, text: str) -> None: ...


def read_events(content: bytes, reader: Reader) -> bool:
    """Send the elements and texts of an XML part to a reader; returns whether the part could be read to its end.

    Raises DocumentError for declared entities.
    """
    names = _Names()
    start, end = reader.start, reader.end
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = lambda name, attributes: start(names[name], attributes)
    parser.EndElementHandler = lambda name: end(names[name])
    parser.CharacterDataHandler = reader.data
    parser.EntityDeclHandler = _refuse_entities
    try:
        for offset in range(0, len(content), _PIECE):
            parser.Parse(content[offset : offset + _PIECE], False)
        parser.Parse(b"", True)
    except expat.ExpatError:
        return False
    return True


def attribute(attributes: Attributes, name: str) -> str:
    """An attribute that is written with a prefix of the file's own choice, for example r:id."""
    return next((value for key, value in attributes.items() if key.rpartition(":")[2] == name), "")


def _refuse_entities(*_: object) -> None:
    raise DocumentError(
        "It declares XML entities, as documents made to exhaust memory do.", fix="Save it in another format."
    )


class _Names(dict[str, str]):
    """Name with prefix -> name without; looked up for every element, so remembered."""

    def __missing__(self, name: str) -> str:
        self[name] = local = name.rpartition(":")[2]
        return local
