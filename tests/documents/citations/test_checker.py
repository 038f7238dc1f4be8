"""Citations against pages: what is marked verified stands there word for word, and nothing else is."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.conversations.conversation import Citation, CitationState
from app.core.documents.document import Page
from app.documents.citations.checker import CitedBook, check, locate

VERIFIED, REPAIRED, NEAR, CUT, NOT_FOUND, PAGE = (
    CitationState.VERIFIED,
    CitationState.REPAIRED,
    CitationState.NEAR,
    CitationState.CUT,
    CitationState.NOT_FOUND,
    CitationState.PAGE,
)

LEASE = CitedBook(
    "lease",
    "Harbour Lease, consolidated",
    (
        Page(1, "i", "This preface names the parties and the date of their agreement."),
        Page(2, "ii", "Contents of the lease, part by part."),
        Page(3, "1", "The Tenant gives notice not less than twelve months before the end of the then cur-\nrent Term."),
        Page(
            4,
            "2",
            "An un-\nlawful entry, a non-refundable deposit of 1,250.50 dollars, and they don’t pay.",
            "Part IX. Deposits",
        ),
        Page(5, "3", "Notice must reach the Harbour Office. The last sentence of this page begins"),
        Page(
            6, "4", "here and it ends on the next page.  The o\ufb03ce said “leave at once” \u2014 and\nthe crew left…"
        ),
        Page(7, "A-3", "付属書：賃借人は十二か月\n前までに『通知』しなければならない。"),
    ),
)
LETTERS = CitedBook(
    "letters",
    "Side letters 2019–2024",
    (
        Page(1, "1", "This letter shortens the notice to nine months for Berths 4 to 7 only."),
        Page(2, "2", "Nothing else in the lease is changed by this letter."),
    ),
)
BOTH = (LEASE, LETTERS)


def places(answer: str, books: tuple[CitedBook, ...] = BOTH) -> list[tuple[str, int, CitationState]]:
    return [(citation.book_id, citation.page, citation.state) for citation in check(answer, books)]


@pytest.mark.parametrize(
    "mark",
    ["[p. 4]", "[p.4]", "[P. 4]", "[page 4]", "[p 4]", "［ｐ. ４］", "【p. 4】", "(p. 4)", "（p. 4）", "(see p. 4)",
     "[Harbour Lease p. 4]", "[Harbour Lease, p. 4]", "[harbour lease, consolidated: p. 4]", "[Harbor Lease p. 4]",
     "[Harbour Lease.pdf, p. 4]", "[p. 4 of Harbour Lease]", "[Chapter 2, p. 4]", "[Part IX. Deposits, p. 4]"],
)  # fmt: skip
def test_every_way_to_write_a_mark(mark: str) -> None:
    answer = f"Something is said there {mark}, I believe."
    (citation,) = check(answer, BOTH)
    assert (citation.book_id, citation.page, citation.label, citation.state) == ("lease", 6, "4", PAGE)
    assert answer[citation.start : citation.end] == mark


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("See [p. ii].", [("lease", 2, PAGE)]),
        ("See [p. A-3].", [("lease", 7, PAGE)]),
        ("See [p. 7].", [("lease", 7, PAGE)]),  # no page is labelled so: the seventh
        ("See [p. 1, 3].", [("", 0, PAGE), ("lease", 5, PAGE)]),  # both books have a page 1
        ("See [Harbour Lease p. 1, 3].", [("lease", 3, PAGE), ("lease", 5, PAGE)]),
        ("See [pp. 3 and 4].", [("lease", 5, PAGE), ("lease", 6, PAGE)]),
        ("See [pp. 2-4].", [("lease", 4, PAGE)]),
        ("See [pp. 4-2].", [("lease", 0, NOT_FOUND)]),
        ("See [p. 99] and [p. xx].", [("lease", 0, NOT_FOUND), ("lease", 0, NOT_FOUND)]),
        ("See [Side letters p. 4].", [("letters", 0, NOT_FOUND)]),
        ("See [Another Book, p. 1].", [("", 0, NOT_FOUND)]),
        ("See [Side letters p. 1; Harbour Lease p. 1].", [("letters", 1, PAGE), ("lease", 3, PAGE)]),
        ("See [p. 2, Side letters].", [("letters", 2, PAGE)]),
        ("As (Smith 1999, p. 2) has it, people (p < 0.05) turn [some pages] of it [12].", []),
    ],
)
def test_which_page_a_mark_names(answer: str, expected: list[tuple[str, int, CitationState]]) -> None:
    assert places(answer) == expected


def test_pages_of_one_mark_share_it() -> None:
    answer = "See [Side letters 2019 p. 1, 2 and p. 9] there."
    shares = [answer[citation.start : citation.end] for citation in check(answer, BOTH)]
    assert shares == ["[Side letters 2019 p. 1", ", 2", " and p. 9]"]


def test_of_pages_with_the_same_label_what_is_said_decides_which_is_meant() -> None:
    """The book has a cover that is called 1, like the first page of its body."""
    cover = Page(1, "1", "Harbour policy, printed for the Harbour Office in the spring.")
    body = Page(9, "1", "No vessel leaves the basin before the lamp is put out in the morning.")
    book = CitedBook("manual", "Manual", (cover, Page(5, "iii", "A preface."), body))

    def cited(answer: str) -> Citation:
        (citation,) = check(answer, (book,))
        return citation

    verified = cited("“No vessel leaves the basin before the lamp” [p. 1].")
    assert (verified.page, verified.state) == (9, VERIFIED)
    near = cited("“No vessel may leave the basin before the lamp is put out” [p. 1].")
    assert (near.page, near.state) == (9, NEAR)
    named = cited("Vessels stay in the basin until morning [p. 1].")
    assert (named.page, named.state) == (9, PAGE)
    assert cited("It was printed in the spring [p. 1].").page == 1
    unknown = cited("Nothing of the kind [p. 1].")
    assert (unknown.page, unknown.state, unknown.on_page) == (1, PAGE, "")


def test_a_page_that_is_not_on_the_desk_keeps_its_label() -> None:
    answer = "It is on the last page [p. 412]."
    assert check(answer, [LEASE]) == (
        Citation("lease", LEASE.title, 0, "412", "", NOT_FOUND, answer.index("["), answer.index("]") + 1),
    )
    assert check("Nothing lies here [p. 1].", []) == (Citation("", "", 0, "1", "", NOT_FOUND, 18, 24),)


@pytest.mark.parametrize("pair", ["“”", '""', "«»", "„“", "„”", "「」", "『』", "‘’"])
def test_a_quotation_in_any_marks_belongs_to_the_mark_after_it(pair: str) -> None:
    (true,) = check(f"It asks for {pair[0]}not less than twelve months{pair[1]} [p. 1].", BOTH)
    assert (true.page, true.state, true.quote) == (3, VERIFIED, "not less than twelve months")
    (false,) = check(f"It asks for {pair[0]}not less than eleven months{pair[1]} [p. 1].", [LEASE])
    assert (false.page, false.state, false.quote) == (3, NEAR, "not less than eleven months")
    assert false.on_page == "not less than twelve months"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        # a quotation decides between books
        ("It is “nine months for Berths 4 to 7 only” [p. 1].", [("letters", 1, VERIFIED)]),
        ("It is “nine months for Berths 4 to 7 only” [p. 2].", [("letters", 1, REPAIRED)]),
        # its place in the sentence
        ("“The Tenant gives notice.” [p. 1]", [("lease", 3, VERIFIED)]),
        ("“The Tenant gives notice”. [p. 1]", [("lease", 3, VERIFIED)]),
        ("“The Tenant gives notice [p. 1]”", [("lease", 3, VERIFIED)]),
        ("**“The Tenant gives notice”**\n[p. 1]", [("lease", 3, VERIFIED)]),
        ("“The Tenant gives notice” in ch. 2 of it [p. 1].", [("lease", 3, VERIFIED)]),
        ("“The Tenant gives notice” at the “end” [p. 1].", [("lease", 3, VERIFIED)]),
        ("“The Tenant gives notice”. But he stays [p. 3].", [("lease", 3, VERIFIED), ("lease", 5, PAGE)]),
        ("- “The Tenant gives notice”\n- he stays [p. 3]", [("lease", 3, VERIFIED), ("lease", 5, PAGE)]),
        # two marks after one quotation; a second statement
        ("“The Tenant gives notice” [p. 1] [p. 2].", [("lease", 3, VERIFIED), ("lease", 4, NOT_FOUND)]),
        ("“The Tenant gives notice” [p. 1], and see [p. 2].", [("lease", 3, VERIFIED), ("lease", 4, NOT_FOUND)]),
        ("“The Tenant gives notice” [p. 1, 2].", [("lease", 3, VERIFIED), ("lease", 4, NOT_FOUND)]),
        ("“The Tenant gives notice” [pp. i-2].", [("lease", 3, VERIFIED)]),
        ("“The Tenant gives notice” [p. 1] and pays [p. 3].", [("lease", 3, VERIFIED), ("lease", 5, PAGE)]),
        # too short to prove anything; apostrophes are no quotation marks
        ("The “then” Term [p. 1], the ‘end’ [p. 1].", [("lease", 3, PAGE), ("lease", 3, PAGE)]),
        ("The tenants’ and owners’ duties don’t end [p. 3].", [("lease", 5, PAGE)]),
        # without a mark
        ("He says “nothing at all in the lease” and “of no such thing”.", []),
        ("He says “the notice to nine months” there.", [("letters", 1, VERIFIED)]),
        ("He says “else in the lease is changed” there.", [("letters", 2, CUT)]),
        # from one page to the next
        ("“The last sentence of this page begins here and it ends” [p. 3]", [("lease", 5, VERIFIED)]),
        ("“The last sentence of this page begins here and it ends” [p. 4]", [("lease", 6, VERIFIED)]),
        ("“The last sentence of this page begins here and it ends” [p. 1]", [("lease", 5, REPAIRED)]),
        # without spaces between words
        ("「賃借人は十二か月前までに「通知」しなければならない」［p. A-3］。", [("lease", 7, VERIFIED)]),
        ("「賃借人は十一か月前までに通知しなければならない」［p. A-3］。", [("lease", 7, NEAR)]),
        ("「賃借人は」［p. A-3］。", [("lease", 7, PAGE)]),
        # quotations inside
        ("\"The office said \"leave at once\" \u2013 and the crew left\" [p. 4]", [("lease", 6, VERIFIED)]),
        ("“The office said ‘leave at once’ - and the crew left” [p. 4]", [("lease", 6, VERIFIED)]),
    ],
)  # fmt: skip
def test_which_quotation_belongs_to_which_mark(answer: str, expected: list[tuple[str, int, CitationState]]) -> None:
    assert places(answer) == expected


@pytest.mark.parametrize(
    "quote",
    [
        "lawful entry, a non-refundable",  # of "unlawful"
        "refundable deposit of 1,250.50",  # of "non-refundable"
        "deposit of 1,250",  # of "1,250.50"
        "250.50 dollars, and they",
        "and they don",
        "dollars, and they do",
        "A Non-refundable deposit of",  # but for the first letter, case is kept
        "deposit of 1,250.50 dollars and they",  # the comma inside is
        "",
        "...",
    ],
)
def test_a_part_of_a_word_or_number_is_no_quotation(quote: str) -> None:
    assert locate(LEASE.pages[3].text, quote) is None


def test_locate_gives_the_range_on_the_page() -> None:
    text = LEASE.pages[5].text
    found = locate(text, "office said 'leave at once' - and the crew left...")
    assert found is not None
    assert text[slice(*found)] == "o\ufb03ce said “leave at once” \u2014 and\nthe crew left…"
    term = LEASE.pages[2].text
    for written in ("the then current Term", "the then cur-rent Term", "the then cur-\nrent Term,"):
        found = locate(term, written)
        assert found is not None
        assert term[slice(*found)].startswith("the then cur-\nrent Term")
    temperature = "It was \u22125 degrees, or 5 degrees below."
    assert locate(temperature, "-5 degrees") == (7, 17)
    assert locate(temperature, "5 degrees") == (22, 31)


# ---- for any text ----------------------------------------------------------------------------------------------

# fmt: off
WORDS = st.sampled_from(
    ["harbour", "Tenant", "o\ufb03ce", "cafe\u0301", "na\u00efve", "twelve", "1,250.50", "don’t", "tenants’", "end.",
     "e.g.", "state-of-the-art", "soft\u00adly", "**bold**", "x²", "(see)", "«dit»", "“leave”", "non\u2011refundable",
     "Ａ４", "5%", "\u22125", "`Ctrl+O`", "_so_", "cur-\nrent", "漢字", "カナ。"]
)
# fmt: on
BREAKS = st.sampled_from([" ", "  ", "\n", "\r\n", "\u00a0", "\u3000", " \u2014 ", " - ", "\u2026 ", ", ", "\n\n"])


@st.composite
def pages_and_parts(draw: st.DrawFn) -> tuple[str, str]:
    """A page, and a run of its words as it stands there."""
    words = draw(st.lists(WORDS, min_size=5, max_size=30))
    breaks = [draw(BREAKS) for _ in words]
    first = draw(st.integers(0, len(words) - 4))
    last = draw(st.integers(first + 4, len(words)))
    pieces = [f"{word}{gap}" for word, gap in zip(words, breaks, strict=True)]
    return "".join(pieces), "".join(pieces[first:last]).removesuffix(breaks[last - 1])


def plain(text: str) -> str:
    """Letters and digits alone, in the tests' own way of making them comparable."""
    text = unicodedata.normalize("NFKC", text.replace("\u00ad", ""))
    return re.sub(r"[\W_]+", "", text)


