"""The desk's side of recognition: pages that are pictures get their text from a process that is given the pictures.

What was recognised before is looked up; the process starts with the first picture that is not known.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from functools import cache
from typing import Protocol

import msgspec

from app.core.conversations.events import Opening
from app.core.conversations.image import Raster
from app.core.documents.document import Document, Flag, Page, Recognition
from app.core.errors import AppError, Code
from app.core.work import Cancel, Work
from app.documents.protocol import Recognise, Recognised, RecogniserEvent
from app.isolation.client import ReaderClient, ReaderKind, ReaderLimits, ReaderProcess
from app.isolation.limits import READER_MEMORY_BYTES

PAGE_CPU_S = 120
"""The processor time, in seconds, for each page that is to be recognised. It is a backstop: a full page takes 6 to 10
seconds."""

PROGRESS_LIMIT_S = 60.0
"""The longest time that a few lines may take, or finding them: that is seconds on a busy machine."""

KIND = ReaderKind(
    "app.documents.scans.worker", RecogniserEvent, {Code.READER_OUT_OF_MEMORY: {"path": str}, Code.BUG: {"where": str}}
)

LOW_CONFIDENCE = 0.96
"""The confidence below which a page is flagged. The models are sure of much that is wrong: letters so small or blurred
that one word in six was wrong had 0.97, one in two 0.94. Clean scans have 0.99 and more."""

_LOGO_LETTERS = 20
"""The most letters of a picture that may be a logo, on the cover of a document that has text of its own."""

MAX_FAILURES = 3
"""The number of processes that may die or hang before the rest of a document is left as it is: it would cost minutes a
page."""

_log = logging.getLogger("octavo.reader")


class NotRecognised(Exception):
    """Raised when the process died of a picture, hung, or could not be started; the next picture gets a new one."""


class RecogniserLimits(msgspec.Struct, frozen=True):
    progress_s: float = PROGRESS_LIMIT_S
    memory_bytes: int = READER_MEMORY_BYTES
    page_cpu_s: int = PAGE_CPU_S


class Recogniser:
    """Recognises one picture at a time."""

    def __init__(self, client: ReaderClient, limits: RecogniserLimits, pages: int) -> None:
        """`client` is that of KIND. `pages` is the most that it will be given."""
        self._client = client
        cpu_s = limits.page_cpu_s * max(1, pages)
        self._limits = ReaderLimits(limits.progress_s, memory_bytes=limits.memory_bytes, cpu_s=cpu_s)
        self._process: ReaderProcess | None = None

    def recognise(self, image: Raster, cancel: Cancel) -> Recognition:
        """Recognise a picture. Raises NotRecognised; Stopped, and the process ends."""
        try:
            process = self._process = self._process or self._client.open((), "", self._limits)
            said = process.ask(Recognise(image), "", Recognised, lambda said: 0 <= said.confidence <= 1, cancel)
        except AppError as error:
            self.close()
            raise NotRecognised from error
        return Recognition(said.text, said.confidence)

    def close(self) -> None:
        """End the process at once; a later picture would start a new one."""
        if self._process is not None:
            self._client.end(self._process)
            self._process = None


class RecognitionCache(Protocol):
    """A store of what was recognised before, by the picture's key. May raise AppError."""

    def find(self, picture: str) -> Recognition | None: ...

    def keep(self, picture: str, recognition: Recognition) -> None: ...


class Forgetful:
    """A cache of recognitions that keeps nothing."""

    def find(self, picture: str) -> Recognition | None:  # noqa: ARG002
        return None

    def keep(self, picture: str, recognition: Recognition) -> None:
        pass


def is_wanted(document: Document) -> bool:
    """Return whether a document has pictures of pages, and they can be drawn."""
    return document.format.is_drawn and any(Flag.NO_TEXT in page.flags for page in document.pages)


