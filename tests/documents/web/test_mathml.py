"""MathML: a formula says in one line what a person sees of it, and nothing of it is lost."""

from __future__ import annotations

import pytest
from lxml import etree

from app.documents.web import mathml


def _latex(inner: str) -> str:
    return mathml.latex(etree.fromstring(f'<math xmlns="http://www.w3.org/1998/Math/MathML">{inner}</math>'))


_A, _B, _N, _X = "<mi>a</mi>", "<mi>b</mi>", "<mi>n</mi>", "<mi>x</mi>"
_ONE, _TWO = "<mn>1</mn>", "<mn>2</mn>"


@pytest.mark.parametrize(
    ("markup", "written"),
    [
        (f"<mfrac>{_A}{_B}</mfrac><mo>=</mo><msup><mi>c</mi>{_TWO}</msup>", r"\frac{a}{b} = c^2"),
        (f"<msub>{_X}<mi>i</mi></msub><mo>+</mo><msubsup>{_X}{_ONE}{_TWO}</msubsup>", "x_i + x_1^2"),
        (f"<msup>{_X}<mrow>{_N}<mo>+</mo>{_ONE}</mrow></msup>", "x^{n + 1}"),
        (f"<msup>{_X}<msup><mi>y</mi><mi>z</mi></msup></msup>", "x^{y^z}"),
        (f"<msup><msup>{_X}{_A}</msup>{_B}</msup>", "{x^a}^b"),
        (f"<msup><mrow><mo>(</mo>{_A}<mo>+</mo>{_B}<mo>)</mo></mrow>{_TWO}</msup>", "(a + b)^2"),
        (f"<msqrt>{_X}<mo>+</mo>{_ONE}</msqrt>", r"\sqrt{x + 1}"),
        (f"<mroot>{_X}<mn>3</mn></mroot>", r"\sqrt[3]{x}"),
        (
            f"<munderover><mo>∑</mo><mrow>{_N}<mo>=</mo>{_ONE}</mrow><mi>∞</mi></munderover><msub>{_A}{_N}</msub>",
            "∑_{n = 1}^{∞} a_n",
        ),
        (f"<msubsup><mo>∫</mo><mn>0</mn>{_ONE}</msubsup>{_X}<mspace width='0.17em'/><mi>d</mi>{_X}", "∫_0^1 x dx"),
        (f"<munder><mo>lim</mo><mrow>{_X}<mo>→</mo><mn>0</mn></mrow></munder><mi>f</mi>", "lim_{x → 0} f"),
        (f"<mover>{_X}<mo>^</mo></mover><mover><mi>v</mi><mo>→</mo></mover>", r"\hat{x}\vec{v}"),
        (f"<mover><mrow>{_A}{_B}</mrow><mo>¯</mo></mover>", r"\overline{ab}"),
        (f"{_A}<mover><mo>=</mo><mtext>def</mtext></mover>{_B}", r"a \overset{def}{=} b"),
        (
            f"<mfenced><mi>x</mi><mi>y</mi></mfenced><mfenced open='[' close=']' separators=';'>{_A}{_B}</mfenced>",
            "(x, y)[a; b]",
        ),
        (
            "<mo>(</mo><mtable><mtr><mtd><mn>1</mn></mtd><mtd/></mtr><mtr><mtd><mn>0</mn></mtd><mtd><mn>2</mn></mtd>"
            "</mtr></mtable><mo>)</mo>",
            r"(\begin{matrix} 1 &  \\ 0 & 2 \end{matrix})",
        ),
        (f"<mfrac linethickness='0'>{_N}{_TWO}</mfrac>", r"{n \atop 2}"),
        ("<mi>sin</mi><mo>&#x2061;</mo><mi>x</mi>", "sin x"),
        (f"<msup><mi>sin</mi>{_TWO}</msup>{_X}", "sin^2 x"),
        (f"{_TWO}<mo>&#x2062;</mo>{_X}", "2x"),
        (f"<mi>f</mi><mo>′</mo><mo>(</mo>{_X}<mo>)</mo>", "f′(x)"),
        (f"<msup><mi>f</mi><mo>′</mo></msup><mo>(</mo>{_X}<mo>)</mo>", "f′(x)"),
        (f"<mo>−</mo>{_X}<mo>=</mo><mo>−</mo>{_ONE}", "−x = −1"),
        (f"<mo>|</mo><mo>−</mo>{_X}<mo>|</mo><mo>≤</mo>{_ONE}", "|−x| ≤ 1"),
        (f"<mo>{{</mo>{_A}<mo>,</mo>{_B}<mo>}}</mo>", r"\{a, b\}"),
        (f"{_X}<mtext> if </mtext>{_A}<mo>&gt;</mo><mn>0</mn>", "x if a > 0"),
        ("<mmultiscripts><mi>C</mi><mprescripts/><mn>6</mn><mn>14</mn></mmultiscripts>", "{}_{6}^{14}C"),
        (f"<menclose notation='updiagonalstrike'>{_X}</menclose>", r"\cancel{x}"),
        ("<mi>α</mi><mo>≠</mo><mi>ℝ</mi>", "α ≠ ℝ"),
        (f"{_A}<mphantom>{_B}</mphantom>", "a"),
        ("<mn>30</mn><mo>°</mo><mo>+</mo><msup><mn>20</mn><mo>∘</mo></msup>", "30° + 20°"),
    ],
)
def test_a_formula_says_what_a_person_sees(markup: str, written: str) -> None:
    assert _latex(markup) == written


