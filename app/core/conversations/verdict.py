"""The findings on one sentence of an answer: one verdict, and the words of the pages it rests on."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Verdict(StrEnum):
    """A verdict says how far the pages bear a sentence out. Only `VERBATIM` is shown in green: the words themselves
    prove it."""

    VERBATIM = "verbatim"  # each clause is a run of one sentence of a page, and nothing that turns it is left out
    SEEMS = "seems"  # in other words, as a model judges that was tested on sentences whose truth is known
    COMPARE = "compare"  # close to a sentence of a page, but not the same: a person has to compare
    OTHERWISE = "otherwise"  # a page has the same sentence with another number, date, name or negation
    NOTHING = "nothing"  # no page says it, or the page that it names does not exist
    UNWEIGHED = "unweighed"  # not known; `Unweighed` says why


class Unweighed(StrEnum):
    """The reason why there is no verdict on a sentence."""

    WAITING = "waiting"  # a model is to be asked and was not yet
    NO_JUDGE = "no_judge"  # only a model could judge it, and none that may is loaded, or it is switched off
    LANGUAGE = "language"  # the model was not tested in the sentence's language, or failed the test there
    NO_ROOM = "no_room"  # there was no memory to ask the model
    OTHER_SCRIPT = "other_script"  # the pages are in another script, and words cannot be compared


class Evidence(msgspec.Struct, frozen=True, gc=False):
    """A sentence of a page, on one line. `page` counts from 1; `label` is the page's own label."""

    book_id: str
    document: str
    page: int
    label: str
    text: str


class SentenceVerdict(msgspec.Struct, frozen=True, gc=False):
    """A sentence that states something: characters [start, end) of an answer's text, and what the pages have of it.

    `evidence` are up to three sentences of the pages, the first of which names the verdict's page; none if no page has
    anything of it. `named` is the page that the answer names for the sentence, if the evidence is not on it, as the
    answer writes it. `reason` says why it is UNWEIGHED. The properties `book_id`, `document`, `page` (0 for none) and
    `label` are those of the first piece of evidence.
    """

    start: int
    end: int
    verdict: Verdict
    evidence: tuple[Evidence, ...] = ()
    named: str = ""
    reason: Unweighed | None = None

    @property
    def book_id(self) -> str:
        return self.evidence[0].book_id if self.evidence else ""

    @property
    def document(self) -> str:
        return self.evidence[0].document if self.evidence else ""

    @property
    def page(self) -> int:
        return self.evidence[0].page if self.evidence else 0

    @property
    def label(self) -> str:
        return self.evidence[0].label if self.evidence else ""

    @property
    def on_page(self) -> str:
        """The page's own words that the verdict rests on first."""
        return self.evidence[0].text if self.evidence else ""

    @property
    def waits(self) -> bool:
        """True if a model is still to be asked about the sentence."""
        return self.reason is Unweighed.WAITING


def give_up(verdict: SentenceVerdict, reason: Unweighed) -> SentenceVerdict:
    """Return the verdict, with `reason` for why no model is asked about it, if one was to be asked."""
    return msgspec.structs.replace(verdict, reason=reason) if verdict.waits else verdict
