"""Reads a page that was saved with its style sheets as one file (MHTML). Source: RFC 2557."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from urllib.parse import urljoin

from lxml import etree

from app.documents.formats.xml import attribute, find, find_all
from app.documents.web import mime
from app.documents.web.css import MAX_IMPORTS, StyleSheet, join, read_sheet
from app.documents.web.visibility import is_sheet

_PAGES = ("text/html", "application/xhtml+xml")
_LOCATION = "content-location"


@dataclass(frozen=True)
class SavedPage:
    """A page with the sheets that were saved with it. `untrusted_sheets` are by the addresses that lead to them."""

    untrusted_html: bytes
    untrusted_charset: str
    untrusted_address: str
    untrusted_sheets: Mapping[str, str]

    def sheet(self, root: etree._Element) -> StyleSheet:
        """Return all rules of the sheets that the page, whose element is `root`, links to and that were saved with
        it."""
        base = find(root, "base")
        place = _address(self.untrusted_address, attribute(base, "href") if base is not None else "")
        read: list[StyleSheet] = []
        for link in filter(is_sheet, find_all(root, "link")):
            address = _address(place, attribute(link, "href"))
            sheet = self._read(address, attribute(link, "media").strip())
            imports = (_address(address, each) for each in sheet.untrusted_imports[:MAX_IMPORTS])
            read += (*map(self._read, imports), sheet)  # but not what these import in turn
        return join(read)

    def _read(self, untrusted_address: str, media: str = "") -> StyleSheet:
        untrusted_css = self.untrusted_sheets.get(untrusted_address)
        return StyleSheet(whole=False) if untrusted_css is None else read_sheet(untrusted_css, media)


def find_page(message: EmailMessage) -> SavedPage | None:
    """Find the first page of a message; None if there is none."""
    parts = list(message.walk())
    page = next((each for each in parts if each.get_content_type() in _PAGES), None)
    if page is None:
        return None
    sheets = {
        place: mime.decode(mime.body(part), mime.charset(part))
        for part in parts
        if part.get_content_type() == "text/css"
        for place in _places(part)
    }
    return SavedPage(mime.body(page), mime.charset(page), mime.words(page, _LOCATION), sheets)


def _places(part: EmailMessage) -> list[str]:
    """Return the addresses of a part: its own, and that of its identifier (RFC 2392)."""
    identifier = mime.words(part, "content-id").strip("<>")
    return [place for place in (mime.words(part, _LOCATION), f"cid:{identifier}" if identifier else "") if place]


def _address(untrusted_base: str, untrusted_href: str) -> str:
    """Return where a link leads; "" if that is no address."""
    try:
        return urljoin(untrusted_base, untrusted_href.strip())
    except ValueError:
        return ""
