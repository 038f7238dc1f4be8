"""Two versions of a contract with twelve known changes, and what must not be taken for a change."""

from __future__ import annotations

from functools import cache
from itertools import product

import msgspec
import pytest

from app.core.documents.document import READING, Document, Flag, Format, Page
from app.core.work import Cancel, Stopped, finish
from app.documents.formats.contract import Content
from app.documents.pdf import pdf
from app.documents.text.flow import Block, flow
from app.documents.word import docx
from app.features.comparison.compare import compare
from app.features.comparison.data import (
    ChangeKind,
    ComparedParagraph,
    Comparing,
    Comparison,
    Doubt,
    Reservation,
    WordState,
)
from tests.features.comparison.contract import CHANGES, Heading, KnownChange, Part, as_docx, as_pdf, parts


@cache
def lease(new: bool, format: Format) -> Document:
    write, parse = (as_docx, docx.parse) if format is Format.DOCX else (as_pdf, pdf.parse)
    return parse(Content("lease", write(new), "00"), lambda done, total: None)


def compared(first: Document, second: Document) -> Comparison:
    return finish(compare(first, second, Cancel()))


def text(*paragraphs: str, format: Format = Format.DOCX) -> Document:
    return Document("A text", format, "00", flow(map(Block, paragraphs)).pages)


def pages(*texts: str, format: Format = Format.PDF, flags: tuple[Flag, ...] = ()) -> Document:
    return Document(
        "A text", format, "00", tuple(Page(n, str(n), each, flags=flags) for n, each in enumerate(texts, 1))
    )


def shown(change: ComparedParagraph) -> str:
    signs = {WordState.SAME: "{}", WordState.REMOVED: "[-{}-]", WordState.ADDED: "[+{}+]"}
    return "".join(signs[each.state].format(each.text) for each in change.stretches)


def is_found(known: KnownChange, change: ComparedParagraph) -> bool:
    sides = ((known.before, change.before), (known.after, change.after))
    return change.kind == known.kind and all(
        words in passage.text if passage is not None else not words for words, passage in sides
    )


@pytest.mark.parametrize("format", [Format.DOCX, Format.PDF])
def test_twelve_known_changes_are_found_and_none_is_invented(format: Format) -> None:
    found = compared(lease(False, format), lease(True, format)).changes
    for known in CHANGES:
        assert sum(is_found(known, change) for change in found) == 1, known.name
    assert len(found) == len(CHANGES)


def test_a_change_has_its_pages_in_both_books() -> None:
    first, second = lease(False, Format.PDF), lease(True, Format.PDF)
    changes = compared(first, second).changes
    (storm,) = (change for change in changes if "storm" in shown(change))
    assert storm.before is not None
    assert storm.after is not None
    assert [span.label for span in storm.before.spans] == ["2", "3"]  # it went over the page's end
    assert [span.label for span in storm.after.spans] == ["2"]
    gone = " ".join(first.pages[span.page - 1].text[span.start : span.end] for span in storm.before.words)
    assert gone.startswith("In the basin, storm warnings")
    assert gone.endswith("twice a day.")
    assert not storm.after.words


def test_the_changed_words_are_marked() -> None:
    changes = [shown(each) for each in compared(lease(False, Format.DOCX), lease(True, Format.DOCX)).changes]
    assert "The lease begins on 1 April 2026 and ends on[- 31 March-][+ 30 June+] 2031." in changes
    assert "Barge |[- 900-][+ 950+] | per week" in changes
    assert "[-6. Watch\nThe Landlord provides a night watchman from October until the end of March.-]" in changes


def test_clauses_that_only_got_another_number_are_no_changes() -> None:
    found = compared(lease(False, Format.DOCX), lease(True, Format.DOCX))
    assert [(each.before, each.after) for each in found.renumbered] == [
        *(("4.", "3."), ("5.", "4."), ("7.", "5."), ("8.", "6."), ("9.", "7."), ("10.", "8.")),
        ("3.", "10."),
    ]


