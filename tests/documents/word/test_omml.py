"""OMML: the formulas of Word as a person sees them, in one line, and none of their text lost."""

from __future__ import annotations

import pytest

from app.core.documents.document import Flag, Page
from app.documents.formats.contract import Content
from app.documents.worker import parse
from tests.documents.office_writer import write_docx


def _page(math: str) -> Page:
    data = write_docx(f"<w:p><w:r><w:t xml:space='preserve'>Here </w:t></w:r>{math}</w:p>")
    (page,) = parse(Content("book.docx", data, ""), lambda done, total: None).pages
    return page


def _latex(inner: str) -> str:
    page = _page(f"<m:oMath>{inner}</m:oMath>")
    assert page.flags == ()
    return page.text.removeprefix("Here").strip()


def _r(text: str, properties: str = "") -> str:
    return f"<m:r>{properties}<w:rPr/><m:t>{text}</m:t></m:r>"


def _of(name: str, properties: str = "", **arguments: str) -> str:
    inner = "".join(f"<m:{key}>{value}</m:{key}>" for key, value in arguments.items())
    return f"<m:{name}><m:{name}Pr>{properties}<m:ctrlPr/></m:{name}Pr>{inner}</m:{name}>"


def _char(name: str, value: str) -> str:
    return f'<m:{name} m:val="{value}"/>'


_PLAIN = '<m:rPr><m:sty m:val="p"/></m:rPr>'
_NORMAL = "<m:rPr><m:nor/></m:rPr>"


def test_the_fourier_series() -> None:
    angle = _of("f", num=_r("nπx"), den=_r("L"))
    terms = [
        _of("sSub", e=_r(letter), sub=_r("n")) + _of("func", fName=_r(name, _PLAIN), e=angle)
        for letter, name in (("a", "cos"), ("b", "sin"))
    ]
    series = _of("nary", _char("chr", "∑"), sub=_r("n=1"), sup=_r("∞"), e=_of("d", e=terms[0] + _r("+") + terms[1]))
    start = _r("f") + _of("d", e=_r("x")) + _r("=") + _of("sSub", e=_r("a"), sub=_r("0")) + _r("+")
    assert _latex(start + series) == r"f(x) = a_0 + ∑_{n = 1}^{∞}(a_n cos \frac{nπx}{L} + b_n sin \frac{nπx}{L})"


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        (_of("f", num=_r("a"), den=_r("b")) + _r("=") + _of("sSup", e=_r("c"), sup=_r("2")), r"\frac{a}{b} = c^2"),
        (_of("f", _char("type", "noBar"), num=_r("n"), den=_r("k")), r"{n \atop k}"),
        (_of("sSup", e=_r("10"), sup=_r("6")), "10^6"),
        (_of("sSubSup", e=_r("x"), sub=_r("i"), sup=_r("n+1")), "x_i^{n + 1}"),
        (_of("sPre", sub=_r("92"), sup=_r("238"), e=_r("U")), "{}_{92}^{238}U"),
        (_of("rad", "<m:degHide/>", deg="", e=_r("2")) + _of("rad", deg=_r("3"), e=_r("2")), r"\sqrt{2}\sqrt[3]{2}"),
        (_of("nary", sub=_r("0"), sup=_r("1"), e=_r("x")) + _r("dx"), "∫_0^1 x dx"),
        (_of("d", _char("begChr", "[") + _char("endChr", ")"), e=_r("0") + _r(",1")), "[0, 1)"),
        (_of("d", _char("begChr", "|") + _char("endChr", "|"), e=_r("x")), "|x|"),
        (
            _of("d", _char("begChr", "{") + _char("endChr", ""), e=_of("eqArr", e=_r("a&amp;=b"))),
            r"\{\begin{matrix} a = b \end{matrix}",
        ),
        (_of("func", fName=_of("limLow", e=_r("lim", _PLAIN), lim=_r("n→∞")), e=_r("n")), "lim_{n → ∞} n"),
        (_of("limUpp", e=_r("="), lim=_r("def", _PLAIN)), r"\overset{def}{=}"),
        (_of("acc", e=_r("x")) + _of("acc", _char("chr", "⃗"), e=_r("v")), r"\hat{x}\vec{v}"),
        (_of("bar", _char("pos", "top"), e=_r("x")) + _of("bar", e=_r("y")), r"\overline{x}\underline{y}"),
        (_of("groupChr", e=_r("a+b")), r"\underbrace{a + b}"),
        (_of("borderBox", "<m:strikeH/>", e=_r("x")), r"\cancel{x}"),
        (_of("box", e=_r("x")) + _of("borderBox", e=_r("y")), "xy"),
        (_r("x") + _r(" if ", _NORMAL) + _r("y"), "x if y"),
        (_r("2ab") + _r("mol", _PLAIN), "2 ab mol"),
        (f"<w:ins>{_r('x')}</w:ins>+<w:del>{_r('y')}</w:del>", r"x\cancel{y}"),
        ("<m:r><w:rPr><w:strike/></w:rPr><m:t>4</m:t></m:r>" + _r("5"), r"\cancel{4}5"),
    ],
)
def test_what_is_built_is_written_as_in_latex(inner: str, text: str) -> None:
    assert _latex(inner) == text


