"""The sentences of a book that are nearest to a question."""

from __future__ import annotations

import pytest

from app.documents.text.nearest import MAX_CHARACTERS, Near, nearest
from app.language.terms import stem

FILLER = "The river went by the town, and nobody looked at it for long. " * 20
LEASE = (
    "Contents\n1 Leaving . . . . . . . . . 2\n2 Deposit . . . . . . . . . 3",
    f"# Leaving\n\nThe tenant terminates the lease with three months notice. {FILLER}",
    "# Deposit\n\nHow much is the deposit? Two rents, paid on the first day.\n\nThe landlord returns the deposit "
    "within thirty days. The deposit is returned by the landlord within thirty days. Whoever keeps a dog",
    "pays a second deposit. A dog is announced to the landlord in writing.",
)


def found(question: str, pages: tuple[str, ...] = LEASE, limit: int = 3) -> list[str]:
    return [near.text for near in nearest(question, pages, limit)]


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("How does a tenant terminate the lease?", "The tenant terminates the lease with three months notice."),
        ("termination by tenants", "The tenant terminates the lease with three months notice."),
        ("How much is the deposit?", "Two rents, paid on the first day."),
        ("When does the landlord return the deposit?", "The landlord returns the deposit within thirty days."),
        ("How is a dog announced?", "A dog is announced to the landlord in writing."),
    ],
)
def test_the_nearest_sentence_comes_first(question: str, first: str) -> None:
    assert found(question)[0] == first


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("What is a matter?", "A matter is a case with its own documents and conversations."),
        ("What is the desk?", "The desk is what the next question asks."),
        ("What are tables?", "Tables are the same questions, asked of many documents."),
        ("Was ist eine Akte?", "Eine Akte ist ein Fall mit eigenen Unterlagen."),
        ("Qu’est-ce qu’un dossier ?", "Un dossier est une affaire avec ses propres documents."),
    ],
)
def test_what_says_what_a_thing_is_comes_first_where_that_is_asked(question: str, first: str) -> None:
    text = (
        "Manage matters, rename matters. A deleted matter is gone. Put it on the desk. The desk fills the desk. Tables"
        " keep tables. Die Akte liegt in der Akte. Jede Akte hat Unterlagen. Le dossier est clos. Ce dossier a un"
        f" dossier. {FILLER} A matter is a case with its own documents and conversations. The desk is what the next"
        " question asks. Tables are the same questions, asked of many documents. Eine Akte ist ein Fall mit eigenen"
        " Unterlagen. Un dossier est une affaire avec ses propres documents."
    )
    assert found(question, (text,))[0] == first


def test_what_says_the_same_is_told_once() -> None:
    assert len(found("When does the landlord return the deposit?")) == 1
    assert found("How does a tenant terminate the lease?", LEASE * 3) == found("How does a tenant terminate the lease?")


def test_what_is_far_behind_the_nearest_is_not_added() -> None:
    assert found("How does a tenant terminate the lease with notice?") == [
        "The tenant terminates the lease with three months notice."
    ]


@pytest.mark.parametrize(
    "question", ["Why?", "And what about it?", "", "Who is the president of France?", "なぜですか。"]
)
def test_nothing_is_near_a_question_that_shares_no_word(question: str) -> None:
    assert found(question) == []


def test_a_long_question_need_not_be_met_in_full() -> None:
    long = "Summarise for my aunt, in plain English of at most five lines, how a tenant may terminate, with quotations."
    assert found(long)[0] == "The tenant terminates the lease with three months notice."


def test_what_leads_the_section_that_is_asked_for_comes_first() -> None:
    """Though it shares no word with the question."""
    pages = (f"{FILLER}\n\n# How to add a book\n\nDrop a file on the window. The book appears on the left.",)
    assert found("How do I add a book?", pages)[0] == "Drop a file on the window."


def test_what_goes_on_on_the_next_page_is_no_sentence() -> None:
    texts = found("Who pays a second deposit for a dog?", limit=9)
    assert not any("pays a second" in text or "Whoever keeps" in text for text in texts)


def test_what_is_too_long_is_left_out() -> None:
    long = "The anchor is kept, " + "and the rope, " * 60 + "and that is all."
    assert len(long) > MAX_CHARACTERS
    assert found("Where is the anchor kept?", (long,)) == []


