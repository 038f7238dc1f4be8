"""The page marks of an answer, numbered, and a line for each of its sentences with what the pages have of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.core.conversations.conversation import Answer, Citation
from app.core.conversations.verdict import SentenceVerdict, Verdict
from app.core.documents.document import Book
from app.wording.i18n import _
from app.wording.page_names import cited_page, page_words
from app.wording.support import page_says
from app.wording.verdicts import verdict_words

OPEN, CLOSE = "\ufdd2", "\ufdd3"  # noncharacters: cleaning takes them out of every text
REFERENCE = re.compile(f"{OPEN}(\\d+){CLOSE}")
"""The place of a reference in an answer, with its number."""

RAISED = re.compile(f"[ \u00a0]?{REFERENCE.pattern}")
"""The same, where the number is raised: then no space is before it."""

_SHOWS_PAGE = (Verdict.COMPARE, Verdict.OTHERWISE, Verdict.SEEMS)
"""Verdicts on which a reader needs the page's words; a sentence that is word for word has them itself."""


class Tone(StrEnum):
    """The degrees of how good the news is; also the names of styles for them."""

    VERIFIED = "Verified"
    NEAR = "Near"
    NOT_FOUND = "NotFound"
    NAMED = "Named"


_TONES = {
    Verdict.VERBATIM: Tone.VERIFIED,
    Verdict.COMPARE: Tone.NEAR,
    Verdict.OTHERWISE: Tone.NOT_FOUND,
    Verdict.NOTHING: Tone.NOT_FOUND,
}


@dataclass(frozen=True)
class SentenceFinding:
    """The pages' verdict on a sentence: `verdict` as the rest of a line, and `evidence`, the page's words,
    where a reader has to compare them; it may be empty."""

    verdict: str
    tone: Tone = Tone.NAMED
    evidence: str = ""

    @property
    def words(self) -> str:
        return f"{self.verdict}. {self.evidence}".rstrip()


@dataclass(frozen=True)
class Reference:
    """A page mark. `finding` is what the pages have of its sentence; None if the mark stands by no sentence that states
    something, or in what a search chose. With `names_place` the finding says already which page the mark names."""

    number: int
    title: str
    page: str
    finding: SentenceFinding | None = None
    names_place: bool = False
    is_unresolved: bool = False

    @property
    def place(self) -> str:
        return f"{self.title}, {self.page}" if self.title else self.page

    @property
    def words(self) -> str:
        if self.finding is not None:
            return self.finding.words if self.names_place else f"{self.place}. {self.finding.words}"
        if self.is_unresolved:
            return f"{self.place}: {_('named by the answer, which does not say which of these documents it means')}."
        return f"{self.place}."


@dataclass(frozen=True)
class CheckedSentence:
    """A line below an answer: a sentence with its marks, or marks of no sentence that states something, which is then
    empty, and whose finding is their places. `numbers` are those of the references."""

    numbers: tuple[int, ...]
    sentence: str
    finding: SentenceFinding

    @property
    def mark(self) -> str:
        """The beginning of the line beside its answer: the numbers of its marks, or, if it has none, the sentence."""
        return "".join(f"[{number}]" for number in self.numbers) or f"“{self.sentence}”:"

    @property
    def words(self) -> str:
        return f"{self.mark} {self.finding.words}"


@dataclass(frozen=True)
class CheckedAnswer:
    """An answer with its references. `text` has the places of the references in the place of page marks."""

    text: str
    references: tuple[Reference, ...] = ()
    sentences: tuple[CheckedSentence, ...] = ()


def table_headings() -> tuple[str, str, str]:
    """Return the heads of the table of sentences, behind that of the numbers of their marks."""
    return _("Sentence"), _("Finding"), _("For comparison")


def table_title(sentences: Sequence[CheckedSentence]) -> str:
    return _("Sentence by sentence") if any(each.sentence for each in sentences) else _("Pages named")