@settings(max_examples=300, deadline=None, database=None)
@given(pages_and_parts())
def test_any_run_of_a_pages_words_is_verified_and_located(example: tuple[str, str]) -> None:
    page, part = example
    found = locate(page, part)
    assert found is not None
    assert plain(page[slice(*found)]) == plain(part)
    assert page[slice(*found)].strip() == page[slice(*found)]
    book = CitedBook("b", "Book", (Page(1, "1", "Another page."), Page(2, "2", page)))
    words = " ".join(part.split())
    (citation,) = check(f"It says 「{words}」 [p. 2].", [book])
    assert citation.page == 2
    assert citation.state in (VERIFIED, CUT)  # a run of words may end between a number and its unit


@settings(max_examples=300, deadline=None, database=None)
@given(pages_and_parts(), st.data())
def test_a_changed_word_is_never_verified(example: tuple[str, str], data: st.DataObject) -> None:
    page, part = example
    words = part.split()
    at = data.draw(st.integers(0, len(words) - 1))
    change = data.draw(st.sampled_from(["another", words[at] + "s", "un" + words[at], "7" + words[at]]))
    changed = " ".join([*words[:at], change, *words[at + 1 :]])
    with_more = " ".join([*words[:at], "not", *words[at:]])
    for wrong in (changed, with_more):
        if plain(wrong) in plain(page):
            continue
        assert locate(page, wrong) is None
        (citation,) = check(f"It says 「{wrong}」 [p. 1].", [CitedBook("b", "Book", (Page(1, "1", page),))])
        assert citation.state in (NOT_FOUND, NEAR)


