"""The Word document of the census."""

from tests.support import made_files as made
from tests.support.census_marks import CensusFile, Marks
from tests.support.census_package import NAMESPACES, PNG, chart, diagram, equation, package, packaged_object

_WML = "wordprocessingml."
_BOX = 'style="position:absolute;width:200pt;height:30pt"'


def word_file() -> CensusFile:
    """A Word document with text in every container."""
    mark = Marks()
    parts, relations = _parts(mark)
    content = package("word/document.xml", parts, relations)
    return CensusFile(name="census.docx", content=content, containers=mark.containers)


def _p(inner: str) -> str:
    return f"<w:p>{inner}</w:p>"


def _r(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def _body(mark: Marks) -> str:
    pieces = [
        _p('<w:pPr><w:pStyle w:val="Heading1"/></w:pPr>' + _r(mark("heading"))),
        _p(
            _r("Body ")
            + _r(mark("body"))
            + '<w:r><w:footnoteReference w:id="2"/></w:r><w:r><w:endnoteReference w:id="2"/></w:r>'
            + '<w:commentRangeStart w:id="1"/>'
            + _r(" words")
            + '<w:commentRangeEnd w:id="1"/><w:r><w:commentReference w:id="1"/></w:r>'
        ),
        _p(f'<w:hyperlink w:anchor="x">{_r(mark("hyperlink"))}</w:hyperlink>'),
        _p(f'<w:fldSimple w:instr=" QUOTE ">{_r(mark("field result"))}</w:fldSimple>'),
        _p(_r(mark("hidden text", "hidden"), "<w:vanish/>")),
        _p(f'<w:ins w:id="5" w:author="A">{_r(mark("insertion"))}</w:ins>'),
        _p(
            f'<w:del w:id="6" w:author="A"><w:r><w:delText>{mark("deletion", "delet|struck")}</w:delText></w:r></w:del>'
        ),
        _p(f'<w:moveTo w:id="7" w:author="A">{_r(mark("moved text"))}</w:moveTo>'),
        _p(f'<w:smartTag w:uri="u" w:element="e">{_r(mark("smart tag"))}</w:smartTag>'),
        f'<w:customXml w:element="e">{_p(_r(mark("custom element")))}</w:customXml>',
        _p(_text_box(mark) + _vml_box(mark)),
        _p(_drawing("chart", '<c:chart r:id="rChart"/>')),
        _p(_drawing("diagram", '<dgm:relIds r:dm="rData" r:lo="rData" r:qs="rData" r:cs="rData"/>')),
        _p(_picture(mark)),
        _p(f"<m:oMathPara>{equation(mark('equation'))}</m:oMathPara>"),
        _form_fields(mark),
        _table(mark),
        _p(_object("rPackage") + _object("rBook")),
        '<w:altChunk r:id="rChunk"/>',
        '<w:altChunk r:id="rChunkWord"/>',
        '<w:sectPr><w:headerReference w:type="default" r:id="rHeader"/>'
        '<w:headerReference w:type="first" r:id="rFirst"/><w:headerReference w:type="even" r:id="rEven"/>'
        '<w:footerReference w:type="default" r:id="rFooter"/><w:titlePg/></w:sectPr>',
    ]
    return f"<w:document {NAMESPACES}><w:body>{''.join(pieces)}</w:body></w:document>"


def _text_box(mark: Marks) -> str:
    inner = f"<w:txbxContent>{_p(_r(mark('text box')))}</w:txbxContent>"
    anchor = (
        '<wp:inline><wp:extent cx="900000" cy="300000"/><wp:docPr id="9" name="box"/><a:graphic><a:graphicData '
        'uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp><wps:cNvSpPr txBox="1"/>'
        f"<wps:spPr/><wps:txbx>{inner}</wps:txbx><wps:bodyPr/></wps:wsp></a:graphicData></a:graphic></wp:inline>"
    )
    fallback = f"<w:pict><v:shape {_BOX}><v:textbox>{inner}</v:textbox></v:shape></w:pict>"
    return (
        f'<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing>{anchor}</w:drawing></mc:Choice>'
        f"<mc:Fallback>{fallback}</mc:Fallback></mc:AlternateContent></w:r>"
    )


def _vml_box(mark: Marks) -> str:
    inner = f"<w:txbxContent>{_p(_r(mark('old text box')))}</w:txbxContent>"
    return (
        f"<w:r><w:pict><v:shape {_BOX}><v:textbox>{inner}</v:textbox></v:shape></w:pict></w:r>"
        f'<w:r><w:pict><v:shape {_BOX}><v:textpath string="{mark("word art")}"/></v:shape></w:pict></w:r>'
    )


def _drawing(name: str, inner: str) -> str:
    uri = f"http://schemas.openxmlformats.org/drawingml/2006/{name}"
    return (
        '<w:r><w:drawing><wp:inline><wp:extent cx="900000" cy="300000"/><wp:docPr id="3" name="d"/><a:graphic>'
        f'<a:graphicData uri="{uri}">{inner}</a:graphicData></a:graphic></wp:inline></w:drawing></w:r>'
    )


def _picture(mark: Marks) -> str:
    picture = (
        '<pic:pic><pic:nvPicPr><pic:cNvPr id="4" name="p"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill>'
        '<a:blip r:embed="rPicture"/></pic:blipFill><pic:spPr/></pic:pic>'
    )
    uri = "http://schemas.openxmlformats.org/drawingml/2006/picture"
    return (
        '<w:r><w:drawing><wp:inline><wp:extent cx="900000" cy="300000"/>'
        f'<wp:docPr id="4" name="p" descr="{mark("alternative text")}"/><a:graphic>'
        f'<a:graphicData uri="{uri}">{picture}</a:graphicData></a:graphic></wp:inline></w:drawing></w:r>'
    )


def _form_fields(mark: Marks) -> str:
    legacy = (
        '<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:name w:val="f"/><w:textInput/></w:ffData></w:fldChar></w:r>'
        '<w:r><w:instrText> FORMTEXT </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        + _r(mark("form field"))
        + '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    chosen = (
        '<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:ddList><w:result w:val="1"/><w:listEntry w:val="other"/>'
        f'<w:listEntry w:val="{mark("form list")}"/></w:ddList></w:ffData></w:fldChar></w:r>'
        '<w:r><w:instrText> FORMDROPDOWN </w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    control = f"<w:sdt><w:sdtPr><w:text/></w:sdtPr><w:sdtContent>{_r(mark('content control'))}</w:sdtContent></w:sdt>"
    block = f"<w:sdt><w:sdtPr/><w:sdtContent>{_p(_r(mark('content block')))}</w:sdtContent></w:sdt>"
    return _p(legacy) + _p(chosen) + _p(control) + block


def _table(mark: Marks) -> str:
    inner = f"<w:tbl><w:tr><w:tc>{_p(_r(mark('nested table')))}</w:tc></w:tr></w:tbl>"
    control = f"<w:sdt><w:sdtPr/><w:sdtContent><w:tc>{_p(_r(mark('cell control')))}</w:tc></w:sdtContent></w:sdt>"
    row = f"<w:tr><w:tc>{_p(_r(mark('cell')))}{inner}{_p('')}</w:tc>{control}</w:tr>"
    rows = (
        f"<w:sdt><w:sdtPr/><w:sdtContent><w:tr><w:tc>{_p(_r(mark('row control')))}</w:tc></w:tr></w:sdtContent></w:sdt>"
    )
    return f"<w:tbl>{row}{rows}</w:tbl>"


def _object(identifier: str) -> str:
    return (
        f'<w:r><w:object><v:shape {_BOX}/><o:OLEObject Type="Embed" ProgID="Package" ShapeID="s" DrawAspect="Icon" '
        f'ObjectID="_1" r:id="{identifier}"/></w:object></w:r>'
    )


def _parts(mark: Marks) -> tuple[dict[str, tuple[str, str | bytes]], dict[str, list[tuple[str, str, str]]]]:
    watermark = f'<w:r><w:pict><v:shape {_BOX}><v:textpath string="{mark("watermark")}"/></v:shape></w:pict></w:r>'
    head_table = f"<w:tbl><w:tr><w:tc>{_p(_r(mark('header table')))}</w:tc></w:tr></w:tbl>"
    styles = '<w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/></w:style>'
    parts: dict[str, tuple[str, str | bytes]] = {
        "word/document.xml": (_WML + "document.main+xml", _body(mark)),
        "word/styles.xml": (_WML + "styles+xml", f"<w:styles {NAMESPACES}>{styles}</w:styles>"),
        "word/header1.xml": _story("hdr", "header", _p(_r(mark("header")) + watermark) + head_table + _p("")),
        "word/header2.xml": _story("hdr", "header", _p(_r(mark("first header")))),
        "word/header3.xml": _story("hdr", "header", _p(_r(mark("even header")))),
        "word/footer1.xml": _story("ftr", "footer", _p(_r(mark("footer")))),
        "word/footnotes.xml": _notes("footnote", _r(mark("footnote"))),
        "word/endnotes.xml": _notes("endnote", _r(mark("endnote"))),
        "word/comments.xml": _comments(mark),
        "word/charts/chart1.xml": (
            "drawingml.chart+xml",
            chart(mark("chart title"), mark("chart series"), mark("chart category"), workbook="rBook"),
        ),
        "word/diagrams/data1.xml": ("drawingml.diagramData+xml", diagram(mark("diagram"))),
        "word/media/p.png": ("", PNG),
        "word/embeddings/oleObject1.bin": ("", packaged_object("plan.txt", mark("embedded package").encode())),
        "word/embeddings/Sheet1.xlsx": ("", made.xlsx({"S": [["Item"], [mark("embedded workbook")]]})),
        "word/embeddings/Chart1.xlsx": ("", made.xlsx({"S": [[mark("chart workbook", "workbook")]]})),
        "word/chunk.html": ("", f"<html><body><p>{mark('alternative chunk')}</p></body></html>"),
        "word/chunk.docx": ("", made.docx(("", mark("alternative chunk of Word")))),
    }
    relations = {
        "word/document.xml": [
            ("rStyles", "styles", "word/styles.xml"),
            ("rHeader", "header", "word/header1.xml"),
            ("rFirst", "header", "word/header2.xml"),
            ("rEven", "header", "word/header3.xml"),
            ("rFooter", "footer", "word/footer1.xml"),
            ("rFootnotes", "footnotes", "word/footnotes.xml"),
            ("rEndnotes", "endnotes", "word/endnotes.xml"),
            ("rComments", "comments", "word/comments.xml"),
            ("rChart", "chart", "word/charts/chart1.xml"),
            ("rData", "diagramData", "word/diagrams/data1.xml"),
            ("rPicture", "image", "word/media/p.png"),
            ("rPackage", "oleObject", "word/embeddings/oleObject1.bin"),
            ("rBook", "package", "word/embeddings/Sheet1.xlsx"),
            ("rChunk", "aFChunk", "word/chunk.html"),
            ("rChunkWord", "aFChunk", "word/chunk.docx"),
        ],
        "word/charts/chart1.xml": [("rBook", "package", "word/embeddings/Chart1.xlsx")],
    }
    return parts, relations


def _story(root: str, kind: str, inner: str) -> tuple[str, str]:
    return f"{_WML}{kind}+xml", f"<w:{root} {NAMESPACES}>{inner}</w:{root}>"


def _notes(kind: str, inner: str) -> tuple[str, str]:
    separators = "".join(
        f'<w:{kind} w:type="{name}" w:id="{number}">{_p("")}</w:{kind}>'
        for number, name in enumerate(("separator", "continuationSeparator"))
    )
    note = f'<w:{kind} w:id="2">{_p(inner)}</w:{kind}>'
    return f"{_WML}{kind}s+xml", f"<w:{kind}s {NAMESPACES}>{separators}{note}</w:{kind}s>"


def _comments(mark: Marks) -> tuple[str, str]:
    comment = f'<w:comment w:id="1" w:author="Ann" w:date="2026-01-02T03:04:05Z">{_p(_r(mark("comment")))}</w:comment>'
    return _WML + "comments+xml", f"<w:comments {NAMESPACES}>{comment}</w:comments>"
