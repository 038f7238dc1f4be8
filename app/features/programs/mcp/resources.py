"""Documents as resources of MCP: `octavo://DESK/DOCUMENT` or `octavo://DESK/DOCUMENT/PAGE`, of ids, a page by its
number. DESK is `library` or the id of a matter."""

from __future__ import annotations

import re

import msgspec

from app.core.matter import LIBRARY
from app.features.programs.mcp.messages import Resource, ResourceTemplate
from app.features.programs.mcp.results import DocumentEntry, ReadPages
from app.features.programs.mcp.wire import RESOURCE_NOT_FOUND, RpcFault

TEMPLATES = (
    ResourceTemplate(
        "octavo://{desk}/{document}/{page}",
        "page",
        "A page of a document",
        "`desk`: `library`, or the id of a matter; `document`: its id; `page`: its number, counted from 1",
    ),
)

_LIBRARY = "library"
_URI = re.compile(r"octavo://(library|[0-9a-f]{1,64})/([0-9A-Za-z_-]{1,100})(?:/([1-9][0-9]{0,8}))?")


class ResourcePlace(msgspec.Struct, frozen=True):
    desk: str
    pages: ReadPages


def of(desk_id: str, document: DocumentEntry) -> Resource:
    return Resource(f"octavo://{desk_id or _LIBRARY}/{document.id}", document.title, document.title)


def parse(uri: str) -> ResourcePlace:
    """Parse the address of a document or page. Raises RpcFault for another kind of address."""
    found = _URI.fullmatch(uri)
    if found is None:
        raise RpcFault(RESOURCE_NOT_FOUND, f"there is nothing at {uri!r}")
    desk, document, page = found.groups()
    number = int(page) if page else 0
    return ResourcePlace(LIBRARY if desk == _LIBRARY else desk, ReadPages(document, number or 1, number))
