"""A file turned into pages, and a book on the shelf: what the reader makes, the store keeps and the desk shows."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from app.core.documents.facts import NO_FACTS, Facts
from app.core.documents.page_names import PageNames, labels_to_keep
from app.core.documents.untrusted import is_link


class Format(StrEnum):
    PDF = "pdf"
    EPUB = "epub"
    DOCX = "docx"
    DOC = "doc"
    ODT = "odt"
    RTF = "rtf"
    MARKDOWN = "markdown"
    TEXT = "text"
    HTML = "html"
    EML = "eml"
    CSV = "csv"
    XLSX = "xlsx"
    PPTX = "pptx"
    ODP = "odp"
    XLS = "xls"
    ODS = "ods"
    MSG = "msg"
    MBOX = "mbox"
    NOTEBOOK = "ipynb"
    SUBTITLES = "srt"
    FB2 = "fb2"
    IMAGE = "image"
    LATEX = "tex"
    MOBI = "mobi"
    ORG = "org"

    @property
    def holds_others(self) -> bool:
        """True if files of this format may hold documents of their own, as attachments."""
        return self in (Format.EML, Format.MSG, Format.MBOX)

    @property
    def is_drawn(self) -> bool:
        """True if pages of this format are shown as they look, and their pictures are searched for text."""
        return self in (Format.PDF, Format.IMAGE)


class RefusedKind(StrEnum):
    """Kinds of files that are known, and not read. `wording.refusals` has words for each."""

    WORD = "word"  # before 1997
    POWERPOINT = "powerpoint"
    PUBLISHER = "publisher"
    VISIO = "visio"
    OUTLOOK_DATA = "outlook_data"
    ACCESS = "access"
    ONENOTE = "onenote"
    WORDPERFECT = "wordperfect"
    IWORK = "iwork"
    ARCHIVE = "archive"
    KINDLE = "kindle"
    DJVU = "djvu"
    HELP = "help"
    WINMAIL = "winmail"


class Flag(StrEnum):
    """A fact that a person should know about a page before trusting an answer about it."""

    EMPTY = "empty"  # no text and nothing drawn
    NO_TEXT = "no_text"  # something is drawn, but there is no text: a scan or a picture
    TEXT_LAYER = "text_layer"  # a person sees a picture; the model reads the text that a scanner put behind it
    HIDDEN_TEXT = "hidden_text"  # text that a person would not see was left out
    ODD_CHARACTERS = "odd_characters"  # many replacement or private-use characters: the text is not to be trusted
    WRONG_ENCODING = "wrong_encoding"  # characters that arise when a text is read in an encoding that is not its own
    INVISIBLE_CHARACTERS = "invisible_characters"  # zero-width, bidi or tag characters were taken out
    DAMAGED = "damaged"  # the page could not be read
    RECOGNISED = "recognised"  # the text was recognised from a picture; how surely says the page's `confidence`
    LOW_CONFIDENCE = "low_confidence"  # so unsurely that words of it are likely to be wrong
    COMMENTS = "comments"  # comments in the margin were left out
    NOT_RECOGNISED = "not_recognised"  # recognising the text of the picture failed


READING = 6
"""The version of what the reader makes of a file: one more whenever the text of a page may come out differently."""

MAX_HIDDEN_CHARACTERS = 2_000
"""The most of a page's hidden text that is kept: enough to see that something was hidden."""

MAX_COMMENT_CHARACTERS = 20_000
"""The most of a page's comments that is kept: people write them to be read, and together they may be longer than it."""


class Page(msgspec.Struct, frozen=True):
    """One page. `number` counts from 1 and is how Octavo refers to it; `label` is what the book itself calls it.

    `hidden` is what was left out of it: text that a person would not see there (flag HIDDEN_TEXT), and comments (flag
    COMMENTS), in this order. It is to be shown as such, no part of `text`, not searched and not read by the model; at
    most MAX_HIDDEN_CHARACTERS of the one, and about MAX_COMMENT_CHARACTERS of the other, with how many more there are.
    `confidence`, of a page whose text was recognised: how sure of it the models are, from 0 to 1.
    `picture`, of a page whose picture was searched for text: the picture's id (`documents.scans.recognition`).
    """

    number: int
    label: str
    text: str
    chapter: str = ""
    flags: tuple[Flag, ...] = ()
    hidden: str = ""
    confidence: float | None = None
    picture: str = ""


class Recognition(msgspec.Struct, frozen=True):
    """The text that was recognised in a picture of a page, "" where none was found, and its `Page.confidence`."""

    text: str
    confidence: float