def test_what_cannot_be_used_makes_way() -> None:
    pages = ("The anchor is kept aft [p. 3]. The anchor is kept with care by the crew.",)
    usable = nearest("Where is the anchor kept?", pages, 1, lambda near: "[" not in near.text)
    assert usable == (Near(0, "The anchor is kept with care by the crew."),)


def test_japanese() -> None:
    pages = ("# 契約\n\n契約は十二か月前の\n通知で終わります。天気は晴れです。敷金は家賃二か月分です。",)
    assert found("契約はいつ終わりますか。", pages) == ["契約は十二か月前の通知で終わります。"]
    assert found("ペンギンはどこに住んでいますか。", pages) == []


def test_names_are_found_from_a_question_in_another_script() -> None:
    """All that it says otherwise counts as one word that the book does not have."""
    pages = (f"The keeper opens a PDF file. The keeper sails. {FILLER.replace('nobody', 'the keeper')}",)
    assert found("PDFを開けますか。", pages) == ["The keeper opens a PDF file."]
    assert found("keeperは何をしますか。", pages) == []


CLUB = (
    f"""# The sailing club

Guests hand over an entrance fee of 12 crowns. The Members' waiting time is two seasons. The Club's waiting time for a
new jetty has no limit that the Members could rely on. The Club keeps the slipway free of ice. The Club keeps the
lamps. The Members keep their boats tidy. The Members vote in May. The Members elect a chair. Sails hang at least a
metre from stoves. Rosin must not touch the deck. Three children sank a raft. {FILLER}""",
    """Stores

Lamp oil 3 litres on Mondays
Tar 2 barrels in spring
Pitch was ended

Steward: Odd Berg, 22 41 00 10

No rum:
- whisky, for the doctor;
- cider""",
)


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("How steep is the entrance price for visitors?", "Guests hand over an entrance fee of 12 crowns."),
        ("How much pitch do they still use?", "Pitch was ended"),
        ("How much tar does the yard get?", "Tar 2 barrels in spring"),
        ("Who is our steward nowadays?", "Steward: Odd Berg, 22 41 00 10"),
        ("How far from ovens and stoves must they hang?", "Sails hang at least a metre from stoves."),
        ("May a child go aboard a raft?", "Three children sank a raft."),
        ("Does the surgeon drink whisky?", "whisky, for the doctor"),
    ],
)
def test_a_sentence_with_a_rare_word_of_the_question_is_near(question: str, first: str) -> None:
    """Though most of the question is in no sentence."""
    assert found(question, CLUB)[0] == first


@pytest.mark.parametrize(
    "question",
    [
        "May I keep a hamster?",
        "May the members keep a goat?",
        "How does it work?",
        "What do I need to take?",
        "Is it so?",
    ],
)
def test_common_verbs_and_words_that_many_sentences_have_make_none_near(question: str) -> None:
    assert found(question, CLUB) == []


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("What is the members' waiting time?", "The Members' waiting time is two seasons."),
        ("What is the waiting time of the members?", "The Members' waiting time is two seasons."),
        ("What is the club's waiting time?", "The Club's waiting time for a new jetty has no limit that the Members"),
    ],
)
def test_a_sentence_about_another_than_the_question_names_comes_after(question: str, first: str) -> None:
    assert found(question, CLUB)[0].startswith(first)


def test_a_sentence_about_another_is_told_where_there_is_no_better_one() -> None:
    assert found("Do the members free the slipway of ice?", CLUB) == ["The Club keeps the slipway free of ice."]


def test_the_sentence_with_more_of_the_words_that_are_asked_comes_first() -> None:
    """However short, and well placed, the other is."""
    long = (
        "On Sundays, and on all days on which the harbour master is away, the gate at the northern pier closes at six."
    )
    pages = (f"{FILLER}\n\nThe gate closes at nine.\n\n{FILLER} {long}",)
    assert found("When does the gate at the pier close?", pages)[0] == long


def test_where_a_number_is_asked_for_one_with_a_number_comes_first() -> None:
    pages = (f"The toll is a nuisance to all. The toll is 4 crowns for all. {FILLER}",)
    assert found("How high is the toll?", pages)[0] == "The toll is 4 crowns for all."


