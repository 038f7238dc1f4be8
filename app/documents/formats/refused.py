"""Names kinds of files that people have and Octavo does not read, by their first bytes or their names."""

from __future__ import annotations

import re
from pathlib import PurePath

from app.core.documents.document import RefusedKind

_ENDINGS_OF = {
    RefusedKind.POWERPOINT: ".ppt .pps .pot",
    RefusedKind.VISIO: ".vsd .vsdx",
    RefusedKind.OUTLOOK_DATA: ".pst .ost",
    RefusedKind.ACCESS: ".mdb .accdb",
    RefusedKind.ONENOTE: ".one",
    RefusedKind.WORDPERFECT: ".wpd",
    RefusedKind.IWORK: ".pages .numbers .key",
    RefusedKind.ARCHIVE: ".zip .rar .7z .tar .gz .tgz .xz .bz2 .zst",
    RefusedKind.DJVU: ".djvu .djv",
    RefusedKind.HELP: ".chm",
}
ENDINGS = {ending: kind for kind, endings in _ENDINGS_OF.items() for ending in endings.split()}
_OF_OTHERS_TOO = (".key", ".one")  # what a name says, others may mean too
STREAMS = {
    "PowerPoint Document": RefusedKind.POWERPOINT,
    "Quill": RefusedKind.PUBLISHER,
    "VisioDocument": RefusedKind.VISIO,
}
"""The stream by which a compound file of each refused kind is known."""

_BEGINNINGS = re.compile(
    rb"(?P<outlook_data>!BDN)|(?P<access>\x00\x01\x00\x00Standard (?:ACE|Jet) DB)"
    rb"|(?P<onenote>\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d)|(?P<wordperfect>\xffWPC)"
    rb"|(?P<archive>PK\x03\x04|PK\x05\x06|Rar!\x1a\x07|7z\xbc\xaf\x27\x1c|\x1f\x8b\x08|\xfd7zXZ\x00|BZh[1-9]"
    rb"|\x28\xb5\x2f\xfd|.{257}ustar)"
    rb"|(?P<kindle>.{60}(?:BOOKMOBI|TEXtREAd))|(?P<djvu>AT&TFORM)|(?P<help>ITSF|ITOLITLS)"
    rb"|(?P<winmail>\x78\x9f\x3e\x22)",
    re.DOTALL,
)
_IN_ZIP = (RefusedKind.IWORK, RefusedKind.VISIO)


def kind_of(name: str, untrusted_head: bytes) -> RefusedKind | None:
    """Return the kind of a file that is of no format; None for an unknown one."""
    found = _BEGINNINGS.match(untrusted_head)
    if found is None or found.lastgroup is None:
        return None
    kind = RefusedKind(found.lastgroup)
    named = ENDINGS.get(PurePath(name.replace("\\", "/")).suffix.lower())
    return named if kind is RefusedKind.ARCHIVE and named in _IN_ZIP else kind


def refused_by_name(name: str) -> RefusedKind | None:
    """Return the kind of a file by a name that nobody would give it but for a document which is not read; None for any
    other name."""
    ending = PurePath(name).suffix.lower()
    return None if ending in _OF_OTHERS_TOO else ENDINGS.get(ending)
