"""Packed models from strangers: whatever an archive tries, nothing is written that its record did not announce."""

from __future__ import annotations

import hashlib
import io
import random
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from app.core.errors import AppError, Code
from app.core.work import Cancel, Stopped
from app.models import packing
from app.models.packing import Packed
from app.models.provenance import Record, RecordedFile
from tests.models import packages
from tests.models.packages import archive, member, record_member

A, B = b"a" * 1000, b"b" * 700


def recorded(name: str, content: bytes) -> RecordedFile:
    return RecordedFile(name, len(content), hashlib.sha256(content).hexdigest())


RECORD = Record("Tiny", "owner/Tiny", "0" * 40, "mit", (recorded("a.gguf", A), recorded("b.gguf", B)), "2026-01-01")
SOUND = (record_member(RECORD), member("a.gguf", A), member("b.gguf", B))


def unpack(content: bytes, folder: Path, cancel: Cancel | None = None) -> Record:
    packed = Packed(io.BytesIO(content), Path("stranger.tar"))
    for _event in packed.unpack(folder, cancel or Cancel()):
        pass
    return packed.record


def flaw(content: bytes, folder: Path) -> str:
    with pytest.raises(AppError) as refused:
        unpack(content, folder)
    if refused.value.code is Code.PACKED_UNSOUND:
        return str(refused.value.params["flaw"])
    return refused.value.code.value


def test_a_sound_one_is_unpacked(tmp_path: Path) -> None:
    assert unpack(archive(*SOUND), tmp_path) == RECORD
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == {"a.gguf": A, "b.gguf": B}


def test_what_was_written_is_read_and_the_same_bytes_every_time(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.mkdir()
    target.mkdir()
    (source / "a.gguf").write_bytes(A)
    (source / "b.gguf").write_bytes(B)
    first, second = io.BytesIO(), io.BytesIO()
    for file in (first, second):
        for _event in packing.write(RECORD, source, file, Cancel()):
            pass
    assert first.getvalue() == second.getvalue()
    assert unpack(first.getvalue(), target) == RECORD
    with tarfile.open(fileobj=io.BytesIO(first.getvalue())) as plain:
        assert plain.getnames() == ["octavo-model.json", "SHA256SUMS", "a.gguf", "b.gguf"]


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ((), "packed_record"),
        (SOUND[1:], "packed_record"),
        ((member("octavo-model.json", b"{}"), *SOUND[1:]), "packed_record"),
        ((member("octavo-model.json", b"x" * ((1 << 20) + 1)), *SOUND[1:]), "packed_record"),
        ((SOUND[0],), "packed_missing"),
        (SOUND[:2], "packed_missing"),
        ((*SOUND, SOUND[1]), "packed_twice"),
        ((SOUND[0], SOUND[0], *SOUND[1:]), "packed_unnamed"),
        ((*SOUND, member("c.gguf", A)), "packed_unnamed"),
        ((*SOUND[:2], member("B.gguf", B)), "packed_unnamed"),
        ((*SOUND[:2], member("../b.gguf", B)), "packed_name"),
        ((*SOUND[:2], member("/tmp/b.gguf", B)), "packed_name"),
        ((*SOUND[:2], member("x\\b.gguf", B)), "packed_name"),
        ((*SOUND[:2], member("b.gguf", B + b"b")), "packed_size"),
        ((*SOUND[:2], member("b.gguf", B[:-1])), "packed_size"),
        ((*SOUND[:2], member("b.gguf", B, size=-1)), "packed_size"),
        ((*SOUND[:2], member("b.gguf", B, size=1 << 40)), "packed_size"),
        ((*SOUND[:2], member("b.gguf", b"c" * 700)), "model_changed"),
        ((SOUND[0], member("a.gguf", kind=tarfile.SYMTYPE, link="/etc/passwd"), *SOUND[1:]), "packed_kind"),
        ((SOUND[0], member("a.gguf", kind=tarfile.LNKTYPE, link="b.gguf"), *SOUND[1:]), "packed_kind"),
        ((SOUND[0], member("a.gguf", kind=tarfile.DIRTYPE), *SOUND[1:]), "packed_kind"),
        ((SOUND[0], member("a.gguf", kind=tarfile.CHRTYPE), *SOUND[1:]), "packed_kind"),
        ((SOUND[0], member("a.gguf", kind=tarfile.FIFOTYPE), *SOUND[1:]), "packed_kind"),
        ((SOUND[0], member("a.gguf", A, kind=tarfile.CONTTYPE), *SOUND[1:]), "packed_kind"),
        ((SOUND[0], member("a.gguf", A, kind=tarfile.GNUTYPE_SPARSE), *SOUND[1:]), "packed_kind"),
        ((SOUND[0], member("x", b"30 size=10000000000000000000\n", kind=tarfile.XHDTYPE), *SOUND[1:]), "packed_kind"),
        ((SOUND[0], member("x", b"", size=1 << 45, kind=tarfile.XGLTYPE), *SOUND[1:]), "packed_kind"),
        ((SOUND[0], member("x", b"", size=1 << 45, kind=tarfile.GNUTYPE_LONGNAME), *SOUND[1:]), "packed_name"),
        ((SOUND[0], member("x", b"x" * 202, kind=tarfile.GNUTYPE_LONGNAME), *SOUND[1:]), "packed_name"),
        ((SOUND[0], member("x", b"a.gguf", kind=tarfile.GNUTYPE_LONGLINK), *SOUND[1:]), "packed_kind"),
        ((SOUND[0], member("x", b"../../a.gguf\0", kind=tarfile.GNUTYPE_LONGNAME), *SOUND[1:]), "packed_name"),
    ],
)
def test_whatever_is_odd_is_refused(tmp_path: Path, members: tuple[bytes, ...], expected: str) -> None:
    inside = tmp_path / "a" / "b"
    inside.mkdir(parents=True)
    assert flaw(archive(*members), inside) == expected
    assert {path.name for path in tmp_path.rglob("*")} <= {"a", "b", "a.gguf", "b.gguf"}
    assert all(path.parent == inside for path in tmp_path.rglob("*.gguf"))
    assert sum(path.stat().st_size for path in inside.iterdir()) <= len(A) + len(B)


