"""PPTX: what a person reads on a slide, in which order, and what hostile presentations may not do."""

from __future__ import annotations

import pytest

from app.core.documents.document import Document, Flag, Page
from app.core.errors import AppError, Code
from app.documents.formats import archive
from app.documents.formats.contract import Content
from app.documents.slides import deck
from app.documents.worker import parse
from tests.documents.compound_writer import write_compound
from tests.documents.office_writer import OFFICE_RELATIONS, relations
from tests.documents.slides_writer import shape, text, title, transform, tree, write_pptx

_CHART = f'<c:chart xmlns:c="x" xmlns:r="{OFFICE_RELATIONS}" r:id="r0"/>'


def _parse(data: bytes) -> Document:
    return parse(Content("deck.pptx", data, ""), lambda done, total: None)


def _page(shapes: str, **given: object) -> Page:
    return _parse(write_pptx([shapes], **given)).pages[0]  # type: ignore[arg-type]


def _refusal(data: bytes) -> AppError:
    with pytest.raises(AppError) as raised:
        _parse(data)
    assert raised.value.params["path"] == "deck.pptx"
    return raised.value


def _graphic(body: str) -> str:
    data = f"<a:graphic><a:graphicData>{body}</a:graphicData></a:graphic>"
    return f"<p:graphicFrame>{transform((0, 0, 9, 9), 'p')}{data}</p:graphicFrame>"


# ---- a presentation


def test_a_slide_is_a_page_however_much_or_little_is_on_it() -> None:
    long = shape(text(*("A line that is on the slide. " * 20 for _ in range(12))))
    picture = "<p:pic><p:nvPicPr><p:nvPr/></p:nvPicPr></p:pic>"
    document = _parse(write_pptx([long, "", picture, title("Last")]))
    assert [(page.number, page.label) for page in document.pages] == [(n, str(n)) for n in (1, 2, 3, 4)]
    assert len(document.pages[0].text) > 6_000
    assert [page.flags for page in document.pages] == [(), (Flag.EMPTY,), (Flag.NO_TEXT,), ()]
    assert [(each.title, each.page) for each in document.outline] == [("Last", 4)]


def test_the_title_comes_first_and_what_runs_over_all_slides_is_left_out() -> None:
    running = "".join(shape(text(kind), placeholder=f'type="{kind}"') for kind in ("ftr", "dt", "sldNum"))
    page = _page(shape(text("Body")) + running + title("The lease"))
    assert (page.text, page.chapter) == ("The lease\n\nBody", "The lease")


def test_columns_are_read_one_after_the_other_and_rows_from_the_top() -> None:
    places = {
        "right": (600, 0, 400, 900),
        "left below": (0, 500, 400, 400),
        "foot": (0, 1_000, 1_000, 100),
        "left above": (0, 0, 420, 480),
    }
    shapes = "".join(shape(text(words), place=place) for words, place in places.items())
    assert _page(shapes).text.split("\n\n") == ["left above", "left below", "right", "foot"]


def test_a_placeholder_is_where_its_layout_or_its_master_puts_it() -> None:
    places = {"1": (500, 0, 100, 100), "2": (0, 0, 100, 100)}
    layout = "".join(shape("", place=place, placeholder=f'idx="{index}"') for index, place in places.items())
    master = shape("", place=(0, 300, 600, 100), placeholder='type="body" idx="9"')
    slide = "".join(
        shape(text(words), placeholder=attributes)
        for words, attributes in (("below", 'type="body" idx="3"'), ("right", 'idx="1"'), ("left", 'idx="2"'))
    )
    data = write_pptx(
        [slide],
        related={1: [("slideLayout", "../slideLayouts/a.xml")]},
        members={
            "ppt/slideLayouts/a.xml": tree(layout, "sldLayout"),
            "ppt/slideLayouts/_rels/a.xml.rels": relations(
                (f"{OFFICE_RELATIONS}/slideMaster", "../slideMasters/a.xml")
            ),
            "ppt/slideMasters/a.xml": tree(master, "sldMaster"),
        },
    )
    assert _parse(data).pages[0].text.split("\n\n") == ["- left", "- right", "- below"]


def test_speaker_notes_are_set_apart_and_a_hidden_slide_says_so() -> None:
    notes = shape(text("Say this slowly."), placeholder='type="body"') + shape(text("9"), placeholder='type="sldNum"')
    data = write_pptx([title("One"), title("Two")], notes={2: notes}, hidden=[2])
    first, second = _parse(data).pages
    assert first.text == "One"
    assert (second.text, second.chapter) == ("[hidden slide]\n\nTwo\n\n[speaker notes]\n\nSay this slowly.", "Two")