def test_a_question_that_stands_alone_is_answered_by_what_follows() -> None:
    pages = (f"{FILLER}\n\nHow do I moor a boat?\n\nTie two ropes to the rings.\n\n{FILLER}",)
    assert found("How is a boat moored?", pages)[0] == "Tie two ropes to the rings."


def test_lines_of_a_list_over_two_pages_are_lines() -> None:
    pages = (
        f"{FILLER}\n\nOakum 3 bales in April\nCanvas 2 rolls in May",
        "Copper 9 plates in June\nTwine 5 reels in July",
    )
    for word, line in (("canvas", "Canvas 2 rolls in May"), ("copper", "Copper 9 plates in June")):
        assert found(f"How much {word} is bought?", pages) == [line]


def test_what_the_edge_of_a_page_cuts_is_told_only_where_nothing_else_is_near() -> None:
    pages = (f"{FILLER} The parrot of the captain", "swears in Dutch. The captain laughs.")
    assert found("Where is the parrot?", pages) == ["The parrot of the captain"]
    assert found("Where is the parrot of the captain?", (*pages, "The parrot is aft."))[0] == "The parrot is aft."


def test_headings_of_sections_and_lines_of_contents_are_no_lines() -> None:
    pages = ("1 Anchors . . . . . 2\n2 Ballast . . . . . 3", f"2 Ballast\n\nStones are stowed low. {FILLER}")
    assert found("How much ballast is there on board?", pages) == ["Stones are stowed low."]


def test_of_several_documents_the_one_that_the_question_names_comes_first() -> None:
    pages = [
        f"Lease of Berth {number}\n\n1 Term\n\nThe term begins on 1 April 2022 and ends on 31 March {2026 + number}."
        for number in range(1, 5)
    ]
    titles = [f"lease-berth-{number}" for number in range(1, 5)]
    first, *_others = nearest("When does the lease of berth 3 end?", pages, 3, titles=titles)
    assert (first.page, first.text) == (2, "The term begins on 1 April 2022 and ends on 31 March 2029.")


def test_a_name_with_a_number_over_a_text_is_a_heading_and_no_value() -> None:
    assert "Lease of Berth 3" not in found("Lease of Berth 3?", ("Lease of Berth 3\n\nThe tenant pays the rent.",))
    assert found("What is the total?", ("Rent 400\n\nTotal 450\n\nPaid",))[0] == "Total 450"


def test_german_compounds_and_endings() -> None:
    pages = (f"Die Reifen dürfen nicht gelagert werden. Wir halten die Treppe sauber. {FILLER}",)
    assert found("Kann ich meine Winterreifen im Keller lassen?", pages) == ["Die Reifen dürfen nicht gelagert werden."]
    assert found("Wie oft sind die Treppen zu kehren?", pages) == ["Wir halten die Treppe sauber."]
    assert found("Darf ich einen Hund halten?", pages) == []


def test_japanese_words_and_single_characters() -> None:
    pages = (
        "壁の間は五センチあけます。ポンプを掃除してください。天気は晴れです。床は水平です。敷金は家賃の二か月分です。",
    )
    assert found("壁からどのくらい離しますか。", pages) == ["壁の間は五センチあけます。"]
    assert found("保証金や敷金の返却はいつですか。", pages) == ["敷金は家賃の二か月分です。"]
    assert found("ポンドで払えますか。", pages) == [], "a pair of signs is no word of a longer one"


@pytest.mark.parametrize(
    "forms",
    [
        "stop stops stopping stopped",
        "add adds adding added",
        "remove removes removing removed removal",
        "copy copies copying copied",
        "terminate terminates termination",
        "pay pays paying payment payments",
        "use uses using used",
        "image images",
        "renew renewal renewed",
    ],
)
def test_forms_of_a_word_are_one_term(forms: str) -> None:
    assert len({stem(form) for form in forms.split()}) == 1


@pytest.mark.parametrize(
    "words", ["terminal terminate", "need kneading", "status state", "thing thin", "red rid", "bus but"]
)
def test_other_words_are_others(words: str) -> None:
    one, other = words.split()
    assert stem(one) != stem(other)
