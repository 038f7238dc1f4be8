"""Lists the documents inside a file by harmless names, and takes one of them out, within limits."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from app.core.documents.document import MAX_MEMBER_NAME_CHARACTERS, MAX_MEMBERS, Member
from app.core.errors import AppError, Code
from app.documents.formats.contract import Content, InnerFile, refuse_over
from app.documents.protocol import MAX_TAKEN_BYTES
from app.documents.text.clean import clean_line

_NOWHERE = {"", ".", ".."}


def list_members(files: Iterable[InnerFile], content: Content) -> tuple[Member, ...]:
    """List the documents inside a file in their order. Raises AppError DOCUMENT_LIMIT if there are more than
    MAX_MEMBERS."""
    members = tuple(_member(number, file) for number, file in enumerate(islice(files, MAX_MEMBERS + 1)))
    refuse_over(MAX_MEMBERS, len(members), "archive_members", content)
    return members


def take_member(files: Iterable[InnerFile], number: int, content: Content) -> tuple[Member, bytes]:
    """Take the document in this place, from 0, with its bytes. Raises AppError DOCUMENT_LIMIT for one that is too
    large, PAGE_UNAVAILABLE if there is none."""
    file = next(islice(files, number, None), None)
    if file is None:
        raise AppError(Code.PAGE_UNAVAILABLE, path=content.name, page=1)
    refuse_over(MAX_TAKEN_BYTES, file.size_bytes, "archive_member_bytes", content)
    untrusted_bytes = file.read()
    refuse_over(MAX_TAKEN_BYTES, len(untrusted_bytes), "archive_member_bytes", content)
    return _member(number, file), untrusted_bytes


def _member(number: int, file: InnerFile) -> Member:
    parts = [_label(part) for part in file.untrusted_name.replace("\\", "/").split("/")]
    *folders, name = [part for part in parts if part not in _NOWHERE and not part.endswith(":")] or ["?"]
    return Member(str(number), name, file.size_bytes, "/".join(folders)[:MAX_MEMBER_NAME_CHARACTERS])


def _label(untrusted_name: str) -> str:
    line = clean_line(untrusted_name, MAX_MEMBER_NAME_CHARACTERS)
    return "".join(each if each.isprintable() else "\ufffd" for each in line)
