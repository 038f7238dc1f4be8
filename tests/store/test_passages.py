"""Passages: a page is cut without a gap, a question finds what it is about, a deleted book leaves no word behind."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.conversations.conversation import PageRange
from app.core.documents.document import Document, Format, Page
from app.store.books import Books
from app.store.db import Database
from app.store.passages import Passage, Passages
from tests.store.deleting import delete_book

FILLER = (
    "The river ran slowly past the mill, and nobody spoke of the weather. Carts came and went with flour and salt."
    " In the evening the miller counted sacks by the light of a lamp, as his father had done before him."
)
WIDE_FILLER = "川は水車のそばをゆっくり流れ、誰も天気の話をしなかった。夕方になると粉屋は袋を数えた。"
HOSTILE = (
    "",
    " \n\t",
    '"',
    '"whale',
    "'",
    "whale AND",
    "AND OR NOT NEAR",
    "NEAR(whale sea, 2)",
    "NOT whale",
    "whale*",
    "^whale",
    "words: whale",
    "- whale",
    "{words}: whale",
    "(whale",
    "whale)",
    "whale + sea",
    "whale\0sea",
    "\0",
    "%_?;--",
    "'; DROP TABLE books; --",
    "\ud800 whale",
    "\u0301",
    "ー",
    "海",
    "whale " * 5000,
    "".join(map(chr, range(0x4E00, 0x5200))),
)


def add(books: Books, *texts: str, number: int = 0) -> str:
    pages = tuple(Page(at, f"[{at}]", text) for at, text in enumerate(texts, 1))
    return books.add(Document(f"Book {number}", Format.TEXT, f"{number:064x}", pages), Path("book.txt")).id


def found(
    database: Database, question: str, *book_ids: str, pages: PageRange | None = None, limit: int = 100
) -> tuple[Passage, ...]:
    return search(database, [(book_id, pages) for book_id in book_ids], question, limit)


def search(
    database: Database, books: Sequence[tuple[str, PageRange | None]], question: str, limit: int = 100
) -> tuple[Passage, ...]:
    """By words alone."""
    passages = Passages(database)
    hits = passages.by_words(passages.scopes(books), question)
    return passages.take({id: hits.coverage[id] for id in hits.ranked[: max(0, limit)]})


def numbers(passages: Sequence[Passage]) -> list[int]:
    return [passage.page for passage in passages]


def everything(database: Database) -> bytes:
    """Return all that is in the tables, those of the index among them."""
    with database.read() as connection:
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        assert {"passage_words_data", "passage_words_idx", "passage_words_content", "passage_signs_data"} <= set(tables)
        values = [value for name in tables for row in connection.execute(f"SELECT * FROM {name}") for value in row]
    return b"\n".join(value if isinstance(value, bytes) else str(value).encode() for value in values)


def indexed(database: Database, table: str) -> set[str]:
    """All terms in an index; its pages keep only how each differs from the one before."""
    with database.read() as connection:
        connection.execute(f"CREATE VIRTUAL TABLE temp.terms USING fts5vocab(main, {table}, row)")
        terms = {str(row[0]) for row in connection.execute("SELECT term FROM temp.terms")}
        connection.execute("DROP TABLE temp.terms")
    return terms


@pytest.fixture
def books(database: Database) -> Books:
    return Books(database)


def test_a_page_comes_back_as_its_passages(books: Books, database: Database) -> None:
    texts = ("The ﬁrst whale. " * 150, "", " \n", "A whale\0 at the end.")
    book_id = add(books, *texts)
    hits = sorted(found(database, "whale", book_id), key=lambda passage: (passage.page, passage.start))
    assert "".join(passage.text for passage in hits if passage.page == 1) == texts[0]
    assert [passage.text for passage in hits if passage.page == 4] == [texts[3]]
    assert set(numbers(hits)) == {1, 4}
    for passage in hits:
        assert (passage.book_id, passage.label) == (book_id, f"[{passage.page}]")
        assert passage.text == texts[passage.page - 1][passage.start : passage.end]


@pytest.mark.parametrize(
    ("question", "page"),
    [
        ("How do I add a book?", 1),
        ("additions? adding books", 1),
        ("FIRST", 2),
        ("ﬁrst", 2),
        ("naive cafes", 3),
        ("NAÏVE", 3),
        ("interesting", 4),
        ("cooperation", 4),
        ("operate", 4),
        ("ＩＳＯ", 5),
        ("strasse", 6),
        ("Wo liegt die Straße?", 6),
        ("किताब", 7),
    ],
)
def test_words_are_found_by_their_stem_however_they_are_written(
    books: Books, database: Database, question: str, page: int
) -> None:
    texts = (
        "Adding new books takes a minute.",
        "The ﬁrst chapter.",
        "A naïve traveller in cafés.",
        "They were inter-\nested in co-\noperation.",
        "See ISO norms.",
        "Die STRASSE liegt im Norden.",
        "यह किताब नई है",
        "ब त क",  # letters of that word
        FILLER,
    )
    book_id = add(books, *texts)
    assert numbers(found(database, question, book_id)) == [page]


@pytest.mark.parametrize(
    ("question", "pages"),
    [
        ("契約", [1, 2]),
        ("解約通知", [2, 3]),
        ("解約通知の期間は？", [2, 3]),
        ("サーバー", [4]),
        ("サーバーはどこですか", [4]),
        ("ガス", [5]),
        ("猫", [6]),
        ("りんごはどこ", [7]),
        ("계약을 해지하려면", [8]),
        ("สัญญาเช่าสิ้นสุดเมื่อใด", [9]),
        ("ISOの認証", [10]),
        ("宇宙", []),
    ],
)
def test_scripts_without_spaces_are_found_by_their_characters(
    books: Books, database: Database, question: str, pages: list[int]
) -> None:
    texts = (
        "この契\n約は一年である。",
        "契約の解約通知は三十日前までに行う。",
        "解約を望む者は、書面で通知する。",
        "ｻｰﾊﾞｰの設定",
        "ガス代は別に払う。",
        "白い猫がいる。",
        "赤いりんごはここにある。",
        "이 계약은 일 년이다.",
        "ผู้เช่าต้องคืนบ้านเมื่อสัญญาเช่าสิ้นสุด",
        "ISO 9001 の認証を受ける。",
        FILLER,
        WIDE_FILLER,
    )
    book_id = add(books, *texts)
    assert numbers(found(database, question, book_id)) == pages  # whole words before their pieces


def test_only_given_books_and_pages_are_searched(books: Books, database: Database) -> None:
    first = add(books, "A whale.", FILLER, "A whale.", "A whale.", number=1)
    between = add(books, "A whale.", "A whale.", number=2)
    last = add(books, FILLER, "A whale.", "A whale.", number=3)

    def places(*scope: tuple[str, PageRange | None], limit: int = 100) -> set[tuple[str, int]]:
        hits = search(database, scope, "whale", limit)
        assert len(hits) == len({(hit.book_id, hit.page) for hit in hits})
        return {(hit.book_id, hit.page) for hit in hits}

    assert places() == set()
    assert places(("nothing", None)) == places((first, PageRange(2, 2))) == places((first, PageRange(3, 1))) == set()
    assert places((first, None)) == {(first, 1), (first, 3), (first, 4)}
    assert places((first, PageRange(2, 3)), (last, PageRange(3, 99))) == {(first, 3), (last, 3)}
    assert places((first, PageRange(1, 2)), (first, PageRange(1, 3))) == {(first, 1), (first, 3)}
    assert places((between, None), (last, None), (between, None)) == {(between, 1), (between, 2), (last, 2), (last, 3)}
    assert len(places((first, None), limit=2)) == 2
    assert places((first, None), limit=0) == places((first, None), limit=-1) == set()


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (
            "How many days of notice must a tenant give before the lease ends?",
            "A tenant who wishes to leave gives written notice ninety days before the lease ends.",
        ),
        ("解約通知は何日前までに必要ですか", "賃借人は、解約通知を九十日前までに書面で行うものとする。"),
    ],
)
def test_the_answer_comes_before_300_pages_of_filler(
    books: Books, database: Database, question: str, answer: str
) -> None:
    beside = ("Days went by. " * 8, "A tenant came. Many days before, a lease ended.", "三日前、書面が届いた。" * 5)
    texts = [f"{FILLER} {WIDE_FILLER} {beside[at % 3]}" * 3 for at in range(300)]
    texts[211] += f"\n\n{answer}\n\n{FILLER} {WIDE_FILLER}"
    first, *_ = found(database, question, add(books, *texts), limit=5)
    assert first.page == 212
    assert answer in first.text


def test_more_of_the_words_beat_more_of_one_word(books: Books, database: Database) -> None:
    texts = [
        "Whale! " * 60,
        f"The whale met a ship. {FILLER}",
        "Ship! " * 60,
        "Whale! " * 30,
        FILLER,
        "海" * 60,
        "海と船",
    ]
    book_id = add(books, *texts)
    assert numbers(found(database, "Which whale sank the ship?", book_id))[0] == 2
    assert numbers(found(database, "海 船", book_id)) == [7, 6]


def test_the_two_indexes_are_one_ranking(books: Books, database: Database) -> None:
    book_id = add(books, "Octavo", "契約", "Octavoの契約", FILLER)
    hits = numbers(found(database, "Octavo 契約", book_id))
    assert hits[0] == 3
    assert sorted(hits) == [1, 2, 3]


@pytest.mark.parametrize(
    ("question", "pages"),
    [
        ("What is the whale?", [1]),
        ("What caused the war?", [2, 3]),
        ("Wann war der Krieg?", [3]),
        ("Où est la maison de son père ?", [4]),
        ("¿Dónde está la casa?", [5]),
        ("What is it?", [1, 2]),  # nothing else is left
        ("猫とは", [6]),
    ],
)
def test_function_words_find_nothing_of_their_own(
    books: Books, database: Database, question: str, pages: list[int]
) -> None:
    texts = (
        "It is a whale; what else?",
        "What caused is it, war or not.",
        "Der Krieg war lang, wann er der und.",
        "La maison de son père.",
        "La casa está aquí.",
        "猫",
        "犬とは何か。",
    )
    assert sorted(numbers(found(database, question, add(books, *texts)))) == pages


@pytest.mark.parametrize("question", HOSTILE)
def test_no_question_is_taken_for_a_query(books: Books, database: Database, question: str) -> None:
    book_id = add(books, "A whale in the sea.", FILLER, "海の物語")
    hits = numbers(found(database, question, book_id))
    assert (hits[:1] == [1]) is ("whale" in question)
    assert 2 not in hits


@pytest.mark.parametrize("term", ["猫", "白猫", "屋根"])
def test_one_and_two_characters_are_found_wherever_they_stand(books: Books, database: Database, term: str) -> None:
    texts = ("白猫がいる。", "家に白猫", "白猫が屋根で白猫を見た。", f"{WIDE_FILLER}屋根", WIDE_FILLER, "猫が")
    book_id = add(books, *texts)
    assert set(numbers(found(database, term, book_id))) == {at for at, text in enumerate(texts, 1) if term in text}


def test_what_lies_between_the_books_that_are_searched_is_not_found(books: Books, database: Database) -> None:
    ids = [add(books, "白猫がいる。", "猫と犬", number=number) for number in range(5)]
    chosen = ids[1], ids[3]
    hits = found(database, "猫と白猫", *chosen)
    assert sorted((hit.book_id, hit.page) for hit in hits) == sorted((id, page) for id in chosen for page in (1, 2))
    assert len(found(database, "猫と白猫", ids[0], *chosen, pages=PageRange(2, 2))) == 3


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text() | st.text(st.sampled_from("\"'*^:-+(){}\0 andorteNEARANDOR海をー가\u0301²ß"), max_size=40))
def test_no_question_fails(database: Database, question: str) -> None:
    books = Books(database)
    book_id = add(books, f"A whale. {FILLER}", "海を渡る가")
    for passage in found(database, question, book_id):
        assert passage.text in {page.text for page in books.pages(book_id)}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
@given(st.text(max_size=300))
def test_any_page_can_be_indexed_and_deleted(database: Database, text: str) -> None:
    books = Books(database)
    book_id = add(books, text, "whale", number=1)
    assert 2 in numbers(found(database, "whale", book_id))
    delete_book(books, book_id)
    assert indexed(database, "passage_words") == indexed(database, "passage_signs") == set()


def test_what_is_below_a_heading_is_found_by_its_words(books: Books, database: Database) -> None:
    book_id = add(books, f"# Harbour dues\n{FILLER * 4}\n\n{FILLER * 3}", FILLER)
    assert {hit.heading for hit in found(database, "harbour", book_id)} == {"Harbour dues"}
    assert len(found(database, "harbour", book_id)) == 3  # it holds on the next page


def test_a_table_of_contents_is_not_found(books: Books, database: Database) -> None:
    contents = "\n".join(f"{at} Whales . . . . . . . . {at * 3}" for at in range(1, 9))
    assert numbers(found(database, "whales", add(books, contents, "A whale."))) == [2]


@pytest.mark.parametrize(
    ("question", "held"),
    [
        ("What costs 1.250 euros?", {2}),
        ("Who is the tenant Baker?", {3}),
        ("What does DEB_BUILD_OPTIONS hold?", {4}),
        ("Baker lives where?", set()),  # a capital at the beginning says nothing
    ],
)
def test_names_and_numbers_are_known_by_their_spelling(
    books: Books, database: Database, question: str, held: set[int]
) -> None:
    texts = (FILLER, "It costs 1.250 euros, not 1 of 250.", "Mr Baker lives here.", "Set DEB_BUILD_OPTIONS.", "1 250")
    passages = Passages(database)
    scopes = passages.scopes([(add(books, *texts), None)])
    named = passages.by_words(scopes, question).named
    assert {passage.page for passage in passages.take(named)} - {5} == held


def test_a_name_that_many_passages_hold_tells_nothing(books: Books, database: Database) -> None:
    passages = Passages(database)
    scopes = passages.scopes([(add(books, *["Baker lives here."] * 11, "Mr Baker knows Archer.", *[FILLER] * 9), None)])
    for question, held in (("Who is Baker?", set()), ("Does Baker know Archer?", {12})):
        hits = passages.by_words(scopes, question)
        assert {passage.page for passage in passages.take(hits.named)} == held
        assert len(hits.ranked) == 12, "it is a word like any other"


def test_a_deleted_book_leaves_no_word_behind(books: Books, database: Database) -> None:
    """Among other books, so that its words lie between theirs; with so many words that the index has many pages."""
    mine = [f"{chr(97 + at % 26)}zz{at * 7919 % 10007:05}" for at in range(5000)]
    theirs = [word.replace("zz", "yy") for word in mine]
    signs = "".join(chr(0x4E00 + at * 7919 % 20000) for at in range(5000))
    chunks = range(0, 5000, 250)

    def texts(words: list[str]) -> list[str]:
        return [" ".join(words[at : at + 250]) for at in chunks]

    before = add(books, *texts(theirs[:2500]), "契約と猫", number=1)
    gone = add(books, *texts(mine), *(signs[at : at + 250] for at in chunks), number=2)
    after = add(books, *texts(theirs[2500:]), "契約と犬", number=3)
    assert {"azz00000", "bzz07919"} <= indexed(database, "passage_words")
    assert signs[:3] in indexed(database, "passage_signs")
    assert b"zz" in everything(database)
    assert signs[:3].encode() in everything(database)

    delete_book(books, gone)
    kept = everything(database)
    assert b"zz" not in kept
    assert not [at for at in range(4998) if signs[at : at + 3].encode() in kept]
    assert indexed(database, "passage_words") == set(theirs)
    assert indexed(database, "passage_signs") == {"契約と", "約と猫", "と猫 ", "猫  ", "約と犬", "と犬 ", "犬  "}
    assert found(database, mine[0], before, gone, after) == ()
    assert numbers(found(database, theirs[0], before, after)) == [1]
    assert len(found(database, "契約", before, after)) == 2
    with database.read() as connection:
        assert connection.pragma("integrity_check") == "ok"


def test_a_book_that_could_not_be_added_is_not_indexed(books: Books, database: Database) -> None:
    with pytest.raises(UnicodeEncodeError):
        add(books, "A whale.", "\ud800")
    assert b"whale" not in everything(database)
    book_id = add(books, "A whale.")
    assert add(books, "A walrus.") == book_id  # the same bytes: kept as it was
    assert numbers(found(database, "whale", book_id)) == [1]
    assert found(database, "walrus", book_id) == ()