@pytest.mark.parametrize(
    "change",
    [
        lambda info: info.pax_headers.update({"GNU.sparse.major": "1", "GNU.sparse.minor": "0"}),
        lambda info: info.pax_headers.update({"path": "../../evil"}),
        lambda info: info.pax_headers.update({"comment": "harmless"}),
    ],
)
def test_extended_headers_are_refused_whatever_they_say(
    tmp_path: Path, change: Callable[[tarfile.TarInfo], None]
) -> None:
    content = packages.pax_archive(RECORD, {"a.gguf": A, "b.gguf": B}, change)
    assert flaw(content, tmp_path) == "packed_kind"


def test_one_that_is_cut_anywhere_is_refused(tmp_path: Path) -> None:
    whole = archive(*SOUND)
    for number, end in enumerate(sorted({*range(0, len(whole) - 1024, 512), *range(511, len(whole) - 1024, 997)})):
        folder = tmp_path / str(number)
        folder.mkdir()
        assert flaw(whole[:end], folder) == "packed_cut"


def test_no_changed_byte_comes_through(tmp_path: Path) -> None:
    """Whatever bit is turned: either it is refused, or it was in what nobody reads."""
    luck = random.Random(6)
    whole = archive(*SOUND)
    refused: set[Code] = set()
    for number in range(300):
        folder = tmp_path / str(number)
        folder.mkdir()
        changed = bytearray(whole)
        changed[luck.randrange(len(whole) - 1024)] ^= 1 << luck.randrange(8)
        try:
            record = unpack(bytes(changed), folder)
        except AppError as error:
            refused.add(error.code)
            continue
        assert [file.sha256 for file in record.files] == [file.sha256 for file in RECORD.files]
        assert {file.name: file.read_bytes() for file in folder.iterdir()} == {"a.gguf": A, "b.gguf": B}
    assert refused >= {Code.PACKED_UNSOUND, Code.MODEL_CHANGED}
    assert refused <= {Code.PACKED_UNSOUND, Code.MODEL_CHANGED, Code.DISK_TOO_SMALL}


def test_a_wish_to_stop_is_looked_at(tmp_path: Path) -> None:
    cancel = Cancel()
    cancel.request()
    with pytest.raises(Stopped):
        unpack(archive(*SOUND), tmp_path, cancel)


def test_a_packed_model_is_known_by_its_first_bytes(tmp_path: Path) -> None:
    for name, content, expected in (
        ("sound", archive(*SOUND), True),
        ("gguf", b"GGUF" + bytes(600), False),
        ("empty", b"", False),
        ("zeros", bytes(1024), False),
    ):
        (tmp_path / name).write_bytes(content)
        assert packing.is_packed(tmp_path / name) is expected
    assert not packing.is_packed(tmp_path / "nothing")
