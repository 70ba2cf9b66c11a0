"""Headers and footers of pages as lines, each text once, those that only number the pages left out."""

import re
from collections.abc import Iterator

from ingest.load.extracted import unmarked
from ingest.load.html_text import html_text

PAGE_MARK = "\ufffc"  # around a page number in a header or footer
_PAGE_NUMBER = re.compile(f"{PAGE_MARK}[^{PAGE_MARK}]*{PAGE_MARK}")
_WORD = re.compile(r"[^\W\d_]+")
# What stands around page numbers: "page 3 of 9".
_PAGE_WORDS = frozenset(
    "page pages pg p of seite seiten s von de sur página pagina páginas pagine pág pag pàgina di da do du van sida "
    "sidor av side sider af sivu sivut strana stránka str strony strona z ze из стр страница от с стор "
    "сторінка oldal sayfa trang halaman iz od din σελίδα από עמוד מתוך صفحة من "
    "ページ 页 頁 第 共 总 全 頁中 페이지 쪽 หน้า".split()
)


def new_lines(html: str, seen: set[str]) -> Iterator[str]:
    """The lines of a header or footer that are new. seen: those of earlier ones; page numbers are between marks."""
    for raw in unmarked(html_text(html)[0]).splitlines():
        line = raw.strip()
        key = "".join(filter(str.isalnum, _PAGE_NUMBER.sub("", line))).casefold() or "".join(line.split())
        if not line or key in seen or (PAGE_MARK in line and _only_numbers_pages(line)):
            continue
        seen.add(key)
        yield line.replace(PAGE_MARK, "")


def letters(text: str) -> str:
    """A text's letters alone, for comparing it with another form of it."""
    return "".join(filter(str.isalpha, text)).casefold()


def _only_numbers_pages(line: str) -> bool:
    rest = _PAGE_NUMBER.sub(" ", line)
    return not any(character.isdigit() for character in rest) and all(
        word.lower() in _PAGE_WORDS for word in _WORD.findall(rest)
    )
