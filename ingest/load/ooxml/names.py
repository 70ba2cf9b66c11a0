"""Namespaces of the XML in Office files, as prefixes of lxml's names."""

_OPEN = "{http://schemas.openxmlformats.org/"
_MICROSOFT = "{http://schemas.microsoft.com/office/"

W = _OPEN + "wordprocessingml/2006/main}"
R = _OPEN + "officeDocument/2006/relationships}"
M = _OPEN + "officeDocument/2006/math}"
MC = _OPEN + "markup-compatibility/2006}"
A = _OPEN + "drawingml/2006/main}"
C = _OPEN + "drawingml/2006/chart}"
DGM = _OPEN + "drawingml/2006/diagram}"
PIC = _OPEN + "drawingml/2006/picture}"
WP = _OPEN + "drawingml/2006/wordprocessingDrawing}"
P = _OPEN + "presentationml/2006/main}"
S = _OPEN + "spreadsheetml/2006/main}"
XDR = _OPEN + "drawingml/2006/spreadsheetDrawing}"

W14 = _MICROSOFT + "word/2010/wordml}"
W15 = _MICROSOFT + "word/2012/wordml}"
P14 = _MICROSOFT + "powerpoint/2010/main}"
P188 = _MICROSOFT + "powerpoint/2018/8/main}"
TC = _MICROSOFT + "spreadsheetml/2018/threadedcomments}"
CX = _MICROSOFT + "drawing/2014/chartex}"
WPS = _MICROSOFT + "word/2010/wordprocessingShape}"

V = "{urn:schemas-microsoft-com:vml}"
X = "{urn:schemas-microsoft-com:office:excel}"
O = "{urn:schemas-microsoft-com:office:office}"  # noqa: E741  # the prefix that these files use

XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
