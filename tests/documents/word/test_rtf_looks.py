"""RTF: raised, struck and inserted words, and comments, as a person sees them on the page."""

from __future__ import annotations

import pytest

from app.core.documents.document import Flag, Page
from app.documents.formats.contract import Content
from app.documents.worker import parse
from tests.documents.office_writer import write_rtf


def _page(body: str) -> Page:
    (page,) = parse(Content("book.rtf", write_rtf(body), ""), lambda done, total: None).pages
    return page


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (r"10{\super 6} volts", "10^6 volts"),
        (r"10\super 6\nosupersub  volts", "10^6 volts"),
        (r"10\super 6\super0  volts", "10^6 volts"),
        (r"10\super 6\plain  volts", "10^6 volts"),
        (r"10{\super 1}{\super 0} volts", "10^10 volts"),
        (r"10{\super{\b 1}0} volts", "10^10 volts"),
        (r"Kerala 24.91{\super 2}", "Kerala 24.91[2]"),
        (r"{\b 1},{\b 2}5{\b 0}.{\b 1}7{\b 3}{\b 0}{\b 0}{\b 0}{\b 0}{\super 2}", "1,250.1730000[2]"),
        (r"H{\sub 2}O and x{\sub n}", "H2O and x_n"),
        (r"\fs24 10{\up6\fs16 6} x{\dn4\fs16 n}", "10^6 x_n"),
        (r"10\fs16\up 6\fs24\up0 . 3", "10^6. 3"),
        (r"10{\up6 6}", "106"),
        (r"in {\strike four} {\striked1 five} weeks", "in [struck: four] [struck: five] weeks"),
        (r"in {\strike fo}{\b\strike ur}\strike0  weeks", "in [struck: four] weeks"),
        (r"in {\deleted\revauthdel1 four}{\revised\revauth1 five} weeks", "in [struck: four][inserted: five] weeks"),
        (r"{\revised 10{\super 6}}{\revised\deleted x}", "[inserted: 10^6][struck: x]"),
        (r"{\mvf here}{\mvt there}", "[struck: here][inserted: there]"),
        (r"{\strike a\par b}\par c", "[struck: a]\n\n[struck: b]\n\nc"),
        (r"10{\super 6\chftn{\footnote\pard {\super\chftn} Of 10{\super 3}}}", "10^6[1]\n\n[1] Of 10^3"),
        (r"{\deleted four{\super\chftn{\footnote Why}}}", "[struck: four[1]]\n\n[1] Why"),
        (r"\trowd\intbl 10{\super 6}\cell {\strike a}\cell\row\pard b", "10^6 | [struck: a]\n\nb"),
    ],
)
def test_the_look_of_words_that_says_something_is_said(body: str, text: str) -> None:
    page = _page(body)
    assert (page.text, page.flags) == (text, ())


_COMMENT = r"{\*\atnid A}{\*\atnauthor %s}\chatn{\*\annotation{\*\atnref 0}{\*\atndate -2014587851}\pard %s}"


def test_comments_are_kept_aside_with_their_authors() -> None:
    first, second = _COMMENT % ("Ann", r"{\b Too long?}\par 10{\super 6}"), _COMMENT % ("M\\'fcller", "No.")
    page = _page(
        rf"{{{{\*\atrfstart 0}}Seen}}{{\cs15\v\fs16 {first}}} by all{{{second}}}{{\*\annotation Mine}}\par too"
    )
    assert (page.text, page.flags) == ("Seen by all\n\ntoo", (Flag.COMMENTS,))
    assert page.hidden == "[comment by Ann: Too long? 10^6] [comment by Müller: No.] [comment: Mine]"


def test_what_is_hidden_in_a_comment_is_no_part_of_it() -> None:
    page = _page(r"Seen{\*\atnauthor Ann}{\*\annotation Hm{\v unseen}}")
    assert page.hidden == "[comment by Ann: Hm]"


_COLOURS = r"{\colortbl;\red255\green255\blue255;\red0\green0\blue128;\red254\green255\blue255;}"


@pytest.mark.parametrize("inner", [r"\cf1 ", r"\cf3\chcbpat1 ", r"\cf2\highlight2 ", r"\fs2 ", r"\cf1\cbpat1 "])
def test_text_that_nobody_sees_is_kept_aside(inner: str) -> None:
    page = _page(rf"{_COLOURS}Seen\par {{{inner}Text}}")
    assert (page.text, page.hidden, page.flags) == ("Seen", "Text", (Flag.HIDDEN_TEXT,))


@pytest.mark.parametrize(
    "inner",
    [
        *(r"\cf0 ", r"\cf2 ", r"\cf9 ", r"\cf1\highlight2 ", r"\cf1\chcbpat2 ", r"\cf1\plain ", r"\cf1\shading500 "),
        *(r"\cf1\cbpat2 ", r"\intbl\cf1 ", r"{\*\background}\cf1 ", r"\cf2\cbpat2\cf0 "),
    ],
)
def test_text_with_another_colour_behind_it_stays(inner: str) -> None:
    page = _page(rf"{_COLOURS}Seen\par {{{inner}Text}}")
    assert (page.text, page.flags) == ("Seen\n\nText", ())


