"""Markup speaks by the look of its text: powers, notes, struck words, formulas, and fields."""

from __future__ import annotations

from collections.abc import Callable
from email.message import EmailMessage

import pytest

from app.core.documents.document import Document, Flag
from app.core.errors import AppError, Code
from app.documents.formats.contract import Content
from app.documents.worker import parse
from tests.documents.epub_writer import XHTML, write_epub


def _parse(data: bytes, name: str = "page.html") -> Document:
    return parse(Content(name, data, ""), lambda done, total: None)


def _text(body: str) -> str:
    return "\n\n".join(page.text for page in _parse(f"<html><body>{body}</body></html>".encode()).pages)


def _in_epub(body: str) -> str:
    return "\n\n".join(page.text for page in _parse(write_epub([body]), "book.epub").pages)


def _in_mail(body: str) -> str:
    mail = EmailMessage()
    mail["Subject"] = "Greetings"
    mail.set_content(body, "html")
    return "\n\n".join(page.text for page in _parse(bytes(mail), "letter.eml").pages).partition("\n\n")[2]


# ---- raised and lowered ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("read", [_text, _in_epub, _in_mail])
def test_a_page_says_the_same_in_every_format(read: Callable[[str], str]) -> None:
    body = (
        "<p>About 10<sup>6</sup> volts, 24.91<sup>2</sup> in Kerala, H<sub>2</sub>O, 101<sub>2</sub>.</p>"
        "<p>Pay <del>four</del> <ins>five</ins> rents.</p>"
        "<p>Then <math xmlns='http://www.w3.org/1998/Math/MathML'><mfrac><mi>a</mi><mi>b</mi></mfrac><mo>=</mo>"
        "<msup><mi>c</mi><mn>2</mn></msup></math>.</p><p>Rent <input value='1,475.00' aria-label='Rent'/></p>"
    )
    assert read(body) == (
        "About 10^6 volts, 24.91[2] in Kerala, H2O, 101_2.\n\nPay [struck: four] [inserted: five] rents.\n\n"
        r"Then \frac{a}{b} = c^2."
        "\n\nRent [field Rent: 1,475.00]"
    )


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<p><b>10</b><i><sup>6</sup></i> volts</p>", "10^6 volts"),  # its base stands in an element before
        ("<p>10<sup><b>6 </b></sup>volts</p>", "10^6 volts"),
        ("<p>10<sup> 6</sup></p>", "10^6"),
        ("<p>10² m³ x₁</p>", "10² m³ x₁"),
        ("<p>e<sup>n+1</sup> x<sup>y<sup>z</sup></sup></p>", "e^{n+1} x^{y^z}"),
        ("<p>10<sup>10<sup>100</sup></sup>, 5<sup><b>x</b><sub>1</sub></sup></p>", "10^{10^100}, 5^{x1}"),
        ("<p>x<sub>i</sub><sup>2</sup></p>", "x_i^2"),
        ("<p>m<sup>2</sup>K, log<sub>10</sub>100, 10<sup>6</sup>5</p>", "m^{2}K, log_{10}100, 10^{6}5"),
        ("<p>1<sup>1</sup>/<sub>2</sub> cups, <sup>3</sup>&frasl;<sub>4</sub></p>", "1 1/2 cups, 3⁄4"),
        ("<p>by <sup>14</sup>C and <sup>235</sup><b>U</b></p>", "by ^{14}C and ^{235}U"),
        ("<p>the 5<sup>th</sup>, Octavo<sup>™</sup>, Smith<sup>*</sup></p>", "the 5th, Octavo™, Smith*"),
        (
            "<p>10<span style='VERTICAL-ALIGN: super'>6</span> 101<span style='vertical-align:sub'>2</span>",
            "10^6 101_2",
        ),
        ("<p>10<span style='vertical-align:superb'>6</span></p>", "106"),
        ("<p>10<sup><sup>6</sup></sup> 10<sup style='vertical-align:super'>6</sup></p>", "10^6 10^6"),
        ("<p>10<span style='vertical-align:super'> <sup>6</sup> </span>volts</p>", "10^6 volts"),
        ("<p>a<sup></sup>b<sub> </sub>c<sup><br></sup>d</p>", "ab c\nd"),
        ("<p>Whole <sup>paragraphs " + "long " * 100 + "</sup></p>", "Whole paragraphs " + "long " * 99 + "long"),
        ("<table><tr><td>10<sup>6</sup><td><td>12.5<sup>a</sup></table>", "10^6 |  | 12.5[a]"),
        ("<ul><li>10<sup>6</sup> volts</ul>", "- 10^6 volts"),
        ("<p><a href='x'>10<sup>6</sup></a></p>", "10^6"),
        ("<pre>10<sup>6</sup>  volts</pre>", "10^6  volts"),
    ],
)
def test_no_raised_or_lowered_number_runs_into_another(body: str, text: str) -> None:
    assert _text(body) == text


