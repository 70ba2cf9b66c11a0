"""What was not read of an Office file, with its count, as warnings for people."""

import posixpath
from collections.abc import Collection, Iterator, Mapping

from ingest.load.extracted import clean

_NAMED = 10  # damaged parts named in a warning
_SHORT = 200  # characters of text for each picture, below which the pictures may be what the document is about
_KINDS = {  # kind -> (for one, for several)
    "deleted passage": ("1 deleted passage (tracked changes) was", "{} deleted passages (tracked changes) were"),
    "hidden passage": ("1 hidden passage was", "{} hidden passages were"),
    "unknown symbol": ("1 sign of a symbol font was", "{} signs of symbol fonts were"),
    "unstored number": ("1 automatic number was", "{} automatic numbers were"),
    "equation object": ("1 equation stored as an object was", "{} equations stored as objects were"),
    "control": ("1 form control (ActiveX) was", "{} form controls (ActiveX) were"),
    "chart": ("1 chart was", "{} charts were"),
    "diagram": ("1 diagram was", "{} diagrams were"),
    "linked document": ("1 linked document was", "{} linked documents were"),
    "inner document": ("1 document within it was", "{} documents within it were"),
    "building block": ("1 building block (AutoText) was", "{} building blocks (AutoText) were"),
    "recording": ("1 recording was", "{} recordings were"),
    "covered cell": ("1 covered cell with text was", "{} covered cells with text were"),
    "picture": ("1 picture was", "{} pictures were"),
}


def warnings(counts: Mapping[str, int], damaged: Collection[str], *, characters: int) -> Iterator[str]:
    """One sentence for each kind of thing that was left out.

    damaged: names of the parts that were not read, or not to their end; characters: of the file's text. Pictures are
    named where there is little text.
    """
    if damaged:
        parts = "1 damaged part was" if len(damaged) == 1 else f"{len(damaged)} damaged parts were"
        names = ", ".join(clean(posixpath.basename(part)) for part in sorted(damaged)[:_NAMED])
        names += " and more" if len(damaged) > _NAMED else ""
        yield f"{parts} not read, or only in part: {names}."
    for kind, (one, several) in _KINDS.items():
        count = counts.get(kind, 0)
        if count and (kind != "picture" or characters < _SHORT * count):
            yield f"{one if count == 1 else several.format(count)} left out."
