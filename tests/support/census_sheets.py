"""The workbook of the census."""

from tests.support import made_files as made
from tests.support.census_marks import CensusFile, Marks
from tests.support.census_package import NAMESPACES, OFFICE, chart, diagram, package, packaged_object

_SML = "spreadsheetml."
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_THREADS = "http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"
_THREADED = "http://schemas.microsoft.com/office/2017/10/relationships/threadedComment"
_ANCHOR = "<xdr:from><xdr:col>1</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>{0}</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:from><xdr:to><xdr:col>3</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>{1}</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:to>"

_Relation = tuple[str, str, str]


def sheets_file() -> CensusFile:
    """A workbook with text in every container."""
    mark = Marks()
    parts, relations = _parts(mark)
    content = package("xl/workbook.xml", parts, relations)
    return CensusFile(name="census.xlsx", content=content, containers=mark.containers)


def _text(cell: str, text: str) -> str:
    return f'<c r="{cell}" t="inlineStr"><is><t>{text}</t></is></c>'


def _sheet(rows: str, after: str = "", columns: str = "") -> str:
    return f'<worksheet xmlns="{_MAIN}" xmlns:r="{OFFICE}">{columns}<sheetData>{rows}</sheetData>{after}</worksheet>'


def _first_sheet(mark: Marks) -> str:
    rows = (
        f'<row r="1"><c r="A1" t="s"><v>0</v></c>{_text("B1", mark("inline string"))}</row>'
        '<row r="2"><c r="A2" t="s"><v>1</v></c>'
        f'<c r="B2" t="str"><f>T("x")</f><v>{mark("formula result")}</v></c><c r="C2" s="1"><v>41</v></c></row>'
        f'<row r="3" hidden="1">{_text("A3", mark("hidden row", "hidden"))}</row>'
        f'<row r="4">{_text("A4", "x")}{_text("D4", mark("hidden column", "hidden"))}</row>'
        f'<row r="5">{_text("A5", mark("merged cell"))}</row>'
    )
    check = (
        f'<dataValidations count="1"><dataValidation type="list" sqref="A9" prompt="{mark("input prompt", "prompt")}">'
        f'<formula1>"{mark("choice list", "choice|list|valid")},b"</formula1></dataValidation></dataValidations>'
    )
    after = (
        f'<mergeCells count="1"><mergeCell ref="A5:B5"/></mergeCells>{check}'
        f"<headerFooter><oddHeader>&amp;L{mark('page header')}</oddHeader>"
        f"<oddFooter>&amp;C&amp;8{mark('page footer')} &amp;P</oddFooter></headerFooter>"
        '<drawing r:id="rDrawing"/><legacyDrawing r:id="rVml"/>'
        '<oleObjects><oleObject progId="Package" shapeId="1" r:id="rPackage"/>'
        '<oleObject progId="Word.Document.12" shapeId="2" r:id="rWord"/></oleObjects>'
        '<tableParts count="1"><tablePart r:id="rTable"/></tableParts>'
    )
    return _sheet(rows, after, '<cols><col min="4" max="4" width="9" hidden="1"/></cols>')


def _strings(mark: Marks) -> str:
    rich = f"<si><r><t>{mark('rich string')[:5]}</t></r><r><rPr><b/></rPr><t>{mark('rich string')[5:]}</t></r></si>"
    return f'<sst xmlns="{_MAIN}" count="2" uniqueCount="2"><si><t>{mark("shared string")}</t></si>{rich}</sst>'


def _styles(mark: Marks) -> str:
    code = f"0&quot; {mark('number format')}&quot;"
    return (
        f'<styleSheet xmlns="{_MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="{code}"/></numFmts>'
        '<fonts count="1"><font/></fonts><fills count="1"><fill><patternFill patternType="none"/></fill></fills><borders count="1"><border/></borders>'
        '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf/><xf numFmtId="164" applyNumberFormat="1"/>'
        "</cellXfs></styleSheet>"
    )


