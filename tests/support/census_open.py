"""The OpenDocument files of the census: text, sheets, slides."""

from collections.abc import Mapping

from tests.support.census_marks import CensusFile, Marks, zipped_in_order
from tests.support.census_package import packaged_object

_NAMES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in {
        "office": "office",
        "text": "text",
        "table": "table",
        "style": "style",
        "draw": "drawing",
        "fo": "xsl-fo-compatible",
        "svg": "svg-compatible",
        "form": "form",
        "chart": "chart",
        "presentation": "presentation",
        "manifest": "manifest",
        "meta": "meta",
        "number": "datastyle",
    }.items()
) + (' xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:dc="http://purl.org/dc/elements/1.1/" office:version="1.2"')
_TYPE = "application/vnd.oasis.opendocument."
_FRAME = 'svg:width="5cm" svg:height="2cm" svg:x="1cm" svg:y="1cm"'


def open_text_file() -> CensusFile:
    """An OpenDocument text with text in every container."""
    mark = Marks()
    objects = {
        "Object 1": ("chart", _chart(mark)),
        "Object 2": ("formula", _formula(mark("equation"))),
        "Object 3": ("spreadsheet", _embedded_sheet(mark("embedded sheet"))),
    }
    content = _document("text", _text_body(mark))
    styles = _page_styles(
        f"<style:header><text:p>{mark('header')}</text:p>{_table(mark('header table'))}</style:header>"
        f"<style:header-first><text:p>{mark('first header')}</text:p></style:header-first>"
        f"<style:header-left><text:p>{mark('left header')}</text:p></style:header-left>"
        f"<style:footer><text:p>{mark('footer')}</text:p></style:footer>"
        f"<style:footer-left><text:p>{mark('left footer')}</text:p></style:footer-left>"
    )
    files = {"Object 4": packaged_object("plan.txt", mark("embedded package").encode())}
    return CensusFile(
        name="census.odt", content=_package("text", content, styles, objects, files), containers=mark.containers
    )


def open_sheet_file() -> CensusFile:
    """An OpenDocument workbook with text in every container."""
    mark = Marks()
    objects = {"Object 1": ("chart", _chart(mark)), "Object 2": ("text", _embedded_text(mark("embedded text")))}
    hidden = '<style:style style:name="off" style:family="table"><style:table-properties table:display="false"/></style:style>'
    content = _document("spreadsheet", _sheet_body(mark), styles=hidden)
    styles = _page_styles(
        f"<style:header><style:region-left><text:p>{mark('page header')}</text:p></style:region-left></style:header>"
        f"<style:footer><text:p>{mark('page footer')}</text:p></style:footer>"
    )
    return CensusFile(
        name="census.ods", content=_package("spreadsheet", content, styles, objects, {}), containers=mark.containers
    )


def open_slides_file() -> CensusFile:
    """An OpenDocument presentation with text in every container."""
    mark = Marks()
    objects = {"Object 1": ("chart", _chart(mark)), "Object 2": ("text", _embedded_text(mark("embedded text")))}
    hidden = (
        '<style:style style:name="off" style:family="drawing-page"><style:drawing-page-properties '
        'presentation:visibility="hidden"/></style:style>'
    )
    content = _document("presentation", _slides_body(mark), styles=hidden)
    shape = f"<draw:frame {_FRAME}><draw:text-box><text:p>{mark('master text', 'master')}</text:p></draw:text-box></draw:frame>"
    return CensusFile(
        name="census.odp",
        content=_package("presentation", content, _page_styles(shape), objects, {}),
        containers=mark.containers,
    )


# -------------------------------------------------------------------------------------------------------- the package


def _document(kind: str, body: str, *, styles: str = "") -> str:
    return (
        f"<office:document-content {_NAMES}><office:automatic-styles>{styles}</office:automatic-styles><office:body>"
        f"<office:{kind}>{body}</office:{kind}></office:body></office:document-content>"
    )


def _page_styles(inner: str) -> str:
    return (
        f"<office:document-styles {_NAMES}><office:automatic-styles>"
        '<style:page-layout style:name="pm"><style:page-layout-properties fo:page-width="21cm" fo:page-height="29cm"/>'
        "<style:header-style/><style:footer-style/></style:page-layout></office:automatic-styles><office:master-styles>"
        f'<style:master-page style:name="Standard" style:page-layout-name="pm">{inner}</style:master-page>'
        "</office:master-styles></office:document-styles>"
    )


