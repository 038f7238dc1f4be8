"""Formulas in files: MathML that does nothing, the source where there is none; odd input is no fault."""

from __future__ import annotations

import io
import random

import pytest
from docx import Document
from lxml import html as lxml_html

from app.export import docx, html
from app.export.formulas import FormulaText, to_mathml
from app.export.report import compose
from app.export.word_file import MONOSPACED
from tests.export.test_export import no_address, no_png, turn

ANSWER = (
    "With $n$ parts of \\(\\frac{R}{n}\\), $5 to $10, and\n\n$$\n\\sum_{i=1}^n a_i < b\n$$\n\n\\[ x^2 \\]\n\n"
    "| a |\n|---|\n| $x_1$ |\n\nNone: $\\frac{a$."
)

ODD = (
    *("\\frac", "\\frac{a", "{", "}", "^", "_", "&", "#1", "%", "~", "\\", "\\left", "\\right)", "\\left( x", "x_1_2"),
    *("x^1^2", "a''^2", "\\begin{", "\\begin{foo}x\\end{foo}", "\\begin{matrix}\\end{matrix}", "\\end{array}"),
    *(
        "\\text",
        "\\genfrac",
        "\\genfrac{}{}{0pt}{}{a}{b}",
        "\\limits",
        "\\limits_a",
        "\\style{x}{y}",
        "\\skew",
        "\\tag{1}",
    ),
    *(
        "\\newcommand{\\f}{\\f}\\f",
        "\\over",
        "a\\over b\\over c",
        "\\overset{}{b}",
        "\\text {}^2",
        "\\unknown{x}",
        "é日",
    ),
    *("\\above\\def\\a{b}\\a", "\\pmod \\lim_{x}", "\\stackrel \\style{x}{y}", "\\text{<&>}", "\x00", "\u2028"),
)
"""Each kind of fault that 15,000 inputs found in the libraries."""


def odd_inputs() -> list[str]:
    drawn = random.Random(1)
    joined = [drawn.choice(ODD) + drawn.choice(ODD) for _ in range(200 - len(ODD))]
    return [*ODD, *joined]


@pytest.fixture(scope="module")
def page() -> lxml_html.HtmlElement:
    return lxml_html.fromstring(html.write(compose("T", (turn(ANSWER),), {}), no_address))


def test_formulas_are_mathml_in_html(page: lxml_html.HtmlElement) -> None:
    found = page.xpath("//math")
    assert [each.text_content() for each in found] == ["n", "Rn", "∑i=1nai<b", "x2", "x1"]
    assert [each.get("display") for each in found] == ["inline", "inline", "block", "block", "inline"]
    assert [each.tag for each in found[1].iter("mfrac", "mi")] == ["mfrac", "mi", "mi"]
    assert len(page.xpath("//p[@class='formula']/math")) == 2


def test_money_and_what_is_no_latex_stay_as_they_were_written(page: lxml_html.HtmlElement) -> None:
    assert "$5 to $10, and" in page.text_content()
    assert [each.text for each in page.xpath("//code")] == ["$\\frac{a$"]


@pytest.mark.parametrize(
    "tex",
    [
        "\\text{<script>alert(1)</script>}^2",
        "\\text{<img src=x onerror=alert(1)>}^2",
        "\\text{<a xmlns='http://www.w3.org/1999/xhtml' href='file:///etc'>x</a>}^2",
        "\\href{javascript:alert(1)}{x}",
        "\\style{background:url(http://evil)}{x}",
        "\\class{note}{x}",
        "\\text{&lt;script>}^2",
    ],
)
def test_nothing_in_a_formula_does_anything(tex: str) -> None:
    made = lxml_html.fromstring(f"<div>{to_mathml(FormulaText(f'${tex}$', tex, False))}</div>")
    assert {each.tag for each in made.iter()} <= {"div", "code", "math", "mrow", "msup", "mtext", "mi", "mn"}
    assert {name for each in made.iter() for name in each.attrib} <= {"display"}


def test_odd_formulas_are_written_as_they_are() -> None:
    for tex in odd_inputs():
        assert to_mathml(FormulaText(f"${tex}$", tex, False))


def test_in_a_word_document_the_source_is_set_off_as_code() -> None:
    document = Document(io.BytesIO(docx.write(compose("T", (turn(ANSWER),), {}), no_png)))
    coded = [run.text for each in document.paragraphs for run in each.runs if run.font.name == MONOSPACED]
    assert coded == ["$n$", "\\(\\frac{R}{n}\\)", "\\[ x^2 \\]", "$\\frac{a$"]
    assert [each.text for each in document.paragraphs if each.style is not None and each.style.name == "Code"] == [
        "$$\n\\sum_{i=1}^n a_i < b\n$$"
    ]
    assert "$5 to $10" in "".join(each.text for each in document.paragraphs)