@settings(max_examples=300, deadline=None, database=None)
@given(st.text(max_size=80), st.text(max_size=20), st.integers(0, 79), st.integers(1, 30))
def test_locate_never_finds_what_is_not_there(page: str, other: str, start: int, length: int) -> None:
    for quote in (other, page[start : start + length]):
        found = locate(page, quote)
        if found is not None:
            assert 0 <= found[0] < found[1] <= len(page)
            assert locate(page[slice(*found)], quote) == (0, found[1] - found[0])


@settings(max_examples=200, deadline=None, database=None)
@given(st.text('[]()pP. 12iv-,“”"‘’「」\nab!', max_size=60))
def test_check_takes_any_answer(answer: str) -> None:
    named = [citation for citation in check(answer, BOTH) if citation.start >= 0]
    ranges = [(citation.start, citation.end) for citation in named]
    assert all(0 <= start <= end <= len(answer) for start, end in ranges)
    assert all(before[1] <= after[0] for before, after in pairwise(ranges))


# ---- quotations on other pages than the one that is named ------------------------------------------------------------


def test_a_right_quotation_with_a_wrong_page_gets_the_right_one() -> None:
    answer = "It says “not less than twelve months before the end” [p. 3], and “nothing of the kind was said” [p. 3]."
    mended, lost = check(answer, BOTH)
    assert (mended.book_id, mended.page, mended.label, mended.state) == ("lease", 3, "1", REPAIRED)
    assert mended.named == "3"
    assert answer[mended.start : mended.end] == "[p. 3]"
    assert (lost.page, lost.state, lost.on_page) == (5, NOT_FOUND, "")


