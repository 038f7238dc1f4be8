"""Reads OpenDocument texts and lays out their body on pages. Source: OpenDocument 1.3, part 3."""

from __future__ import annotations

from app.core.documents.document import Document, Format
from app.documents.formats.contract import Content, Progress
from app.documents.opendocument.odf import OdfPackage
from app.documents.word.block_builder import paginate

format = Format.ODT


def parse(content: Content, progress: Progress) -> Document:
    """Parse a text. Headers and footers are left out, comments kept apart; recorded changes are in the text, as people
    see them. Raises AppError DOCUMENT_ENCRYPTED for a file with a password."""
    progress(0, 1)
    package = OdfPackage(content, format, "text")
    walker = package.walker(package.page_ground())
    walker.read_all(package.body, progress)
    blocks = walker.builder.finish()
    document = paginate(blocks, content, format, package.title, package.language, package.facts)
    progress(len(package.body), len(package.body))
    return document