@pytest.mark.parametrize(
    ("markup", "written"),
    [
        (f"<msup>{_X}{_TWO}</msup><mn>3</mn>", "x^2 3"),
        (f"<msub>{_X}{_ONE}</msub>{_A}", "x_1 a"),
        (f"{_TWO}<mo>&#x2062;</mo><mn>3</mn>", "2 3"),
        (f"<msub>{_A}<mrow>{_ONE}<mo>&#x2063;</mo>{_TWO}</mrow></msub>", "a_{1 2}"),
        ("<apply><plus/><cn>1</cn><cn>2</cn></apply>", "1 2"),
    ],
)
def test_no_number_runs_into_another(markup: str, written: str) -> None:
    assert _latex(markup) == written


def test_what_is_shown_is_read_not_what_is_said_to_be_its_source() -> None:
    annotation = '<annotation encoding="application/x-tex">the tenant pays nothing</annotation>'
    assert _latex(f"<semantics><mrow>{_A}<mo>+</mo>{_B}</mrow>{annotation}</semantics>") == "a + b"


@pytest.mark.parametrize(
    "markup",
    [
        f"<mfrac>{_A}</mfrac>{_B}<mfrac>{_N}{_X}{_TWO}</mfrac>",
        f"<msup>{_A}{_B}{_N}{_X}</msup>{_TWO}",
        f"<mrow>stray {_A} {_B} tail</mrow>{_N}{_X}{_TWO}",
        f"<mfrac>{_A}{_B} stray</mfrac>{_N}{_X}{_TWO}<unheard>{_ONE}</unheard>",
        f"<mtable>{_A}<mtr>{_B}</mtr></mtable><mtd>{_N}</mtd><mtr><mtd>{_X}</mtd></mtr>{_TWO}",
        f"<mmultiscripts>{_A}{_B}<mprescripts/>{_N}</mmultiscripts>{_X}{_TWO}<mprescripts/><mroot/>",
        f"<maction selection='9'>{_A}</maction>{_B}<maction selection='x'>{_N}</maction>{_X}{_TWO}<mfenced/>",
    ],
)
def test_wrong_markup_loses_no_text(markup: str) -> None:
    said = _latex(markup)
    assert all(token in said for token in "abnx2")
    assert ("stray" in said, "tail" in said) == ("stray" in markup, "tail" in markup)


@pytest.mark.parametrize("tag", ["mrow", "msqrt", "menclose notation='strike'", "msup", "mtable", "mfenced", "odd"])
def test_nesting_does_not_become_calls(tag: str) -> None:
    root = inner = etree.Element("math")
    for _ in range(3_000):
        element = etree.fromstring(f"<{tag}/>")
        inner.append(element)
        inner = element
    etree.SubElement(inner, "mi").text = "x"
    assert "x" in mathml.latex(root)


def test_a_long_formula_is_read_whole() -> None:
    terms = "".join(f"<msup><mi>x</mi><mn>{number}</mn></msup><mo>+</mo>" for number in range(20_000))
    assert _latex(terms).count("x^") == 20_000
