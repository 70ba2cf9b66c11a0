"""The presentation of the census."""

from tests.support import made_files as made
from tests.support.census_marks import CensusFile, Marks
from tests.support.census_package import NAMESPACES, PNG, chart, diagram, equation, package, packaged_object

_PML = "presentationml."
_TREE = '<p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>'
_BOX = '<p:spPr><a:xfrm><a:off x="{x}" y="{y}"/><a:ext cx="900000" cy="300000"/></a:xfrm></p:spPr>'
_THREADED = "http://schemas.microsoft.com/office/2018/10/relationships/comments"
_MODERN = "http://schemas.microsoft.com/office/powerpoint/2018/8/main"

_Relation = tuple[str, str, str]


def slides_file() -> CensusFile:
    """A presentation with text in every container."""
    mark = Marks()
    parts, relations = _parts(mark)
    content = package("ppt/presentation.xml", parts, relations)
    return CensusFile(name="census.pptx", content=content, containers=mark.containers)


def _shape(number: int, text: str, *, place: str = "", name: str = "s") -> str:
    kind = f'<p:ph type="{place}"/>' if place else ""
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="{number}" name="{name}"/><p:cNvSpPr/><p:nvPr>{kind}</p:nvPr></p:nvSpPr>'
        + _BOX.format(x=number * 1000, y=number * 1000)
        + f"<p:txBody><a:bodyPr/><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp>"
    )


def _frame(number: int, kind: str, inner: str) -> str:
    uri = kind if ":" in kind else f"http://schemas.openxmlformats.org/drawingml/2006/{kind}"
    return (
        f'<p:graphicFrame><p:nvGraphicFramePr><p:cNvPr id="{number}" name="f"/><p:cNvGraphicFramePr/><p:nvPr/>'
        '</p:nvGraphicFramePr><p:xfrm><a:off x="0" y="0"/><a:ext cx="900000" cy="300000"/></p:xfrm>'
        f'<a:graphic><a:graphicData uri="{uri}">{inner}</a:graphicData></a:graphic></p:graphicFrame>'
    )


def _slide(inner: str, *, attributes: str = "", root: str = "sld") -> str:
    return f"<p:{root} {NAMESPACES}{attributes}><p:cSld><p:spTree>{_TREE}{inner}</p:spTree></p:cSld></p:{root}>"


def _first_slide(mark: Marks) -> str:
    inner = f"<p:grpSp>{_TREE}{_shape(11, mark('nested group'))}</p:grpSp>"
    cell = "<a:tc><a:txBody><a:bodyPr/><a:p><a:r><a:t>{}</a:t></a:r></a:p></a:txBody></a:tc>"
    table = (
        '<a:tbl><a:tblGrid><a:gridCol w="9"/><a:gridCol w="9"/></a:tblGrid><a:tr h="9">'
        f"{cell.format(mark('table cell'))}{cell.format('b')}</a:tr></a:tbl>"
    )
    ole = "http://schemas.openxmlformats.org/presentationml/2006/ole"
    picture = (
        f'<p:pic><p:nvPicPr><p:cNvPr id="30" name="p" descr="{mark("alternative text")}"/><p:cNvPicPr/><p:nvPr/></p:nvPicPr>'
        '<p:blipFill><a:blip r:embed="rPicture"/></p:blipFill>' + _BOX.format(x=1, y=1) + "</p:pic>"
    )
    formula = (
        '<mc:AlternateContent><mc:Choice Requires="a14"><p:sp><p:nvSpPr><p:cNvPr id="40" name="e"/><p:cNvSpPr/><p:nvPr/>'
        f"</p:nvSpPr>{_BOX.format(x=1, y=1)}<p:txBody><a:bodyPr/><a:p><a14:m><m:oMathPara>"
        f"{equation(mark('equation'))}</m:oMathPara></a14:m></a:p></p:txBody></p:sp></mc:Choice>"
        f"<mc:Fallback>{_shape(40, ' ')}</mc:Fallback></mc:AlternateContent>"
    )
    pieces = [
        _shape(2, mark("title"), place="title"),
        _shape(3, mark("body"), place="body"),
        _shape(4, mark("text box")),
        _shape(5, mark("slide footer"), place="ftr"),
        f"<p:grpSp>{_TREE}{inner}</p:grpSp>",
        _frame(20, "table", table),
        _frame(21, "chart", '<c:chart r:id="rChart"/>'),
        _frame(22, "diagram", '<dgm:relIds r:dm="rData" r:lo="rData" r:qs="rData" r:cs="rData"/>'),
        _frame(23, ole, '<p:oleObj name="o" r:id="rPackage" progId="Package"><p:embed/></p:oleObj>'),
        _frame(24, ole, '<p:oleObj name="o" r:id="rBook" progId="Excel.Sheet.12"><p:embed/></p:oleObj>'),
        picture,
        formula,
    ]
    return _slide("".join(pieces))


