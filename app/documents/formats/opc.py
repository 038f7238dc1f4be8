"""Which parts of a package a part names: the relationships of DOCX and XLSX. Source: ECMA-376, part 2."""

from __future__ import annotations

import posixpath

import msgspec
from lxml import etree

from app.core.document import Format
from app.documents.formats.archive import Archive
from app.documents.formats.base import Content
from app.documents.formats.office import read_optional_part
from app.documents.formats.xml import attribute


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