def _package(
    kind: str, content: str, styles: str, objects: Mapping[str, tuple[str, str]], files: Mapping[str, bytes]
) -> bytes:
    entry = '<manifest:file-entry manifest:full-path="{}" manifest:media-type="{}"/>'
    listed = entry.format("/", _TYPE + kind) + entry.format("content.xml", "text/xml")
    listed += entry.format("styles.xml", "text/xml")
    entries: dict[str, bytes | str] = {"mimetype": _TYPE + kind, "content.xml": content, "styles.xml": styles}
    for name, (inner, xml) in objects.items():
        listed += entry.format(f"{name}/", _TYPE + inner) + entry.format(f"{name}/content.xml", "text/xml")
        entries[f"{name}/content.xml"] = xml
    for name, data in files.items():
        listed += entry.format(name, "application/vnd.sun.star.oleobject")
        entries[name] = data
    entries["META-INF/manifest.xml"] = f"<manifest:manifest {_NAMES}>{listed}</manifest:manifest>"
    return zipped_in_order(entries)


# ------------------------------------------------------------------------------------------------------------ objects


def _object(name: str) -> str:
    return (
        f'<draw:frame {_FRAME} text:anchor-type="paragraph"><draw:object xlink:href="./{name}" xlink:type="simple"/>'
        "</draw:frame>"
    )


def _chart(mark: Marks) -> str:
    title, axis, series = mark("chart title"), mark("chart axis title"), mark("chart series")
    cells = "".join(
        f'<table:table-row><table:table-cell office:value-type="string"><text:p>{first}</text:p></table:table-cell>'
        f'<table:table-cell office:value-type="string"><text:p>{second}</text:p></table:table-cell></table:table-row>'
        for first, second in (("", series), (mark("chart category"), "417"))
    )
    return (
        f'<office:document-content {_NAMES}><office:body><office:chart><chart:chart chart:class="chart:bar">'
        f"<chart:title><text:p>{title}</text:p></chart:title><chart:plot-area><chart:axis chart:dimension='x'>"
        f"<chart:title><text:p>{axis}</text:p></chart:title></chart:axis></chart:plot-area>"
        f'<table:table table:name="local-table">{cells}</table:table></chart:chart></office:chart></office:body>'
        "</office:document-content>"
    )


def _formula(letters: str) -> str:
    return (
        '<math xmlns="http://www.w3.org/1998/Math/MathML"><semantics><msup>'
        f"<mi>{letters}</mi><mn>2</mn></msup><annotation encoding='StarMath 5.0'>{letters} ^ 2</annotation>"
        "</semantics></math>"
    )


def _embedded_sheet(text: str) -> str:
    return _document("spreadsheet", _table(text))


def _embedded_text(text: str) -> str:
    return _document("text", f"<text:p>{text}</text:p>")


def _table(text: str, name: str = "T", style: str = "") -> str:
    return (
        f'<table:table table:name="{name}"{style}><table:table-column/><table:table-row>{_cell(text)}</table:table-row>'
        "</table:table>"
    )


def _cell(text: str, inner: str = "") -> str:
    return f'<table:table-cell office:value-type="string">{inner}<text:p>{text}</text:p></table:table-cell>'


def _note(text: str) -> str:
    return (
        f"<office:annotation {_FRAME}><dc:creator>Ann</dc:creator><dc:date>2026-01-02T03:04:05</dc:date>"
        f"<text:p>{text}</text:p></office:annotation>"
    )


def _box(text: str, name: str = "text-box", described: str = "") -> str:
    title = f"<svg:title>{described}</svg:title>" if described else ""
    return f"<draw:frame {_FRAME}><draw:{name}><text:p>{text}</text:p></draw:{name}>{title}</draw:frame>"


def _shape(text: str) -> str:
    return (
        f'<draw:custom-shape {_FRAME}><text:p>{text}</text:p><draw:enhanced-geometry draw:type="rectangle"/>'
        "</draw:custom-shape>"
    )


# ------------------------------------------------------------------------------------------------------------- bodies


