"""What may be entered into the cells of an OpenDocument sheet: choices and prompts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ingest.load.odf.names import TABLE, TEXT
from ingest.load.odf.package import Element

_LIST = re.compile(r'cell-content-is-in-list\(((?:"[^"]*"|[^")])*)\)')
_CHOICE = re.compile(r'"([^"]*)"')


@dataclass(frozen=True, slots=True)
class _Rule:
    choices: str
    prompt: str


@dataclass(slots=True)
class Rules:
    """The rules of a workbook and the cells that they hold for."""

    _rules: dict[str, _Rule] = field(default_factory=dict)
    _cells: dict[str, list[str]] = field(default_factory=dict)  # name of a rule -> addresses in the present sheet

    def add(self, element: Element) -> None:
        """Add a rule: table:content-validation."""
        stated = _LIST.search(element.get(TABLE + "condition", ""))
        choices = [choice for choice in _CHOICE.findall(stated.group(1)) if choice.strip()] if stated else []
        message = element.find(TABLE + "help-message")
        words = []
        if message is not None:
            words = [message.get(TABLE + "title", ""), *("".join(one.itertext()) for one in message.iter(TEXT + "p"))]
        rule = _Rule(", ".join(choices), " ".join(" ".join(words).split()))
        if rule.choices or rule.prompt:
            self._rules[element.get(TABLE + "name", "")] = rule

    def use(self, name: str, address: str) -> None:
        """Note that a cell has a rule."""
        if name in self._rules:
            self._cells.setdefault(name, []).append(address)

    def lines(self) -> Iterator[str]:
        """The rules of the cells of a sheet; each is written for the first sheet that has it."""
        for name, cells in self._cells.items():
            where = f" for {cells[0]}" + (f" and {len(cells) - 1} more cells" if len(cells) > 1 else "")
            yield from _lines(self._rules.pop(name), where)
        self._cells.clear()

    def rest(self) -> Iterator[str]:
        """The rules that no cell has."""
        for rule in self._rules.values():
            yield from _lines(rule, "")


def _lines(rule: _Rule, where: str) -> Iterator[str]:
    if rule.choices:
        yield f"Choices{where}: {rule.choices}"
    if rule.prompt:
        yield f"Prompt{where}: {rule.prompt}"
