"""Content that stands in an Office file twice, for new and for old programs: the form that says more is chosen."""

from ingest.load.ooxml.names import CX, DGM, MC, A, C, M, V, W
from ingest.load.ooxml.package import Element

_TEXT = frozenset((W + "t", A + "t", M + "t"))
_GRAPHICS = frozenset((C + "chart", CX + "chart", DGM + "relIds"))  # their text stands in other parts
_ALTERNATIVES = (MC + "Choice", MC + "Fallback")
_DEEPEST = 3  # alternatives within alternatives that are compared; deeper ones give their first form


def chosen(element: Element) -> Element | None:
    """The child of an mc:AlternateContent to read; None when it has none."""
    forms = [child for child in element if child.tag in _ALTERNATIVES]
    if len(forms) < 2:
        return forms[0] if forms else None
    if sum(1 for _ in element.iterancestors(MC + "AlternateContent")) >= _DEEPEST:
        return forms[0]
    return max(forms, key=_weight)  # the first of equals


def _weight(form: Element) -> tuple[bool, int]:
    """(whether it holds a chart or diagram that can be read, letters)."""
    graphics, letters = False, 0
    for inner in form.iter():
        if inner.tag in _TEXT:
            letters += len(inner.text or "")
        elif inner.tag in _GRAPHICS:
            graphics = True
        elif inner.tag == V + "textpath":
            letters += len(inner.get("string", ""))
    return graphics, letters
