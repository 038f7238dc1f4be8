"""What the packed XML formats of word processors have in common: their parts, and a walk through them."""

from __future__ import annotations

import posixpath
from abc import ABC, abstractmethod

import msgspec
from lxml import etree

from app.core.document import Format
from app.core.errors import AppError, Code
from app.documents.formats.archive import Archive
from app.documents.formats.contract import Content, Progress, refuse_damaged
from app.documents.formats.xml import attribute, find_all, local_name, parse_xml, text_of
from app.documents.word.block_builder import BlockBuilder

_PROGRESS_STEP = 200
_MAX_DIGITS = 6
_OFF = {"0", "false", "off"}


def read_part(archive: Archive, name: str, content: Content, format: Format) -> etree._Element:
    """Raises AppError DOCUMENT_DAMAGED where the part is missing or broken, and what the archive raises."""
    try:
        return parse_xml(archive.read(name), content)
    except ValueError as error:
        refuse_damaged(content, format, error)


def read_optional_part(archive: Archive, name: str, content: Content, format: Format) -> etree._Element | None:
    """None for a part that is missing or broken, where the text can do without it."""
    if name not in archive:
        return None
    try:
        return read_part(archive, name, content, format)
    except AppError as error:
        if error.code is not Code.DOCUMENT_DAMAGED:
            raise
        return None


def child(element: etree._Element | None, name: str) -> etree._Element | None:
    """The first child with this local name."""
    return next((each for each in element if local_name(each) == name), None) if element is not None else None


def text_in(root: etree._Element | None, name: str) -> str:
    """The text of the first element with this local name; "" where there is none."""
    found = next(find_all(root, name), None) if root is not None else None
    return text_of(found) if found is not None else ""


def whole_number(untrusted_text: str, otherwise: int) -> int:
    """`otherwise` for what is no number of at most six digits."""
    plain = untrusted_text.strip()
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) <= _MAX_DIGITS else otherwise


def is_on(element: etree._Element) -> bool:
    """Whether a property that is there is switched on."""
    return attribute(element, "val").lower() not in _OFF


def switch(properties: etree._Element | None, name: str) -> bool | None:
    found = child(properties, name)
    return None if found is None else is_on(found)


class Walker(ABC):
    """Goes through a tree and sets what it meets on `galley`, the innermost of those that are open."""

    def __init__(self) -> None:
        self._galleys = [BlockBuilder()]

    @property
    def galley(self) -> BlockBuilder:
        return self._galleys[-1]

    def read_all(self, body: etree._Element, progress: Progress) -> None:
        """The children of `body`, one after another."""
        total = len(body)
        for done, each in enumerate(body):
            if done % _PROGRESS_STEP == 0:
                progress(done, total)
            self.read(each)

    def read(self, root: etree._Element) -> None:
        """An explicit stack: nesting of the document must not become nesting of calls."""
        stack: list[tuple[etree._Element, bool]] = [(root, False)]
        while stack:
            element, entered = stack.pop()
            name = local_name(element)
            if entered:
                self._leave(element, name)
            elif name and self._enter(element, name):
                stack.append((element, True))
                stack.extend((each, False) for each in reversed(element))
                continue
            if element is not root:
                self._say_tail(element)

    def _open_galley(self) -> None:
        self._galleys.append(BlockBuilder())

    def _close_galley(self) -> BlockBuilder:
        return self._galleys.pop()

    def _say_tail(self, element: etree._Element) -> None:  # noqa: B027
        """The text after an element; most formats have none there."""

    @abstractmethod
    def _enter(self, element: etree._Element, name: str) -> bool:
        """Whether to go into it."""

    @abstractmethod
    def _leave(self, element: etree._Element, name: str) -> None:
        """After all that is in it."""


class Relation(msgspec.Struct, frozen=True):
    """`kind` is the last word of its type, `part` the path of what it leads to inside the package."""

    id: str
    kind: str
    part: str


def relations(archive: Archive, part: str, content: Content, format: Format) -> tuple[Relation, ...]:
    """Those of `part`, or of the whole package where it is ""; none where they cannot be read."""
    folder, name = posixpath.split(part)
    root = read_optional_part(archive, posixpath.join(folder, "_rels", f"{name}.rels"), content, format)
    return tuple(
        Relation(attribute(each, "Id"), attribute(each, "Type").rpartition("/")[2], _path(folder, each))
        for each in (root if root is not None else ())
        if attribute(each, "TargetMode") != "External"
    )


def _path(folder: str, relation: etree._Element) -> str:
    return posixpath.normpath(posixpath.join("/", folder, attribute(relation, "Target"))).lstrip("/")