def test_points_have_their_levels_and_numbers() -> None:
    def point(words: str, properties: str) -> str:
        return f"<a:p><a:pPr {properties}</a:pPr><a:r><a:t>{words}</a:t></a:r></a:p>"

    numbered = '<a:buAutoNum type="{}"/>'
    body = text(
        *("Plain", point("Deeper", 'lvl="1">'), point("None", "><a:buNone/>")),
        *(point(words, ">" + numbered.format("arabicPeriod")) for words in ("First", "Second")),
        point("Inner", 'lvl="1">' + numbered.format("alphaLcParenR")),
        point("Third", ">" + numbered.format("arabicPeriod")),
        point("Odd", ">" + numbered.format("thaiNumPeriod")),
    )
    assert _page(shape(body, placeholder='idx="1"')).text == (
        "- Plain\n  - Deeper\n\nNone\n\n1. First\n2. Second\n  a) Inner\n3. Third\n4. Odd"
    )
    assert _page(shape(text("One", "Two"))).text == "One\n\nTwo"


def test_raised_and_struck_words_formulas_tables_and_charts_are_text() -> None:
    looks = (
        '<a:p><a:r><a:t>10</a:t></a:r><a:r><a:rPr baseline="30000"/><a:t>6</a:t></a:r><a:r><a:t> or </a:t></a:r>'
        '<a:r><a:rPr strike="sngStrike"/><a:t>four</a:t></a:r><a:br/><a:fld><a:t>7</a:t></a:fld></a:p>'
    )
    formula = (
        "<a:p><mc:AlternateContent><mc:Choice><a14:m><m:oMath><m:r><m:t>a=b</m:t></m:r></m:oMath></a14:m></mc:Choice>"
        "<mc:Fallback><a:r><a:t>picture</a:t></a:r></mc:Fallback></mc:AlternateContent></a:p>"
    )
    assert _page(shape(looks + formula)).text == "10^6 or [struck: four]\n7\n\na = b"
    rows = "".join(
        f"<a:tr>{''.join(f'<a:tc><a:txBody>{text(cell)}</a:txBody></a:tc>' for cell in row)}</a:tr>"
        for row in (("Berth", "Rent"), ("", "1,475"))
    )
    assert _page(_graphic(f"<a:tbl>{rows}</a:tbl>")).text == "Berth | Rent\n | 1,475"
    chart = '<c:chartSpace xmlns:c="x" xmlns:a="y"><c:title><a:p><a:t>Rent</a:t></a:p></c:title></c:chartSpace>'
    page = _page(_graphic(_CHART), related={1: [("chart", "../charts/a.xml")]}, members={"ppt/charts/a.xml": chart})
    assert page.text == "[chart: Rent]"


def test_a_group_is_read_together() -> None:
    inner = shape(text("b"), place=(50, 0, 10, 10)) + shape(text("a"), place=(0, 0, 10, 10))
    group = f"<p:grpSp><p:nvGrpSpPr/><p:grpSpPr>{transform((0, 0, 90, 90))}</p:grpSpPr>{inner}</p:grpSp>"
    assert _page(shape(text("c"), place=(0, 95, 90, 10)) + group).text == "a\n\nb\n\nc"
    deep = "<p:grpSp><p:grpSpPr/>" * 90 + shape(text("deep")) + "</p:grpSp>" * 90
    assert _page(deep).text == "deep"


@pytest.mark.parametrize(
    "comment",
    [
        '<p:cm xmlns:p="x" authorId="7"><p:text>Too high?</p:text></p:cm>',
        '<p:cm xmlns:p="x" authorId="7"><p:txBody><p><r><t>Too high?</t></r></p></p:txBody></p:cm>',
    ],
)
def test_comments_are_kept_apart(comment: str) -> None:
    page = _page(
        title("One"),
        related={1: [("comments", "../comments/a.xml")]},
        members={
            "ppt/comments/a.xml": f"<l>{comment}</l>",
            "ppt/commentAuthors.xml": '<l><cmAuthor id="7" name="Ada"/></l>',
        },
    )
    assert (page.text, page.flags, page.hidden) == ("One", (Flag.COMMENTS,), "[comment by Ada: Too high?]")


def test_slides_come_in_the_order_of_the_presentation() -> None:
    data = write_pptx([title("One"), title("Two")])
    listed = (
        '<p:presentation xmlns:p="x" xmlns:r="'
        + OFFICE_RELATIONS
        + '"><p:sldIdLst><p:sldId id="1" r:id="r2"/><p:sldId id="2" r:id="r1"/></p:sldIdLst></p:presentation>'
    )
    assert [page.text for page in _parse(data).pages] == ["One", "Two"]
    turned = write_pptx([title("One"), title("Two")], members={"ppt/presentation.xml": listed})
    assert [page.text for page in _parse(turned).pages] == ["Two", "One"]


# ---- what means harm, or is no presentation


def test_what_is_no_presentation_is_refused() -> None:
    assert _refusal(write_compound({"EncryptedPackage": b"x"})).code is Code.DOCUMENT_ENCRYPTED
    assert _refusal(write_pptx([])).code is Code.DOCUMENT_DAMAGED
    assert _refusal(write_pptx([title("One")], members={"ppt/slides/slide1.xml": "<p"})).code is Code.DOCUMENT_DAMAGED
    missing = write_pptx([title("One")], members={"ppt/_rels/presentation.xml.rels": "<Relationships/>"})
    assert _refusal(missing).code is Code.DOCUMENT_DAMAGED
    nothing = _refusal(write_pptx(["", ""]))
    assert (nothing.code, nothing.params["pages"]) == (Code.DOCUMENT_NO_TEXT, 2)


