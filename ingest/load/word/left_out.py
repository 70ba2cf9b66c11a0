"""What was not read of a Word document, with its count, as warnings for people."""

from collections.abc import Iterator, Sequence

from ingest.load.ooxml.names import W
from ingest.load.word.document import Word

_NAMED = 10  # embedded files named in a warning
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
    "picture": ("1 picture was", "{} pictures were"),
}


def warnings(word: Word, *, embedded: Sequence[str], characters: int) -> Iterator[str]:
    """One sentence for each kind of thing that was left out. embedded: names of the files in it."""
    counts = dict(word.left_out)
    counts["building block"] = _building_blocks(word)
    if characters > _SHORT * counts.get("picture", 0):
        counts.pop("picture", None)
    for kind, (one, several) in _KINDS.items():
        if counts.get(kind):
            yield f"{one if counts[kind] == 1 else several.format(counts[kind])} left out."
    if embedded:
        names = ", ".join(embedded[:_NAMED]) + (" and more" if len(embedded) > _NAMED else "")
        files = "1 embedded file was" if len(embedded) == 1 else f"{len(embedded)} embedded files were"
        yield f"{files} not read: {names}."


def _building_blocks(word: Word) -> int:
    """How many ready-made texts it carries besides the prompts of empty form fields."""
    count = 0
    for part in word.package.related(word.main, "glossaryDocument"):
        for block in word.package.xml(part).iter(W + "docPart"):
            gallery = block.find(f"{W}docPartPr/{W}category/{W}gallery")
            prompt = gallery is not None and gallery.get(W + "val") == "placeholder"
            count += not prompt and any((text.text or "").strip() for text in block.iter(W + "t"))
    return count