@pytest.mark.parametrize(("one", "other"), [*product((Format.DOCX, Format.PDF), repeat=2)])
@pytest.mark.parametrize("new", [False, True])
def test_the_same_text_has_no_changes_in_whatever_format(one: Format, other: Format, new: bool) -> None:
    found = compared(lease(new, one), lease(new, other))
    assert found.changes == ()
    assert found.renumbered == ()


def test_every_paragraph_is_there_once() -> None:
    found = compared(lease(False, Format.DOCX), lease(True, Format.DOCX))
    for document, side in ((lease(False, Format.DOCX), "before"), (lease(True, Format.DOCX), "after")):
        kept = [getattr(each, side).text for each in found.paragraphs if getattr(each, side) and each.kind != "left"]
        wanted = [line for page in document.pages for line in page.text.split("\n") if line]
        assert sorted("\n".join(kept).split("\n")) == sorted(wanted)


def test_reversed_what_was_added_was_removed() -> None:
    found = compared(lease(True, Format.DOCX), lease(False, Format.DOCX))
    wanted = {
        ChangeKind.ADDED: 1,
        ChangeKind.REMOVED: 1,
        ChangeKind.CHANGED: 8,
        ChangeKind.MOVED: 1,
        ChangeKind.JOINED: 1,
    }
    assert found.counts == wanted


def test_a_date_at_the_beginning_is_no_number_of_a_clause() -> None:
    first, second = text("Payments are due on", "5. April 2026"), text("Payments are due on", "6. April 2026")
    (change,) = compared(first, second).changes
    assert shown(change) == "[-5.-][+6.+] April 2026"


def test_spelling_that_a_reader_takes_for_the_same_is_no_change() -> None:
    first = text("The “rent” – 5 % of it – is paid in co-operation.", "Ｎｏ． １２　の契約書。")
    second = text('The "rent" - 5 % of it - is paid in co-operation.', "No. 12の契約書。")
    assert compared(first, second).changes == ()


def test_a_hyphen_at_the_end_of_a_line_may_be_the_lines_own() -> None:
    first = text("The land-\nlord pays the land tax.", format=Format.TEXT)
    second = text("The landlord pays the\nland tax.", format=Format.TEXT)
    assert compared(first, second).changes == ()


def test_a_text_that_was_wrapped_anew_has_no_changes() -> None:
    first = text(
        "The tenant pays the rent on\nthe third day of each month.\n", "It is paid in cash.", format=Format.TEXT
    )
    second = text(
        "The tenant pays the rent on the third\nday of each month.\n", "It is paid in cash.", format=Format.TEXT
    )
    assert compared(first, second).changes == ()


def test_in_a_text_with_a_line_for_each_paragraph_one_that_became_two_is_found() -> None:
    long = "The tenant pays the rent on the third day of each month into the account that the landlord has named to it."
    first = text(f"{long} It is paid in cash.\nIt is high.", format=Format.TEXT)
    second = text(f"{long}\nIt is paid in cash.\nIt is high. {long} {long}", format=Format.TEXT)
    assert [change.kind for change in compared(first, second).changes] == [ChangeKind.SPLIT, ChangeKind.CHANGED]


def test_a_note_between_two_halves_of_a_paragraph_stays_apart() -> None:
    first = pages("The tenant, who reads the index with care, shall[1]\n[1] As published.", "pay the rent.")
    second = pages(
        "A preface of one line.\nThe tenant, who reads the index with care, shall[1] pay the rent.\n[1] As published."
    )
    (change,) = compared(first, second).changes
    assert shown(change) == "[+A preface of one line.+]"


def test_page_numbers_and_running_heads_of_a_short_file_are_no_text() -> None:
    first = pages("Lease, draft\nThe tenant pays the rent. Page 1", "Lease, draft\nThe rent is high. Page 2")
    second = pages("Lease, draft\nThe tenant pays the rent. The rent is high. Page 1")
    assert compared(first, second).changes == ()


def test_page_numbers_of_a_table_of_contents_do_not_count() -> None:
    first, second = text("1. Rent ........ 7", "2. Term ........ 9"), text("1. Rent ........ 8", "2. Term ........ 11")
    assert compared(first, second).changes == ()


