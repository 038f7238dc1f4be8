"""Marks: the places in a text where a chip shows a citation, and what a chip says."""

from __future__ import annotations

import html
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from app.core.conversation import Answer, Citation, CitationState, PassageRef, Support, WeighedSentence
from app.core.document import Book
from app.core.untrusted import disarm
from app.ui.theme import Palette
from app.wording.i18n import _
from app.wording.page_names import cited_page, name_words, unresolved_words
from app.wording.units import count

MAX_TITLE_CHARACTERS = 24  # of a book's title on a chip
MAX_TIP_CHARACTERS = 300  # of the words that were verified

_OPEN, _CLOSE = "\ufdd2", "\ufdd3"  # noncharacters: `disarm` takes them out of every text
_SENTINEL = re.compile(f"{_OPEN}(\\d+){_CLOSE}")
_OPEN_ENCODED, _CLOSE_ENCODED = "%EF%B7%92", "%EF%B7%93"  # as the parser leaves them in an address
_STREAMED = re.compile(r"\[p\. ?(\d{1,6})\]")
_APART = re.compile(r"(?<=\S) \(\S{1,16}\)(?: \(\d+\))?$")
_SUBTITLE = re.compile(r"\s*[,:;(–—].*|\s+\d{4}\b.*")

_MARKDOWN = re.compile(r"\s*(?:(?:[-+*>]|#{1,6}|\d{1,9}[.)]|\[\^[^\]\s]+\]:)\s+)*(?![\s_`])")
"""What may stand before the words of a sentence, and goes only at the beginning of a line; not before what a mark in
front of it would make something else."""

_UNDERLINED = (Support.OTHERWISE, Support.NOTHING)

_SIGNS = {
    CitationState.VERIFIED: " ✓",
    CitationState.REPAIRED: " ✓",
    CitationState.NEAR: " ≈",
    CitationState.CUT: " ⋯",
    CitationState.NOT_FOUND: " ?",
    CitationState.DIFFERS: " ≠",
}


@dataclass(frozen=True)
class CitationMark:
    """A stretch of a text, `start` to `end` in characters, that is drawn as a chip saying `label`.

    `literal` is what a copied selection holds in its place. `citation` is None while the answer is still open.
    `weighed`: the sentence whose weight it shows; a mark for that alone has no length. Without a label it is no chip:
    the sentence begins there, and is underlined up to its chip.
    """

    start: int
    end: int
    literal: str
    label: str
    citation: Citation | None = None
    weighed: WeighedSentence | None = None


def mark_citations(
    untrusted_text: str, citations: Sequence[Citation], shelf: Mapping[str, Book], books: Collection[str] = ()
) -> list[CitationMark]:
    """One mark for every citation, in the order of `citations`; those found by the program have `start` -1.

    With more than one of `books` (their ids) on the desk, or cited, the labels carry the titles.
    """
    several = is_several(citations, books)
    marks = []
    for citation in citations:
        literal = disarm(untrusted_text[citation.start : citation.end]) if citation.start >= 0 else ""
        marks.append(
            CitationMark(
                citation.start, citation.end, literal, label_citation(citation, shelf, titled=several), citation
            )
        )
    return marks


def is_several(citations: Sequence[Citation], books: Collection[str]) -> bool:
    """Whether marks name their books: with more than one on the desk, or cited."""
    return len({citation.book_id for citation in citations}.union(books)) > 1


def mark_weighed(
    answer: Answer, marks: Sequence[CitationMark], shelf: Mapping[str, Book], *, several: bool = False
) -> list[CitationMark]:
    """The marks, with those of the answer's weighed sentences: the mark of the page that a sentence names says what the
    page has of it; a sentence without one gets a mark at its end. A quoted sentence has said enough."""
    found = list(marks)
    order = sorted(range(len(marks)), key=lambda index: marks[index].start)
    starts = [marks[index].start for index in order]
    for number, weighed in enumerate(answer.weighed):
        in_row = "|" in answer.text[weighed.start : weighed.end]  # of a table: there is no place for a mark
        if weighed.support is Support.QUOTED or not weighed.was_weighed or in_row:
            continue
        following = answer.weighed[number + 1 : number + 2]
        end = following[0].start if following else len(answer.text) + 1
        own = order[bisect_left(starts, weighed.start) : bisect_left(starts, end)]
        at = next((index for index in own if _may_say(found[index], weighed)), None)
        citation = _citation_of(weighed, answer.text)
        label = label_weighed(weighed, shelf, titled=several)
        if at is not None:
            found[at] = replace(found[at], label=label, citation=citation, weighed=weighed)
        else:
            found.append(CitationMark(weighed.end, weighed.end, "", f"\u2009{label}", citation, weighed))
        if weighed.support in _UNDERLINED and (prefix := _MARKDOWN.match(answer.text, weighed.start)):
            found.append(CitationMark(prefix.end(), prefix.end(), "", "", weighed=weighed))
    return found


