"""Comments on slides, of the old kind and of the kind with replies."""

from collections.abc import Iterator

from ingest.load.ooxml.drawing_text import plain_text
from ingest.load.ooxml.html import labelled, lines, signed
from ingest.load.ooxml.names import P188, A, P
from ingest.load.ooxml.package import Element, Package


class Comments:
    """The comments of a presentation, by slide."""

    def __init__(self, package: Package, main: str) -> None:
        self._package = package
        self._authors = {
            author.get("id", ""): author.get("name", "")
            for kind in ("commentAuthors", "authors")
            for part in package.related(main, kind)
            for author in package.beside(part).iter(P + "cmAuthor", P188 + "author")
        }

    def html(self, slide: str) -> Iterator[str]:
        """HTML of the comments on a slide and the replies to them."""
        for part in self._package.related(slide, "comments"):
            for comment in self._package.beside(part).iter(P + "cm", P188 + "cm", P188 + "reply"):
                text = _text(comment)
                if text:
                    word = "Reply" if comment.tag == P188 + "reply" else "Comment"
                    yield signed(
                        labelled(f"{word}: ", lines(text)),
                        author=self._authors.get(comment.get("authorId", ""), ""),
                        date=comment.get("dt") or comment.get("created") or "",
                    )


def _text(comment: Element) -> str:
    old = comment.findtext(P + "text")
    if old is not None:
        return str(old).strip()
    body = comment.find(P188 + "txBody")
    paragraphs = body.iterchildren(A + "p") if body is not None else ()
    return "\n".join(text for text in map(plain_text, paragraphs) if text)
