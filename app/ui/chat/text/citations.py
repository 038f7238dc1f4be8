"""Marks: the places in a text where a chip names a page, and what it says as long as nothing was found out.

What is shown of a sentence that was checked is its verdict (`verdict_marks`), and nothing else."""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.core.conversations.conversation import Citation, CitationState, PassageRef
from app.core.conversations.verdict import SentenceVerdict
from app.core.documents.document import Book
from app.core.documents.untrusted import disarm
from app.language.sentences import is_ended
from app.wording.i18n import _
from app.wording.page_lines import page_line
from app.wording.page_names import cited_page, name_words, unresolved_words

MAX_TITLE_CHARACTERS = 24  # of a book's title on a chip
MAX_TIP_CHARACTERS = 300  # of the words that were verified

_OPEN, _CLOSE = "\ufdd2", "\ufdd3"  # noncharacters: `disarm` takes them out of every text
_SENTINEL = re.compile(f"{_OPEN}(\\d+){_CLOSE}")
_OPEN_ENCODED, _CLOSE_ENCODED = "%EF%B7%92", "%EF%B7%93"  # as the parser leaves them in an address
_STREAMED = re.compile(r"\[p\. ?(\d{1,6})\]")
_APART = re.compile(r"(?<=\S) \(\S{1,16}\)(?: \(\d+\))?$")
_REPLY = re.compile(r"(?:[^\W\d]{1,3}: )+")
"""The words before the subject of a mail, such as "Re: ", "AW: " and "Fwd: "; they are no title of their own."""
_SUBTITLE = re.compile(r"\s*[,:;(–—].*|\s+\d{4}\b.*")


@dataclass(frozen=True)
class CitationMark:
    """A stretch of a text, `start` to `end` in characters, that is drawn as a chip saying `label`.

    `literal` is what a copied selection holds in its place, and `place` the page in words. `citation` is None while the
    answer is still open. `verdict` is that on the sentence which the chip speaks for; `said` is this sentence as the
    answer has it, untrusted. A mark for that alone has no length. Without a label it is no chip but the edge of a
    sentence: with a verdict, the sentence begins there, and without one it ends.
    """

    start: int
    end: int
    literal: str
    label: str
    citation: Citation | None = None
    verdict: SentenceVerdict | None = None
    said: str = ""
    place: str = ""


def mark_citations(
    untrusted_text: str,
    citations: Sequence[Citation],
    shelf: Mapping[str, Book],
    books: Collection[str] = (),
    verdicts: Sequence[SentenceVerdict] = (),
) -> list[CitationMark]:
    """Make one mark for every citation, in the order of `citations`; a quotation that names no page has `start` -1.

    With more than one of `books` (their ids) on the desk, or cited, or found in `verdicts`, the labels carry the
    titles.
    """
    several = is_several([*citations, *verdicts], books)
    marks = []
    for citation in citations:
        literal = disarm(untrusted_text[citation.start : citation.end]) if citation.start >= 0 else ""
        label = label_citation(citation, shelf, titled=several)
        marks.append(CitationMark(citation.start, citation.end, literal, label, citation, place=label))
    return marks


def is_several(places: Sequence[Citation | SentenceVerdict], books: Collection[str]) -> bool:
    """Return whether marks name their books: if more than one is on the desk, or cited, or has words that a verdict
    rests on."""
    named = {place.book_id for place in places if place.book_id or isinstance(place, Citation)}
    return len(named.union(books)) > 1


def mark_passages(
    passages: Sequence[PassageRef], shelf: Mapping[str, Book], books: Collection[str] = ()
) -> list[CitationMark]:
    """Make one mark for every page that passages were taken from, in reading order; `books` as in `mark_citations`."""
    pages = {
        (p.book_id, p.page): Citation(p.book_id, p.document, p.page, p.label, "", CitationState.PAGE) for p in passages
    }
    return mark_citations("", tuple(pages.values()), shelf, books)


def mark_stream(text: str) -> list[CitationMark]:
    """Make the marks of an open answer: they are neutral, for nothing has been checked yet."""
    found = [(match, _("p. {page}").format(page=match.group(1))) for match in _STREAMED.finditer(text)]
    return [CitationMark(*match.span(), match.group(), label, place=label) for match, label in found]


def embed(untrusted_text: str, marks: Sequence[CitationMark]) -> str:
    """Return the text, made harmless, with a sentinel in the place of every mark in it that overlaps no other."""
    pieces, position = [], 0
    for index, mark in sorted(enumerate(marks), key=lambda pair: _order(pair[1])):
        if position <= mark.start <= mark.end <= len(untrusted_text) and (mark.end or not mark.label):
            pieces += [disarm(untrusted_text[position : mark.start]), f"{_OPEN}{index}{_CLOSE}"]
            position = mark.end
    pieces.append(disarm(untrusted_text[position:]))
    return "".join(pieces)