def _may_say(mark: CitationMark, weighed: WeighedSentence) -> bool:
    """Whether it is the mark of the page that a sentence was weighed against, and proves nothing by itself."""
    cited = mark.citation
    if cited is None or cited.state not in (CitationState.PAGE, CitationState.DIFFERS):
        return False
    return not weighed.page or (cited.book_id, cited.page) == (weighed.book_id, weighed.page)


def _citation_of(weighed: WeighedSentence, text: str) -> Citation:
    """What opens the page with its own sentence."""
    state = CitationState.PAGE if weighed.page else CitationState.NOT_FOUND
    said = "" if weighed.page else " ".join(text[weighed.start : weighed.end].split())
    return Citation(
        weighed.book_id, weighed.document, weighed.page, weighed.label, said, state, on_page=weighed.on_page
    )


def label_weighed(weighed: WeighedSentence, shelf: Mapping[str, Book], *, titled: bool = False) -> str:
    """What a chip says of a sentence: `p. 88 · supported`."""
    if not weighed.page:
        return _("nothing found")
    page = _("p. {page}").format(page=disarm(name_words(cited_page(weighed, shelf))))
    book = shelf.get(weighed.book_id)
    title = shorten_title(weighed.document if book is None else book.title) if titled else ""
    words = {
        Support.QUOTED: "{page} ✓",
        Support.SUPPORTED: _("{page} · supported"),
        Support.OTHERWISE: _("{page} says otherwise"),
        Support.NOTHING: _("{page} · not confirmed"),
    }[weighed.support]
    return words.format(page=f"{title} {page}".strip())


def describe_weighed(weighed: WeighedSentence, shelf: Mapping[str, Book]) -> str:
    """A sentence, plain text, that says what a chip means that shows a sentence's weight."""
    if not weighed.page:
        return _("No page was found that says anything about this sentence.")
    said = {
        "page": disarm(name_words(cited_page(weighed, shelf))),
        "title": " ".join(disarm(weighed.document).split()),
        "on_page": disarm(weighed.on_page),
    }
    words = {
        Support.QUOTED: _("Page {page} of {title} has the quoted words."),
        Support.SUPPORTED: _("Page {page} of {title} says this, as the model judges and no test denies: “{on_page}”."),
        Support.OTHERWISE: _("Page {page} of {title} says it otherwise: “{on_page}”."),
        Support.NOTHING: _("Not confirmed. The nearest sentence is on page {page} of {title}: “{on_page}”."),
    }[weighed.support]
    return words.format(**said)


def mark_passages(
    passages: Sequence[PassageRef], shelf: Mapping[str, Book], books: Collection[str] = ()
) -> list[CitationMark]:
    """One mark for every page that passages were taken from, in reading order; `books` as in `mark_citations`."""
    pages = {
        (p.book_id, p.page): Citation(p.book_id, p.document, p.page, p.label, "", CitationState.PAGE) for p in passages
    }
    return mark_citations("", tuple(pages.values()), shelf, books)


def mark_stream(text: str) -> list[CitationMark]:
    """The marks of an open answer: neutral ones, for nothing has been checked yet."""
    return [
        CitationMark(match.start(), match.end(), match.group(), _("p. {page}").format(page=match.group(1)))
        for match in _STREAMED.finditer(text)
    ]


def embed(untrusted_text: str, marks: Sequence[CitationMark]) -> str:
    """The text, made harmless, with a sentinel in the place of every mark in it that overlaps no other."""
    pieces, position = [], 0
    for index, mark in sorted(enumerate(marks), key=lambda pair: pair[1].start):
        if position <= mark.start <= mark.end <= len(untrusted_text) and (mark.end or not mark.label):
            pieces += [disarm(untrusted_text[position : mark.start]), f"{_OPEN}{index}{_CLOSE}"]
            position = mark.end
    pieces.append(disarm(untrusted_text[position:]))
    return "".join(pieces)


def split(text: str) -> list[str | int]:
    """The text between sentinels, made harmless, and the indices of the marks of the sentinels, in turn."""
    parts: list[str | int] = []
    for number, part in enumerate(_SENTINEL.split(text)):
        if number % 2:
            parts.append(int(part))
        elif part:
            parts.append(disarm(part))
    return parts


def restore(text: str, marks: Sequence[CitationMark]) -> str:
    """A text or an address with what stood in the place of every sentinel."""
    decoded = text.replace(_OPEN_ENCODED, _OPEN).replace(_CLOSE_ENCODED, _CLOSE)
    parts = [
        part if isinstance(part, str) else marks[part].literal if part < len(marks) else "" for part in split(decoded)
    ]
    return "".join(parts)


def restore_labels(text: str, marks: Sequence[CitationMark]) -> str:
    """A text with the label of its chip in the place of every sentinel."""
    return "".join(part if isinstance(part, str) else marks[part].label for part in split(text))


def list_placed(texts: Iterable[str]) -> set[int]:
    """The indices of the marks whose sentinels are in any of the texts."""
    return {part for text in texts for part in split(text) if isinstance(part, int)}


def holds_mark(address: str) -> bool:
    """Whether there is a sentinel in an address from the parser."""
    return _OPEN in address or _OPEN_ENCODED in address