def recognise(
    document: Document,
    draw: Callable[[int], Raster],
    recogniser: Recogniser,
    recognitions: RecognitionCache,
    cancel: Cancel,
) -> Work[Opening, Document]:
    """Return the document with the text of its pictures; progress is page by page.

    `draw` draws a page by its number, and raises AppError and Stopped. A page that cannot be drawn or recognised is
    flagged NOT_RECOGNISED, and the others go on. Raises AppError only as `recognitions` does.
    """
    wanted = [page for page in document.pages if Flag.NO_TEXT in page.flags]
    has_text = 2 * len(wanted) < len(document.pages)
    pages = list(document.pages)
    failures = 0
    for done, page in enumerate(wanted):
        yield Opening(done, len(wanted), recognising=True)
        try:
            image = draw(page.number)
        except AppError as error:
            _log.warning("page not drawn for recognition: %s", error.code.value)
            pages[page.number - 1] = _failed(page)
            continue
        picture = key_of(image)
        recognition = recognitions.find(picture)
        if recognition is None and failures < MAX_FAILURES:
            try:
                recognition = recogniser.recognise(image, cancel)
            except NotRecognised:
                failures += 1
                _log.warning("page not recognised, failure %d", failures)
            else:
                recognitions.keep(picture, recognition)
        if recognition is None:
            pages[page.number - 1] = _failed(page)
        else:
            in_doubt = recognition.confidence < LOW_CONFIDENCE and not (has_text and _is_logo(recognition.text))
            pages[page.number - 1] = _with_text(page, recognition, picture, in_doubt=in_doubt)
    yield Opening(len(wanted), len(wanted), recognising=True)
    from app.documents.text import language  # a tenth of a second that the desk's start should not take

    written_in = document.language or language.detect([page.text for page in pages])
    return msgspec.structs.replace(document, pages=tuple(pages), language=written_in)


@cache
def _version() -> str:
    """Return the version of all that a recognition depends on besides the picture: models come with rapidocr; raise the
    number with any change of `models`, `layout` or how pages are drawn that gives other text."""
    from importlib.metadata import version  # late: the start of the desk does not need it

    return f"{version('rapidocr')} 3"


def key_of(image: Raster) -> str:
    """Return the SHA-256, in hex, of the pixels and of all else that a recognition depends on."""
    digest = hashlib.sha256(f"{_version()} {image.width}x{image.height} ".encode())
    digest.update(image.rgb)
    return digest.hexdigest()


def _is_logo(text: str) -> bool:
    """Return whether a picture has no more writing than a logo: a few letters, and no number, which must be right."""
    letters = [character for character in text if character.isalnum()]
    return len(letters) <= _LOGO_LETTERS and not any(map(str.isnumeric, letters))


def _with_text(page: Page, recognition: Recognition, picture: str, *, in_doubt: bool) -> Page:
    """Return the page with its recognised text; a picture in which no text was found stays without. If it is
    `in_doubt`, words of it are likely to be wrong."""
    if not recognition.text:
        return msgspec.structs.replace(page, picture=picture)
    from app.documents.text.clean import ODD_SHARE_LIMIT, odd_share  # late: it loads tables of characters

    found = {
        Flag.RECOGNISED: True,
        Flag.LOW_CONFIDENCE: in_doubt,
        Flag.ODD_CHARACTERS: odd_share(recognition.text) > ODD_SHARE_LIMIT,
    }
    flags = {*page.flags, *(flag for flag, applies in found.items() if applies)} - {Flag.NO_TEXT}
    return msgspec.structs.replace(
        page, text=recognition.text, flags=_in_order(flags), confidence=recognition.confidence, picture=picture
    )


def _failed(page: Page) -> Page:
    return msgspec.structs.replace(page, flags=_in_order({*page.flags, Flag.NOT_RECOGNISED}))


def _in_order(flags: set[Flag]) -> tuple[Flag, ...]:
    return tuple(flag for flag in Flag if flag in flags)
