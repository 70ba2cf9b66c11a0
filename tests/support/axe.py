"""axe-core in a page of the browser: rules of WCAG that can be checked by a program."""

from collections.abc import Mapping, Sequence
from importlib import resources
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Page

_SCRIPT = resources.files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
_GRAVE = ("serious", "critical")


def violations(page: "Page") -> list[str]:
    """Serious and critical violations of what is on the screen now, a line for each element; empty is good."""
    if not page.evaluate("typeof window.axe === 'object'"):
        page.evaluate(_SCRIPT)
    result: Mapping[str, Sequence[Mapping[str, Any]]] = page.evaluate(
        "axe.run(document, {resultTypes: ['violations']})"
    )
    return [
        f"{violation['id']}: {node['html'][:200]} ({_reason(node)})"
        for violation in result["violations"]
        if violation["impact"] in _GRAVE
        for node in violation["nodes"]
    ]


def _reason(node: Mapping[str, Any]) -> str:
    return " ".join(" ".join(str(node["failureSummary"]).split()).split(" ")[:45])
