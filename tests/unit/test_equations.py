"""Equations of Office files as linear text."""

import pytest
from lxml import etree

from ingest.load import load
from ingest.load.ooxml.equations import linear
from tests.support import made_files as made
from tests.support.office_files import NAMES, cell, paragraph, row, run, table, word_file


def r(text: str) -> str:
    return f"<m:r><m:t>{text}</m:t></m:r>"


def of(tag: str, more: str = "", **parts: str) -> str:
    """An object of an equation. parts: name -> plain text or XML."""
    inner = "".join(f"<m:{name}>{text if text.startswith('<') else r(text)}</m:{name}>" for name, text in parts.items())
    return f"<m:{tag}>{more}{inner}</m:{tag}>"


def properties(tag: str, **values: str) -> str:
    inner = "".join(f'<m:{name} m:val="{value}"/>' for name, value in values.items())
    return f"<m:{tag}Pr>{inner}</m:{tag}Pr>"


SUM = properties("nary", chr="∑")


@pytest.mark.parametrize(
    ("xml", "text"),
    [
        (r("H=") + of("f", num="1.35 P", den="ρ g"), "H = (1.35 P)/(ρ g)"),
        (of("f", num="a", den="b"), "a/b"),
        (of("f", num="1", den=of("f", num="x", den="y")), "1/(x/y)"),
        (of("sSup", e="x", sup="2"), "x^2"),
        (of("sSub", e="x", sub="i"), "x_i"),
        (of("sSubSup", e="x", sub="i", sup="n+1"), "x_i^(n+1)"),
        (of("sSup", e="a+b", sup="2"), "(a+b)^2"),
        (of("nary", SUM, sub="i=1", sup="n", e="i"), "∑_(i = 1)^n i"),
        (of("nary", sub="0", sup="1", e="f"), "∫_0^1 f"),
        (of("rad", properties("rad", degHide="1"), deg="", e="a+b"), "√(a+b)"),
        (of("rad", deg="3", e="x"), "∛x"),
        (of("rad", deg="5", e="x"), "root_5 x"),
        (of("d", e="a+b"), "(a+b)"),
        (of("d", properties("d", begChr="|", endChr="|"), e="x"), "|x|"),
        (of("d", e=of("f", properties("f", type="noBar"), num="n", den="k")), "(n choose k)"),
        (of("func", fName="sin", e="θ"), "sin(θ)"),
        (of("limLow", e="lim", lim="n→∞"), "lim_(n→∞)"),
        (of("acc", e="x"), "x̂"),
        (of("acc", properties("acc", chr="\u20d7"), e="AB"), "vec(AB)"),
        (of("bar", properties("bar", pos="top"), e="x"), "x̄"),
        (f"<m:m><m:mr>{of('e')}</m:mr></m:m>", "[]"),
        (
            "<m:m>" + "".join(f"<m:mr><m:e>{r(a)}</m:e><m:e>{r(b)}</m:e></m:mr>" for a, b in ("12", "34")) + "</m:m>",
            "[1, 2; 3, 4]",
        ),
        (f"<m:eqArr><m:e>{r('a&amp;=b')}</m:e><m:e>{r('c&amp;=d')}</m:e></m:eqArr>", "a = b; c = d"),
        (r("𝐸=𝑚") + of("sSup", e="𝑐", sup="2"), "E = mc^2"),
        (r("a\u2062b\u2061"), "ab"),
    ],
)
def test_an_equation_becomes_a_line(xml: str, text: str) -> None:
    assert linear(etree.fromstring(f"<m:oMath {NAMES}>{xml}</m:oMath>")) == text


def test_equations_stand_in_paragraphs_and_cells() -> None:
    equation = f"<m:oMath>{of('sSup', e='x', sup='2')}</m:oMath>"
    several = f"<m:oMathPara>{equation}{equation.replace('x', 'y')}</m:oMathPara>"
    body = paragraph(run("with ") + equation + run(" metres")) + several
    body += table(row("Load", "Limit"), row("Wind", cell(paragraph(equation))))
    assert (
        load(made.source(word_file(body), "a.docx")).text == "with x^2 metres\n\nx^2; y^2\n\nLoad | Limit\nWind | x^2"
    )


def test_deleted_parts_of_an_equation_are_left_out() -> None:
    xml = f"<m:oMath {NAMES}>{r('a')}<w:del>{r('b')}</w:del><w:ins>{r('c')}</w:ins></m:oMath>"
    assert linear(etree.fromstring(xml)) == "ac"


def test_an_equation_nested_a_thousand_deep_is_a_line() -> None:
    xml = r("x")
    for _ in range(500):
        xml = of("sSup", e=xml, sup="2")
    parser = etree.XMLParser(huge_tree=True)
    assert linear(etree.fromstring(f"<m:oMath {NAMES}>{xml}</m:oMath>", parser)).count("^2") == 500