def _order(mark: CitationMark) -> tuple[int, int, bool, bool]:
    """Return the key that orders marks which begin at the same place: a sentence ends first, then another begins, then
    a chip follows, one with a verdict before others."""
    return mark.start, mark.end, bool(mark.label), (mark.verdict is None) == bool(mark.label)


def split(text: str) -> list[str | int]:
    """Split a text at its sentinels: return the text between them, made harmless, and the indices of their marks, in
    turn."""
    parts: list[str | int] = []
    for number, part in enumerate(_SENTINEL.split(text)):
        if number % 2:
            parts.append(int(part))
        elif part:
            parts.append(disarm(part))
    return parts


def restore(text: str, marks: Sequence[CitationMark]) -> str:
    """Restore in a text or an address what stood in the place of every sentinel."""
    decoded = text.replace(_OPEN_ENCODED, _OPEN).replace(_CLOSE_ENCODED, _CLOSE)
    parts = [
        part if isinstance(part, str) else marks[part].literal if part < len(marks) else "" for part in split(decoded)
    ]
    return "".join(parts)


def restore_labels(text: str, marks: Sequence[CitationMark]) -> str:
    """Return a text with the label of its chip in the place of every sentinel."""
    return "".join(part if isinstance(part, str) else marks[part].label for part in split(text))


def list_placed(texts: Iterable[str]) -> set[int]:
    """Return the indices of the marks whose sentinels are in any of the texts."""
    return {part for text in texts for part in split(text) if isinstance(part, int)}


def holds_mark(address: str) -> bool:
    """Return whether there is a sentinel in an address from the parser."""
    return _OPEN in address or _OPEN_ENCODED in address


def label_citation(citation: Citation, shelf: Mapping[str, Book], *, titled: bool = False) -> str:
    """Return the words of a chip: `p. 12`, or `Side letters p. 12` if several books are cited (`titled`). `shelf` has
    the books by their ids."""
    page = disarm(name_words(cited_page(citation, shelf)))
    if citation.named:  # the quotation is elsewhere
        page = f"{disarm(citation.named)} → {page}"
    place = _("p. {page}").format(page=page)
    if citation.is_unresolved:
        return _("which document? {place}").format(place=place)
    title = shorten_title(_title_of(citation, shelf)) if titled else ""
    return f"{title} {place}".strip()


def _title_of(citation: Citation, shelf: Mapping[str, Book]) -> str:
    """Return the title of the cited book, which is untrusted text."""
    book = shelf.get(citation.book_id)
    return citation.document if book is None else book.title


def shorten_title(untrusted_title: str) -> str:
    """Shorten a title: without its subtitle or years, and cut at a word if it is still too long for a chip. The end
    that tells it apart from another book of that title stays."""
    title = " ".join(disarm(untrusted_title).split())
    apart = _APART.search(title)
    tail = apart.group() if apart else ""
    title = title.removesuffix(tail)
    reply = _REPLY.match(title)
    begin = reply.group() if reply else ""
    subject = title.removeprefix(begin)
    short = begin + (_SUBTITLE.sub("", subject) or subject)
    if len(short) <= MAX_TITLE_CHARACTERS:
        return short + tail
    cut = short[:MAX_TITLE_CHARACTERS]
    return (cut.rpartition(" ")[0] if " " in cut[8:] else cut).rstrip() + "…" + tail


def describe_citation(citation: Citation, shelf: Mapping[str, Book]) -> str:
    """Describe where a chip leads, in a sentence of plain text."""
    if citation.is_unresolved:
        return unresolved_words(citation)
    if not citation.page:
        return _("The answer names page {page}, which no document on the desk has.").format(page=disarm(citation.label))
    said = {
        "page": disarm(name_words(cited_page(citation, shelf))),
        "title": " ".join(disarm(_title_of(citation, shelf)).split()),
        "named": disarm(citation.named),
        "words": shorten_words(disarm(page_line(_words_there(citation), citation.book_id, shelf))),
    }
    if citation.named:
        words = _("The answer names page {named}; page {page} of {title} has these words: “{words}”.")
    elif said["words"]:
        words = _("Page {page} of {title}: “{words}”.")
    else:
        words = _("Page {page} of {title}.")
    described = words.format(**said)
    return described.removesuffix(".") if is_ended(said["words"]) else described


def _words_there(citation: Citation) -> str:
    """Return the words of the page itself that a citation is about, untrusted; empty if they are not known."""
    is_quoted = citation.state in (CitationState.VERIFIED, CitationState.REPAIRED)
    return citation.quote if is_quoted else citation.on_page


def shorten_words(untrusted_words: str) -> str:
    """Return words on one line, cut if they are too long for a tip."""
    words = " ".join(untrusted_words.split())
    return words if len(words) <= MAX_TIP_CHARACTERS else words[:MAX_TIP_CHARACTERS].rstrip() + "…"


def escape_tip(text: str) -> str:
    """Return a tooltip that shows `text` as it is: Qt takes a string with tags in it for HTML, and would load its
    images."""
    return f"<span>{html.escape(text)}</span>"