def test_headings_and_their_entries_say_it_too() -> None:
    document = _parse(b"<h1>Area in m<sup>2</sup></h1><p>Text.")
    assert (document.title, document.outline[0].title) == ("Area in m^2", "Area in m^2")


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<p>24.91<sup><a href='#gone'>2</a></sup>", "24.91[2]"),
        ("<p>10<a href='#gone'><sup>2</sup></a>", "10[2]"),  # powers are no links
        ("<p>in 10<a role='doc-noteref' href='#gone'>2</a>", "in 10[2]"),
        ("<p>One<sup>[<a href='#n'>7</a>]</sup><p id='n'>Two", "One[7]\n\nTwo"),
        ("<p>said<sup>1, 2</sup> and <sup>3</sup>", "said[1, 2] and [3]"),
        ("<p><sup>1</sup> The note.<p><sup>2</sup>Another.", "[1] The note.\n\n[2]Another."),
        (
            "<p>One<sup><a id='r' href='#n'>7</a>,<a id='s' href='#m'>8</a></sup>"
            "<p id='n'><sup>7</sup>First <a href='#r'>↩</a><p id='m'><sup>8</sup> Second <a href='#s'>↩</a>",
            "One[1],[2]\n\n[1] First\n\n[2] Second",
        ),
    ],
)
def test_marks_of_notes_are_no_powers(body: str, text: str) -> None:
    assert _text(body) == text


def test_rules_of_the_page_count() -> None:
    style = (
        "<style>/* .no{vertical-align:super} */ @media screen{.up , i.low{vertical-align:super}} i.low{color:red}"
        "b.low{vertical-align:sub} span.out{text-decoration-line: underline line-through} p .no{vertical-align:super}"
        ".u{text-decoration:underline} a:hover{text-decoration:line-through}</style>"
    )
    body = (
        "<p>10<span class='x up'>6</span> 10<i class=low>6</i> 101<b class=low>2</b> <span class=out>four</span>"
        " 10<span class=no>6</span> <a href=x class=u>five</a>"
    )
    assert _text(style + body) == "10^6 10^6 101_2 [struck: four] 106 five"


def test_style_sheets_of_a_book_count() -> None:
    head = (
        f'<?xml version="1.0"?>{XHTML}<head><link rel="stylesheet" href="../a%20b.css"/>'
        '<link rel="stylesheet" href="gone.css"/><link rel="stylesheet" href="broken.css"/></head><body>'
    )
    body = "<p>10<span class='CharOverride-1'>6</span> <span class='old'>four</span></p></body></html>"
    css = "span.CharOverride-1 { font-size:58.3%; vertical-align:super; }\n.old{text-decoration:line-through;}"
    members: dict[str, str | bytes] = {
        "OEBPS/text/1.xhtml": head + body,
        "OEBPS/a b.css": css,
        "OEBPS/text/broken.css": b"\xff{{{}}}/*",
    }
    assert _parse(write_epub([""], members=members), "a.epub").pages[0].text == "10^6 [struck: four]"


def test_entries_of_a_table_of_contents_say_it_too() -> None:
    nav = '<ol><li><a href="text/1.xhtml">Area in m<sup>2</sup><span class="x"> and more</span></a> tail</li></ol>'
    assert _parse(write_epub(["<p>Text"], nav=nav), "a.epub").outline[0].title == "Area in m^2 and more"


# ---- struck and inserted --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<p>a <s>b</s> <strike>c</strike> d", "a [struck: b] [struck: c] d"),
        ("<p>a <span style='color:red;text-decoration : LINE-THROUGH'>b</span>", "a [struck: b]"),
        ("<p style='text-decoration: underline'>a <u>b</u> <span style='text-decoration:none'>c", "a b c"),
        ("<del><p>One <b>b</b></p><p>Two</p></del><p>Three", "[struck: One b]\n\n[struck: Two]\n\nThree"),
        ("<ul><li><del>a</del></li><del><li>b</li></del></ul>", "- [struck: a]\n- [struck: b]"),
        ("<table><tr style='text-decoration:line-through'><td>a<td><td>b</table>", "[struck: a] |  | [struck: b]"),
        ("<p><del>a <s>b</s> <ins>c</ins></del> d", "[struck: a b [inserted: c]] d"),
        ("<p><del></del><ins> </ins>a", "a"),
        ("<p><del>10<sup>6</sup></del> 10<del><sup>6</sup></del>", "[struck: 10^6] 10[struck: ^6]"),
    ],
)
def test_struck_and_inserted_words_are_told_from_the_text(body: str, text: str) -> None:
    assert _text(body) == text


# ---- formulas -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<p>2<math><mn>3</mn></math>4", "2 3 4"),
        ("<p><math><msup><mi>x</mi><mn>2</mn></msup></math>y, the <math><mi>n</mi></math>th", "x^2 y, the nth"),
        ("<p>So <math display=block><mi>a</mi><mo>&sum;</mo></math> holds", "So\na∑\nholds"),
        ("<p>a <math hidden><mi>b</mi></math>", "a"),
        ("<table><tr><td><math><mi>a</mi></math><td>b</table>", "a | b"),
    ],
)
def test_formulas_stand_in_the_line(body: str, text: str) -> None:
    assert _text(body) == text


_TEX = "<semantics><mi>x</mi><annotation encoding='application/x-tex'>y</annotation></semantics>"


