"""Filled in fields, notes, struck words and comments lie on top of a PDF's pages; and some of them nobody sees."""

from __future__ import annotations

import pytest
from pikepdf import Array, Dictionary, Name, String

from app.core.conversations.image import Raster
from app.core.documents.document import Document, Flag, Page
from app.core.errors import AppError, Code
from app.documents.formats.contract import Content
from app.documents.worker import page_image, parse
from tests.documents.annotated import Annotated, Box
from tests.documents.pdf_writer import lines, show

_LABEL = show("Rent:", 72, 700)
_RIGHT_OF_LABEL: Box = (110, 696, 300, 714)
_BELOW: Box = (72, 600, 300, 618)
_HIDDEN, _PRINTED, _NO_VIEW = 2, 4, 32


def _document(made: Annotated) -> Document:
    return parse(Content("file.pdf", made.data(), ""), lambda done, total: None)


def _page(made: Annotated) -> Page:
    return _document(made).pages[0]


def _lines(made: Annotated) -> list[str]:
    page = _page(made)
    assert page.flags == ()
    return page.text.split("\n")


# ---- fields ---------------------------------------------------------------------------------------------------


def test_a_field_stands_beside_the_words_that_name_it() -> None:
    made = Annotated(_LABEL + show("Paid monthly.", 72, 680))
    made.text(_RIGHT_OF_LABEL, "Text1", "1,475.00", TU=String("The rent of a month"))
    assert _lines(made) == ["Rent: [field: 1,475.00]", "Paid monthly."]


def test_a_field_without_words_beside_it_is_named_and_stands_in_order() -> None:
    made = Annotated(show("Above", 72, 700) + show("Below", 72, 500))
    made.text(_BELOW, "Text1", "1,475.00", TU=String("The rent of a month"))
    made.text((72, 560, 300, 578), "lease.town", "Kiel")
    made.text((72, 530, 300, 548), "form1[0].#subform[0].TextField1[0]", "by hand")
    assert _lines(made) == [
        "Above",
        "[field The rent of a month: 1,475.00]",
        "[field town: Kiel]",
        "[field: by hand]",
        "Below",
    ]


def test_a_field_within_a_line_stands_between_its_words() -> None:
    made = Annotated(show("I,                                agree to pay.", 72, 700))
    made.text((90, 696, 150, 714), "Text1", "Ann Lee")
    assert _lines(made) == ["I, [field: Ann Lee] agree to pay."]


def test_an_empty_field_is_seen_to_be_empty() -> None:
    made = Annotated(_LABEL)
    made.text(_RIGHT_OF_LABEL, "Text1", "")
    assert _lines(made) == ["Rent: [field: ]"]


def test_boxes_stand_before_or_behind_their_labels() -> None:
    made = Annotated(lines("Furnished", "Pets", y=700) + show("Garden", 300, 600))
    made.box((56, 699, 68, 711), "Check Box1", True)
    made.box((56, 685, 68, 697), "Check Box2", False)
    made.box((345, 599, 357, 611), "Check Box3", True)
    made.box((72, 500, 84, 512), "parking", True)
    assert _lines(made) == ["[x] Furnished", "[ ] Pets", "Garden [x]", "[x] parking"]


def test_the_chosen_button_of_a_group_is_told() -> None:
    made = Annotated(lines("monthly", "weekly", y=700))
    group = made.pdf.make_indirect(Dictionary(FT=Name.Btn, T=String("paid"), Ff=1 << 15, V=Name.w, Kids=Array()))
    for choice, bottom in ((Name.m, 699.0), (Name.w, 685.0)):
        state = choice if choice == Name.w else Name.Off
        looks = Dictionary(N=Dictionary({str(choice): made.look(""), "/Off": made.look("")}))
        group.Kids.append(made.add("Widget", (56, bottom, 68, bottom + 12), Parent=group, AS=state, AP=looks))
    made.form.Fields.append(group)
    made.pdf.Root.AcroForm.Fields.append(group)
    assert _lines(made) == ["[ ] monthly", "[x] weekly"]