def test_a_page_that_does_not_exist_is_repaired_too() -> None:
    (mended,) = check("“Nothing else in the lease is changed” [p. 77].", BOTH)
    assert (mended.book_id, mended.label, mended.named, mended.state) == ("letters", "2", "77", REPAIRED)


@pytest.mark.parametrize(
    ("quotation", "on_page"),
    [
        (
            "an unlawful entry, a refundable deposit of 1,250.50 dollars",
            "un- lawful entry, a non-refundable deposit of 1,250.50 dollars",
        ),
        ("a non-refundable deposit of 1,250.05 dollars", "a non-refundable deposit of 1,250.50 dollars"),
    ],
)
def test_near_words_are_told_as_they_stand_there(quotation: str, on_page: str) -> None:
    (near,) = check(f"There is “{quotation}” [p. 2].", BOTH)
    assert (near.page, near.state, near.on_page) == (4, NEAR, on_page)
    assert locate(LEASE.pages[3].text, near.shown) is not None, "it can be lit"


def test_a_claim_without_a_quotation_names_its_page_and_no_more() -> None:
    (page,) = check("The harbour office must get the notice [p. 3].", BOTH)
    assert (page.page, page.state, page.quote, page.on_page) == (5, PAGE, "", "")


def test_a_run_of_words_without_quotation_marks_is_no_quotation() -> None:
    """Words of a page that fill half of a sentence prove nothing of it: whether it says the same, `verdict` decides."""
    answer = "The tenant gives notice not less than twelve months before the end, says my neighbour [p. 1]."
    assert {(each.state, each.quote) for each in check(answer, (LEASE,))} == {(PAGE, "")}


