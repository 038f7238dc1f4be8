"""One verdict a sentence: green only for what a page says word for word, and nothing shown that may not be right."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from app.core.conversations.verdict import SentenceVerdict, Unweighed, Verdict
from app.core.documents.document import CitedBook, Page
from app.documents.citations.checker import check
from app.documents.citations.verdict import decide, weigh_by_words

VERBATIM, COMPARE, OTHERWISE, NOTHING, UNWEIGHED = (
    Verdict.VERBATIM,
    Verdict.COMPARE,
    Verdict.OTHERWISE,
    Verdict.NOTHING,
    Verdict.UNWEIGHED,
)

FACTS = Path(__file__).parents[2] / "tools" / "benchmarks" / "verdicts" / "facts.toml"

KENNEL = CitedBook(
    "kennel",
    "Rules of the kennel",
    (
        Page(
            1,
            "1",
            "1. Prices\n\n1.1 The Guest pays a deposit of 240.00 crowns, and the Kennel keeps it in a safe.\n"
            "1.2 A day costs 115.00 crowns.\n1.3 The Guest may end the stay at any time; the Kennel returns the rest.\n"
            "1.4 Dogs may bathe in the pond. However, dogs with a cold stay out of it.\n"
            "1.5 If the Guest is late, the Kennel feeds the dog and the Guest pays a second day.\n\n"
            "The stay ends on 14 May 2030.",
        ),
        Page(
            2,
            "2",
            "2. Care\n\n2.1 The Kennel shall not clip a dog without the written order of the Guest.\n"
            "2.2 Toys and blankets are excluded from the cover.\n"
            "2.3 The cover ends if the collar was opened by anyone but the warden.\n"
            "2.4 The vet says that the Guest forgot the vaccine.\n"
            "2.5 The warden feeds the dogs. He locks the gate at nine. Visitors use the side door until seven.\n\n"
            "Exceptions:\n- Puppies sleep in the house.\n\n2.6 Mr Alder holds the key of the gate.",
        ),
        Page(
            3,
            "3",
            "第三条（食事）　犬舎は、犬に一日二回えさを与える。ただし、病気の犬を除く。\n料金は、毎月10日に払う。",
        ),
        Page(4, "4", "Der Hund bleibt im Haus. Dies gilt nicht für Jagdhunde. Der Gast zahlt die Hälfte im Voraus."),
    ),
)


def verdict(answer: str, *books: CitedBook) -> SentenceVerdict:
    found = weigh_by_words(answer, check(answer, books or (KENNEL,)), books or (KENNEL,))
    assert len(found) == 1, found
    return found[0]


def verdict_on(words: str, answer: str) -> Verdict:
    """Return the verdict on the sentence of an answer that begins with these words."""
    found = weigh_by_words(answer, check(answer, (KENNEL,)), (KENNEL,))
    (verdict,) = (each.verdict for each in found if answer.startswith(words, each.start))
    return verdict


@pytest.mark.parametrize(
    ("said", "page"),
    [
        ("Pictures are forbidden, except of dogs.", "Pictures are forbidden, except of dogs and with consent."),
        ("The price is due on arrival.", "The price is due on arrival and after the vet's visit."),
        ("The Guest pays a deposit of 240 crowns.", "The Guest pays a deposit of 240 crowns, and keeps the bill."),
        ("Der Gast zahlt bei Ankunft.", "Der Gast zahlt bei Ankunft und Vorlage der Rechnung."),
        ("The warden may clip a dog.", "The warden may clip a dog; this requires the Guest's word."),
        ("The warden may clip a dog.", "The warden may clip a dog. This requires the Guest's word."),
        ("Der Wärter darf Hunde scheren.", "Der Wärter darf Hunde scheren. Dies bedarf einer Zusage des Gastes."),
        ("This takes a week.", "The warden clips a dog. This takes a week."),  # the one page says of which
        ("犬舎は犬の毛を切ることがある。", "犬舎は犬の毛を切ることがある。これには客の同意が必要である。"),
    ],
)  # fmt: skip
def test_a_sentence_that_needs_another_one_is_not_green_without_it(said: str, page: str) -> None:
    assert verdict(said, CitedBook("one", "One", (Page(1, "1", page),))).verdict is Verdict.COMPARE


@pytest.mark.parametrize(
    ("said", "page"),
    [
        (
            "Visitors show a passport or a driving licence and are brought in by the Kennel's staff.",
            "7.1 Dogs bark.\n\n7.2 Visitors show a passport or a driving licence and are brought in by the\n"
            "Kennel's staff.\n\n7.3 Cats wait.",
        ),
        (
            "期間満了の6か月前までに書面による申出がないときは、本契約は同一条件で2年間更新される。",
            "第3条（契約期間）\n1 契約期間は、2024年4月1日から2027年3月31日までの3年間とする。\n"
            "2 期間満了の6か月前までに書面による申出がないときは、本契約は\n同一条件で2年間更新される。\n"
            "3 更新に際し、乙は甲に対し、新賃料の1か月分を更新料として支払う。",
        ),
        ("There was a blue stripe along the van.", "The gate was open. There was a blue stripe along the van."),
    ],
)
def test_a_sentence_that_the_margin_breaks_below_a_number_is_one_sentence(said: str, page: str) -> None:
    assert verdict(said, CitedBook("one", "One", (Page(1, "1", page),))).verdict is VERBATIM


BYELAWS = CitedBook(
    "byelaws",
    "Byelaws",
    (
        Page(
            1, "1", "The Members may:\n\n1. Elect the warden.\n2. Close the pond.\n\nThe warden may:\n\n1. Hire a vet."
        ),
        Page(2, "2", "Cats wait outside. Dogs come in."),
        Page(3, "3", "Duties of the landlord\n\n- Repairing the roof\n- Feeding the cats"),
    ),
)


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ("The Members may:\n- Close the pond. [p. 1]", VERBATIM),
        ("Rights of the Members:\n- Close the pond. [p. 1]", VERBATIM),
        ("The Members may: close the pond. [p. 1]", VERBATIM),
        ("The warden can do this:\n- Close the pond. [p. 1]", Verdict.COMPARE),
        ("The Members may:\n- Hire a vet. [p. 1]", Verdict.COMPARE),
        ("Close the pond. [p. 1]", Verdict.COMPARE),
        ("Duties of the tenant:\n- Repairing the roof [p. 3]", Verdict.COMPARE),
        ("Duties of the landlord:\n- Repairing the roof [p. 3]", VERBATIM),
    ],
)
def test_an_entry_is_green_only_below_a_line_that_names_what_its_own_line_names(answer: str, found: Verdict) -> None:
    assert verdict(answer, BYELAWS).verdict is found


@pytest.mark.parametrize(
    ("answer", "named"),
    [
        ("[p. 1] Dogs come in.", ["1"]),
        ("Cats wait outside. [p. 1]\n[p. 1] Dogs come in.", ["1", "1"]),
        ("Cats wait outside.\n\n- [p. 1] Dogs come in.", ["", "1"]),
        ("Cats wait outside. [p. 1] Dogs come in.", ["1", ""]),
    ],
)
def test_a_mark_that_begins_a_line_belongs_to_the_sentence_behind_it(answer: str, named: list[str]) -> None:
    found = weigh_by_words(answer, check(answer, (BYELAWS,)), (BYELAWS,))
    assert [each.named for each in found] == named
    assert all((each.verdict, each.page) == (VERBATIM, 2) for each in found)


@pytest.mark.parametrize("value", ["115.00 crowns a day", "14 May 2030", "115,00 Kronen pro Tag", "1日につき115円"])
def test_a_value_with_its_unit_on_a_line_of_its_own_is_never_green(value: str) -> None:
    book = CitedBook(
        "list", "List", (Page(1, "1", f"Prices\n\n{value}\n\nBoarding: 90.00 crowns a day\n\nOpen all year"),)
    )
    assert verdict(f"{value} [p. 1]", book).verdict is not Verdict.VERBATIM
    assert verdict("Boarding: 90.00 crowns a day [p. 1]", book).verdict is Verdict.VERBATIM


@pytest.mark.parametrize(
    ("answer", "page"),
    [
        ("A day costs 115.00 crowns.", 1),
        ("A day costs 115.00 crowns [p. 1].", 1),
        ("a day costs 115.00 crowns", 1),
        ("According to the rules of the document, a day costs 115.00 crowns.", 1),
        ("The document states that a day costs 115.00 crowns.", 1),
        ("- **A day costs 115.00 crowns.** [p. 1]", 1),
        ("“A day costs 115.00 crowns.” [p. 1]", 1),
        ("The Guest may end the stay at any time; the Kennel returns the rest.", 1),
        ("The Kennel returns the rest.", 1),
        ("A day costs 115.00 crowns and the stay ends on 14 May 2030.", 1),  # two whole sentences
        ("The Guest may end the stay at any time and a day costs 115.00 crowns.", 1),
        ("Toys and blankets are excluded from the cover.", 2),
        ("料金は、毎月10日に払う。", 3),
        ("文書には「料金は、毎月10日に払う」と書かれています。", 3),
        ("Der Gast zahlt die Hälfte im Voraus.", 4),
    ],
)
def test_what_a_page_says_word_for_word_is_green(answer: str, page: int) -> None:
    found = verdict(answer)
    assert (found.verdict, found.page, found.named) == (VERBATIM, page, "")


@pytest.mark.parametrize(
    "answer",
    [
        "The cover ends if the collar was opened.",  # "by anyone but the warden" is left out
        "Dogs may bathe in the pond.",  # the next sentence takes something back
        "Der Hund bleibt im Haus.",
        "犬舎は、犬に一日二回えさを与える。",  # ただし …
        "The Kennel feeds the dog.",  # if the Guest is late
        "The Guest forgot the vaccine.",  # the vet says so
        "Visitors use the side door.",  # until seven
        "He locks the gate at nine.",  # who?
        "Puppies sleep in the house.",  # under "Exceptions:"
        "Yes, a day costs 115.00 crowns.",  # whether that is a yes, no page says
        "The Guest pays a deposit of 240.00 crowns and returns the rest.",  # the Kennel does
    ],
)
def test_a_run_that_leaves_behind_what_turns_it_is_to_be_compared(answer: str) -> None:
    assert verdict(answer).verdict is COMPARE


def test_a_sentence_that_points_back_is_green_behind_the_one_that_it_points_to() -> None:
    answer = "The warden feeds the dogs. He locks the gate at nine."
    found = weigh_by_words(answer, (), (KENNEL,))
    assert [each.verdict for each in found] == [VERBATIM, VERBATIM]
    apart = "Mr Alder holds the key of the gate. He locks the gate at nine."
    assert [each.verdict for each in weigh_by_words(apart, (), (KENNEL,))] == [VERBATIM, COMPARE]


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        # an amount of something else; 115.00 is one number, not three
        ("The Guest pays a deposit of 115.00 crowns.", "a deposit of 240.00 crowns"),
        ("The stay ends on 24 May 2030.", "14 May 2030"),
        ("The stay ends on 14 June 2030.", "14 May 2030"),
        ("The Kennel shall clip a dog without the written order of the Guest.", "shall not clip"),
        ("Mr Birch holds the key of the gate.", "Mr Alder"),
        ("料金は、毎月20日に払う。", "毎月10日"),
        ("料金は、毎月10日に払わない。", "毎月10日に払う"),
        ("Der Gast zahlt die Hälfte nicht im Voraus.", "im Voraus"),
    ],
)
def test_the_same_sentence_with_another_value_is_what_the_page_says_otherwise(answer: str, shown: str) -> None:
    found = verdict(answer)
    assert found.verdict is OTHERWISE
    assert shown in found.on_page


@pytest.mark.parametrize(
    "answer",
    [
        "The deposit is 115.00 crowns.",  # that is the price of a day
        "Toys and blankets are covered.",
        "The Kennel pays a deposit of 240.00 crowns.",  # the Guest does
        "The warden shall clip a dog with the written order of the Guest.",
        "A day always costs 115.00 crowns.",
        "Exactly 240.00 crowns is the deposit that the Guest pays.",
    ],
)
def test_nearly_the_pages_sentence_but_not_quite_is_never_green_and_no_model_is_asked(answer: str) -> None:
    assert verdict(answer).verdict in (COMPARE, OTHERWISE)


@pytest.mark.parametrize(
    "answer",
    [
        "14 May 2030 [p. 1]",
        "Am 14. Mai 2030. [S. 1]",
        "令和十二年五月十四日 [p. 1]",
        "1,475.00 or 1,500.00 euros [p. 1]",
    ],
)
def test_a_date_or_an_amount_alone_is_never_green(answer: str) -> None:
    lines = (
        "14 May 2030",
        "Am 14. Mai 2030.",
        "令和十二年五月十四日",
        "1,475.00 or 1,500.00 euros",
        "The rent is due.",
    )
    page = Page(1, "1", "\n\n".join(lines))
    assert verdict(answer, CitedBook("lease", "Lease of a berth", (page,))).verdict is COMPARE


@pytest.mark.parametrize(
    "answer",
    [
        "The documents do not say what a day costs in crowns.",
        "No. The rules do not mention that the warden feeds the dogs.",
        "It is not stated in the documents that visitors use the side door until seven.",
        "料金は、毎月10日に払うとは書かれていません。",
    ],
)
def test_a_denial_of_what_a_page_says_is_compared_with_it(answer: str) -> None:
    assert verdict(answer).verdict is COMPARE


@pytest.mark.parametrize(
    "answer",
    [
        "The documents do not say who owns the pond.",
        "The document does not mention whether dogs may sleep in the side door's room.",
        "There is no information about cats in the documents.",
        "猫については記載されていません。",
    ],
)
def test_a_denial_of_what_no_page_says_has_no_verdict(answer: str) -> None:
    assert not weigh_by_words(answer, check(answer, (KENNEL,)), (KENNEL,))


def test_a_page_that_asks_or_a_heading_is_not_what_a_denial_conceals() -> None:
    book = CitedBook("q", "Q", (Page(1, "1", "# The owner of the pond\n\nWho owns the pond? Dogs bathe in May."),))
    assert not weigh_by_words("The documents do not say who the owner of the pond is.", (), (book,))
    assert not weigh_by_words("The documents do not say who owns the pond.", (), (book,))


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ("A day costs 115.00 crowns, but the documents do not say who owns the pond.", [VERBATIM]),
        ("The documents do not say who owns the pond, but they do say that a day costs 115.00 crowns.", [VERBATIM]),
        ("The stay ends on 14 May 2030; the documents do not say what a day costs in crowns.", [VERBATIM, COMPARE]),
        ("飼い主については記載されていませんが、料金は、毎月10日に払う。", [VERBATIM]),
        ("The document says that dogs bark but does not say when.", []),
        ("The documents do not say: A day costs 115.00 crowns.", [COMPARE]),
        ("The documents do not say: A day costs 115.00 crowns; the stay ends on 14 May 2030.", []),
        ("The documents do not mention that cats bark; a day costs 115.00 crowns.", []),
        ("The documents do not say that, although dogs may bark, a day costs 115.00 crowns.", []),
        ("The documents do not say the following:\n\n- A day costs 115.00 crowns.\n- The pond is deep.", [COMPARE]),
    ],
)
def test_what_is_said_beside_a_denial_has_a_verdict_of_its_own(answer: str, found: list[Verdict]) -> None:
    assert [each.verdict for each in weigh_by_words(answer, check(answer, (KENNEL,)), (KENNEL,))] == found


@pytest.mark.parametrize(
    "above",
    [
        "The following statements are false:\n\n- ",
        "## Not true\n\n",
        "Wrong:\n- ",
        "## What the rules do not say\n\n- ",
        "It is not correct that:\n1. ",
        "If the pond is frozen:\n- ",
        "## Missing from the rules\n\nFor example:\n\n- ",
        "Falsch ist:\n- ",
        "The following is not in the rules. ",
        "The following statements are false.\n\n- ",
        "Nobody says this:\n\n",
        "1. It is false that:\n   - ",
        "- Wrong statements:\n  - ",
        "# False statements\n\n## Prices\n\n- ",
        "As an example of a false statement, take this one. ",
    ],
)
def test_words_of_a_page_below_a_line_that_turns_them_are_never_green(above: str) -> None:
    assert verdict_on("A day costs", f"{above}A day costs 115.00 crowns.") is COMPARE


@pytest.mark.parametrize(
    "behind",
    [
        "This is not true.",
        "That's false.",
        "That isn’t correct.",
        "False.",
        "However, that is incorrect: it costs more.",
        "[p. 1] This is wrong.",
        "\n\nVerdict: false.",
    ],
)
def test_words_of_a_page_that_an_answer_takes_back_are_never_green(behind: str) -> None:
    assert verdict_on("A day costs", f"A day costs 115.00 crowns. {behind}") is COMPARE


@pytest.mark.parametrize("behind", ["It does not include food.", "This is not all: food is extra.", "No dog pays."])
def test_what_follows_may_deny_something_else(behind: str) -> None:
    assert verdict_on("A day costs", f"A day costs 115.00 crowns. {behind}") is VERBATIM


@pytest.mark.parametrize(
    "above",
    [
        "The Guest may not:\n\n- keep cats\n\n",
        "Cats are not kept: they bite. ",
        "Nothing is said of cats.\n\n",
        "## Not allowed\n\nCats.\n\n## Prices\n\n",
    ],
)
def test_what_stands_above_may_deny_something_else(above: str) -> None:
    assert verdict_on("A day costs", f"{above}A day costs 115.00 crowns.") is VERBATIM


@pytest.mark.parametrize("above", ["## Prices\n\n", "The rules say:\n- ", "## Rule No. 2\n\n", "## When it ends\n\n- "])
def test_words_of_a_page_below_a_plain_line_are_green(above: str) -> None:
    assert verdict(f"{above}A day costs 115.00 crowns.").verdict is VERBATIM


@pytest.mark.parametrize("label", ["False: ", "**Not true:** ", "It would be wrong to say: ", "❌ ", "- ✗ ", "Myth: "])
def test_words_of_a_page_behind_a_label_that_turns_them_are_never_green(label: str) -> None:
    assert verdict(f"{label}A day costs 115.00 crowns.").verdict is COMPARE


def test_words_of_a_page_below_a_line_that_denies_them_in_japanese_are_never_green() -> None:
    for above in ("次の記述は誤りです：\n- ", "規則に書かれていないこと：\n- ", "以下は規則にありません。\n\n"):
        assert verdict_on("料金は", f"{above}料金は、毎月10日に払う。") is COMPARE
    for behind in ("これは誤りです。", "そうではありません。", "しかし、これは正しくありません。"):
        assert verdict_on("料金は", f"料金は、毎月10日に払う。{behind}") is COMPARE


def test_what_a_line_denies_is_not_said_by_a_model_either() -> None:
    answer = "If the pond is frozen:\n- Customers can take their animal home whenever they like, ending its stay."
    assert verdict(answer).verdict is COMPARE


def test_what_is_said_in_other_words_waits_for_a_model() -> None:
    found = verdict("Customers can take their animal home whenever they like, ending its stay.")
    assert (found.verdict, found.reason, found.page) == (UNWEIGHED, Unweighed.WAITING, 1)
    assert decide(found, believed=True).verdict is Verdict.SEEMS
    assert decide(found, believed=None).verdict is COMPARE
    assert decide(found, believed=False).verdict is NOTHING
    assert decide(found, believed=True).reason is None


def test_a_number_that_its_sentences_have_not_is_compared_and_never_asked_about() -> None:
    assert verdict("Customers can take their animal home within 90 days, ending its stay.").verdict is COMPARE


def test_a_mark_of_a_page_that_does_not_exist_is_said() -> None:
    found = verdict("Each customer gets a bone from the cook every morning [p. 99].")
    assert (found.verdict, found.named, found.page) == (NOTHING, "99", 0)
    elsewhere = verdict("A day costs 115.00 crowns [p. 99].")
    assert (elsewhere.verdict, elsewhere.named, elsewhere.page) == (VERBATIM, "99", 1)


def test_a_mark_of_a_page_that_does_not_have_it_is_kept() -> None:
    found = verdict("A day costs 115.00 crowns [p. 2].")
    assert (found.verdict, found.page, found.named) == (VERBATIM, 1, "2")
    close = verdict("The deposit is 115.00 crowns [p. 2].")
    assert (close.verdict, close.page, close.named) == (COMPARE, 1, "2")
    own = verdict("A day costs 115.00 crowns [p. 1].")
    assert (own.page, own.named) == (1, "")


def test_the_number_of_a_mark_is_none_of_the_sentence() -> None:
    short = CitedBook("s", "S", (Page(1, "1", "Gates close."), Page(4, "4", "The dog barks loudly.")))
    assert verdict("Dog barks loudly (p. 4)", short).verdict is not OTHERWISE
    assert verdict("The dog barks loudly [p. 4].", short).verdict is VERBATIM


def test_what_nothing_in_the_books_is_like_no_page_says() -> None:
    assert verdict("Elephants migrate towards Botswana in autumn.").verdict is NOTHING


def test_another_script_is_not_weighed() -> None:
    english = CitedBook("e", "E", (Page(1, "1", "A day costs 115.00 crowns."),))
    found = verdict("一日の料金は百十五クローネである。[p. 1]", english)
    assert (found.verdict, found.reason, found.page) == (UNWEIGHED, Unweighed.OTHER_SCRIPT, 1)


def test_a_sentence_that_goes_on_behind_the_pages_edge_is_one() -> None:
    book = CitedBook(
        "b",
        "B",
        (
            Page(1, "1", "All gates of the kennel are closed at nine by the warden.\nThe dogs may leave the"),
            Page(2, "2", "yard with a guest."),
        ),
    )
    assert verdict("The dogs may leave the yard with a guest.", book).verdict is VERBATIM
    limited = CitedBook(
        "b",
        "B",
        (
            Page(1, "1", "All gates of the kennel are closed at nine by the warden.\nThe dogs may leave"),
            Page(2, "2", "only with a guest."),
        ),
    )
    assert verdict("The dogs may leave.", limited).verdict is not VERBATIM


def test_every_sentence_gets_one_verdict_in_order() -> None:
    answer = "# Prices\n\nA day costs 115.00 crowns. What else? Toys and blankets are covered [p. 2].\n\n- See below:"
    found = weigh_by_words(answer, check(answer, (KENNEL,)), (KENNEL,))
    assert [(each.verdict, answer[each.start : each.end]) for each in found] == [
        (VERBATIM, "A day costs 115.00 crowns."),
        (COMPARE, "Toys and blankets are covered [p. 2]."),
    ]


@pytest.mark.parametrize("kind", ["number", "negated"])
def test_no_altered_sentence_of_ten_pages_is_green(kind: str) -> None:
    wrong = [said for said, book in _facts(kind) if verdict(said, book).verdict is VERBATIM]
    assert not wrong


def test_the_pages_own_sentences_are_green_and_their_rewordings_never_otherwise() -> None:
    own = [verdict(said, book).verdict for said, book in _facts("says")]
    assert own.count(VERBATIM) >= 0.8 * len(own)
    assert OTHERWISE not in own
    assert not [said for said, book in _facts("true") if verdict(said, book).verdict is OTHERWISE]


def _facts(kind: str) -> list[tuple[str, CitedBook]]:
    found = []
    for number, page in enumerate(tomllib.loads(FACTS.read_text())["page"]):
        text = ("" if page["language"] == "ja" else " ").join(fact["says"] for fact in page["facts"])
        book = CitedBook(str(number), "Facts", (Page(1, "1", text),))
        found += [(fact[kind], book) for fact in page["facts"]]
    return found