def _drawing(mark: Marks) -> str:
    box = (
        '<xdr:sp macro="" textlink=""><xdr:nvSpPr><xdr:cNvPr id="2" name="box"/><xdr:cNvSpPr txBox="1"/></xdr:nvSpPr>'
        f"<xdr:spPr/><xdr:txBody><a:bodyPr/><a:p><a:r><a:t>{mark('text box')}</a:t></a:r></a:p></xdr:txBody></xdr:sp>"
    )
    frame = (
        '<xdr:graphicFrame macro=""><xdr:nvGraphicFramePr><xdr:cNvPr id="{0}" name="f"{3}/><xdr:cNvGraphicFramePr/>'
        '</xdr:nvGraphicFramePr><xdr:xfrm><a:off x="0" y="0"/><a:ext cx="0" cy="0"/></xdr:xfrm><a:graphic><a:graphicData '
        'uri="http://schemas.openxmlformats.org/drawingml/2006/{1}">{2}</a:graphicData></a:graphic></xdr:graphicFrame>'
    )
    described = f' descr="{mark("alternative text")}"'
    shapes = [
        box,
        frame.format(3, "chart", '<c:chart r:id="rChart"/>', described),
        frame.format(4, "diagram", '<dgm:relIds r:dm="rData" r:lo="rData" r:qs="rData" r:cs="rData"/>', ""),
    ]
    anchors = "".join(
        f"<xdr:twoCellAnchor>{_ANCHOR.format(9 * number, 9 * number + 8)}{shape}<xdr:clientData/></xdr:twoCellAnchor>"
        for number, shape in enumerate(shapes, start=1)
    )
    return f"<xdr:wsDr {NAMESPACES}>{anchors}</xdr:wsDr>"


def _notes(mark: Marks) -> tuple[str, str]:
    note = (
        f'<comments xmlns="{_MAIN}"><authors><author>Ann</author></authors><commentList><comment ref="A1" authorId="0">'
        f"<text><r><t>{mark('cell note')}</t></r></text></comment></commentList></comments>"
    )
    thread = (
        f'<ThreadedComments xmlns="{_THREADS}"><threadedComment ref="B1" personId="{{1}}" id="{{2}}">'
        f"<text>{mark('threaded comment')}</text></threadedComment></ThreadedComments>"
    )
    return note, thread