def test_what_a_program_drew_beside_a_formula_is_not_read_twice() -> None:
    drawn = "<span class='katex-html' aria-hidden='true'>x</span>"
    body = f"<p>a <span class='katex-mathml'><math>{_TEX}</math></span>{drawn} b</p>"
    for data, name in ((body.encode(), "page.html"), (write_epub([body]), "book.epub")):
        page = _parse(data, name).pages[0]
        assert (page.text, page.flags) == ("a x b", ())


def test_the_picture_of_a_formula_stands_for_it() -> None:
    picture = "<img src='x' aria-hidden='true' alt='{\\displaystyle c^{2}}'>"
    page = _parse(f"<p>a <span style='display: none;'><math>{_TEX}</math></span>{picture} b".encode()).pages[0]
    assert (page.text, page.flags) == ("a [picture: {\\displaystyle c^{2}}] b", ())
    page = _parse(f"<p>a <span style='display: none;'>Secret<math>{_TEX}</math></span>{picture} b".encode()).pages[0]
    assert (page.text, page.flags) == ("a b", (Flag.HIDDEN_TEXT,))


# ---- fields ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<label for=r>Rent</label><input id=r value=' 1,475.00 '>", "Rent [field: 1,475.00]"),
        ("<label>Town <input></label>", "Town [field: ]"),
        ("<input id=r value=5> <label for=r>euros</label>", "[field euros: 5] euros"),
        ("<input name=rent type=number value=5>.", "[field rent: 5] ."),
        ("<input value=5>", "[field: 5]"),
        ("<input type=checkbox checked id=f><label for=f>Furnished</label>", "[x] Furnished"),
        ("<input type=checkbox id=f title=Yes><label for=f>Furnished</label>", "[ ] Furnished"),
        ("<ul><li><input type=checkbox checked>Furnished</ul>", "- [x] Furnished"),
        ("<table><tr><td>Furnished<td><input type=checkbox></table>", "Furnished | [ ]"),
        ("<label><input type=radio> Monthly</label>", "[ ] Monthly"),
        ("<label for=f>Pets</label>: <input type=checkbox id=f>", "Pets: [ ] Pets"),
        ("<input type=checkbox checked aria-label=Pets>", "[x] Pets"),
        ("<select title=Term><option>1<option selected>2 years</select>", "[field Term: 2 years]"),
        ("<label>Pick <select><option>A<option>B</select></label>", "Pick [field: A]"),
        ("<select multiple name=s><option selected>A<option selected>B</select>", "[field s: A, B]"),
        ("<textarea name=n>One\n  two</textarea>", "[field n: One\ntwo]"),
        ("<table><tr><td>Rent<td><input name=r value=5></table>", "Rent | [field r: 5]"),
    ],
)
def test_a_field_is_read_with_what_is_filled_in(body: str, text: str) -> None:
    assert _text(body) == text


@pytest.mark.parametrize(
    "tool",
    [
        "<input type=password value=Secret><input type=HIDDEN value=Secret name=x>",
        "<input placeholder='Search'><input type=search value=Other><textarea></textarea>",
        "<button>Send</button><input type=submit value=Send><input type=reset><input type=image alt=Go>",
        "<form role=search><label>Find <input value=q></label></form>",
        "<search><input value=q></search>",
        "<select><option>English<option>Deutsch</select>",
        "<input type=checkbox id=menu-is-open>",
        "<datalist><option>Other</datalist>",
        "<input style='display:none' value=''>",
    ],
)
def test_the_tools_of_a_page_and_secrets_are_no_text(tool: str) -> None:
    assert _text(f"<p>Seen</p>{tool}").removesuffix("\n\nFind") == "Seen"


# ---- hostile markup -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tag", ["sup", "sub", "del", "ins", "math", "label"])
def test_deep_nesting_is_refused(tag: str) -> None:
    with pytest.raises(AppError) as raised:
        _text(f"<{tag}>" * 10_000 + "x" + f"</{tag}>" * 10_000)
    assert (raised.value.code, raised.value.params["limit"]) == (Code.DOCUMENT_LIMIT, "xml_depth")


@pytest.mark.parametrize("opening", ["<sup>", "<del><ins>", "<sup><sub>", "<math><msup>"])
def test_as_much_nesting_as_is_allowed_makes_little_of_a_text(opening: str) -> None:
    text = _text(f"<p>a{opening * 80}{'word ' * 20_000}")
    assert text.count("word") == 20_000
    assert len(text) < 102_000


def test_a_style_sheet_of_nothing_but_beginnings_is_read_in_one_go() -> None:
    for sign in ("/*", "{", "}", "a{vertical-align:", "a,", "text-decoration:"):
        assert _text(f"<style>{sign * 100_000}</style><p>10<sup>6</sup>") == "10^6"


def test_thousands_of_marks_and_fields_are_read_once_each() -> None:
    powers = "".join(f" 10<sup>{number}</sup>" for number in range(20_000))
    assert _text(f"<p>{powers}").count("10^") == 20_000
    fields = "<input value=5>" * 5_000
    assert _text(f"<label>{fields}{fields}").count("[field") == 10_000
