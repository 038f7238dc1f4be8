"""Events are whole sentences with their date; mails are events; what says nothing beside its date is none."""

from __future__ import annotations

from app.core.dates import PartialDate
from app.core.documents.document import Page
from app.core.names import EntityKind
from app.features.chronology.data import FoundEvent
from app.features.chronology.finding import MOST_CHARACTERS, find_events, find_names


def events(*texts: str, title: str = "") -> list[FoundEvent]:
    return list(find_events([Page(number, "", text) for number, text in enumerate(texts, 1)], title))


def shown(*texts: str, title: str = "") -> list[tuple[str, int, str]]:
    return [(event.span.first.text, event.page, event.title or event.quote) for event in events(*texts, title=title)]


def test_sentences_with_their_dates() -> None:
    text = "The parties met. They signed the lease on 5 March\n2024 in London. It ends on 31 March 2031.\n"
    assert shown("Nothing.", text) == [
        ("2024-03-05", 2, "They signed the lease on 5 March 2024 in London."),
        ("2031-03-31", 2, "It ends on 31 March 2031."),
    ]
    assert [event.words for event in events(text)] == ["5 March 2024", "31 March 2031"]


def test_a_reckoned_date_goes_on_from_the_page_before() -> None:
    first, second = events("The lease began on 10 June 2024.", "The following day the quay was flooded.")
    assert (second.span.first.text, second.is_reckoned, first.is_reckoned) == ("2024-06-11", True, False)


def test_a_date_without_a_year_is_that_of_the_document() -> None:
    page = Page(1, "", "We met on 5 March at the quay.")
    assert list(find_events([page], "")) == []
    (event,) = find_events([page], "", PartialDate(2022, 4, 1))
    assert (event.span.first.text, event.is_reckoned) == ("2022-03-05", True)


def test_a_mail_is_an_event() -> None:
    mail = (
        "From: Anna <a@b.c>\nTo: Tom <t@b.c>\nDate: Tue, 5 Mar 2024 10:21:00 +0100\nSubject: Notice of 1 May 2020\n\n"
    )
    reply = "On 4 March 2024, Tom wrote:\nWhen do we meet on 7 March 2024?\nWe meet on 8 March 2024 at noon."
    found = events(mail + reply)
    assert [(event.span.first.text, event.title) for event in found] == [
        ("2024-03-05", "Notice of 1 May 2020"),
        ("2024-03-08", ""),
    ]
    assert found[0].quote == "Date: Tue, 5 Mar 2024 10:21:00 +0100"


def test_a_date_alone_is_of_the_document_or_of_nothing() -> None:
    assert shown("London, 5 March 2024\n\nDear Sir,", title="Letter to the tenant") == [
        ("2024-03-05", 1, "Letter to the tenant")
    ]
    assert shown("Text.", "5 March 2024", title="Letter") == []


def test_what_every_page_repeats_is_one_event() -> None:
    assert len(events("Draft as of 1 May 2024.\n", "Draft as of 1 May 2024.\n")) == 1


def test_a_long_sentence_is_cut_around_its_date_between_words() -> None:
    (event,) = events("word " * 200 + "signed on 5 March 2024 by " + "others " * 200 + "end.")
    assert len(event.quote) <= MOST_CHARACTERS
    assert "signed on 5 March 2024 by" in event.quote
    assert set(event.quote.split()) == {"word", "signed", "on", "5", "March", "2024", "by", "others"}


def test_names_are_counted_for_each_page() -> None:
    pages = [Page(1, "", "Mr Smith met Anna Berg. Anna Berg left."), Page(2, "", "Anna Berg came back.")]
    found = [(name.name, name.page, name.count) for name in find_names(pages) if name.kind is EntityKind.PERSON]
    assert sorted(found) == [("Anna Berg", 1, 2), ("Anna Berg", 2, 1), ("Mr Smith", 1, 1)]


def test_a_page_of_dates_alone_takes_no_long_time() -> None:
    for piece in ("2024年", "1 March ", "2024-", "in 2024 ", "the same day ", "From: a\n", "Date: x\n", "十"):
        assert len(events(piece * 5_000)) < 200
