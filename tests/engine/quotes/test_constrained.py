"""Quotations held to the books: what is closed as one stands there, the later check agrees, and nothing else is
forbidden."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from app.core.conversations.conversation import CitationState
from app.core.documents.document import Page
from app.documents.citations.checker import CitedBook, check
from app.documents.citations.normal_form import Normal
from app.documents.citations.page_marks import is_evidence
from app.engine.protocol import DocumentText, PageText
from app.engine.quotes.constrained import LONG_BYTES, MAX_BYTES, QuoteConstraint, QuotedPlace, State
from app.engine.quotes.index import VARIANTS, QuotableText, canonical, fold
from app.language.grammar import QUOTATION_MARKS

LEASE = (
    "The Tenant gives notice not less than twelve months before the end of the then cur-\nrent Term.",
    "An un-\nlawful entry, a non-refundable deposit of 1,250.50 dollars, and they don’t pay.",
    "Notice must reach the Harbour Office. The o\ufb03ce said “leave at once” \u2014 and\nthe crew left…",
    "付属書：賃借人は十二か月\n前までに『通知』しなければならない。その　場合は、第12条による。",
)
LETTERS = ("This letter shortens the notice to nine months for Berths 4–7 only.",)
WRONG = (CitationState.NEAR, CitationState.NOT_FOUND, CitationState.REPAIRED, CitationState.PAGE)
LEFT_OUT = re.compile(r"\s?(?:\[\s?(?:…|\.{3})\s?\]|…|\.{3})\s?")
CLOSING = {"“": "”", "«": "»", "„": "“", "「": "」", "『": "』", '"': '"'}


def document(title: str, pages: tuple[str, ...]) -> DocumentText:
    return DocumentText(title, tuple(PageText(str(number), text) for number, text in enumerate(pages, 1)))


def desk(*pages: str) -> QuotableText:
    return QuotableText([document("The Lease", pages or LEASE), document("Side letters", LETTERS)])


def quoter(written: str = "", text: QuotableText | None = None) -> QuoteConstraint:
    made = QuoteConstraint(text or desk())
    made.feed(written.encode())
    return made


def allowed(follower: QuoteConstraint, pieces: list[bytes]) -> list[bool]:
    return [follower.allows(piece) for piece in pieces]


def cited(pages: tuple[str, ...]) -> CitedBook:
    return CitedBook("b", "Book", tuple(Page(number, str(number), text) for number, text in enumerate(pages, 1)))


def states(answer: str, pages: tuple[str, ...]) -> list[CitationState]:
    return [citation.state for citation in check(answer, [cited(pages)])]


def write(follower: QuoteConstraint, text: str) -> bool:
    """Feed it byte by byte as long as it is allowed; whether all of it was."""
    for byte in text.encode():
        if not follower.allows(bytes([byte])):
            return False
        follower.feed(bytes([byte]))
    return True


# ---- the canonical text -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("infor-\nmation, infor\u00ad\n  mation, in\u00adfor", "information, information, infor"),
        ("Anglo-\nSaxon 1914-\n18", "Anglo-Saxon 1914-18"),
        ("a  b\n\n c\td\u00a0e", "a b c d e"),
        ("the o\ufb03ce, the \ufb01rst \ufb02oor", "the office, the first floor"),
        ("cafe\u0301 か\u3099", "café が"),
        ("十二か月\n前まで　に\n　第\n12条 x", "十二か月前まで\u3000に第12条 x"),
        ("  ’tis — “so”…\n", "’tis — “so”…"),
    ],
)
def test_a_page_as_a_careful_writer_copies_it(page: str, expected: str) -> None:
    assert canonical(page) == expected


def test_a_compound_that_the_books_write_with_a_hyphen_keeps_it_at_a_line_end() -> None:
    text = desk("A non-\nrefundable sum. It is non-refundable. Infor-\nmation is not.")
    follower = quoter("“", text)
    assert write(follower, "A non-refundable sum. It is non-refundable. Information is")


def test_folded_characters_are_equal_for_the_later_check() -> None:
    for folded, written in VARIANTS.items():
        for character in written:
            assert fold(character, "9" if folded == '"' else "a") == folded
            around = "9{}" if folded == '"' else "a{}b"
            assert Normal(around.format(character)).text == Normal(around.format(folded)).text


# ---- opening ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("opening", QUOTATION_MARKS)
def test_an_opening_mark_holds_the_answer_to_the_books(opening: str) -> None:
    follower = quoter("It says ")
    assert follower.state is State.FREE
    follower.feed(opening.encode()[:1])
    follower.feed(opening.encode()[1:])
    assert (follower.state, follower.quoted_bytes) == (State.QUOTING, 0)
    assert allowed(follower, [b"The Ten", b"Invented", b"enant", b"ten", b"twelve mon"]) == [
        True, False, False, False, True,
    ]  # fmt: skip
    follower.feed(b"The Ten")
    assert follower.quoted_bytes > 0
    assert allowed(follower, [b"ant gives", b"ants", b"nis", b"ant giv" + QUOTATION_MARKS[opening][0].encode()]) == [
        True, False, False, False,
    ]  # fmt: skip


@pytest.mark.parametrize(
    "written",
    [
        'a 5"',
        "it’s",
        "don’t",
        "the tenants’ ",
        "in the ’90s",
        "’tis",
        "'",
        "'90s",
        'word"',
        "dogs' ",
        "x“",
        "nein.«",
        "sagte»",
        "end.”",
        "Satz.‘",
        "a -> b",
        "6 > 5",
        '`print("The',
        '`a` and `"The',
        '```\nsay("The',
        '```\na `b`\n\n"The',
        'print("The',
        'f(1, "The',
        '{"The',
        '{"page": "The',
        '["a", "The',
        'class="The',
        'x = "The',
    ],
)
def test_what_opens_no_quotation(written: str) -> None:
    """Apostrophes, inches, marks that close; and code and data, in which quotation marks do not quote."""
    assert quoter(written).state is State.FREE


@pytest.mark.parametrize("written", ["the ‘", "as «", "(»", "als »", "sa: ”", "> ", "text\n> ", "a call (“", "`x` is “",
        "```\nx\n```\n“", "{a} “", "f(x) says “", "[p. 3] “", "{\n\n“"])  # fmt: skip
def test_what_opens_one(written: str) -> None:
    assert quoter(written).state is State.QUOTING


def test_a_quotation_may_begin_inside_a_token() -> None:
    follower = quoter("See")
    assert allowed(follower, [b': "The', b': "An invented', b' ("', b' "" ', b"anything"]) == [
        True, False, True, True, True,
    ]  # fmt: skip


def test_a_space_after_the_opening_mark_is_judged_as_the_check_does() -> None:
    assert quoter("«").allows("\u00a0The Tenant".encode())
    assert not quoter('"').allows(b" The Tenant")
    assert not quoter("”").allows(b" The Tenant")
    assert not quoter("«").allows(b"  The")


def test_without_text_nothing_is_held() -> None:
    assert quoter("“", QuotableText([])).state is State.FREE
    assert quoter("“", QuotableText([document("Scans", ("", " \n"))])).state is State.FREE


# ---- inside -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "piece", "allowed"),
    [
        ("“they don", "'t", True),  # for ’
        ("“they don", "’t", True),
        ("“dollars, and they don", "”", False),
        ("“for Berths 4", "-7", True),  # for –
        ("“The office said ", "'leave", True),  # for “
        ("“The office said ", "“leave", False),  # it would open one inside
        ("\"The office said ", "“leave", True),
        ("“at once", "' - and the", True),
        ("“the then cur", "rent", True),
        ("“the then cur", "-rent", False),
        ("“before the\n", "end", True),
        ("“before the\n", "\n", False),
        ("“then current Term.", " An", False),  # the next page
        ("「賃借人は", "十二か月前", True),
        ("「賃借人は", "二十", False),
        ("「十二か月前までに", "『通知』", True),
        ("「十二か月前までに", "「", False),
        ("「その", " 場合", True),
        ("“Notice must", "\0", False),
    ],
)  # fmt: skip
def test_inside_only_the_books_go_on(written: str, piece: str, allowed: bool) -> None:
    assert quoter(written).allows(piece.encode()) is allowed


def test_tokens_may_hold_parts_of_characters() -> None:
    follower = quoter("「賃借人")
    rest = "は十二".encode()
    assert follower.allows(rest[:1])
    assert follower.allows(rest[:2])
    assert not follower.allows("二".encode()[:2])  # は is another
    follower.feed(rest[:4])
    assert allowed(follower, [rest[4:], "は".encode()[1:]]) == [True, False]
    curly = quoter("“they don")
    assert curly.allows("’".encode()[:2])
    assert not quoter("“dollars, and they do").allows("’".encode()[:2])
    assert quoter("“Tenant gives notice").allows("”".encode()[:2])
    assert not quoter("“Tenant gives noti").allows("”".encode()[:2])


# ---- closing ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "piece", "allowed"),
    [
        ("“Tenant gives", "”", True),
        ("“Tenant gives", "” [p. 1].", True),
        ("“Tenant gives noti", "”", False),
        ("“Tenant gives ", "”", False),
        ("“Tenant", "”", True),  # a term, whatever the books have
        ("“Ten", "”", True),
        ("“Tenant", " gives”", True),
        ("“deposit of 1,250", "”", False),
        ("“deposit of 1,250.50", "”", True),
        ("“entry, a non", "”", False),
        ("“Tenant gives", ".”", True),
        ("“Tenant gives", ",” it says", True),
        ("“Tenant gives", "!”", False),
        ("“Tenant gives", "?”", False),
        ("“Tenant gives", ". and", False),
        ("“Tenant gives noti", ".”", False),
        ("\"Tenant gives", ".\" \"This letter", True),
        ("\"Tenant gives", ".\" \"This book", False),
        ("\"Tenant gives\"", "s", False),  # the check would not see it closed
        ("\"Tenant gives\"", " and so on", True),
        ("“Tenant gives", "\"", False),
        ("„Tenant gives", "“", True),
        ("「賃借人は", "」", True),
        ("「賃借人は十二", "」", True),
        ("‘Tenant gives", "’", True),
        ("‘they don", "’t pay", True),
        ("‘they don’t", "’", True),
        ("«\u00a0Tenant gives", "\u00a0»", True),
        ("»Tenant gives", "«", True),
        ("”Tenant gives", "”", True),
        ("「十二か月前", "。」", True),
    ],
)  # fmt: skip
def test_where_a_quotation_may_be_closed(written: str, piece: str, allowed: bool) -> None:
    assert quoter(written).allows(piece.encode()) is allowed


def test_a_number_is_not_parted_from_its_sign_by_a_blank_that_the_check_does_not_see() -> None:
    page = "賃借人賃借人賃借人Ａ４\u3000％は十二か月"
    text = QuotableText((DocumentText("Lease", (PageText("1", page),)),))
    assert states("It says “賃借人賃借人賃借人Ａ４” [p. 1].", (page,)) != [CitationState.VERIFIED]
    assert not quoter("“賃借人賃借人賃借人Ａ４", text).allows("”".encode())
    assert quoter("“賃借人賃借人賃借人", text).allows("”".encode())


@pytest.mark.parametrize(("mark", "forgiven"), [(mark, mark in ".,;:…。、") for mark in ".,;:!?…。、！？"])
def test_punctuation_is_added_where_the_later_check_forgives_it(mark: str, forgiven: bool) -> None:
    assert quoter("“The Tenant gives notice").allows(f"{mark}”".encode()) is forgiven
    verified = states(f"“The Tenant gives notice{mark}” [p. 1]", LEASE) == [CitationState.VERIFIED]
    assert verified is forgiven


def test_the_place_is_the_first_in_reading_order() -> None:
    text = QuotableText([document("One", ("nothing", "the same words, then")), document("Two", ("the same words",))])
    follower = quoter("“the same words", text)
    follower.feed(".” [".encode())
    assert follower.ended() == QuotedPlace(0, "2", "One", "the same words.", 1)
    assert follower.state is State.FREE
    follower.feed(b"p")
    assert follower.ended() is None


def test_released_words_are_free_up_to_the_closing_mark() -> None:
    follower = quoter("the term “")
    follower.release()
    assert follower.state is State.RELEASED
    assert write(follower, "never 'in' the book")
    assert follower.allows("” is “The".encode())
    assert not follower.allows("” is “never".encode())
    follower.feed("”".encode())
    assert (follower.state, follower.ended()) == (State.FREE, None)


def test_a_paragraph_ends_a_released_quotation() -> None:
    follower = quoter("“")
    follower.release()
    follower.feed(b"never closed.\n \nNext")
    assert follower.state is State.FREE


def test_bytes_that_were_not_allowed_release_the_quotation() -> None:
    follower = quoter("“The Tenant is invented")
    released = follower.state
    follower.feed("” and “".encode())
    assert (released, follower.state) == (State.RELEASED, State.QUOTING)


def test_what_a_book_s_own_page_mark_would_break_is_not_quoted_through() -> None:
    page = "The crew was paid in full (see p. 45) and the ship was sold (in the spring) at once."
    follower = quoter("“", desk(page))
    assert not write(follower, "paid in full (")
    assert follower.allows("”".encode())
    assert write(quoter("“", desk(page)), "the ship was sold (in the spring) at once.”")


def test_the_end_of_a_page_leaves_only_the_closing_mark() -> None:
    follower = quoter("“Hi", desk("Hi"))
    assert [byte for byte in range(256) if follower.allows(bytes([byte]))] == ["”".encode()[0]]
    assert follower.allows("”".encode())


def test_a_long_quotation_should_be_closed() -> None:
    words = "word " * 200
    follower = quoter("“" + words[: MAX_BYTES - 1], desk(words))
    assert not follower.too_long
    follower.feed(words[MAX_BYTES - 1 : MAX_BYTES + 1].encode())
    assert follower.too_long


# ---- whatever the books hold --------------------------------------------------------------------------------------

ENGLISH = st.lists(
    st.sampled_from(
        ["the ", "of", "-refundable", "infor-\nmation", "\n", " ", "\ufb01rst ", "o\ufb03ce ", "’", "'", "don’t ",
         "“", "” ", '"', " — ", "–", "--", "1,250.50", "5", " -5", "%", "$", ".", ", ", "...", "…", "; ", "! ", "(",
         ") ", "*word* ", "_so_ ", "x_y", "`", "Anglo-\nSaxon ", "1914-\n18", "cafe\u0301 ", "é", "½", "« ", " »", "/",
         "‘a’ ", "[p. 3] ", "(pp. 4-5)", "soft\u00adhyphen ", "soft\u00ad\nhyphen ", "\u00a0", ":", "Ω ", "№", "\n\n",
         "na\u200bme ", "10 000 ", "10^6 ", "m^-1 ", "10² ", "e^{n+1}", "24.91[2] ", " non", "and ", "so ", "it "]
    ),
    min_size=4, max_size=40,
).map("".join)  # fmt: skip
JAPANESE = st.lists(
    st.sampled_from(
        ["賃借人", "は", "十二か月", "\n", "\n　", "　", " ", "。", "、", "「", "」", "『", "』", "……", "――", "第12条",
         "（イ）", "か\u3099", "ﾊﾟｰﾄ", "Ａ４", "㎏", "〜", "：", "GPU", "・", "ー", "漢-\n字", "[p. 2]", "％", "５",
         "々", "(3)", "前までに", "通知する"]
    ),
    min_size=4, max_size=40,
).map("".join)  # fmt: skip


def pages_of(texts: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(texts, min_size=1, max_size=3).map(tuple)


@pytest.mark.parametrize("sign", ["...", "№"])
def test_number_with_a_space_behind_a_sign_is_not_cut(sign: str) -> None:
    text = QuotableText([document("Book", (f"the rent is {sign}10 000 francs",))])
    end = text.folded.index(b"10") + 2
    assert not text.ends_word(end)
    assert text.ends_word(end + 4)


def test_a_sign_that_announces_a_number_ends_no_quotation() -> None:
    text = QuotableText([document("Book", ("the berth №...the quay",))])
    dots = text.folded.index(b"...")
    assert [text.ends_word(dots + at) for at in range(4)] == [False] * 4
    assert text.ends_word(text.folded.index(b" quay"))


@settings(suppress_health_check=[HealthCheck.filter_too_much])
@given(pages_of(ENGLISH | JAPANESE), st.data())
def test_what_may_be_quoted_is_verified_later(pages: tuple[str, ...], data: st.DataObject) -> None:
    text = QuotableText([document("Book", pages)])
    beginnings = list(text.beginnings)
    assume(beginnings)
    begin = data.draw(st.sampled_from(beginnings))
    barrier = text.folded.index(b"\0", begin)
    ends = [end for end in range(begin + 1, barrier + 1) if text.ends_word(end)]
    assume(ends)
    end = data.draw(st.sampled_from(ends[-8:]))
    quotation = text.between(begin, end)
    openings = [mark for mark in CLOSING if not set(mark + CLOSING[mark] + "”" * (mark == "„")) & set(quotation)]
    assume(openings and is_evidence(quotation))
    opening = data.draw(st.sampled_from(openings))
    follower = quoter(f"It says {opening}", text)
    assert write(follower, quotation)
    assert write(follower, CLOSING[opening])
    place = follower.ended()
    assert place is not None
    assert place.quotation == quotation
    answer = f"It says {opening}{quotation}{CLOSING[opening]} [p. {place.label}]."
    assert states(answer, pages)[0] not in WRONG, (answer, pages)


@given(pages_of(ENGLISH | JAPANESE), st.sampled_from(sorted(CLOSING)), st.data())
def test_wherever_it_ends_it_is_verified(pages: tuple[str, ...], opening: str, data: st.DataObject) -> None:
    text = QuotableText([document("Book", pages)])
    follower = quoter(f"So {opening}", text)
    assume(follower.state is State.QUOTING)
    closing = CLOSING[opening].encode()
    variants = {byte for written in VARIANTS.values() for byte in written.encode()}
    alphabet = sorted({*text.folded, *closing, *"…。".encode(), *variants} - {0})
    written = b""
    while follower.state is State.QUOTING:
        allowed = [bytes([byte]) for byte in alphabet if follower.allows(bytes([byte]))]
        if follower.allows(closing):
            allowed += [closing] * len(allowed)
        if not allowed:  # it broke off inside a number or a word, and the writer lets it go
            assert follower.release() is None
            return
        piece = data.draw(st.sampled_from(allowed))
        written += piece
        follower.feed(piece)
    place = follower.ended()
    if place is None:  # a term, or shut in the middle of something, since nothing else could be written
        return
    parts = LEFT_OUT.split(place.quotation)
    if len(parts) == 1 and is_evidence(place.quotation):
        answer = f"So {opening}{written.decode()} [p. {place.label}]."
        assert states(answer, pages)[0] not in WRONG, (answer, pages)
    for part in filter(is_evidence, parts):
        found = check(f"So {opening}{part}{CLOSING[opening]} [p. {place.label}].", [cited(pages)])
        assert found[0].state not in WRONG or found[0].state is CitationState.REPAIRED, (place, pages)


PIECES = st.text(alphabet="the of-’'\"“”.,5", max_size=8)


@given(pages_of(ENGLISH), PIECES, PIECES)
def test_a_piece_is_allowed_as_its_bytes_are(pages: tuple[str, ...], written: str, piece: str) -> None:
    text = QuotableText([document("Book", pages)])
    whole, single = quoter(f"“{written}", text), quoter(f"“{written}", text)
    allowed = whole.allows(piece.encode())
    assert write(single, piece) is allowed
    if allowed:
        whole.feed(piece.encode())
        assert (whole.state, whole.quoted_bytes) == (single.state, single.quoted_bytes)


PROSE = st.lists(
    st.sampled_from(["so ", "f", "(", ")", "[", "]", "{", "}", "`", "```", "\n", "\n\n", " ", "=", "“", "”", '"',
                     "'", "»", "«", "> ", "It", ", ", "the", " of", "。", "「", "_", "."]), max_size=20
).map("".join)  # fmt: skip


@example(written="", piece="“It\n\n", released=False)
@example(written="", piece="> f(", released=False)
@given(PROSE, PROSE, st.booleans())
def test_outside_quotations_a_piece_counts_as_its_characters_do(written: str, piece: str, released: bool) -> None:
    """Whatever it opens: code, brackets, quotations; and what comes then."""
    text = desk("It is the of “so” and so on.")
    whole, single = quoter("“" * released + written, text), quoter("“" * released + written, text)
    if released:
        assert whole.release() == single.release()
    whole.feed(piece.encode())
    for byte in piece.encode():
        single.feed(bytes([byte]))
    for following in ("“It", "“No", "\n\n“No", "s", "” and “No", "`“No", ")“No", '"No', "> No", "」"):
        assert whole.allows(following.encode()) is single.allows(following.encode()), following
    assert (whole.state, whole.is_shut, whole.quoted_bytes) == (single.state, single.is_shut, single.quoted_bytes)


def test_a_long_quotation_should_be_closed_where_a_sentence_ends() -> None:
    sentence = "The harbour master writes down every ship that comes in by night. "
    long = quoter("“", QuotableText((DocumentText("T", (PageText("1", sentence * 40),)),)))
    for byte in (sentence * 40).encode():
        long.feed(bytes([byte]))
        if long.too_long:
            break
    assert LONG_BYTES < long.quoted_bytes < LONG_BYTES + len(sentence) + 1
    assert long.allows(long.closing_marks.encode())


@pytest.mark.parametrize("number", ["5", "½", "²", "①", "㎡"])
def test_behind_whatever_ends_in_a_digit_kinds_of_quotation_marks_are_kept_apart(number: str) -> None:
    """There they may be feet and inches, for the check as for the engine."""
    text = QuotableText([document("Book", (f"Said of the {number}‘ab’ alone.",))])
    held = quoter(f"So «of the {number}", text)
    assert held.allows("’a".encode())
    assert not held.allows(b'"a')


# ---- nothing else is forbidden ------------------------------------------------------------------------------------

LEASE_WITH_CONTENTS = (
    "Contents\nNotice of termination 2\nRent and deposit 3\nThe berth 4",
    "Notice of termination\nThe tenant must give three months’ notice before the Term ends. The deposit is two rents, "
    "but never more than a fee that is due at once, if any.",
    "The tenants’ ships don’t sail at night. A fee of 10^2 dollars is due. See the break clause of this lease.",
)


def drive(
    wanted: str, said: str = "", restated: frozenset[tuple[int, int]] = frozenset()
) -> tuple[str, list[QuotedPlace]]:
    """Write `wanted` letter by letter, as a model that is sure of each does: what would not go on in the books leaves
    the quotation. What came of it, and the places of what was closed."""
    follower = QuoteConstraint(QuotableText([document("The Lease", LEASE_WITH_CONTENTS)]), (said,), restated)
    written = ""
    places: list[QuotedPlace] = []
    for letter in wanted:
        piece = letter.encode()
        if follower.state is State.QUOTING and (follower.ends_line(piece) or not follower.allows(piece)):
            if follower.is_whole and follower.closing_marks:
                written += (closing := follower.closing_marks[0])
                follower.feed(closing.encode())
                places += filter(None, [follower.ended()])
            else:
                places += filter(None, [follower.release(piece)])
        assert follower.allows(piece), (written, letter)
        follower.feed(piece)
        written += letter
        places += filter(None, [follower.ended()])
    return written, places


@pytest.mark.parametrize(
    "wanted",
    [
        "The deposit is “two rents” [p. 3].",
        "The deposit is “two rents” (see above) [p. 2], not “a deposit” [p. 9].",
        "You ask about the “early exit fee” (if any) [none].",
        'Run `print("hello"); print("you")` or print("hello"); print("you").',
        '{"answer": "hello there all", "pages": [3], "quote": "The tenant must give", "more": ["if any"]}',
        '| "Exit" (term) | "Fee" [none] |',
        '```python\nsay("The tenant must give three months", [1])\n```\n',
        "“The tenant must pay three months” [p. 2]",
        "Don’t mix the ‘tenants’ of the ’90s (or ‘landlords’) [p. 1] up.",
        "> The tenant must pay [p. 2]\n> “Nobody said so” (he says)\n",
    ],
)
def test_nothing_is_forbidden_that_quotes_no_book(wanted: str) -> None:
    assert drive(wanted) == (wanted, [])


@pytest.mark.parametrize(
    "marks", ["“”", '""', "„“", "„”", "””", "«»", "»«", "»»", "‹›", "›‹", "‘’", "‚‘", "「」", "『』", "《》"]
)
def test_whatever_marks_are_used_a_quotation_is_held(marks: str) -> None:
    wanted = f"So {marks[0]}The deposit is two rents{marks[1]} [see it] (there)."
    written, (place,) = drive(wanted)
    assert (written, place.label, place.quotation) == (wanted, "2", "The deposit is two rents")


def test_a_quotation_that_leaves_the_books_is_closed_where_a_sentence_ends() -> None:
    sentence = "The tenant must give three months’ notice before the Term ends."
    written, (place,) = drive(f"It says “{sentence}) So pay.")
    assert (written, place.quotation) == (f"It says “{sentence}”) So pay.", sentence)
    assert drive("It says “The tenant must give three months) So pay.")[1] == []


def test_an_apostrophe_closes_no_single_quotation_marks() -> None:
    wanted = "So ‘The tenants’ ships don’t sail at night’ it says."
    written, (place,) = drive(wanted)
    assert (written, place.quotation) == (wanted, "The tenants’ ships don’t sail at night")


@pytest.mark.parametrize("gap", [" … ", "… ", " […] ", " [...] ", "... ", " ... "])
def test_words_may_be_left_out(gap: str) -> None:
    for last, stands in (("before the Term ends.", True), ("A fee of 10^2 dollars", True), ("if any, once due", False)):
        wanted = f"“The tenant must give{gap}{last}” [p. 2]"
        written, places = drive(wanted)
        assert written == wanted
        assert [place.label for place in places] == ["2"] * stands
    assert drive(f"“before the Term{gap}The tenant must give”")[1] == [], "it stands before"
    assert drive(f"“The tenant must{gap}never{gap}a fee that is due”")[1] == [], "a word alone stands anywhere"


def test_a_power_is_not_cut() -> None:
    for wrong in ("A fee of 10", "A fee of 102 dollars", "A fee of 10²", "2 dollars is due."):
        assert drive(f"“{wrong}” and")[1] == []
    assert len(drive("“A fee of 10^2 dollars” and")[1]) == 1


def test_a_block_quotation_is_held_line_by_line() -> None:
    wanted = "It says:\n\n> The tenant must give three months’ notice\n> The deposit is two rents, [p. 2]\n\nSo it is."
    written, places = drive(wanted)
    assert written == wanted
    assert [place.quotation for place in places] == [
        "The tenant must give three months’ notice", "The deposit is two rents,"
    ]  # fmt: skip
    held = quoter("> The Tenant gives")
    assert allowed(held, [b" notice", b" nothing", b"\n"]) == [True, False, False]
    assert [held.ends_line(piece) for piece in (b"\n", b"", b" [", b" notice")] == [True, True, True, False]


def test_the_place_is_in_the_body_or_what_was_restated() -> None:
    assert drive("“Notice of termination”")[1][0].label == "2", "not the table of contents"
    assert drive("“Notice of termination”", restated=frozenset({(0, 0)}))[1][0].label == "1"


def test_the_person_s_own_words_are_known() -> None:
    text = QuotableText([document("The Lease", LEASE_WITH_CONTENTS)])
    follower = QuoteConstraint(text, ("What is the  “Break Clause fee”?",))
    follower.feed("the “break clause".encode())
    assert follower.echoes(b" fee")
    assert not follower.echoes(b" sum")


@pytest.mark.parametrize(
    ("written", "piece", "closes"),
    [
        ("“Tenant gives", " notice”, and “", " notice”"),
        ("“Tenant gives", ".”\n\n", ".”"),
        ("“Tenant gives", "” (see", "”"),
        ("“Tenant", "” (see", "” (see"),  # a term
        ("“Tenant gives", " notice", " notice"),
        ("Tenant", "” [", "” ["),
    ],
)
def test_what_of_a_token_closes_a_quotation(written: str, piece: str, closes: str) -> None:
    """The page mark comes next, and what the model wrote behind the quotation after that."""
    assert quoter(written).closing(piece.encode()) == closes.encode()