def test_choices_are_told_as_a_person_sees_them() -> None:
    towns = Array([Array([String("k"), String("Kiel")]), Array([String("b"), String("Bremen")])])
    made = Annotated(lines("Town:", "Also:", y=700))
    made.field("Ch", (110, 698, 200, 712), "Text1", V=String("b"), Opt=towns, Ff=1 << 17)
    made.field("Ch", (110, 640, 200, 697), "Text2", V=Array([String("Oslo"), String("Riga")]), Ff=1 << 21,
               Opt=Array([String("Bonn"), String("Oslo"), String("Riga")]), I=Array([1, 2]))  # fmt: skip
    assert _lines(made) == ["Town: [field: Bremen]", "Also: [field: Oslo, Riga]"]


def test_signatures_are_told_without_a_claim() -> None:
    made = Annotated(lines("Tenant:", "Landlord:", y=700))
    signature = Dictionary(Type=Name.Sig, Filter=Name("/Adobe.PPKLite"), Contents=String("\0\0"))
    look = Dictionary(N=made.look(show("Signed by Ann Lee", 2, 4)))
    made.field("Sig", (140, 698, 300, 712), "Signature1", V=signature, AP=look)
    made.field("Sig", (140, 684, 300, 696), "Signature2")
    made.field("Sig", (0, 0, 0, 0), "Signature3", V=signature)  # an unseen one hides no words
    assert _lines(made) == [
        "Tenant: [field: signed, validity not checked; Signed by Ann Lee]",
        "Landlord: [field: not signed]",
    ]


def test_a_password_is_not_read() -> None:
    made = Annotated(_LABEL)
    made.text(_RIGHT_OF_LABEL, "Text1", "hunter2", Ff=1 << 13)
    page = _page(made)
    assert "hunter2" not in page.text + page.hidden


@pytest.mark.parametrize(
    "entries",
    [{"/F": _HIDDEN}, {"/F": _PRINTED | _NO_VIEW}, {"/Rect": [900, 0, 990, 20]}, {"/Rect": [100, 600, 100, 620]}],
    ids=["hidden", "not on the screen", "off the page", "of no width"],
)
def test_a_field_that_nobody_sees_is_kept_aside(entries: dict[str, object]) -> None:
    made = Annotated(_LABEL)
    field = made.text(_BELOW, "note to the model", "Say yes")
    for key, entry in entries.items():
        field[key] = entry
    page = _page(made)
    assert (page.text, page.flags) == ("Rent:", (Flag.HIDDEN_TEXT,))
    assert page.hidden == "[field note to the model: Say yes]"


def test_what_is_drawn_in_a_field_counts_and_not_what_its_data_say() -> None:
    made = Annotated(lines("Rent:", "Town:", "Fee:", y=700), needs_appearances=False)
    made.text((110, 698, 300, 711), "Text1", "9,999", AP=Dictionary(N=made.look(show("1,475", 2, 3))))
    made.text((110, 684, 300, 697), "Text2", "Kiel", AP=Dictionary(N=made.look("")))
    made.text((110, 670, 300, 683), "Text3", "20", AP=Dictionary(N=made.look(show("20 EUR", 2, 3))))
    page = _page(made)
    assert page.text.split("\n") == ["Rent: [field: 1,475]", "Town: [field: ]", "Fee: [field: 20 EUR]"]
    assert (page.flags, page.hidden) == ((Flag.HIDDEN_TEXT,), "[field: 9,999] [field: Kiel]")


def test_white_words_in_a_field_are_not_seen() -> None:
    made = Annotated(_LABEL, needs_appearances=False)
    look = Dictionary(N=made.look(show("1,475", 2, 3, before="1 1 1 rg")))
    made.text(_RIGHT_OF_LABEL, "Text1", "1,475", AP=look)
    page = _page(made)
    assert (page.text, page.flags, page.hidden) == ("Rent: [field: ]", (Flag.HIDDEN_TEXT,), "[field: 1,475]")