# ---- formulas -------------------------------------------------------------------------------------------------

_PICTURE = r"{\mmathPict{\*\shppict{\pict 00ff}}}"


def _formula(inner: str) -> str:
    return rf"Here {{\mmath{{\*\moMath {inner}}}{_PICTURE}}}."


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        (r"{\mf{\mnum{\mr a}}{\mden{\mr b}}}{\mr =}{\msSup{\me{\mr c}}{\msup{\mr 2}}}", r"\frac{a}{b} = c^2"),
        (
            r"{\mnary{\mnaryPr{\mchr \u8721\'3f}}{\msub{\mr n}{\mr =}{\mr 1}}{\msup{\mr \u8734\'3f}}{\me{\mr x}}}",
            "∑_{n = 1}^{∞} x",
        ),
        (r"{\mrad{\mradPr{\mdegHide on}{\mctrlPr\f34}}{\mdeg}{\me{\mr\i 2}}}", r"\sqrt{2}"),
        (r"{\md{\mdPr{\mbegChr [}{\mendChr ]}}{\me{\mr 0}}}", "[0]"),
        (r"{\mr\mscr0\msty0 mol}{\mr\mnor  if }{\mr\msty2 x}", "mol if x"),
        (r"{\mr x{\strike y}}", r"\cancel{xy}"),
        (r"{\mf\mnum a}{\mr b}{\moMath c}\m d", r"\frac{}{}abcd"),
        (r"{\msSup{\me{\mr c\u0 ?}}{\msup{\mr \u-8192 ?}}}", "c\ufffd^{\ue000}"),
    ],
)
def test_formulas_are_written_as_those_of_word(inner: str, text: str) -> None:
    assert _page(_formula(inner)).text == f"Here {text}."
    assert (
        _page(rf"Here {{\mmathPara{{\*\moMathPara{{\moMathParaPr{{\mjc left}}}}{{\*\moMath {inner}}}}}}}.").text
        == f"Here {text}."
    )


def test_what_is_hidden_in_a_formula_is_left_out() -> None:
    page = _page(_formula(r"{\mr x}{\mr\v 9}"))
    assert (page.text, page.hidden, page.flags) == ("Here x.", "9", (Flag.HIDDEN_TEXT,))
    hidden = _formula(r"{\mr x}")
    assert _page(rf"Seen{{\v {hidden}}}").text == "Seen"


@pytest.mark.parametrize("name", ["sSup", "f", "d", "nary", "func", "acc", "box"])
def test_deep_formulas_are_read(name: str) -> None:
    inner = {"f": "num"}.get(name, "e")
    page = _page(_formula(rf"{{\m{name}{{\m{inner}" * 200 + r"{\mr deep}" + "}}" * 200))
    assert page.text.count("deep") == 1


def test_a_note_inside_a_formula_may_have_one_too() -> None:
    page = _page(_formula(r"{\mr x{\footnote Of {\mmath{\*\moMath{\mr y}}}}}{\mr z}"))
    assert page.text.endswith("[1] Of y")


# ---- form fields ----------------------------------------------------------------------------------------------


def _field(kind: str, form: str, result: str = "") -> str:
    return rf"{{\field{{\*\fldinst {{ {kind} {{\*\formfield{{{form}}}}}}}}}{{\fldrslt {{{result}}}}}}}"


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        (_field("FORMCHECKBOX", r"\fftype1\ffres1\ffdefres0{\*\ffname Box}"), "[x]"),
        (_field("FORMCHECKBOX", r"\fftype1\ffres0\ffdefres1"), "[ ]"),
        (_field("FORMCHECKBOX", r"\fftype1\ffres25\ffdefres1"), "[x]"),
        (_field("FORMDROPDOWN", r"\fftype2\ffhaslistbox1\ffres1{\*\ffl Bremen}{\*\ffl K\u246 ?ln}"), "Köln"),
        (_field("FORMDROPDOWN", r"\fftype2\ffres9{\*\ffl Bremen}"), ""),
        (_field("FORMTEXT", r"\fftype0{\*\ffdeftext no}", "1,475.00"), "1,475.00"),
        (r"{\field{\*\fldinst HYPERLINK {\footnote no}{\listtext no}{\title no}}{\fldrslt Link}}", "Link"),
        (r"{\field{\fldinst PAGE}{\fldrslt 3}}", "3"),
    ],
)
def test_a_form_field_says_what_is_filled_in(inner: str, text: str) -> None:
    page = _page(rf"Here: {inner}.")
    assert (page.text, page.flags) == (f"Here: {text}.", ())
