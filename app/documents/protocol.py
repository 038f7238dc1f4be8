"""The messages between the desk and a reader, which has one document that it got as an open file; and those between the
desk and the recogniser, which gets pixels and answers with text."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from app.core.conversations.events import Opening
from app.core.conversations.image import Raster
from app.core.documents.document import Document, Member, PageLayer
from app.core.documents.note import Marker
from app.core.machine.secret import Password
from app.isolation.heartbeat import SandboxReady, WireFailed

MAX_DRAWN_WIDTH, MAX_DRAWN_PIXELS = 4_000, 32_000_000
"""The most pixels across, and in all, of a page that is drawn to be looked at; a larger page is drawn smaller."""

MAX_SCAN_SIDE = 3_000
"""The most pixels of a side of a page that is drawn for recognition; A3 has 3,307 at 200 dpi, and is drawn a little
smaller."""

MAX_COVER_BYTES = 16 << 20
"""The most bytes of a picture of a cover as its file has it; a larger picture is passed over."""

MAX_TAKEN_BYTES = 256 << 20
"""The most bytes of a document inside another file; it goes through memory, while other files are read from disk."""

MAX_INNER_DEPTH = 4
"""The depth to which files inside others are read: a PDF in a ZIP in a mail in a ZIP is the deepest."""

MIN_PAGE_SIDE, MAX_PAGE_SIDE = 1.0, 20_000.0
"""The smallest and the largest side of a page, in points. PDF allows 14,400 without a unit of its own."""

# ---- orders, desk to reader -----------------------------------------------------------------------------------


class Parse(msgspec.Struct, frozen=True, tag=True):
    """Turn the document into pages. `name` is the file's name, without folders. It is answered by Parsed or
    WireFailed."""

    name: str
    password: Password | None = None


class DrawPage(msgspec.Struct, frozen=True, tag=True):
    """Draw a page, counted from 1, `width` pixels wide. It is answered by DrawnPage or WireFailed.

    It fails with PAGE_UNAVAILABLE if the file's bytes are not those of `sha256`.
    """

    name: str
    sha256: str
    page: int
    width: int
    password: Password | None = None


class ReadLayer(msgspec.Struct, frozen=True, tag=True):
    """Find where the characters and links of a page, counted from 1, are on its drawing. It is answered by LayerRead or
    WireFailed.

    It fails with PAGE_UNAVAILABLE if the file's bytes are not those of `sha256`.
    """

    name: str
    sha256: str
    page: int
    password: Password | None = None


class OfFile(msgspec.Struct, frozen=True):
    """An order about a file as a whole; what goes wrong is said of its first page.

    It fails with PAGE_UNAVAILABLE, of page 1, if the file's bytes are not those of `sha256`.
    """

    name: str
    sha256: str
    password: Password | None = None

    @property
    def page(self) -> int:
        return 1


class ReadSizes(OfFile, frozen=True, tag=True):
    """Find how large each page is. It is answered by SizesRead or WireFailed."""


class ReadCover(OfFile, frozen=True, tag=True):
    """Find the picture that a book has of its cover. It is answered by CoverRead or WireFailed."""


class Highlight(msgspec.Struct, frozen=True):
    """Words on the drawing of a page, counted from 1, and what is written about them. `boxes` are one a line, as those
    of characters in `PageLayer`; without boxes it is about the page. `name` is unique in the file; `date` is a
    PDF's."""

    page: int
    boxes: tuple[tuple[float, float, float, float], ...]
    marker: Marker | None = None
    text: str = ""
    name: str = ""
    date: str = ""


class Annotate(OfFile, frozen=True, tag=True):
    """Write the file with these highlights as annotations. It is answered by Annotated or WireFailed."""

    highlights: tuple[Highlight, ...] = ()


class DrawScan(msgspec.Struct, frozen=True, tag=True):
    """Draw a page, counted from 1, as large as its text can be recognised best, no side longer than MAX_SCAN_SIDE.

    It is answered by DrawnPage or WireFailed.
    """

    name: str
    page: int
    password: Password | None = None


class ListMembers(msgspec.Struct, frozen=True, tag=True):
    """Find the documents in a ZIP; those in a mail come with its Document. It is answered by MembersListed or
    WireFailed."""

    name: str


class TakeMember(msgspec.Struct, frozen=True, tag=True):
    """Take out the document in this place, from 0, of all in the file. It is answered by MemberTaken or WireFailed."""

    name: str
    number: int


Order: TypeAlias = Parse | DrawPage | ReadLayer | ReadSizes | ReadCover | Annotate | DrawScan | ListMembers | TakeMember


# ---- events, reader to desk -----------------------------------------------------------------------------------


class Parsed(msgspec.Struct, frozen=True, tag=True):
    document: Document


class DrawnPage(msgspec.Struct, frozen=True, tag=True):
    image: Raster


class LayerRead(msgspec.Struct, frozen=True, tag=True):
    layer: PageLayer


class SizesRead(msgspec.Struct, frozen=True, tag=True):
    """The width and height of each page as it is drawn, from the first, in points: MIN_PAGE_SIDE to MAX_PAGE_SIDE."""

    sizes: tuple[tuple[float, float], ...]


class CoverRead(msgspec.Struct, frozen=True, tag=True):
    """The bytes of an image as they are in the file, for the image reader; none if the book has no such picture."""

    untrusted_picture: bytes


class Annotated(msgspec.Struct, frozen=True, tag=True):
    """A whole PDF, for a file of its own."""

    untrusted_pdf: bytes


class MembersListed(msgspec.Struct, frozen=True, tag=True):
    members: tuple[Member, ...]


class MemberTaken(msgspec.Struct, frozen=True, tag=True):
    """A document from inside the file, for another reader; at most MAX_TAKEN_BYTES."""

    member: Member
    untrusted_bytes: bytes


Event: TypeAlias = (
    SandboxReady
    | Opening
    | Parsed
    | DrawnPage
    | LayerRead
    | SizesRead
    | CoverRead
    | Annotated
    | MembersListed
    | MemberTaken
    | WireFailed
)


# ---- the recogniser, which never sees a file --------------------------------------------------------------------


class Recognise(msgspec.Struct, frozen=True, tag=True):
    """Read a picture of a page. It is answered by Recognised or WireFailed; some lines more are read with each
    Opening."""

    image: Raster


class Recognised(msgspec.Struct, frozen=True, tag=True):
    """The page's text, "" if none was found, and how sure the models are of it, from 0 to 1."""

    text: str
    confidence: float


RecogniserEvent: TypeAlias = SandboxReady | Opening | Recognised | WireFailed