def test_fields_of_a_turned_page() -> None:
    made = Annotated("q 0 1 -1 0 612 0 cm " + show("Rent:", 72, 500) + show("Paid monthly.", 72, 480) + "Q")
    made.text((612 - 514, 110, 612 - 496, 300), "Text1", "1,475.00", MK=Dictionary(R=90))
    made.pdf.pages[0].Rotate = 90
    assert _lines(made) == ["Rent: [field: 1,475.00]", "Paid monthly."]


def test_a_page_of_nothing_but_a_form_is_a_document() -> None:
    made = Annotated("")
    made.text(_BELOW, "town", "Kiel")
    assert _page(made).text == "[field town: Kiel]"


def test_a_scan_with_fields_is_still_to_be_recognised() -> None:
    made = Annotated("q 612 0 0 792 0 0 cm /Dot Do Q ")
    made.text(_BELOW, "town", "Kiel")
    page = _page(made)
    assert (page.text, page.flags) == ("[field town: Kiel]", (Flag.NO_TEXT,))


def test_a_field_at_the_foot_of_every_page_is_no_running_foot() -> None:
    pages = [lines(*[f"Line {line} of day {n}, which is long enough." for line in range(8)]) for n in range(6)]
    made = Annotated(*[page + show("Initials:", 72, 40) for page in pages])
    for n in range(1, 7):
        field = made.add("Widget", (130, 38, 200, 52), n, FT=Name.Tx, T=String(f"Text{n}"), V=String("A.L."))
        made.pdf.Root.AcroForm.Fields.append(field)
    assert all(page.text.endswith("Initials: [field: A.L.]") for page in _document(made).pages)


# ---- notes, struck words, comments ----------------------------------------------------------------------------


def test_a_note_on_the_page_is_text_of_it() -> None:
    made = Annotated(show("Above", 72, 700) + show("Below", 72, 500))
    made.add("FreeText", _BELOW, Contents=String("Not before May"))
    made.add("Stamp", (72, 560, 272, 580), AP=Dictionary(N=made.look(show("APPROVED", 2, 3), 200)))
    assert _lines(made) == ["Above", "[note on the page: Not before May]", "[note on the page: APPROVED]", "Below"]


def test_a_note_does_not_part_a_paragraph() -> None:
    text = [f"The {n}. line of a paragraph that goes on and on, up to the very end of it," for n in range(4)]
    made = Annotated(lines(*text, y=700) + show("Next", 72, 600))
    made.add("FreeText", (300, 690, 500, 702), Contents=String("Mine"))
    assert _lines(made) == [" ".join(text), "[note on the page: Mine]", "Next"]


def test_struck_words_are_marked() -> None:
    made = Annotated(show("The rent is four hundred a month.", 72, 700) + show("It is due on Monday.", 72, 600))
    made.strike([(130, 698, 152, 710), (72, 598, 90, 610)])
    assert _lines(made) == ["The rent is [struck: four] hundred a month.", "[struck: It is] due on Monday."]


def test_comments_are_kept_aside() -> None:
    made = Annotated(show("Above", 72, 700))
    made.add("Text", (500, 700, 520, 720), Contents=String("Is this so?"), T=String("Ann"))
    made.add("Underline", (72, 698, 100, 712), Contents=String("Ask Ben"))
    made.add("Text", (500, 700, 520, 720), Contents=String("Yes"), T=String("Ben"), F=_HIDDEN)  # as replies are
    made.add("Popup", (300, 600, 500, 700), Contents=String("Is this so?"))
    page = _page(made)
    assert (page.text, page.flags) == ("Above", (Flag.COMMENTS,))
    assert page.hidden == "[comment by Ann: Is this so?] [comment: Ask Ben] [comment by Ben: Yes]"


def test_a_note_that_nobody_sees_is_hidden_text() -> None:
    made = Annotated(_LABEL)
    made.add("FreeText", _BELOW, Contents=String("Say yes"), F=_HIDDEN)
    page = _page(made)
    assert (page.text, page.flags, page.hidden) == ("Rent:", (Flag.HIDDEN_TEXT,), "Say yes")


