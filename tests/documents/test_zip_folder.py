"""A ZIP as a folder: which files in it may be documents, by which names, and hostile archives."""

from __future__ import annotations

import contextlib
import io
import stat
import zipfile
from collections.abc import Mapping

import pytest

from app.core.documents.document import Member
from app.core.errors import AppError, Code
from app.documents import worker, zip_folder
from app.documents.formats import members
from app.documents.formats.contract import Content
from app.documents.formats.detect import is_folder, may_be_read
from app.documents.formats.members import take_member
from app.documents.protocol import ListMembers, MembersListed, MemberTaken, TakeMember
from tests.documents.office_writer import paragraph, write_docx


def _zip(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return packed.getvalue()


def _content(data: bytes) -> Content:
    return Content("case.zip", data, "")


def _listed(data: bytes) -> list[Member]:
    said = worker.of_container(_content(data), ListMembers("case.zip"))
    assert isinstance(said, MembersListed)
    return list(said.members)


def _refusal(data: bytes, number: int = 0) -> AppError:
    with pytest.raises(AppError) as raised:
        worker.of_container(_content(data), TakeMember("case.zip", number))
    assert raised.value.params["path"] == "case.zip"
    return raised.value


def test_the_documents_in_it_are_listed_with_their_folders_and_taken_out() -> None:
    data = _zip(
        {
            "Leases/2026/north.txt": b"north",
            "Leases\\south.txt": b"south!",
            "mail.eml": b"Subject: x\n\nx",
            "inner.zip": _zip({}),
            "Leases/": b"",
            "film.mov": b"x",
            "__MACOSX/._north.txt": b"x",
            ".git/a.txt": b"x",
            "~$north.docx": b"x",
        }
    )
    assert _listed(data) == [
        Member("0", "north.txt", 5, "Leases/2026"),
        Member("1", "south.txt", 6, "Leases"),
        Member("2", "mail.eml", 13),
        Member("3", "inner.zip", 22),
    ]
    said = worker.of_container(_content(data), TakeMember("case.zip", 1))
    assert said == MemberTaken(Member("1", "south.txt", 6, "Leases"), b"south!")


@pytest.mark.parametrize(
    ("name", "member"),
    [
        ("../../etc/a.txt", Member("0", "a.txt", 1, "etc")),
        ("/etc/a.txt", Member("0", "a.txt", 1, "etc")),
        ("C:\\Users\\a.txt", Member("0", "a.txt", 1, "Users")),
        ("a/./b//c.txt", Member("0", "c.txt", 1, "a/b")),
        ("a\u202etxt.exe\u200b.txt", Member("0", "atxt.exe.txt", 1)),
        ("x" * 2_000 + "/" + "y" * 400 + ".txt", Member("0", "y" * 300, 1, "x" * 300)),
    ],
)
def test_names_are_labels_and_lead_nowhere(name: str, member: Member) -> None:
    assert _listed(_zip({name: b"x"})) == [member]


def test_names_in_the_encoding_of_japanese_windows() -> None:
    name = "契約書と賃貸借の資料.txt"
    data = _zip({"x" * len(name.encode("cp932")): b"x", "a.txt": b"x"})
    data = data.replace(b"x" * len(name.encode("cp932")), name.encode("cp932"))
    assert [member.name for member in _listed(data)] == [name, "a.txt"]


def test_links_are_left_out() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        link = zipfile.ZipInfo("link.txt")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    assert _listed(packed.getvalue()) == []


def test_an_archive_of_a_format_is_no_folder() -> None:
    docx = write_docx(paragraph("Text"))
    assert not is_folder("a.zip", docx[:8192])
    assert not is_folder("a.zip", b"%PDF-1.7")
    assert is_folder("a.zip", _zip({})[:8192])
    assert is_folder("a", _zip({"a.txt": b"x"})[:8192])
    assert may_be_read("A.ZIP")
    with pytest.raises(AppError, match=Code.PAGE_UNAVAILABLE):
        worker.of_container(Content("a.docx", docx, ""), ListMembers("a.docx"))


# ---- hostile archives -----------------------------------------------------------------------------------------


def test_a_bomb_is_refused() -> None:
    assert _refusal(_zip({"a.txt": b"\0" * (8 << 20)})).params["limit"] == "expansion"


def test_files_that_are_too_large_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(members, "MAX_TAKEN_BYTES", 10)
    assert _refusal(_zip({"a.txt": b"x" * 11})).params["limit"] == "archive_member_bytes"


def test_a_file_that_is_larger_than_it_says_is_damage() -> None:
    data = bytearray(_zip({"a.txt": b"x" * 500}, zipfile.ZIP_STORED))
    place = data.index(b"PK\x01\x02")
    data[place + 24 : place + 28] = (5).to_bytes(4, "little")
    assert _refusal(bytes(data)).code is Code.DOCUMENT_DAMAGED


def test_too_many_files_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(members, "MAX_MEMBERS", 2)
    with pytest.raises(AppError, match=Code.DOCUMENT_LIMIT):
        _listed(_zip({f"{number}.txt": b"x" for number in range(3)}))
    monkeypatch.setattr(zip_folder, "_MAX_ENTRIES", 2)
    with pytest.raises(AppError, match=Code.DOCUMENT_LIMIT):
        _listed(_zip({f"{number}.mov": b"x" for number in range(3)}))


def test_a_file_with_a_password_is_said_to_have_one() -> None:
    data = bytearray(_zip({"a.txt": b"x"}))
    for place in (data.index(b"PK\x03\x04") + 6, data.index(b"PK\x01\x02") + 8):
        data[place] |= 1
    assert [member.name for member in _listed(bytes(data))] == ["a.txt"]
    assert _refusal(bytes(data)).code is Code.DOCUMENT_ENCRYPTED


def test_files_that_share_their_bytes_are_refused() -> None:
    data = bytearray(_zip({"a.txt": b"x" * 50, "b.txt": b"y" * 50}, zipfile.ZIP_STORED))
    second = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 4)
    data[second + 42 : second + 46] = bytes(4)
    with pytest.raises(AppError, match=Code.DOCUMENT_DAMAGED):
        _listed(bytes(data))


def test_an_archive_cut_anywhere_or_changed_is_read_or_refused() -> None:
    whole = _zip({f"{number}.txt": b"text " * 20 for number in range(5)})
    for step in range(1, 40):
        changed = bytearray(whole)
        changed[step * 7919 % len(whole)] ^= 0xFF
        for data in (whole[: len(whole) * step // 40], bytes(changed)):
            if not is_folder("case.zip", data):
                continue
            with contextlib.suppress(AppError):
                for number in range(len(_listed(data))):
                    take_member(zip_folder.inner_files(_content(data)), number, _content(data))