def _text_body(mark: Marks) -> str:
    deletion = mark("deletion", "delet|struck")
    tracked = (
        '<text:tracked-changes><text:changed-region text:id="c1"><text:deletion><office:change-info><dc:creator>A'
        f"</dc:creator></office:change-info><text:p>{deletion}</text:p></text:deletion></text:changed-region>"
        "</text:tracked-changes>"
    )
    field = (
        '<office:forms><form:form form:name="f"><form:text form:id="t1" form:name="n" '
        f'form:current-value="{mark("form field")}"/></form:form></office:forms>'
    )
    note = (
        '<text:note text:note-class="{0}"><text:note-citation>1</text:note-citation><text:note-body><text:p>{1}</text:p>'
        "</text:note-body></text:note>"
    )
    notes = note.format("footnote", mark("footnote")) + note.format("endnote", mark("endnote"))
    fields = (
        f'<text:text-input text:description="d">{mark("input field")}</text:text-input> '
        f'<text:hidden-text text:condition="1" text:string-value="{mark("hidden text", "hidden")}"/> '
        f'<text:drop-down text:name="d"><text:label text:value="a"/>{mark("drop-down field")}</text:drop-down> '
        f"<text:ruby><text:ruby-base>{mark('ruby base')}</text:ruby-base><text:ruby-text>r</text:ruby-text></text:ruby>"
    )
    section = (
        f'<text:section text:name="s" text:display="none"><text:p>{mark("hidden section")}</text:p></text:section>'
    )
    contents = (
        '<text:table-of-content text:name="t"><text:table-of-content-source/><text:index-body>'
        f"<text:p>{mark('index entry')}</text:p></text:index-body></text:table-of-content>"
    )
    return (
        f'{field}{tracked}<text:h text:outline-level="1">{mark("heading")}</text:h>'
        f'<text:p>{mark("body")}{notes} <text:change text:change-id="c1"/>{_note(mark("comment"))} words</text:p>'
        f"<text:p>{fields}</text:p>"
        f"<text:p>{_box(mark('text box'), described=mark('alternative text'))}{_shape(mark('shape text'))}</text:p>"
        f"<text:list><text:list-header><text:p>{mark('list header')}</text:p></text:list-header>"
        f"<text:list-item><text:p>{mark('list item')}</text:p></text:list-item></text:list>"
        f"{_table(mark('cell'))}"
        f"<text:p>{_object('Object 1')}{_object('Object 2')}{_object('Object 3')}"
        f'<draw:frame {_FRAME}><draw:object-ole xlink:href="./Object 4"/></draw:frame></text:p>{section}{contents}'
    )


def _sheet_body(mark: Marks) -> str:
    check = (
        '<table:content-validations><table:content-validation table:name="v" table:condition="cell-content-is-in-list'
        f'(&quot;{mark("choice list", "choice|list|valid")}&quot;)">'
        f"<table:help-message><text:p>{mark('input prompt', 'prompt|message|valid')}</text:p></table:help-message>"
        "</table:content-validation></table:content-validations>"
    )
    shapes = f"<table:shapes>{_shape(mark('shape text'))}{_object('Object 1')}{_object('Object 2')}</table:shapes>"
    covered = f"<table:covered-table-cell office:value-type='string'><text:p>{mark('covered cell', 'covered')}</text:p></table:covered-table-cell>"
    first = (
        f'<table:table table:name="{mark("sheet name")}">{shapes}<table:table-column/><table:table-row>'
        f"{_cell(mark('cell'), _note(mark('cell note')))}{_cell(mark('second cell'))}{covered}</table:table-row>"
        f'<table:table-row table:visibility="collapse">{_cell(mark("hidden row"))}</table:table-row></table:table>'
    )
    return check + first + _table(mark("hidden sheet"), "Two", ' table:style-name="off"')


def _slides_body(mark: Marks) -> str:
    declared = f'<presentation:footer-decl presentation:name="f1">{mark("slide footer")}</presentation:footer-decl>'
    declared += f'<presentation:header-decl presentation:name="h1">{mark("slide header")}</presentation:header-decl>'
    title = (
        f'<draw:frame presentation:class="title" {_FRAME}><draw:text-box><text:p>{mark("title")}</text:p></draw:text-box>'
        "</draw:frame>"
    )
    notes = (
        f'<presentation:notes><draw:frame presentation:class="notes" {_FRAME}><draw:text-box><text:p>'
        f"{mark('speaker notes')}</text:p></draw:text-box></draw:frame></presentation:notes>"
    )
    group = f"<draw:g><draw:g>{_shape(mark('nested group'))}</draw:g></draw:g>"
    table = f"<draw:frame {_FRAME}>{_table(mark('table cell'))}</draw:frame>"
    picture = (
        f'<draw:frame {_FRAME}><draw:image xlink:href="Pictures/p.png"/><svg:desc>{mark("alternative text")}</svg:desc>'
        "</draw:frame>"
    )
    line = f'<draw:line svg:x1="1cm" svg:y1="1cm" svg:x2="2cm" svg:y2="2cm"><text:p>{mark("line text")}</text:p></draw:line>'
    first = (
        '<draw:page draw:name="one" draw:master-page-name="Standard" presentation:use-footer-name="f1" '
        f'presentation:use-header-name="h1">{title}{_box(mark("text box"))}{group}{table}{picture}{line}'
        f"{_object('Object 1')}{_object('Object 2')}{notes}{_note(mark('comment'))}</draw:page>"
    )
    hidden = f'<draw:page draw:name="two" draw:style-name="off" draw:master-page-name="Standard">{_box(mark("hidden slide"))}</draw:page>'
    return declared + first + hidden