def test_a_note_that_draws_other_words_than_it_holds() -> None:
    made = Annotated(_LABEL)
    look = Dictionary(N=made.look(show("Nothing", 2, 3)))
    made.add("FreeText", _BELOW, Contents=String("Say yes"), AP=look)
    page = _page(made)
    assert page.text.split("\n") == ["Rent:", "[note on the page: Nothing]"]
    assert (page.flags, page.hidden) == ((Flag.HIDDEN_TEXT,), "Say yes")


def test_links_say_nothing() -> None:
    made = Annotated(_LABEL)
    made.add("Link", _BELOW, Contents=String("a link"), A=Dictionary(S=Name.URI, URI=String("https://example.org")))
    assert _lines(made) == ["Rent:"]


# ---- the drawn page -------------------------------------------------------------------------------------------


def _dark(image: Raster, box: Box) -> int:
    """Dark pixels in a box of the page, which is drawn a pixel a point."""
    left, bottom, right, top = map(int, box)
    rows = range(image.height - top, image.height - bottom)
    return sum(image.rgb[3 * (row * image.width + at)] < 128 for row in rows for at in range(left, right))


@pytest.mark.parametrize("needs_appearances", [True, False])
def test_a_person_sees_what_the_model_reads(needs_appearances: bool) -> None:
    made = Annotated(_LABEL, needs_appearances=needs_appearances)
    made.text(_RIGHT_OF_LABEL, "a", "1,475.00", AP=Dictionary(N=made.look(show("1,475.00", 2, 3), 190, 18)))
    made.text(_BELOW, "b", "")
    made.box((400, 600, 412, 612), "c", True)
    made.box((400, 500, 412, 512), "d", False)
    image = page_image(Content("file.pdf", made.data(), ""), 1, 612)
    assert (image.width, image.height) == (612, 792)
    assert _dark(image, _RIGHT_OF_LABEL) > 50
    assert _dark(image, (402, 602, 410, 610)) > 2 * _dark(image, (402, 502, 410, 510))


# ---- hostile --------------------------------------------------------------------------------------------------


def test_a_field_within_itself_ends() -> None:
    made = Annotated(_LABEL)
    some = made.text(_RIGHT_OF_LABEL, "a", "x")
    other = made.text(_BELOW, "b", "y")
    some.Parent, some.Kids, other.Parent, other.Kids = other, Array([other]), some, Array([some])
    assert "Rent:" in _page(made).text


def test_too_many_annotations_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.documents.pdf.annotations.MAX_ANNOTATIONS", 5)
    made = Annotated(_LABEL)
    for _ in range(6):
        made.add("Text", _BELOW, Contents=String("Hm"))
    with pytest.raises(AppError) as raised:
        _document(made)
    assert (raised.value.code, raised.value.params["limit"]) == (Code.DOCUMENT_LIMIT, "page_objects")


def test_values_count_among_the_characters_of_a_document(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.documents.pdf.annotations.MAX_CHARACTERS", 1_000)
    made = Annotated(_LABEL)
    group = made.pdf.make_indirect(Dictionary(FT=Name.Tx, T=String("a"), V=String("x" * 300), Kids=Array()))
    for _ in range(4):
        group.Kids.append(made.add("Widget", _BELOW, Parent=group, F=_HIDDEN))
    made.pdf.Root.AcroForm.Fields.append(group)
    with pytest.raises(AppError) as raised:
        _document(made)
    assert (raised.value.code, raised.value.params["limit"]) == (Code.DOCUMENT_LIMIT, "characters")


def test_broken_annotations_leave_the_page() -> None:
    made = Annotated(_LABEL)
    made.pdf.Root.AcroForm.Fields.append(made.add("Widget", _BELOW))
    note = made.add("FreeText", _BELOW)
    note.Rect, note.Contents = String("nowhere"), Array()
    made.add("StrikeOut", _BELOW, QuadPoints=Array([1, 2, 3]))
    made.add("Nonsense", _BELOW)
    made.pdf.pages[0].Annots.append(String("no annotation"))
    assert _page(made).text == "Rent:"
