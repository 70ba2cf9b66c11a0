"""The e-book and the web page of the census."""

from tests.support.census_marks import CensusFile, Marks, zipped_in_order

_OPS = 'xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"'
_XHTML = "application/xhtml+xml"


def book_file() -> CensusFile:
    """An e-book with text in every container."""
    mark = Marks()
    chapter = (
        f'<h1>{mark("heading")}</h1><p>{mark("body")} <a epub:type="noteref" href="notes.xhtml#n1">1</a></p>'
        f'<p><img src="p.png" alt="{mark("alternative text")}"/></p>'
        f'<aside epub:type="footnote" id="f1"><p>{mark("footnote")}</p></aside>'
        f"<table><tr><td>{mark('table cell')}</td></tr></table>"
        '<svg xmlns="http://www.w3.org/2000/svg"><title>s</title>'
        f"<text>{mark('text in a drawing', 'drawing')}</text></svg>"
    )
    svg = f'<svg xmlns="http://www.w3.org/2000/svg"><text>{mark("page as a drawing", "drawing|page")}</text></svg>'
    nav = (
        '<nav epub:type="toc"><ol><li><a href="c1.xhtml">Chapter</a></li>'
        f'<li><a href="c2.xhtml">{mark("entry of the contents")}</a></li></ol></nav>'
    )
    files = {
        "c1.xhtml": _page(chapter),
        "c2.xhtml": _page(f"<p>{mark('second chapter')}</p>"),
        "aside.xhtml": _page(f"<p>{mark('page beside the spine order')}</p>"),
        "notes.xhtml": _page(f'<p id="n1">{mark("notes outside the spine")}</p>'),
        "old.xhtml": _page(f"<p>{mark('fallback of a page')}</p>"),
        "page.svg": svg,
        "nav.xhtml": _page(nav),
        "toc.ncx": '<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap><navPoint><navLabel><text>Chapter</text>'
        '</navLabel><content src="c1.xhtml"/></navPoint></navMap></ncx>',
    }
    items = (
        f'<item id="c1" href="c1.xhtml" media-type="{_XHTML}"/><item id="c2" href="c2.xhtml" media-type="{_XHTML}"/>'
        f'<item id="aside" href="aside.xhtml" media-type="{_XHTML}"/><item id="notes" href="notes.xhtml" media-type="{_XHTML}"/>'
        f'<item id="old" href="old.xhtml" media-type="{_XHTML}"/>'
        '<item id="film" href="film.bin" media-type="application/x-film" fallback="old"/>'
        '<item id="page" href="page.svg" media-type="image/svg+xml"/>'
        f'<item id="nav" href="nav.xhtml" media-type="{_XHTML}" properties="nav"/>'
        '<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>'
    )
    spine = '<itemref idref="c1"/><itemref idref="c2"/><itemref idref="aside" linear="no"/>'
    spine += '<itemref idref="film"/><itemref idref="page"/>'
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/" version="3.0">'
        f"<metadata><dc:title>{mark('title of the book')}</dc:title><dc:language>en</dc:language></metadata>"
        f'<manifest>{items}</manifest><spine toc="ncx">{spine}</spine></package>'
    )
    entries: dict[str, bytes | str] = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
        '<rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>',
        "OEBPS/book.opf": package,
        "OEBPS/film.bin": b"film",
    }
    entries |= {f"OEBPS/{name}": text for name, text in files.items()}
    return CensusFile(name="census.epub", content=zipped_in_order(entries), containers=mark.containers)


def _page(body: str) -> str:
    return f"<html {_OPS}><head><title>t</title></head><body>{body}</body></html>"


def page_file() -> CensusFile:
    """A web page with text in every element that readers see."""
    mark = Marks()
    body = (
        f"<header>{mark('page header')}</header><nav>{mark('navigation')}</nav><main><h1>{mark('heading')}</h1>"
        f"<p>{mark('body')} <span>{mark('inline element')}</span></p>"
        f"<details><summary>{mark('summary')}</summary><p>{mark('closed details')}</p></details>"
        f"<dialog>{mark('dialog')}</dialog><figure><img src=p alt={mark('alternative text')}>"
        f"<figcaption>{mark('figure caption')}</figcaption></figure>"
        f"<table><caption>{mark('table caption')}</caption><thead><tr><th>{mark('table head')}</th></tr></thead>"
        f"<tbody><tr><td>{mark('table cell')}</td></tr></tbody><tfoot><tr><td>{mark('table foot')}</td></tr></tfoot></table>"
        f"<dl><dt>{mark('term')}</dt><dd>{mark('definition')}</dd></dl>"
        f"<form><label>{mark('label')}</label><input type=text value='{mark('form field', 'form')}'>"
        f"<textarea>{mark('text area')}</textarea><select><option>a<option selected>{mark('chosen option', 'form')}</select>"
        f"<button>{mark('button')}</button></form>"
        f"<svg><text>{mark('text in a drawing', 'drawing|svg')}</text></svg><math><mi>{mark('equation', 'equation|formula')}</mi></math>"
        f"<object data=x>{mark('text of an object', 'object')}</object>"
        f"<iframe srcdoc='<p>{mark('inner frame', 'frame')}</p>'></iframe>"
        f"<noscript>{mark('text without scripts', 'script')}</noscript>"
        f"<pre>{mark('preformatted text')}</pre><blockquote>{mark('quotation')}</blockquote>"
        f"<ruby>{mark('ruby base')}<rt>r</rt></ruby><p hidden>{mark('hidden paragraph', 'hidden')}</p>"
        f"<p><s>{mark('struck text')}</s> <del>{mark('deletion', 'delet')}</del> <ins>{mark('insertion')}</ins></p></main>"
        f"<aside>{mark('aside')}</aside><footer>{mark('page footer')}</footer>"
    )
    page = f"<!doctype html><html lang=en><head><title>Census</title></head><body>{body}</body></html>"
    return CensusFile(name="census.html", content=page.encode(), containers=mark.containers)
