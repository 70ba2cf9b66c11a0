"""Errors that parsers raise on damaged files, translated into DocumentError."""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from lzma import LZMAError
from tarfile import TarError
from xml.etree.ElementTree import ParseError
from xml.parsers.expat import ExpatError

from app.core.errors import DocumentError
from ingest.load.extracted import clean

# Everything the standard library's readers raise on damaged input.
DAMAGE = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    AssertionError,
    OSError,
    EOFError,
    SyntaxError,
    NotImplementedError,
    RuntimeError,
    struct.error,
    zlib.error,
    zipfile.BadZipFile,
    ParseError,
    ExpatError,
    LZMAError,
    TarError,
)
_LONGEST_DETAIL = 120  # characters of a parser's own message


@contextmanager
def damage_as_document_error() -> Iterator[None]:
    """Translate any exception of a parser into a DocumentError of one line that PostgreSQL can store."""
    try:
        yield
    except RecursionError as error:
        raise DocumentError(
            "It is nested too deeply to be read.", fix="Simplify it or save it in another format."
        ) from error
    except MemoryError as error:
        raise DocumentError(
            "It takes more memory to read than is allowed.",
            fix="Split it into smaller files, or raise FOREMOST_LOAD_MEMORY_MIB.",
        ) from error
    except DocumentError:
        raise
    except Exception as error:  # parsers have their own error classes, not all of them derived from DAMAGE
        detail = " ".join(clean(str(error)).split())[:_LONGEST_DETAIL] or type(error).__name__
        raise DocumentError(f"It is damaged and cannot be read ({detail}).", fix="Get a fresh copy.") from error