def legend(sentences: Sequence[CheckedSentence]) -> str:
    """Return the meaning of the words of findings; empty if no sentence has a verdict."""
    if not any(each.sentence for each in sentences):
        return ""
    return _(
        "“Word for word” means that the page has these very words; “seems to say this”, that a model judges that it"
        " says so in other words; “compare”, that it has something close, and you have to compare the two; “says"
        " otherwise”, that it says the same with another number, date, name or negation; “no page says this”, that"
        " nothing was found."
    )


def check_answer(answer: Answer, books: Mapping[str, Book], before: int = 0) -> CheckedAnswer:
    """Return an answer with numbers for its page marks, which go on after `before`. `books` by their ids."""
    pieces: list[str] = []
    references: list[Reference] = []
    marks_of: dict[int, list[int]] = {}
    unowned: list[Reference] = []
    findings = [_finding(verdict, books) for verdict in answer.verdicts]
    position = 0
    for citation, owner in marks_with_owners(answer):
        number = before + len(references) + 1
        if citation.start >= position:
            pieces.append(cleaned(answer.text[position : citation.start]))
            position = citation.end
        pieces.append(f"{OPEN}{number}{CLOSE}")
        page = cleaned(page_words(cited_page(citation, books)))
        reference = Reference(number, cleaned(citation.document), page, is_unresolved=citation.is_unresolved)
        if owner is None:
            unowned.append(reference)
        else:
            names = _names_place(answer.verdicts[owner], citation)
            reference = Reference(number, reference.title, page, findings[owner], names)
            marks_of.setdefault(owner, []).append(number)
        references.append(reference)
    pieces.append(cleaned(answer.text[position:]))
    sentences = [
        CheckedSentence(tuple(marks_of.get(place, ())), cleaned(_sentence(answer, verdict)), finding)
        for place, (verdict, finding) in enumerate(zip(answer.verdicts, findings, strict=True))
    ]
    sentences += [CheckedSentence((each.number,), "", SentenceFinding(each.words.rstrip("."))) for each in unowned]
    return CheckedAnswer("".join(pieces), tuple(references), tuple(sentences))


def marks_with_owners(answer: Answer) -> list[tuple[Citation, int | None]]:
    """Return the page marks of an answer in order, each with the index of the verdict on its sentence, if that has
    one."""
    from app.documents.citations.statements import Claim  # these two with the first answer: they take a while
    from app.documents.citations.verdict import owner_of

    claims = [Claim(each.start, each.end, "") for each in answer.verdicts]
    marks = sorted((each for each in answer.citations if each.start >= 0), key=lambda each: each.start)
    return [(each, owner_of(answer.text, claims, each)) for each in marks]


def _finding(verdict: SentenceVerdict, books: Mapping[str, Book]) -> SentenceFinding:
    evidence = page_says(verdict, books) if verdict.verdict in _SHOWS_PAGE else ""
    words = cleaned(verdict_words(verdict, books, titled=True))
    return SentenceFinding(words, _TONES.get(verdict.verdict, Tone.NAMED), cleaned(evidence))


def _names_place(verdict: SentenceVerdict, mark: Citation) -> bool:
    """Return whether the words of the verdict name the mark's page, with its book."""
    if not verdict.page or verdict.verdict is Verdict.UNWEIGHED:
        return False
    return bool(verdict.named) or (verdict.book_id, verdict.page) == (mark.book_id, mark.page)


def _sentence(answer: Answer, verdict: SentenceVerdict) -> str:
    """Return a sentence without its page marks and the signs of Markdown."""
    from app.documents.citations.statements import plain_claim  # as in `marks_with_owners`

    written = answer.text[verdict.start : verdict.end]
    return plain_claim(written) or " ".join(written.split())


def cleaned(untrusted_text: str) -> str:
    """Return a text without what cannot be seen."""
    from app.documents.text.clean import clean  # its tables of characters take a while to load

    return clean(untrusted_text)[0]
