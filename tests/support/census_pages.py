"""The rich text and the PDF of the census."""

from tests.support import made_files as made
from tests.support.census_marks import CensusFile, Marks
from tests.support.census_package import packaged_object


def rich_text_file() -> CensusFile:
    """A Rich Text file with text in every destination."""
    mark = Marks()
    table = rf"{{\trowd\cellx3000\cellx6000\intbl {mark('table cell')}\cell b\cell\row}}\pard "
    field = rf"{{\field{{\*\fldinst HYPERLINK x}}{{\fldrslt {mark('field result')}}}}} "
    form = (
        r"{\field{\*\fldinst FORMTEXT {\*\formfield{\fftype0{\*\ffname n}"
        rf"{{\*\ffdeftext default}}}}}}}}{{\fldrslt {mark('form field')}}}}} "
    )
    comment = rf"{{\*\atnid A}}{{\*\atnauthor Ann}}\chatn{{\*\annotation {mark('comment')}\par}} "
    shape = (
        r"{\shp{\*\shpinst\shpleft0\shptop0\shpright3000\shpbottom900{\sp{\sn wzDescription}"
        rf"{{\sv {mark('alternative text')}}}}}{{\shptxt {mark('text box')}\par}}}}}} "
    )
    deleted = rf"{{\deleted\revauthdel0 {mark('deletion', 'delet|struck')}}} "
    package = _object("Package", packaged_object("plan.txt", mark("embedded package").encode()))
    word = _object("Word.Document.12", made.docx(("", mark("embedded document"))))
    styles = r"{\stylesheet{\s0 Normal;}{\s1\outlinelevel0 heading 1;}}"
    body = (
        rf"{{\header {mark('header')}\par}}{{\headerf {mark('first header')}\par}}{{\headerl {mark('left header')}\par}}"
        rf"{{\footer {mark('footer')}\par}}{{\info{{\title Census}}{{\author Ann}}}}"
        rf"\pard\s1\outlinelevel0 {mark('heading')}\par\pard {mark('body')}{{\super 1}}"
        rf"{{\footnote {{\super 1}} {mark('footnote')}\par}}{{\footnote\ftnalt {mark('endnote')}\par}}\par "
        rf"{{\v {mark('hidden text', 'hidden')}}}\par {{\listtext\tab 4.2\tab}}{mark('list item')}\par "
        rf"{{\upr{{x}}{{\*\ud {mark('unicode form')}}}}}\par "
        rf"{{\*\bkmkstart b}}{mark('bookmark')}{{\*\bkmkend b}}\par "
        f"{field}{form}{comment}{shape}{deleted}\\par {table}{package}{word}\\par"
    )
    content = rf"{{\rtf1\ansi\ansicpg1252\deff0{{\fonttbl{{\f0 Arial;}}}}{styles}{body}}}".encode("latin-1")
    return CensusFile(name="census.rtf", content=content, containers=mark.containers)


def _object(kind: str, content: bytes) -> str:
    """An embedded object as RTF keeps it (OLE 1.0)."""
    name = kind.encode() + b"\x00"
    data = (0x0501).to_bytes(4, "little") + (2).to_bytes(4, "little") + len(name).to_bytes(4, "little") + name
    data += bytes(8) + len(content).to_bytes(4, "little") + content
    return (
        rf"{{\object\objemb\objw900\objh900{{\*\objclass {kind}}}{{\*\objdata {data.hex()}}}{{\result\pard o\par}}}} "
    )