def test_japanese_is_compared_by_its_characters() -> None:
    rent, sublet = "賃料は月額{}円とし、毎月末日までに支払う。", "借主は転貸することができ{}。"
    first = text(
        "第1条（目的）", "物件を貸す。", "第2条（賃料）", rent.format("147,500"), "第3条（転貸）", sublet.format("る")
    )
    second = text("第1条（賃料）", rent.format("174,500"), "第2条（転貸）", sublet.format("ない"))
    found = compared(first, second)
    assert [shown(change) for change in found.changes] == [
        "[-第1条（目的）\n物件を貸す。-]",
        "賃料は月額[-147,500-][+174,500+]円とし、毎月末日までに支払う。",
        "借主は転貸することができ[-る-][+ない+]。",
    ]
    assert [(each.before, each.after) for each in found.renumbered] == [("第2条", "第1条"), ("第3条", "第2条")]


def test_a_moved_paragraph_may_have_changed_too() -> None:
    lines = [
        "The tenant keeps the quay lamps in order and lights them at dusk.",
        "Ships are moored fore and aft while the wind blows.",
        "Fresh water is paid by the meter at the head of the quay.",
        "Damage to the wall is reported on the day on which it is seen.",
    ]
    moved = [*lines[1:], "The tenant keeps all quay lamps in order and lights them at dusk."]
    (change,) = compared(text(*lines), text(*moved)).changes
    assert change.kind is ChangeKind.MOVED
    assert change.has_other_words
    assert "[- the-][+ all+]" in shown(change)


def test_two_other_books_are_said_to_be_unlike() -> None:
    first = text(*(f"The harbour master lit lamp {n} of the old quay before the boats came in." for n in range(20)))
    second = text(*(f"Einstein wrote equation {n} on his blackboard while students slept." for n in range(20)))
    found = compared(first, second)
    assert Reservation(Doubt.UNLIKE) in found.reservations
    assert set(found.counts) == {ChangeKind.ADDED, ChangeKind.REMOVED}


def test_what_could_not_be_compared_is_said() -> None:
    first = pages("A text.", "", flags=(Flag.NO_TEXT,))
    second = pages("A text [inserted: of ours].", format=Format.DOCX, flags=(Flag.HIDDEN_TEXT,))
    found = compared(first, second)
    assert found.reservations == (
        Reservation(Doubt.NO_TEXT, 0, (1, 2)),
        Reservation(Doubt.HIDDEN, 1, (1,)),
        Reservation(Doubt.RECORDED, 1, (1,)),
        Reservation(Doubt.PARAGRAPHS),
    )


def test_a_book_of_an_earlier_reader_is_said() -> None:
    first, second = text("A text."), msgspec.structs.replace(text("A text."), reading=READING - 1)
    assert compared(first, second).reservations == (Reservation(Doubt.OUTDATED, 1),)
    assert compared(second, first).reservations == (Reservation(Doubt.OUTDATED, 0),)


def test_an_empty_book_has_nothing_in_common() -> None:
    assert [each.kind for each in compared(pages(""), text("A text.")).changes] == [ChangeKind.ADDED]
    assert compared(pages(""), pages("")).changes == ()


def test_a_new_heading_alone_is_a_change_of_its_own() -> None:
    old: list[Part] = parts(False)
    new = [*old[:4], Heading("A. Quays"), *old[4:]]
    kinds = [change.kind for change in compared(lease(False, Format.DOCX), _read(new)).changes]
    assert kinds == [ChangeKind.ADDED]


def _read(of: list[Part]) -> Document:
    return docx.parse(Content("lease", as_docx(False, of), "00"), lambda done, total: None)


def test_it_says_how_far_it_is_and_can_be_stopped() -> None:
    cancel = Cancel()
    work = compare(lease(False, Format.DOCX), lease(True, Format.DOCX), cancel)
    steps = [next(work), next(work)]
    assert all(
        isinstance(step, Comparing) and step.total == len(lease(False, Format.DOCX).pages) * 2 + 4 for step in steps
    )
    cancel.request()
    with pytest.raises(Stopped):
        finish(work)