def test_matrices_and_lines_below_one_another() -> None:
    rows = "".join(f"<m:mr>{''.join(f'<m:e>{_r(cell)}</m:e>' for cell in row)}</m:mr>" for row in ("ab", "cd"))
    assert _latex(f"<m:m><m:mPr/>{rows}</m:m>") == r"\begin{matrix} a & b \\ c & d \end{matrix}"
    lines = "".join(f"<m:e>{_r(line)}</m:e>" for line in ("x&amp;=1", "y&amp;=2#(1)"))
    assert _latex(f"<m:eqArr>{lines}</m:eqArr>") == r"\begin{matrix} x = 1 \\ y = 2 (1) \end{matrix}"


def test_formulas_of_one_paragraph_are_lines() -> None:
    both = f"<m:oMathPara><m:oMathParaPr/><m:oMath>{_r('a')}</m:oMath><m:oMath>{_r('b')}</m:oMath></m:oMathPara>"
    assert _page(both).text == "Here a\nb"


def test_no_text_is_lost_whatever_is_wrong() -> None:
    twice = f"<m:sSup><m:e>{_r('a')}</m:e><m:e>{_r('b')}</m:e><m:sup>{_r('2')}</m:sup><m:odd>{_r('c')}</m:odd></m:sSup>"
    assert _latex(twice) == "a^2 bc"
    assert _latex("<m:f/><m:rad/><m:nary/><m:m/><m:d/><m:func/><m:sSup/>") != ""
    assert _latex(_of("nary", sub=_r("0"), sup="", e=_r("x"), deg=_r("y"))) == "∫_0 xy"


def test_what_is_hidden_in_a_formula_is_left_out() -> None:
    hidden = "<m:r><m:rPr/><w:rPr><w:vanish/></w:rPr><m:t>9</m:t></m:r>"
    phantom = _of("phant", '<m:show m:val="0"/>', e=_r("8"))
    page = _page(f"<m:oMath>{_r('x')}{hidden}{phantom}{_of('phant', e=_r('y'))}</m:oMath>")
    assert (page.text, page.hidden, page.flags) == ("Here xy", "9 8", (Flag.HIDDEN_TEXT,))


@pytest.mark.parametrize("name", ["sSup", "f", "d", "nary", "func", "m", "eqArr", "acc", "r", "box"])
def test_nesting_within_the_limit_is_read_once(name: str) -> None:
    inner = {"f": "num", "m": "mr"}.get(name, "e")
    depth = 60 if name == "eqArr" else 90
    nested = f"<m:{name}><m:{inner}>" * depth + _r("deep") + f"</m:{inner}></m:{name}>" * depth
    assert _latex(nested).count("deep") == 1
