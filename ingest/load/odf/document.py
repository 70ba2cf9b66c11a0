"""An OpenDocument file that is being read, with what its parts share."""

from collections import Counter
from dataclasses import dataclass, field

from ingest.load.odf.lists import Numbering
from ingest.load.odf.names import FORM, OFFICE, TEXT
from ingest.load.odf.package import Element, OpenDocument
from ingest.load.odf.styles import Styles

_CONTROLS = frozenset(
    FORM + name
    for name in "text textarea password file formatted-text number date time checkbox radio listbox combobox button "
    "fixed-text frame".split()
)
_MOST_CHOICES = 100


@dataclass(slots=True)
class Open:
    """A file, its styles and what was counted so far."""

    file: OpenDocument
    styles: Styles
    numbering: Numbering
    left_out: Counter[str] = field(default_factory=Counter)  # kind -> how often
    controls: dict[str, str] = field(default_factory=dict)  # id of a form's control -> its text, not written yet
    titled: bool = False  # the document's title is a heading, so the others are below it
    lines: set[str] = field(default_factory=set)  # letters of short paragraphs
    contents: list[str] = field(default_factory=list)  # lines of tables of contents

    def count(self, kind: str, number: int = 1) -> None:
        """Count what is left out."""
        self.left_out[kind] += number

    def add_forms(self, forms: Element) -> None:
        """Read the controls of forms; they are written where they are drawn."""
        for control in forms.iter(*_CONTROLS):
            self.controls.setdefault(_id(control), _control_text(control))


def opened(file: OpenDocument, root: Element) -> Open:
    """A file whose content has the root element `root`."""
    common = file.styles()
    roots = [
        *(common.find(OFFICE + name) for name in ("styles", "automatic-styles") if common is not None),
        *(root.find(OFFICE + name) for name in ("styles", "automatic-styles")),
    ]
    styles = Styles(roots)
    document = Open(file, styles, Numbering(styles))
    for forms in root.iter(OFFICE + "forms"):
        document.add_forms(forms)
    return document


def margins_of(file: OpenDocument, document: Open) -> Open:
    """The same file for its pages' margins, which have automatic styles of their own."""
    common = file.styles()
    roots = [common.find(OFFICE + name) for name in ("styles", "automatic-styles")] if common is not None else []
    styles = Styles(roots)
    return Open(file, styles, Numbering(styles), document.left_out)


def _id(control: Element) -> str:
    return next((value for key, value in control.attrib.items() if key.endswith("}id")), str(id(control)))


def _control_text(control: Element) -> str:
    """ "label: value" of a control, with the chosen items of a list."""
    kind = control.tag.removeprefix(FORM)
    label = control.get(FORM + "label", "")
    if kind in ("checkbox", "radio"):
        checked = control.get(FORM + "current-state") or control.get(FORM + "state")
        checked = checked or control.get(FORM + "current-selected") or control.get(FORM + "selected")
        return f"{'☑' if checked in ('checked', 'true') else '☐'} {label}" if label else ""
    value = control.get(FORM + "current-value") or control.get(FORM + "value") or ""
    paragraphs = ["".join(one.itertext()) for one in control.iter(TEXT + "p")]
    value = value or "\n".join(paragraphs)
    options = list(control.iter(FORM + "option", FORM + "item"))[:_MOST_CHOICES]
    chosen = [one for one in options if one.get(FORM + "current-selected", one.get(FORM + "selected")) == "true"]
    names = [one.get(FORM + "label", "") for one in chosen or options]
    value = value or ", ".join(filter(None, names))
    return ": ".join(filter(None, (label or control.get(FORM + "title", ""), value)))