def _parts(mark: Marks) -> tuple[dict[str, tuple[str, str | bytes]], dict[str, list[_Relation]]]:
    slides = '<p:sldIdLst><p:sldId id="256" r:id="rOne"/><p:sldId id="257" r:id="rTwo"/></p:sldIdLst>'
    masters = '<p:sldMasterIdLst><p:sldMasterId id="2147483648" r:id="rMaster"/></p:sldMasterIdLst>'
    size = '<p:sldSz cx="9144000" cy="6858000"/><p:notesSz cx="6858000" cy="9144000"/>'
    colours = "bg1 tx1 bg2 tx2 accent1 accent2 accent3 accent4 accent5 accent6 hlink folHlink".split()
    mapping = "<p:clrMap " + " ".join(f'{name}="{name.replace("bg", "lt").replace("tx", "dk")}"' for name in colours)
    master = _slide(_shape(2, mark("master text", "master")), root="sldMaster")
    layouts = '/><p:sldLayoutIdLst><p:sldLayoutId id="2147483649" r:id="rLayout"/></p:sldLayoutIdLst></p:sldMaster>'
    notes = _shape(3, mark("speaker notes"), place="body", name="notes")
    parts: dict[str, tuple[str, str | bytes]] = {
        "ppt/presentation.xml": (
            _PML + "presentation.main+xml",
            f"<p:presentation {NAMESPACES}>{masters}{slides}{size}</p:presentation>",
        ),
        "ppt/slideMasters/slideMaster1.xml": (
            _PML + "slideMaster+xml",
            master.replace("</p:sldMaster>", mapping + layouts),
        ),
        "ppt/slideLayouts/slideLayout1.xml": (
            _PML + "slideLayout+xml",
            _slide(_shape(2, mark("layout text", "layout")), root="sldLayout"),
        ),
        "ppt/slides/slide1.xml": (_PML + "slide+xml", _first_slide(mark)),
        "ppt/slides/slide2.xml": (_PML + "slide+xml", _slide(_shape(2, mark("hidden slide")), attributes=' show="0"')),
        "ppt/notesSlides/notesSlide1.xml": (_PML + "notesSlide+xml", _slide(notes, root="notes")),
        "ppt/comments/comment1.xml": (
            _PML + "comments+xml",
            f'<p:cmLst {NAMESPACES}><p:cm authorId="0" idx="1"><p:pos x="1" y="1"/><p:text>{mark("comment")}</p:text>'
            "</p:cm></p:cmLst>",
        ),
        "ppt/comments/modernComment_1.xml": (
            "application/vnd.ms-powerpoint.comments+xml",
            f'<p188:cmLst xmlns:p188="{_MODERN}" {NAMESPACES}><p188:cm id="{{1}}" authorId="{{2}}"><p188:replyLst>'
            f'<p188:reply id="{{3}}"><p188:txBody><a:bodyPr/><a:p><a:r><a:t>{mark("reply to a comment")}</a:t></a:r></a:p>'
            "</p188:txBody></p188:reply></p188:replyLst><p188:txBody><a:bodyPr/><a:p><a:r>"
            f"<a:t>{mark('modern comment')}</a:t></a:r></a:p></p188:txBody></p188:cm></p188:cmLst>",
        ),
        "ppt/charts/chart1.xml": (
            "drawingml.chart+xml",
            chart(mark("chart title"), mark("chart series"), mark("chart category"), workbook="rBook"),
        ),
        "ppt/diagrams/data1.xml": ("drawingml.diagramData+xml", diagram(mark("diagram"))),
        "ppt/media/p.png": ("", PNG),
        "ppt/embeddings/oleObject1.bin": ("", packaged_object("plan.txt", mark("embedded package").encode())),
        "ppt/embeddings/Sheet1.xlsx": ("", made.xlsx({"S": [["Item"], [mark("embedded workbook")]]})),
        "ppt/embeddings/Chart1.xlsx": ("", made.xlsx({"S": [[mark("chart workbook", "workbook")]]})),
    }
    relations: dict[str, list[_Relation]] = {
        "ppt/presentation.xml": [
            ("rMaster", "slideMaster", "ppt/slideMasters/slideMaster1.xml"),
            ("rOne", "slide", "ppt/slides/slide1.xml"),
            ("rTwo", "slide", "ppt/slides/slide2.xml"),
        ],
        "ppt/slideMasters/slideMaster1.xml": [("rLayout", "slideLayout", "ppt/slideLayouts/slideLayout1.xml")],
        "ppt/slideLayouts/slideLayout1.xml": [("rMaster", "slideMaster", "ppt/slideMasters/slideMaster1.xml")],
        "ppt/slides/slide1.xml": [
            ("rLayout", "slideLayout", "ppt/slideLayouts/slideLayout1.xml"),
            ("rNotes", "notesSlide", "ppt/notesSlides/notesSlide1.xml"),
            ("rComments", "comments", "ppt/comments/comment1.xml"),
            ("rModern", _THREADED, "ppt/comments/modernComment_1.xml"),
            ("rChart", "chart", "ppt/charts/chart1.xml"),
            ("rData", "diagramData", "ppt/diagrams/data1.xml"),
            ("rPicture", "image", "ppt/media/p.png"),
            ("rPackage", "oleObject", "ppt/embeddings/oleObject1.bin"),
            ("rBook", "package", "ppt/embeddings/Sheet1.xlsx"),
        ],
        "ppt/slides/slide2.xml": [("rLayout", "slideLayout", "ppt/slideLayouts/slideLayout1.xml")],
        "ppt/notesSlides/notesSlide1.xml": [("rSlide", "slide", "ppt/slides/slide1.xml")],
        "ppt/charts/chart1.xml": [("rBook", "package", "ppt/embeddings/Chart1.xlsx")],
    }
    return parts, relations