# ---- two books that have a page of the same name ---------------------------------------------------------------

ALPHA = CitedBook(
    "alpha",
    "Lease Alpha",
    (
        Page(1, "1", "The landlord lets the yard to the tenant."),
        Page(2, "2", "The tenant gives notice three months before the end. He pays in March. The fence is his."),
        Page(3, "3", "The landlord keeps the roof in good repair."),
    ),
)
BETA = CitedBook(
    "beta",
    "Lease Beta",
    (
        Page(1, "1", "The landlord lets the quay to the tenant."),
        Page(2, "2", "The tenant gives notice six weeks before the end. He pays in April. The fence is his."),
    ),
)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        # the words of the sentence decide
        ("Notice is given six weeks before the end [p. 2].", ("beta", 2, PAGE)),
        ("Notice is given three months before the end [p. 2].", ("alpha", 2, PAGE)),
        ("The tenant gives notice six weeks before the end [p. 2].", ("beta", 2, PAGE)),
        # or the book that it names, even where its words are those of the other
        ("Under Beta the fence is his [p. 2].", ("beta", 2, PAGE)),
        ("Under Alpha the fence is his [p. 2].", ("alpha", 2, PAGE)),
        ("Under Beta the tenant gives notice nine weeks before the end [p. 2].", ("beta", 2, PAGE)),
        ("Under Beta “The tenant gives notice three months before the end” [p. 2].", ("alpha", 2, REPAIRED)),
        ("Beta says “The fence is his” [p. 2].", ("beta", 2, VERIFIED)),
        ("Alpha says “The fence is his” [p. 2].", ("alpha", 2, VERIFIED)),
        # what comes near is looked for in both
        ("“The tenant gives notice six weeks after the end” [p. 2].", ("beta", 2, NEAR)),
        # only one of them has the page
        ("The landlord keeps the roof in repair [p. 3].", ("alpha", 3, PAGE)),
    ],
)
def test_a_page_that_two_books_have_is_that_of_the_book_that_is_meant(
    answer: str, expected: tuple[str, int, CitationState]
) -> None:
    (citation, *others) = check(answer, (ALPHA, BETA))
    assert (citation.book_id, citation.page, citation.state) == expected
    assert not others


@pytest.mark.parametrize("answer", ["The fence is his [p. 2].", "A tower stands on the hill [p. 2]."])
def test_where_nothing_tells_which_book_is_meant_none_is_named(answer: str) -> None:
    (citation,) = check(answer, (ALPHA, BETA))
    assert (citation.book_id, citation.page, citation.label, citation.state) == ("", 0, "2", PAGE)
    assert citation.document == "Lease Alpha / Lease Beta"
    (alone,) = check(answer, (ALPHA,))
    assert (alone.book_id, alone.page) == ("alpha", 2)


def test_a_mark_with_a_title_that_a_book_had_before_means_that_book() -> None:
    renamed = msgspec.structs.replace(LETTERS, title="Amendments", former_titles=("Scan 0012",))
    assert places("It is shorter [Scan 0012, p. 1].", (LEASE, renamed)) == [("letters", 1, CitationState.PAGE)]
    taken = msgspec.structs.replace(LEASE, title="Scan 0012")
    assert places("It is named [Scan 0012, p. 1].", (taken, renamed)) == [("lease", 3, CitationState.PAGE)]
