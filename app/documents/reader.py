"""The desk's side of reading: a process per document, whose crash or hang costs that document and nothing else."""

from __future__ import annotations

import contextlib
import logging
import math
import os
import time
from array import array
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from app.core.conversations.events import Opening
from app.core.conversations.headings import outline_of
from app.core.conversations.image import Raster
from app.core.documents.document import (
    BOX_BYTES,
    MAX_LINK_BOXES,
    MAX_MEMBER_NAME_CHARACTERS,
    MAX_MEMBERS,
    MAX_PAGE_LINKS,
    Document,
    Flag,
    Member,
    PageLayer,
    PageLink,
    is_web_address,
)
from app.core.errors import AppError, Code
from app.core.machine.secret import Password
from app.core.work import Cancel, Work
from app.documents.files import check_size, hold, open_document
from app.documents.formats.detect import limit_of
from app.documents.protocol import (
    MAX_COVER_BYTES,
    MAX_INNER_DEPTH,
    MAX_PAGE_SIDE,
    MAX_SCAN_SIDE,
    MAX_TAKEN_BYTES,
    MIN_PAGE_SIDE,
    Annotate,
    Annotated,
    CoverRead,
    DrawnPage,
    DrawPage,
    DrawScan,
    Event,
    Highlight,
    LayerRead,
    ListMembers,
    MembersListed,
    MemberTaken,
    Parse,
    Parsed,
    ReadCover,
    ReadLayer,
    ReadSizes,
    SizesRead,
    TakeMember,
)
from app.documents.scans import recognition
from app.documents.scans.recognition import Forgetful, Recogniser, RecogniserLimits, RecognitionCache
from app.isolation.client import (
    Findings,
    ReaderClient,
    ReaderKind,
    ReaderLimits,
    ReaderProcess,
    Wanted,
    is_whole,
    logged,
)
from app.isolation.files import Version, look_at, printable
from app.isolation.sandbox import Step

_SHA256_DIGITS = 64

_FINDINGS: Findings = {
    Code.FILE_EMPTY: {"path": str},
    Code.FORMAT_UNKNOWN: {"path": str},
    Code.FORMAT_MISMATCH: {"path": str, "expected": str, "found": str},
    Code.FORMAT_REFUSED: {"path": str, "kind": str},
    Code.DOCUMENT_DAMAGED: {"path": str, "format": str},
    Code.DOCUMENT_ENCRYPTED: {"path": str},
    Code.DOCUMENT_PASSWORD_NEEDED: {"path": str},
    Code.DOCUMENT_PASSWORD_WRONG: {"path": str},
    Code.DOCUMENT_NO_TEXT: {"path": str, "pages": int},
    Code.DOCUMENT_LIMIT: {"path": str, "limit": str, "value": int},
    Code.PAGE_UNAVAILABLE: {"path": str, "page": int},
    Code.READER_OUT_OF_MEMORY: {"path": str},
    Code.BUG: {"where": str},
}
"""The problems that a reader may report, with the parameters of each and their types."""

KIND = ReaderKind(
    "app.documents.worker", Event, _FINDINGS, harmless=frozenset({Code.DOCUMENT_PASSWORD_NEEDED}), forks=True
)


# A reader may be taken over by its document: nothing that later code relies on is taken on trust.


def _is_sound(said: Parsed) -> bool:
    document = said.document
    numbers = [page.number for page in document.pages]
    return (
        numbers == list(range(1, len(numbers) + 1))
        and not any(page.picture or page.confidence is not None for page in document.pages)  # the recogniser's to say
        and all(1 <= section.page <= len(numbers) for section in document.outline)
        and len(document.sha256) == _SHA256_DIGITS
        and set(document.sha256) <= set("0123456789abcdef")
        and document.facts.are_sound
        and _are_members(document.members)
    )


def _are_listed(said: MembersListed) -> bool:
    return _are_members(said.members)


def _are_members(members: tuple[Member, ...]) -> bool:
    return len(members) <= MAX_MEMBERS and all(_is_member(each, number) for number, each in enumerate(members))


def _is_member(member: Member, number: int) -> bool:
    labels = (member.name, *filter(None, member.folder.split("/")))
    return (
        member.key == str(number)
        and member.size_bytes >= 0
        and "/" not in member.name
        and len(member.folder) <= MAX_MEMBER_NAME_CHARACTERS
        and all(0 < len(label) <= MAX_MEMBER_NAME_CHARACTERS and label.isprintable() for label in labels)
        and labels[0] not in (".", "..")
    )