def _parts(mark: Marks) -> tuple[dict[str, tuple[str, str | bytes]], dict[str, list[_Relation]]]:
    note, thread = _notes(mark)
    names = f'<definedNames><definedName name="Total">&quot;{mark("defined name", "name")}&quot;</definedName></definedNames>'
    sheets = (
        f'<sheets><sheet name="{mark("sheet name")}" sheetId="1" r:id="rOne"/>'
        '<sheet name="Two" sheetId="2" state="hidden" r:id="rTwo"/>'
        '<sheet name="Three" sheetId="3" state="veryHidden" r:id="rThree"/>'
        '<sheet name="Four" sheetId="4" r:id="rFour"/></sheets>'
    )
    vml = (
        f'<xml {NAMESPACES}><v:shape id="s1" type="#t201"><v:textbox><div>{mark("form control", "control")}</div>'
        '</v:textbox><x:ClientData ObjectType="Checkbox"/></v:shape></xml>'
    )
    parts: dict[str, tuple[str, str | bytes]] = {
        "xl/workbook.xml": (
            _SML + "sheet.main+xml",
            f'<workbook xmlns="{_MAIN}" xmlns:r="{OFFICE}">{sheets}{names}</workbook>',
        ),
        "xl/worksheets/sheet1.xml": (_SML + "worksheet+xml", _first_sheet(mark)),
        "xl/worksheets/sheet2.xml": (_SML + "worksheet+xml", _sheet(_row(mark("hidden sheet")))),
        "xl/worksheets/sheet3.xml": (_SML + "worksheet+xml", _sheet(_row(mark("very hidden sheet")))),
        "xl/chartsheets/sheet1.xml": (
            _SML + "chartsheet+xml",
            f'<chartsheet xmlns="{_MAIN}" xmlns:r="{OFFICE}"><sheetViews><sheetView workbookViewId="0"/></sheetViews>'
            '<drawing r:id="rDrawing"/></chartsheet>',
        ),
        "xl/sharedStrings.xml": (_SML + "sharedStrings+xml", _strings(mark)),
        "xl/styles.xml": (_SML + "styles+xml", _styles(mark)),
        "xl/comments1.xml": (_SML + "comments+xml", note),
        "xl/threadedComments/threadedComment1.xml": ("application/vnd.ms-excel.threadedcomments+xml", thread),
        "xl/drawings/drawing1.xml": ("drawing+xml", _drawing(mark)),
        "xl/drawings/drawing2.xml": (
            "drawing+xml",
            f'<xdr:wsDr {NAMESPACES}><xdr:absoluteAnchor><xdr:pos x="0" y="0"/><xdr:ext cx="9" cy="9"/>'
            '<xdr:graphicFrame macro=""><xdr:nvGraphicFramePr><xdr:cNvPr id="2" name="f"/><xdr:cNvGraphicFramePr/>'
            '</xdr:nvGraphicFramePr><xdr:xfrm><a:off x="0" y="0"/><a:ext cx="0" cy="0"/></xdr:xfrm><a:graphic>'
            '<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/chart"><c:chart r:id="rChart"/>'
            "</a:graphicData></a:graphic></xdr:graphicFrame><xdr:clientData/></xdr:absoluteAnchor></xdr:wsDr>",
        ),
        "xl/drawings/vmlDrawing1.vml": ("", vml),
        "xl/charts/chart1.xml": (
            "drawingml.chart+xml",
            chart(mark("chart title"), mark("chart series"), mark("chart category")),
        ),
        "xl/charts/chart2.xml": ("drawingml.chart+xml", chart(mark("chart sheet"), "s", "c")),
        "xl/diagrams/data1.xml": ("drawingml.diagramData+xml", diagram(mark("diagram"))),
        "xl/tables/table1.xml": (
            _SML + "table+xml",
            f'<table xmlns="{_MAIN}" id="1" name="T" displayName="T" ref="A1:B2"><tableColumns count="2">'
            '<tableColumn id="1" name="a"/><tableColumn id="2" name="b"/></tableColumns></table>',
        ),
        "xl/embeddings/oleObject1.bin": ("", packaged_object("plan.txt", mark("embedded package").encode())),
        "xl/embeddings/Word1.docx": ("", made.docx(("", mark("embedded document")))),
    }
    relations: dict[str, list[_Relation]] = {
        "xl/workbook.xml": [
            ("rOne", "worksheet", "xl/worksheets/sheet1.xml"),
            ("rTwo", "worksheet", "xl/worksheets/sheet2.xml"),
            ("rThree", "worksheet", "xl/worksheets/sheet3.xml"),
            ("rFour", "chartsheet", "xl/chartsheets/sheet1.xml"),
            ("rStrings", "sharedStrings", "xl/sharedStrings.xml"),
            ("rStyles", "styles", "xl/styles.xml"),
        ],
        "xl/worksheets/sheet1.xml": [
            ("rDrawing", "drawing", "xl/drawings/drawing1.xml"),
            ("rVml", "vmlDrawing", "xl/drawings/vmlDrawing1.vml"),
            ("rComments", "comments", "xl/comments1.xml"),
            ("rThreads", _THREADED, "xl/threadedComments/threadedComment1.xml"),
            ("rPackage", "oleObject", "xl/embeddings/oleObject1.bin"),
            ("rWord", "package", "xl/embeddings/Word1.docx"),
            ("rTable", "table", "xl/tables/table1.xml"),
        ],
        "xl/chartsheets/sheet1.xml": [("rDrawing", "drawing", "xl/drawings/drawing2.xml")],
        "xl/drawings/drawing1.xml": [
            ("rChart", "chart", "xl/charts/chart1.xml"),
            ("rData", "diagramData", "xl/diagrams/data1.xml"),
        ],
        "xl/drawings/drawing2.xml": [("rChart", "chart", "xl/charts/chart2.xml")],
    }
    return parts, relations


def _row(text: str) -> str:
    return f'<row r="1">{_text("A1", text)}</row>'