def pdf_file() -> CensusFile:
    """A PDF with text in every place that readers see."""
    mark = Marks()
    form = f"BT /F1 10 Tf 0 0 Td ({mark('text in a form object')}) Tj ET"
    layer = f"/OC /L1 BDC BT /F1 10 Tf 50 600 Td ({mark('text of a hidden layer', 'layer')}) Tj ET EMC"
    page = (
        f"BT /F1 12 Tf 50 780 Td ({mark('body')}) Tj ET\n"
        f"/Span <</ActualText ({mark('actual text', 'actual')})>> BDC BT /F1 12 Tf 50 760 Td (xyz) Tj ET EMC\n"
        f"q 1 0 0 1 50 700 cm /X1 Do Q\n{layer}\n/Figure <</MCID 0>> BDC 1 1 1 rg 300 300 9 9 re f EMC"
    )
    appearance = f"BT /F1 10 Tf 2 2 Td ({mark('free text note')}) Tj ET"
    attached, pinned = mark("embedded file").encode(), mark("pinned file").encode()
    objects: dict[int, str | tuple[str, bytes]] = {
        1: "<</Type/Catalog/Pages 2 0 R/Outlines 20 0 R/AcroForm 30 0 R/Names<</EmbeddedFiles<</Names[(a.txt) 40 0 R]>>>>"
        "/StructTreeRoot 50 0 R/MarkInfo<</Marked true>>/OCProperties<</OCGs[60 0 R]/D<</OFF[60 0 R]>>>>>>",
        2: "<</Type/Pages/Kids[4 0 R]/Count 1>>",
        3: "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
        4: "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 5 0 R/StructParents 0/Annots"
        "[10 0 R 11 0 R 12 0 R 13 0 R 14 0 R 31 0 R 32 0 R]/Resources<</Font<</F1 3 0 R>>/XObject<</X1 6 0 R>>"
        "/Properties<</L1 60 0 R>>>>>>",
        5: ("", page.encode()),
        6: ("/Type/XObject/Subtype/Form/BBox[0 0 400 20]/Resources<</Font<</F1 3 0 R>>>>", form.encode()),
        10: f"<</Type/Annot/Subtype/Text/Rect[9 9 29 29]/Contents({mark('sticky note')})/T(Ann)>>",
        11: f"<</Type/Annot/Subtype/FreeText/Rect[9 40 209 60]/Contents({mark('free text note')})/DA(/F1 10 Tf)/AP<</N 16 0 R>>>>",
        12: "<</Type/Annot/Subtype/Highlight/Rect[50 770 90 790]/QuadPoints[50 790 90 790 50 770 90 770]"
        f"/Contents({mark('highlight comment')})>>",
        13: f"<</Type/Annot/Subtype/Stamp/Rect[9 90 99 110]/Name/Draft/Contents({mark('stamp')})>>",
        14: "<</Type/Annot/Subtype/FileAttachment/Rect[9 120 29 140]/Contents(pinned)/FS 42 0 R>>",
        16: ("/Type/XObject/Subtype/Form/BBox[0 0 200 20]/Resources<</Font<</F1 3 0 R>>>>", appearance.encode()),
        20: "<</First 21 0 R/Last 21 0 R/Count 1>>",
        21: f"<</Title({mark('bookmark', 'bookmark')})/Parent 20 0 R/Dest[4 0 R/Fit]>>",
        30: "<</Fields[31 0 R 32 0 R]/DA(/F1 10 Tf 0 g)/DR<</Font<</F1 3 0 R>>>>>>",
        31: f"<</Type/Annot/Subtype/Widget/FT/Tx/T(Name)/Rect[50 500 200 520]/P 4 0 R/V({mark('form field')})>>",
        32: "<</Type/Annot/Subtype/Widget/FT/Ch/Ff 131072/T(List)/Rect[50 460 200 480]/P 4 0 R/Opt[(a)"
        f"({mark('chosen value')})]/V({mark('chosen value')})>>",
        40: "<</Type/Filespec/F(a.txt)/UF(a.txt)/EF<</F 41 0 R>>>>",
        41: (f"/Type/EmbeddedFile/Params<</Size {len(attached)}>>", attached),
        42: "<</Type/Filespec/F(pinned.txt)/UF(pinned.txt)/EF<</F 43 0 R>>>>",
        43: (f"/Type/EmbeddedFile/Params<</Size {len(pinned)}>>", pinned),
        50: "<</Type/StructTreeRoot/K 51 0 R/ParentTree<</Nums[0[51 0 R]]>>>>",
        51: f"<</Type/StructElem/S/Figure/P 50 0 R/Pg 4 0 R/K 0/Alt({mark('alternative text')})>>",
        60: "<</Type/OCG/Name(Layer)>>",
    }
    return CensusFile(name="census.pdf", content=_written(objects), containers=mark.containers)


def _written(objects: dict[int, str | tuple[str, bytes]]) -> bytes:
    """The PDF of these objects, of which the first is the catalog; a pair is a stream's dictionary and its bytes."""
    body, offsets = b"%PDF-1.7\n", {}
    for number, thing in objects.items():
        offsets[number] = len(body)
        if isinstance(thing, str):
            inner = thing.encode("latin-1")
        else:
            inner = f"<<{thing[0]}/Length {len(thing[1])}>>stream\n".encode() + thing[1] + b"\nendstream"
        body += f"{number} 0 obj".encode() + inner + b"\nendobj\n"
    start = len(body)
    body += b"xref\n0 1\n0000000000 65535 f \n"
    for number, offset in offsets.items():
        body += f"{number} 1\n{offset:010} 00000 n \n".encode()
    return body + f"trailer<</Size {max(objects) + 1}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF".encode()