def _is_drawn(said: DrawnPage) -> bool:
    return is_whole(said.image)


def _is_scan(said: DrawnPage) -> bool:
    return is_whole(said.image) and max(said.image.width, said.image.height) <= MAX_SCAN_SIDE


def _is_layer(said: LayerRead) -> bool:
    layer = said.layer
    if len(layer.boxes) != BOX_BYTES * len(layer.text):
        return False
    edges = array("f", layer.boxes)
    return (
        all(0.0 <= edge <= 1.0 for edge in edges)
        and len(layer.links) <= MAX_PAGE_LINKS
        and all(map(_is_link, layer.links))
    )


def _is_link(link: PageLink) -> bool:
    boxes = link.boxes
    if not 0 < len(boxes) <= MAX_LINK_BOXES:
        return False
    if not all(0.0 <= left < right <= 1.0 and 0.0 <= top < bottom <= 1.0 for left, top, right, bottom in boxes):
        return False
    if link.page:
        return link.page > 0 and 0.0 <= link.share <= 1.0 and not link.address
    return is_web_address(link.address)


def _is_cover(said: CoverRead) -> bool:
    return len(said.untrusted_picture) <= MAX_COVER_BYTES


def _is_pdf(said: Annotated) -> bool:
    return said.untrusted_pdf.startswith(b"%PDF-")


def _are_sizes(said: SizesRead) -> bool:
    return all(MIN_PAGE_SIDE <= side <= MAX_PAGE_SIDE for size in said.sizes for side in size)


def _name(path: Path, member: str) -> str:
    """Return a document's name for its reader; "" for a member, whose own is not at hand: its bytes tell its format."""
    return "" if member else printable(path.name)


def _inside(document: Document, member: str) -> Document:
    return msgspec.structs.replace(document, members=_below(document.members, member))


def _below(members: tuple[Member, ...], member: str) -> tuple[Member, ...]:
    """Return the members with their keys as they are seen from the outermost file; none if they are deeper than is
    read."""
    if not member:
        return members
    if member.count("/") + 2 > MAX_INNER_DEPTH:
        return ()
    return tuple(msgspec.structs.replace(each, key=f"{member}/{each.key}") for each in members)


class _OpenedFile(msgspec.Struct, frozen=True):
    """A file, or a member of one, open for reading, with its version: that of the file. `path` is as messages say
    it."""

    fd: int
    version: Version
    path: str
    name: str


KEPT_DOCUMENTS = 2
"""The number of readers that stay for drawing pages: that of the book a person looks at, and of the one they compare it
with."""

_log = logging.getLogger("octavo.reader")