def label_citation(citation: Citation, shelf: Mapping[str, Book], *, titled: bool = False) -> str:
    """What a chip says: `p. 12 ✓`, with several books, `titled`, `Side letters p. 12 ✓`. `shelf` has the books by their
    ids."""
    page = disarm(name_words(cited_page(citation, shelf)))
    if citation.named:  # the quotation is elsewhere
        page = f"{disarm(citation.named)} → {page}"
    place = _("p. {page}").format(page=page)
    if citation.is_unresolved:
        return _("which book? {place}").format(place=place)
    title = shorten_title(_title_of(citation, shelf)) if titled else ""
    return f"{title} {place}{_SIGNS.get(citation.state, '')}".strip()


def _title_of(citation: Citation, shelf: Mapping[str, Book]) -> str:
    """Untrusted."""
    book = shelf.get(citation.book_id)
    return citation.document if book is None else book.title


def shorten_title(untrusted_title: str) -> str:
    """A title without its subtitle or years, cut at a word where it is still too long for a chip. What tells it apart
    from another book of that title, at its end, stays."""
    title = " ".join(disarm(untrusted_title).split())
    apart = _APART.search(title)
    tail = apart.group() if apart else ""
    title = title.removesuffix(tail)
    short = _SUBTITLE.sub("", title) or title
    if len(short) <= MAX_TITLE_CHARACTERS:
        return short + tail
    cut = short[:MAX_TITLE_CHARACTERS]
    return (cut.rpartition(" ")[0] if " " in cut[8:] else cut).rstrip() + "…" + tail


def describe_citation(citation: Citation, shelf: Mapping[str, Book]) -> str:
    """A sentence, plain text, that says what the mark on the chip means."""
    words = {"page": disarm(name_words(cited_page(citation, shelf))), "named": disarm(citation.named)}
    words["on_page"] = disarm(citation.on_page)
    words["quote"] = shorten_words(disarm(citation.quote))
    words["title"] = " ".join(disarm(_title_of(citation, shelf)).split())
    if citation.state is CitationState.PAGE and citation.is_unresolved:
        return unresolved_words(citation)
    text = {
        CitationState.VERIFIED: _("Verified: page {page} of {title} has these words: “{quote}”."),
        CitationState.REPAIRED: _(
            "Verified on another page: the answer names page {named}, but page {page} of {title} has these words:"
            " “{quote}”."
        ),
        CitationState.NEAR: _("Similar: page {page} of {title} says “{on_page}”."),
        CitationState.CUT: _("Cut: page {page} of {title} has these words, but the full text says “{on_page}”."),
        CitationState.NOT_FOUND: _("Not found: page {page} of {title} does not contain what the answer quotes."),
        CitationState.FOUND: _("Found by Octavo, not named in the answer: page {page} of {title}."),
        CitationState.RELATED: _("Most related page, only by shared words: page {page} of {title} says “{quote}”."),
        CitationState.DIFFERS: _(
            "Differs: page {page} of {title} says “{on_page}”. A number, name, negation or obligation is not the"
            " same as in the answer."
        ),
        CitationState.PAGE: _("Names page {page} of {title}, without a quotation to check."),
    }[citation.state]
    if citation.state is CitationState.PAGE and citation.on_page:
        text += " " + _("Most related sentence there: “{on_page}”.")
    return text.format(**words)


def count_weighed(weighed: Sequence[WeighedSentence]) -> list[tuple[Support, str]]:
    """The counts under an answer, such as `2 supported`, and why some sentences were not weighed."""
    counts = Counter(each.support for each in weighed)
    words = {
        Support.SUPPORTED: _("{n} supported"),
        Support.NOTHING: _("{n} not confirmed"),
        Support.OTHERWISE: _("{n} contradicted"),
        Support.OTHER_SCRIPT: _("{n} not weighed, in another script than the page"),
        Support.NO_ROOM: _("{n} not weighed, as the context is full"),
    }
    return [(support, text.format(n=count(counts[support]))) for support, text in words.items() if counts[support]]


def colour_support(support: Support, palette: Palette) -> str:
    match support:
        case Support.QUOTED | Support.SUPPORTED:
            return palette.verified
        case Support.OTHERWISE:
            return palette.not_found
        case Support.NOTHING:
            return palette.near
        case Support.OTHER_SCRIPT | Support.NO_ROOM:
            return palette.soft_ink


def colour_state(state: CitationState | None, palette: Palette) -> str:
    match state:
        case CitationState.VERIFIED | CitationState.REPAIRED:
            return palette.verified
        case CitationState.NEAR | CitationState.CUT | CitationState.DIFFERS:
            return palette.near
        case CitationState.NOT_FOUND:
            return palette.not_found
        case _:
            return palette.soft_ink


def shorten_words(untrusted_words: str) -> str:
    """Words on one line, cut where they are too long for a tip."""
    words = " ".join(untrusted_words.split())
    return words if len(words) <= MAX_TIP_CHARACTERS else words[:MAX_TIP_CHARACTERS].rstrip() + "…"


def escape_tip(text: str) -> str:
    """A tooltip that shows `text` as it is: Qt takes a string with tags in it for HTML, and would load its images."""
    return f"<span>{html.escape(text)}</span>"
