"""A Word document and slides with a little of everything, to damage."""

from tests.support.office_files import (
    cell,
    paragraph,
    part,
    relations,
    row,
    run,
    shape,
    slide,
    slides_file,
    style,
    table,
    word_file,
)

_LEVELS = "".join(
    f'<w:lvl w:ilvl="{index}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/></w:lvl>'
    for index, (form, text) in enumerate((("decimal", "%1."), ("lowerRoman", "%1.%2"), ("chineseCounting", "(%3)")))
)
_NUMBERING = (
    f'<w:abstractNum w:abstractNumId="0">{_LEVELS}</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/>'
    '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="4"/></w:lvlOverride></w:num>'
)
_EQUATION = (
    "<m:oMath><m:f><m:num><m:r><m:t>a</m:t></m:r></m:num><m:den><m:rad><m:deg/><m:e><m:r><m:t>b</m:t></m:r></m:e>"
    "</m:rad></m:den></m:f></m:oMath>"
)
_CHART = part(
    "c:chartSpace",
    "<c:chart><c:plotArea><c:barChart><c:ser><c:tx><c:v>Sum</c:v></c:tx><c:cat><c:strLit><c:pt idx='0'><c:v>2025</c:v>"
    "</c:pt></c:strLit></c:cat><c:val><c:numLit><c:formatCode>0%</c:formatCode><c:pt idx='0'><c:v>0.5</c:v></c:pt>"
    "</c:numLit></c:val></c:ser></c:barChart></c:plotArea></c:chart>",
)


def contract() -> bytes:
    """A Word document."""
    numbered = '<w:numPr><w:ilvl w:val="{}"/><w:numId w:val="1"/></w:numPr>'
    field = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>TOC</w:instrText></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{run("Supply")}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    box = f"<w:r><w:pict><v:shape><w:txbxContent>{paragraph('Boxed')}</w:txbxContent></v:shape></w:pict></w:r>"
    forms = f"<mc:Choice>{box}</mc:Choice><mc:Fallback>{run('old')}</mc:Fallback>"
    forms = f"<mc:AlternateContent>{forms}</mc:AlternateContent>"
    notes = '<w:r><w:footnoteReference w:id="1"/></w:r><w:r><w:commentReference w:id="1"/></w:r>'
    body = paragraph("Contract", "Title") + paragraph(field) + paragraph("Supply", "H", numbered.format(0))
    body += paragraph(run("Price ") + run("5", "<w:strike/>") + notes + _EQUATION, "", numbered.format(1)) + paragraph(
        forms
    )
    body += table(
        row(cell("Depot", '<w:vMerge w:val="restart"/>'), cell("Buses", '<w:gridSpan w:val="2"/>')),
        row(cell("", "<w:vMerge/>"), "Old", "New"),
    )
    body += paragraph('<w:r><w:drawing><c:chart r:id="chart.xml"/></w:drawing></w:r>') + '<w:altChunk r:id="x.html"/>'
    return word_file(
        body + "<w:sectPr/>",
        styles=style("Title", "Title") + style("H", "heading 1", paragraph='<w:outlineLvl w:val="0"/>'),
        numbering=_NUMBERING,
        parts={
            "header.xml": ("header", part("w:hdr", paragraph("QP-7741"))),
            "footnotes.xml": (
                "footnotes",
                part("w:footnotes", f'<w:footnote w:id="1">{paragraph("Net.")}</w:footnote>'),
            ),
            "comments.xml": ("comments", part("w:comments", f'<w:comment w:id="1">{paragraph("Why?")}</w:comment>')),
            "chart.xml": ("chart", _CHART),
            "x.html": ("aFChunk", "<p>Inner <b>text</b>"),
        },
    )


def _note(kind: str, text: str) -> str:
    return f'<w:{kind} w:id="1">{paragraph(text)}</w:{kind}>'


def review() -> bytes:
    """Slides."""
    cells = "".join(f"<a:tc><a:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></a:txBody></a:tc>" for text in "ab")
    graphics = f"<a:tbl><a:tr>{cells}</a:tr></a:tbl><c:chart r:id='c'/>"
    frame = f"<p:graphicFrame><a:graphic>{graphics}</a:graphic></p:graphicFrame>"
    point = '<a:p><a:pPr lvl="1"><a:buAutoNum type="arabicPeriod"/></a:pPr><a:r><a:t>point</a:t></a:r></a:p>'
    shapes = shape("Plan", place='type="title"') + shape(point) + f"<p:grpSp>{shape('deep', top=4)}</p:grpSp>" + frame
    return slides_file(
        {"slide1.xml": slide(shapes)},
        parts={
            "ppt/charts/c.xml": _CHART,
            "ppt/slides/_rels/slide1.xml.rels": relations({"c": ("chart", "../charts/c.xml")}),
        },
    )