class DocumentReader:
    """Reads documents and draws their pages. Every method may be called from any thread."""

    def __init__(
        self,
        step: Step | None = None,
        limits: ReaderLimits | None = None,
        recognitions: RecognitionCache | None = None,
        recogniser_limits: RecogniserLimits | None = None,
    ) -> None:
        """`step` is how strictly readers are locked in; None takes the highest that this system offers. `recognitions`
        is None if none are remembered."""
        self.recognitions = recognitions or Forgetful()
        self._client = ReaderClient(KIND, limits or ReaderLimits(), step, KEPT_DOCUMENTS)
        self._recognisers = ReaderClient(recognition.KIND, ReaderLimits(), step)
        self._recogniser_limits = recogniser_limits or RecogniserLimits()
        self._passwords: dict[str, Password] = {}  # by the SHA-256 of what they open

    def step(self) -> Step:
        """Return the step in force: what the latest reader reported, before the first one what was found by trying.

        Trying takes a few tenths of a second, once per process.
        """
        return self._client.step()

    def expect(self, files: float = math.inf) -> None:
        """Expect that so many documents will be read: one reader waits for the next of them, from now on. This does not
        wait."""
        self._client.expect(files)

    def read(
        self, path: Path, cancel: Cancel, password: Password | None = None, *, keep: bool = True, member: str = ""
    ) -> Work[Opening, Document]:
        """Read the file as pages, or the `member` of it that has this key, with the text of those that are pictures
        recognised. The keys of the document's own members lead to them from the file. `keep` tells that its pages will
        be drawn soon, so its process stays.

        Cancelling ends the reader within a tenth of a second. Raises AppError as `open_document` does, what the reader
        found, or how it died; Stopped.

        A password that opened a file is held in memory until `close`, so that its pages can be drawn; nothing of it is
        kept. When the desk is opened again, the book's text is there; to see its pages, the password is needed again.
        """
        yield Opening(0, 0)
        began = time.monotonic()
        with logged(_log, "not read"):
            file, process, parsed = yield from self._parse(path, member, password, cancel)
            try:
                document = _inside(parsed, member)
                if recognition.is_wanted(document):
                    document = yield from self._recognise(document, file, process, password, cancel)
                outline = outline_of(document.pages, document.outline)
                document = msgspec.structs.replace(document, outline=outline)
            except BaseException:
                self._client.end(process)
                raise
        if password is not None and document.format.is_drawn:
            self._passwords[document.sha256] = password
        if not keep or not document.format.is_drawn:
            self._client.end(process)
        else:
            self._client.put_back((path, member, document.sha256), file.version, process)
        took_s = time.monotonic() - began
        _log.info("read %d pages, %d characters, %.2f s", len(document.pages), document.characters, took_s)
        return document

    def _parse(
        self, path: Path, member: str, password: Password | None, cancel: Cancel
    ) -> Work[Opening, tuple[_OpenedFile, ReaderProcess, Document]]:
        """Open a file and parse it, up to twice more if it was not its own process that died but the fork server: that
        may have been the fault of another file, or of nobody. The second process may be one that waited, and that the
        same server made."""
        for may_repeat in (True, True, False):
            file = self._opened(path, member, cancel)
            process = self._client.open((file.fd,), file.path)
            try:
                order = Parse(file.name, password)
                said = yield from process.converse(order, file.path, Parsed, _is_sound, cancel)
            except BaseException as error:
                self._client.end(process)
                if not (may_repeat and process.is_lost and isinstance(error, AppError)):
                    raise
            else:
                return file, process, said.document
        raise AssertionError("the last time either returns or raises")

    def members(self, path: Path, cancel: Cancel, member: str = "") -> tuple[Member, ...]:
        """Return the documents in a ZIP, or in one that is the `member` of a file; none if that is as deep as Octavo
        reads. The documents in a mail come with its own.

        Cancelling ends the reader. Raises AppError as `read` does, PAGE_UNAVAILABLE for a file that holds none;
        Stopped.
        """
        with logged(_log, "members not listed"):
            file = self._opened(path, member, cancel)
            with self._client.opened((file.fd,), file.path) as process:
                order = ListMembers(file.name)
                said = process.ask(order, file.path, MembersListed, _are_listed, cancel)
        return _below(said.members, member)

    def draw_page(self, path: Path, sha256: str, page: int, width: int, member: str = "") -> Raster:
        """Draw page `page` (from 1), `width` pixels wide, of the PDF that had `sha256` when it was read.

        Raises AppError PAGE_UNAVAILABLE when the file moved or changed or has no such page,
        DOCUMENT_PASSWORD_NEEDED when its password was not given since the desk was opened, READER_... when its process
        died of it.
        """
        order = DrawPage(_name(path, member), sha256, page, width, self._passwords.get(sha256))
        return self._ask(path, member, order, DrawnPage, _is_drawn).image

    def page_layer(self, path: Path, sha256: str, page: int, member: str = "") -> PageLayer:
        """Return where the characters and links of page `page` (from 1) are on its drawing. Raises AppError as
        `draw_page` does."""
        order = ReadLayer(_name(path, member), sha256, page, self._passwords.get(sha256))
        return self._ask(path, member, order, LayerRead, _is_layer).layer

    def page_sizes(self, path: Path, sha256: str, member: str = "") -> tuple[tuple[float, float], ...]:
        """Return width and height of each page, in points, as it is drawn. Raises AppError as `draw_page` does."""
        order = ReadSizes(_name(path, member), sha256, self._passwords.get(sha256))
        return self._ask(path, member, order, SizesRead, _are_sizes).sizes

    def cover_picture(self, path: Path, sha256: str, member: str = "") -> bytes:
        """Return the picture that the book which had `sha256` has of its cover, as it is in the file: bytes that nobody
        has looked at, for `ImageReader`; none if it has none. Raises AppError as `draw_page` does."""
        name = printable(path)
        order = ReadCover(_name(path, member), sha256, self._passwords.get(sha256))
        with self._client.opened((self._open(path, member, order.page),), name) as process:
            return process.ask(order, name, CoverRead, _is_cover).untrusted_picture

    def annotated_copy(self, path: Path, sha256: str, highlights: Sequence[Highlight], member: str = "") -> bytes:
        """Return the PDF that had `sha256`, written anew with these highlights as annotations; the file itself is only
        read. Raises AppError as `draw_page` does."""
        order = Annotate(_name(path, member), sha256, self._passwords.get(sha256), tuple(highlights))
        return self._ask(path, member, order, Annotated, _is_pdf).untrusted_pdf

    def close(self) -> None:
        """End every reader and drop all passwords. May be called twice; nothing can be read afterwards."""
        self._client.close()
        self._recognisers.close()
        self._passwords.clear()

    def _opened(self, path: Path, member: str, cancel: Cancel | None = None) -> _OpenedFile:
        """Open the file, or the member of it, which only ever is in memory. Raises AppError, Stopped."""
        file = open_document(path, limit_of(path.name))
        opened = _OpenedFile(file.fd, file.version, printable(path), printable(path.name))
        numbers = member.split("/") if member else []
        if len(numbers) > MAX_INNER_DEPTH:
            os.close(file.fd)
            raise AppError(Code.DOCUMENT_LIMIT, path=opened.path, limit="inner_depth", value=MAX_INNER_DEPTH)
        for number in numbers:
            opened = self._taken_out(opened, TakeMember(opened.name, int(number)), cancel)
        return opened

    def _taken_out(self, file: _OpenedFile, order: TakeMember, cancel: Cancel | None) -> _OpenedFile:
        def is_sound(said: MemberTaken) -> bool:
            return len(said.untrusted_bytes) <= MAX_TAKEN_BYTES and _is_member(said.member, order.number)

        with self._client.opened((file.fd,), file.path) as process:
            said = process.ask(order, file.path, MemberTaken, is_sound, cancel)
        name, size = said.member.name, len(said.untrusted_bytes)
        path = f"{file.path}/{name}"
        check_size(path, size, limit_of(name))
        try:
            return _OpenedFile(hold(said.untrusted_bytes), file.version, path, name)
        except OSError as error:
            raise AppError(Code.READER_OUT_OF_MEMORY, path=path) from error

    def _recognise(
        self, document: Document, file: _OpenedFile, process: ReaderProcess, password: Password | None, cancel: Cancel
    ) -> Work[Opening, Document]:
        """Recognise pages without text by `recognition.recognise`; a document that then still has none is refused."""

        def draw(page: int) -> Raster:
            order = DrawScan(file.name, page, password)
            return process.ask(order, file.path, DrawnPage, _is_scan, cancel).image

        reading = Recogniser(self._recognisers, self._recogniser_limits, len(document.pages))
        try:
            found = yield from recognition.recognise(document, draw, reading, self.recognitions, cancel)
        finally:
            reading.close()
        if not found.characters:
            failed = any(Flag.NOT_RECOGNISED in page.flags for page in found.pages)
            code = Code.RECOGNITION_FAILED if failed else Code.DOCUMENT_NO_TEXT
            raise AppError(code, path=file.path, pages=len(found.pages))
        return found

    def _ask(
        self,
        path: Path,
        member: str,
        order: DrawPage | ReadLayer | ReadSizes | Annotate,
        wanted: type[Wanted],
        is_sound: Callable[[Wanted], bool],
    ) -> Wanted:
        """Ask the reader that is kept for the file as it is now; a new one if there is none, or it has died."""
        version: Version | None = None
        with contextlib.suppress(AppError):
            version = look_at(path)

        def start() -> ReaderProcess:
            return self._client.open((self._open(path, member, order.page),), printable(path))

        return self._client.ask(
            (path, member, order.sha256),
            version,
            start,
            lambda process: process.ask(order, printable(path), wanted, is_sound),
        )

    def _open(self, path: Path, member: str, page: int) -> int:
        """Open a book's file, to read what is on `page`; return its descriptor. Raises AppError PAGE_UNAVAILABLE."""
        try:
            return self._opened(path, member).fd
        except AppError as error:
            raise AppError(Code.PAGE_UNAVAILABLE, path=printable(path), page=page) from error