def test_bombs_and_too_much_of_anything_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = write_pptx([title("One")], members={"ppt/slides/slide1.xml": tree(shape(text(" " * (20 << 20))))})
    assert _refusal(bomb).params["limit"] == "expansion"
    many = '<p:sldId id="1" r:id="r1"/>' * 40
    listed = (
        f'<p:presentation xmlns:p="x" xmlns:r="{OFFICE_RELATIONS}"><p:sldIdLst>{many}</p:sldIdLst></p:presentation>'
    )
    repeated = write_pptx([title("One" * 20)], members={"ppt/presentation.xml": listed})
    assert len(_parse(repeated).pages) == 40
    with monkeypatch.context() as patch:
        patch.setattr(deck, "MAX_CHARACTERS", 1_000)
        assert _refusal(repeated).params["limit"] == "characters"
    with monkeypatch.context() as patch:
        patch.setattr(deck, "MAX_PAGES", 39)
        assert _refusal(repeated).params["limit"] == "pages"
    with monkeypatch.context() as patch:
        patch.setattr(archive, "MAX_READ_BYTES", 5_000)
        assert _refusal(repeated).params["limit"] == "archive_bytes"
    deep = _refusal(write_pptx(["<p:grpSp>" * 230 + "</p:grpSp>" * 230]))
    assert deep.params["limit"] == "xml_depth"


def test_entities_and_other_files_are_not_read() -> None:
    slide = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + tree(title("One &x;"))
    page = _page(title("One"), members={"ppt/slides/slide1.xml": slide})
    assert page.text == "One"
    outside = relations((f"{OFFICE_RELATIONS}/slide", "../../../etc/passwd")).replace('"r0"', '"r1"')
    data = write_pptx([title("One")], members={"ppt/_rels/presentation.xml.rels": outside})
    assert _refusal(data).code is Code.DOCUMENT_DAMAGED


def test_many_shapes_in_odd_places_are_ordered_in_time() -> None:
    places = [(number * 7919 % 1_000, number * 104_729 % 1_000, 300, 300) for number in range(deck.MAX_ORDERED_SHAPES)]
    shapes = [shape(text(str(number)), place=place) for number, place in enumerate(places)]
    assert sorted(_page("".join(shapes)).text.split("\n\n")) == sorted(map(str, range(deck.MAX_ORDERED_SHAPES)))
    stairs = [shape(text(str(number)), place=(number * 10, number * 10, 10, 10)) for number in range(900)]
    assert _page("".join(stairs)).text.split("\n\n") == list(map(str, range(900)))
    odd = ("9" * 500, "-", "x", "")
    broken = "".join(shape(text(each), place=(each, each, each, each)) for each in odd)  # type: ignore[arg-type]
    assert set(_page(broken).text.split("\n\n")) == {each for each in odd if each}


# ---- text that nobody sees ------------------------------------------------------------------------------------

_WHITE = '<a:solidFill><a:srgbClr val="FFFFFF"/></a:solidFill>'
_CLEAR = '<a:solidFill><a:srgbClr val="336699"><a:alpha val="0"/></a:srgbClr></a:solidFill>'


def _run(look: str, attributes: str = "") -> str:
    return f"<a:p><a:r><a:rPr {attributes}>{look}</a:rPr><a:t>Text</a:t></a:r></a:p>"


@pytest.mark.parametrize(
    "hidden",
    [
        *(shape(_run("", 'sz="100"')), shape(_run(_CLEAR)), shape(_run("<a:noFill/>"))),
        shape(_run(_WHITE)).replace("<p:spPr>", f"<p:spPr>{_WHITE}"),
        shape(_run("")).replace("<p:cNvPr/>", '<p:cNvPr id="4" name="x" hidden="1"/>'),
        title("Text").replace("<p:cNvPr/>", '<p:cNvPr hidden="true"/>'),
    ],
)
def test_what_nobody_sees_is_kept_aside(hidden: str) -> None:
    (page,) = _parse(write_pptx([hidden + shape(text("Seen"))])).pages
    assert (page.text, page.hidden, page.flags) == ("Seen", "Text", (Flag.HIDDEN_TEXT,))


@pytest.mark.parametrize(
    "seen",
    [
        *(shape(_run(_WHITE)), shape(_run("<a:ln/><a:noFill/>")), shape(_run("", 'sz="800"'))),
        shape(_run(_WHITE)).replace("<p:spPr>", f"<p:spPr>{_WHITE.replace('FFFFFF', '336699')}"),
    ],
)
def test_what_may_be_on_something_dark_stays(seen: str) -> None:
    (page,) = _parse(write_pptx([seen])).pages
    assert (page.text, page.flags) == ("Text", ())