class Section(msgspec.Struct, frozen=True):
    """An entry of the outline: `page` is a page's number, `level` counts from 1. `begins_page` tells that nothing of
    what comes before it is on that page."""

    title: str
    page: int
    level: int = 1
    begins_page: bool = True


MAX_MEMBERS, MAX_MEMBER_NAME_CHARACTERS = 20_000, 300


class Member(msgspec.Struct, frozen=True, omit_defaults=True):
    """A document inside another file: an attachment of a mail, a file in a ZIP. `key` is its place there, which leads
    to it as long as that file stays the same: `3`, or `3/0` for the first one in the fourth. `folder` has the names of
    the folders that it is in, with `/` between them. Names are labels, and lead nowhere.
    """

    key: str
    name: str
    size_bytes: int
    folder: str = ""


class Document(msgspec.Struct, frozen=True):
    """A document that the reader made of one file. `language` is an ISO 639-1 code, empty when it is not known.
    `members` are documents of their own."""

    title: str
    format: Format
    sha256: str  # of the file's bytes, hex
    pages: tuple[Page, ...]
    outline: tuple[Section, ...] = ()
    language: str = ""
    reading: int = READING
    facts: Facts = NO_FACTS
    members: tuple[Member, ...] = ()

    @property
    def characters(self) -> int:
        return sum(len(page.text) for page in self.pages)

    @property
    def page_names(self) -> PageNames:
        return PageNames(len(self.pages), labels_to_keep([page.label for page in self.pages]))


class Book(msgspec.Struct, frozen=True):
    """A document on the shelf, without its text. `path` is where its file was when it was added; `member` is its key in
    that file, and `parent_id` the book of it, if it is inside another one. `hidden_read` tells that the person allowed
    that the model reads the hidden text of its pages too. `labels` are those of its pages, none if it only counts them.
    `reading` is the READING that its pages come from. `former_titles` are those that a person has replaced, the newest
    first: answers that were given before name the book by them.
    """

    id: str
    title: str
    format: Format
    sha256: str
    path: str
    added_at: float  # seconds since the epoch, UTC
    page_count: int
    characters: int
    language: str = ""
    outline: tuple[Section, ...] = ()
    flagged_pages: int = 0  # that need a look, as `ingestion.examine` finds
    hidden_read: bool = False
    labels: tuple[str, ...] = ()
    reading: int = READING
    facts: Facts = NO_FACTS
    member: str = ""
    parent_id: str = ""
    former_titles: tuple[str, ...] = ()

    @property
    def page_names(self) -> PageNames:
        return PageNames(self.page_count, self.labels)

    @property
    def is_outdated(self) -> bool:
        """True if the file, read again, might yield more than the pages of this book say."""
        return self.reading < READING


class FoundPage(msgspec.Struct, frozen=True):
    """A page where a search found something, and in how many places."""

    number: int
    places: int


class CitedBook(msgspec.Struct, frozen=True):
    """A book as the model saw it: `pages` are only those that were in its context. `former_titles` are those that it
    had before, the newest first, which earlier answers name."""

    book_id: str
    title: str
    pages: tuple[Page, ...]
    former_titles: tuple[str, ...] = ()


BOX_BYTES = 16  # of a character in `PageLayer.boxes`

MAX_PAGE_LINKS, MAX_LINK_BOXES, MAX_ADDRESS_CHARACTERS = 1_000, 32, 2_000
"""The most links of a page, boxes of a link, and characters of an address: further ones are left out."""


def is_web_address(untrusted_address: str) -> bool:
    """Return whether an address may be shown to a person, who may copy it."""
    address = untrusted_address
    return len(address) <= MAX_ADDRESS_CHARACTERS and address.isascii() and address.isprintable() and is_link(address)


class PageLink(msgspec.Struct, frozen=True):
    """A link on a drawn page. It leads to the page `page` of the same file, from 1, `share` of its height below its
    top; or, where `page` is 0, to `address` on the web.

    `boxes`, one for each of its lines: left, top, right, bottom, as those of characters in `PageLayer`.
    """

    boxes: tuple[tuple[float, float, float, float], ...]
    page: int = 0
    share: float = 0.0
    address: str = ""


class PageLayer(msgspec.Struct, frozen=True):
    """The text of a drawn page with the place of every character on the drawing, and its links.

    `boxes` are four 32-bit floats of this machine a character of `text`: left, top, right, bottom, from 0 to 1 of the
    drawing's width and height, from its upper left corner. White space, and what is off the page, has empty boxes.
    """

    text: str
    boxes: bytes
    links: tuple[PageLink, ...] = ()
