"""What parsers of other people's formats raise on damaged input, said in our own words."""

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

DAMAGE = (  # of the standard library's readers
    ValueError, LookupError, TypeError, AttributeError, ArithmeticError, AssertionError, OSError, EOFError, SyntaxError,
    NotImplementedError, RuntimeError, struct.error, zlib.error, zipfile.BadZipFile, ParseError, ExpatError, LZMAError,
    TarError,
)  # fmt: skip


@contextmanager
def damage_told() -> Iterator[None]:
    """Turn what a damaged file makes a parser raise into a DocumentError of one line."""
    try:
        yield
    except RecursionError as error:
        raise DocumentError("It is nested too deeply to be read: simplify it or save it in another format.") from error
    except MemoryError as error:
        raise DocumentError(
            "It takes more memory to read than it may: split it into smaller files, or raise FOREMOST_LOAD_MEMORY_MIB."
        ) from error
    except DocumentError:
        raise
    except Exception as error:  # parsers have error classes of their own, and not all of them derive from DAMAGE
        detail = " ".join((str(error).strip() or type(error).__name__).split())[:120]
        raise DocumentError(f"It is damaged and cannot be read ({detail}): get a fresh copy.") from error
