"""Models without a network: in, verified, out, away; and whatever is interrupted leaves the whole or nothing."""

from __future__ import annotations

import contextlib
import hashlib
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from app.core.conversations.events import Copying, Hashing
from app.core.errors import AppError, Code, Problem
from app.core.machine.paths import Paths
from app.core.work import Cancel, Stopped, Work, finish
from app.models import copying
from app.models.provenance import RECORD_NAME, SUMS_NAME, FileState, read_record
from app.services.services import Services
from app.wording.errors import sentence
from tests.models import projector
from tests.models.packages import names_in, write_model, write_split_model
from tests.whole import open_desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Services]:
    with contextlib.closing(open_desk(Paths(tmp_path / "desk"))) as desk:
        yield desk


@pytest.fixture
def folder(desk: Services) -> Path:
    return desk.models.folder


def problem(work: Work[object, object]) -> Problem:
    with pytest.raises(AppError) as raised:
        finish(work)
    told = sentence(raised.value.problem)
    assert "{" not in told
    assert "“?”" not in told
    return raised.value.problem


def imported(desk: Services, path: Path) -> Path:
    return Path(finish(desk.model_files.carrying.import_model(path, Cancel())).path)


def states(desk: Services, path: Path) -> dict[str, FileState]:
    return dict(finish(desk.model_files.carrying.verify(path, Cancel())).files)


def models(desk: Services) -> list[str]:
    return [model.name for model in desk.models.available() if not model.starter]


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


# ---- import ----------------------------------------------------------------------------------------------------


def test_a_file_comes_with_its_parts_and_its_projector(desk: Services, folder: Path, tmp_path: Path) -> None:
    files = write_split_model(tmp_path / "stick")
    write_model(tmp_path / "stick" / "another.gguf")
    model = finish(desk.model_files.carrying.import_model(files[1], Cancel()))  # any part will do
    assert Path(model.path) == folder / "tiny-Q8_0" / files[0].name
    assert names_in(folder) == sorted(f"tiny-Q8_0/{name}" for name in (*(file.name for file in files), RECORD_NAME))
    assert [sha256(folder / "tiny-Q8_0" / file.name) for file in files] == [sha256(file) for file in files]
    record = desk.model_files.downloads.record(Path(model.path))
    assert record is not None
    assert [(file.path, file.sha256, file.proved) for file in record.files] == [
        (file.name, sha256(file), False) for file in files
    ]
    assert models(desk) == [model.name] == ["tiny-Q8_0"]
    assert (folder / "tiny-Q8_0").stat().st_mode & 0o777 == 0o700
    assert all(file.stat().st_mode & 0o777 == 0o600 for file in (folder / "tiny-Q8_0").iterdir())


def test_a_folder_is_the_one_model_in_it(desk: Services, tmp_path: Path) -> None:
    assert problem(desk.model_files.carrying.import_model(tmp_path / "stick", Cancel())).code is Code.MODEL_MISSING
    (tmp_path / "stick").mkdir()
    assert problem(desk.model_files.carrying.import_model(tmp_path / "stick", Cancel())).code is Code.MODEL_FOLDER_EMPTY
    write_model(tmp_path / "stick" / "one.gguf")
    assert imported(desk, tmp_path / "stick").name == "one.gguf"
    write_model(tmp_path / "stick" / "two.gguf")
    told = problem(desk.model_files.carrying.import_model(tmp_path / "stick", Cancel()))
    assert (told.code, told.params["models"]) == (Code.MODEL_FOLDER_SEVERAL, 2)


def test_what_sha256sum_wrote_beside_it_has_to_be_true(desk: Services, folder: Path, tmp_path: Path) -> None:
    first, second, eye = write_split_model(tmp_path / "stick")
    sums = tmp_path / "stick" / SUMS_NAME
    sums.write_text(f"# by hand\n{sha256(first)}  {first.name}\n{sha256(second).upper()} *./{second.name}\n")
    record = desk.model_files.downloads.record(imported(desk, first))
    assert record is not None
    assert [(file.path, file.proved) for file in record.files] == [
        (first.name, True), (second.name, True), (eye.name, False),
    ]  # fmt: skip
    desk.model_files.carrying.remove(folder / "tiny-Q8_0")
    sums.write_text(f"{sha256(first)}  {second.name}\n")
    told = problem(desk.model_files.carrying.import_model(first, Cancel()))
    assert (told.code, told.params["file"]) == (Code.MODEL_CHANGED, second.name)
    assert names_in(folder) == []


def test_a_record_beside_it_names_what_comes_and_has_to_be_true(desk: Services, folder: Path, tmp_path: Path) -> None:
    model = imported(desk, write_split_model(tmp_path / "stick")[0])
    moved = folder.parent / "moved"
    model.parent.rename(moved)
    kept = read_record(moved / RECORD_NAME)
    assert kept is not None
    known = msgspec.structs.replace(kept, name="Tiny", repository="owner/Tiny-GGUF", licence="mit", quantization="Q8_0")
    (moved / RECORD_NAME).write_bytes(msgspec.json.encode(known))
    write_model(moved / "stowaway.gguf")
    assert imported(desk, moved).parent == folder / "owner--Tiny-GGUF--Q8_0"
    assert models(desk) == ["Tiny Q8_0"]
    assert read_record(folder / "owner--Tiny-GGUF--Q8_0" / RECORD_NAME) == known
    assert desk.model_files.downloads.licence_of(folder / "owner--Tiny-GGUF--Q8_0" / model.name).name == "MIT License"  # type: ignore[union-attr]
    desk.model_files.carrying.remove(folder / "owner--Tiny-GGUF--Q8_0")
    with (moved / model.name).open("r+b") as file:
        file.seek(-1, os.SEEK_END)
        file.write(b"x")
    assert problem(desk.model_files.carrying.import_model(moved, Cancel())).code is Code.MODEL_CHANGED
    assert names_in(folder) == []


def test_no_byte_of_what_is_no_model_is_copied(
    desk: Services, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "letter.gguf"
    path.write_bytes(b"Dear Sir or Madam" * 1000)
    copies: list[object] = []
    monkeypatch.setattr("app.services.models.import_export.copy", lambda *arguments: copies.append(arguments))
    assert problem(desk.model_files.carrying.import_model(path, Cancel())).code is Code.MODEL_NOT_GGUF
    eye = projector.write_projector(tmp_path / "mmproj.gguf")
    assert problem(desk.model_files.carrying.import_model(eye, Cancel())).code is Code.MODEL_UNSUPPORTED
    first, second, _eye = write_split_model(tmp_path / "stick")
    second.unlink()
    assert problem(desk.model_files.carrying.import_model(first, Cancel())).code is Code.MODEL_PART_MISSING
    assert not copies
    assert names_in(folder) == []


def test_a_model_whose_file_was_deleted_outside_is_imported_again(desk: Services, folder: Path, tmp_path: Path) -> None:
    path = write_model(tmp_path / "one.gguf")
    imported(desk, path).unlink()
    assert names_in(folder) == ["one/octavo-model.json"]
    model = imported(desk, path)
    assert set(states(desk, model).values()) == {FileState.GOOD}
    model.rename(model.with_name("kept by a person.bin"))
    assert problem(desk.model_files.carrying.import_model(path, Cancel())).code is Code.MODEL_THERE


def test_what_is_there_is_not_written_over(desk: Services, folder: Path, tmp_path: Path) -> None:
    path = write_model(tmp_path / "one.gguf")
    model = imported(desk, path)
    before = model.stat().st_ino, model.stat().st_mtime_ns
    assert problem(desk.model_files.carrying.import_model(path, Cancel())).code is Code.MODEL_THERE
    assert problem(desk.model_files.carrying.import_model(model, Cancel())).code is Code.MODEL_THERE
    assert (model.stat().st_ino, model.stat().st_mtime_ns) == before
    assert names_in(folder) == ["one/octavo-model.json", "one/one.gguf"]


def test_a_stopped_import_leaves_nothing(
    desk: Services, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "PIECE_BYTES", 1 << 14)
    cancel = Cancel()
    events: list[Copying | Hashing] = []

    def stop_after_five(event: Copying | Hashing) -> None:
        events.append(event)
        if len(events) == 5:
            cancel.request()

    with pytest.raises(Stopped):
        finish(desk.model_files.carrying.import_model(write_model(tmp_path / "one.gguf"), cancel), stop_after_five)
    assert len(events) == 5
    assert names_in(folder) == []


def test_what_another_process_is_copying_is_not_swept(desk: Services, folder: Path, tmp_path: Path) -> None:
    slow = desk.model_files.carrying.import_model(write_model(tmp_path / "one.gguf"), Cancel())
    assert isinstance(next(slow), Copying)
    with contextlib.closing(open_desk(Paths(tmp_path / "desk"))) as second:
        imported(second, write_model(tmp_path / "two.gguf"))
    assert Path(finish(slow).path).name == "one.gguf"
    assert models(desk) == ["one Q8_0", "two Q8_0"]
    assert not (folder / ".arriving").exists()


def test_whatever_the_umask_nobody_else_sees_it(desk: Services, tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        model = imported(desk, write_model(tmp_path / "one.gguf"))
    finally:
        os.umask(before)
    assert {place.stat().st_mode & 0o777 for place in (model.parent, desk.models.folder)} == {0o700}
    assert {file.stat().st_mode & 0o777 for file in model.parent.iterdir()} == {0o600}


def test_a_disk_that_is_too_small_is_told_before_a_byte_is_copied(
    desk: Services, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "free_bytes", lambda _folder: 1000)
    path = write_model(tmp_path / "one.gguf")
    told = problem(desk.model_files.carrying.import_model(path, Cancel()))
    assert (told.code, told.params["needed_bytes"], told.params["free_bytes"]) == (
        Code.DISK_TOO_SMALL, path.stat().st_size, 1000,
    )  # fmt: skip
    assert names_in(folder) == []


@pytest.mark.parametrize("verb", ["import_model", "pack", "unpack"])
def test_a_file_that_the_disk_does_not_take_leaves_nothing(
    desk: Services, folder: Path, tmp_path: Path, verb: str
) -> None:
    path = write_model(tmp_path / "one.gguf", data_bytes=3_000_000)
    target = tmp_path / "out"
    target.mkdir()
    if verb == "unpack":
        path = finish(desk.model_files.carrying.pack(path, tmp_path, Cancel()))
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, limits[1]))
    try:
        places = (path, target) if verb == "pack" else (path,)
        told = problem(getattr(desk.model_files.carrying, verb)(*places, Cancel()))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)
    assert told.code is Code.DISK_FILE_LIMIT
    assert names_in(folder) == names_in(target) == []


@pytest.mark.root
def test_a_full_disk_leaves_nothing(desk: Services, folder: Path, tmp_path: Path) -> None:
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "none", folder], check=True)
    try:
        path = write_model(tmp_path / "one.gguf", data_bytes=9_000_000)
        assert problem(desk.model_files.carrying.import_model(path, Cancel())).code is Code.DISK_TOO_SMALL
        path = write_model(tmp_path / "two.gguf", data_bytes=5_000_000)
        work = desk.model_files.carrying.import_model(path, Cancel())
        assert isinstance(next(work), Copying)
        filler = folder / "filler"
        with contextlib.suppress(OSError), filler.open("wb") as file:
            file.write(bytes(8_000_000))
        assert problem(work).code is Code.DISK_FULL
        assert names_in(folder) == ["filler"]
        filler.unlink()
        imported(desk, path)
    finally:
        subprocess.run(["umount", folder], check=True)


# ---- verify ----------------------------------------------------------------------------------------------------


def test_verifying_tells_of_each_file(desk: Services, tmp_path: Path) -> None:
    files = write_split_model(tmp_path / "stick")
    model = imported(desk, files[0])
    first, second, eye = (file.name for file in files)
    good = {first: FileState.GOOD, second: FileState.GOOD, eye: FileState.GOOD}
    assert states(desk, model) == states(desk, model.parent) == states(desk, model.with_name(second)) == good
    with model.with_name(second).open("r+b") as file:
        file.seek(50_000)
        file.write(b"x")
    with model.with_name(eye).open("ab") as longer:
        longer.write(b"x")
    assert states(desk, model) == {first: FileState.GOOD, second: FileState.CHANGED, eye: FileState.CHANGED}
    model.with_name(eye).unlink()
    assert states(desk, model)[eye] is FileState.MISSING


def test_without_a_record_nothing_is_known_but_what_sha256sum_wrote(desk: Services, tmp_path: Path) -> None:
    first, second, eye = write_split_model(tmp_path / "stick")
    assert set(states(desk, first).values()) == {FileState.UNKNOWN}
    (tmp_path / "stick" / SUMS_NAME).write_text(f"{sha256(first)}  {first.name}\n{sha256(first)}  {second.name}\n")
    assert states(desk, first) == {
        first.name: FileState.GOOD, second.name: FileState.CHANGED, eye.name: FileState.UNKNOWN,
    }  # fmt: skip


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"[]",
        b'{"name":"x"}',
        b'{"name":"x","repository":"","revision":"","licence":"","fetched":"","files":[]}',
        b"\xff" * 100,
        b" " * 2_000_000,
    ],
)
def test_a_broken_record_is_none(desk: Services, folder: Path, tmp_path: Path, content: bytes) -> None:
    model = imported(desk, write_model(tmp_path / "one.gguf"))
    model.with_name(RECORD_NAME).write_bytes(content)
    assert desk.model_files.downloads.record(model) is None
    assert models(desk) == ["one"]
    assert states(desk, model) == {"one.gguf": FileState.UNKNOWN}


@pytest.mark.parametrize(
    "name", ["../one.gguf", "/etc/passwd", "a/b", ".hidden", "octavo-model.json", "a\nb", "c:d", ""]
)
def test_a_record_that_names_what_lies_elsewhere_is_none(desk: Services, tmp_path: Path, name: str) -> None:
    model = imported(desk, write_model(tmp_path / "one.gguf"))
    record = read_record(model.with_name(RECORD_NAME))
    assert record is not None
    other = msgspec.structs.replace(record.files[0], path=name)
    worse = msgspec.structs.replace(record, files=(*record.files, other))
    model.with_name(RECORD_NAME).write_bytes(msgspec.json.encode(worse))
    assert desk.model_files.downloads.record(model) is None


# ---- pack and unpack -------------------------------------------------------------------------------------------


def test_a_packed_model_is_proved_by_tar_and_sha256sum_and_taken_in_whole(
    desk: Services, folder: Path, tmp_path: Path
) -> None:
    files = write_split_model(tmp_path / "stick")
    model = imported(desk, files[0])
    packed = finish(desk.model_files.carrying.pack(model, tmp_path, Cancel()))
    assert packed == tmp_path / "tiny-Q8_0.octavo-model.tar"
    plain = tmp_path / "plain"
    plain.mkdir()
    subprocess.run(["tar", "xf", packed], cwd=plain, check=True)
    proof = subprocess.run(["sha256sum", "-c", SUMS_NAME], cwd=plain, check=True, capture_output=True, text=True)
    assert proof.stdout.count(": OK") == 3
    assert sorted(file.name for file in plain.iterdir()) == sorted([RECORD_NAME, SUMS_NAME, *(f.name for f in files)])
    assert problem(desk.model_files.carrying.pack(model, tmp_path, Cancel())).code is Code.MODEL_THERE

    before = desk.model_files.downloads.record(model)
    desk.model_files.carrying.remove(model)
    assert Path(finish(desk.model_files.carrying.unpack(packed, Cancel())).path) == model
    assert desk.model_files.downloads.record(model) == before
    assert set(states(desk, model).values()) == {FileState.GOOD}
    assert problem(desk.model_files.carrying.unpack(packed, Cancel())).code is Code.MODEL_THERE
    desk.model_files.carrying.remove(model)
    assert imported(desk, packed) == model  # import knows one by its first bytes


def test_a_model_is_packed_into_a_folder_that_import_takes(desk: Services, folder: Path, tmp_path: Path) -> None:
    model = imported(desk, write_split_model(tmp_path / "stick")[0])
    target = tmp_path / "usb"
    target.mkdir()
    packed = finish(desk.model_files.carrying.pack(model, target, Cancel(), as_folder=True))
    assert packed == target / "tiny-Q8_0"
    subprocess.run(["sha256sum", "-c", SUMS_NAME], cwd=packed, check=True, capture_output=True)
    assert problem(desk.model_files.carrying.pack(model, target, Cancel(), as_folder=True)).code is Code.MODEL_THERE
    desk.model_files.carrying.remove(model)
    assert imported(desk, packed) == model
    record = desk.model_files.downloads.record(model)
    assert record is not None
    assert not any(file.proved for file in record.files)  # nobody ever proved them


def test_a_model_without_a_record_is_hashed_first(desk: Services, tmp_path: Path) -> None:
    path = write_model(tmp_path / "stick" / "one.gguf")
    progress: list[Copying | Hashing] = []
    packed = finish(desk.model_files.carrying.pack(path, tmp_path / "named.tar", Cancel()), progress.append)
    assert isinstance(progress[0], Hashing)
    assert packed == tmp_path / "named.tar"
    assert sorted(file.name for file in path.parent.iterdir()) == ["one.gguf"]
    assert imported(desk, tmp_path / "named.tar").name == "one.gguf"


def test_long_names_are_packed_too(desk: Services, tmp_path: Path) -> None:
    path = write_model(tmp_path / f"{'long-name-' * 18}.gguf")
    packed = finish(desk.model_files.carrying.pack(path, tmp_path / "long.tar", Cancel()))
    subprocess.run(["tar", "xf", packed], cwd=packed.parent, check=True)
    assert imported(desk, packed).name == path.name


def test_a_changed_model_is_not_packed(desk: Services, tmp_path: Path) -> None:
    model = imported(desk, write_model(tmp_path / "one.gguf"))
    with model.open("r+b") as file:
        file.seek(200_000)
        file.write(b"x")
    out = tmp_path / "out"
    out.mkdir()
    for as_folder in (False, True):
        told = problem(desk.model_files.carrying.pack(model, out, Cancel(), as_folder=as_folder))
        assert (told.code, told.params["file"]) == (Code.MODEL_CHANGED, "one.gguf")
    assert names_in(out) == []


# ---- killed in the middle --------------------------------------------------------------------------------------


def kill(tmp_path: Path, events: int, verb: str, *paths: Path) -> None:
    """Do it in a process of its own, which is killed after so many events."""
    program = [sys.executable, "-P", "-m", "tests.services.killed"]
    command = [*program, str(tmp_path / "desk"), str(events), verb, *map(str, paths)]
    root = Path(__file__).parents[3]
    ended = subprocess.run(command, cwd=root, env=os.environ | {"PYTHONPATH": str(root)}, capture_output=True)
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()


@pytest.mark.parametrize("verb", ["import_model", "unpack"])
@pytest.mark.parametrize("events", [1, 12])
def test_a_killed_arrival_cannot_be_seen_and_is_swept_by_the_next(
    desk: Services, folder: Path, tmp_path: Path, verb: str, events: int
) -> None:
    path = write_model(tmp_path / "one.gguf")
    if verb == "unpack":
        path = finish(desk.model_files.carrying.pack(path, tmp_path, Cancel()))
    kill(tmp_path, events, verb, path)
    assert models(desk) == []
    assert any(name.startswith(".arriving/") for name in names_in(folder))
    model = imported(desk, path)
    assert names_in(folder) == ["one/octavo-model.json", "one/one.gguf"]
    assert set(states(desk, model).values()) == {FileState.GOOD}


def test_a_killed_pack_leaves_no_packed_model(desk: Services, tmp_path: Path) -> None:
    model = imported(desk, write_model(tmp_path / "one.gguf"))
    kill(tmp_path, 5, "pack", model, tmp_path)
    assert not (tmp_path / "one.octavo-model.tar").exists()
    finish(desk.model_files.carrying.pack(model, tmp_path, Cancel()))
    assert sorted(file.name for file in tmp_path.iterdir()) == ["desk", "one.gguf", "one.octavo-model.tar"]


def test_a_killed_removal_leaves_nothing_to_be_seen(desk: Services, folder: Path, tmp_path: Path) -> None:
    model = imported(desk, write_model(tmp_path / "one.gguf"))
    kill(tmp_path, 0, "remove", model)
    assert models(desk) == []
    assert any(name.startswith(".leaving/") for name in names_in(folder))
    imported(desk, tmp_path / "one.gguf")
    assert names_in(folder) == ["one/octavo-model.json", "one/one.gguf"]


# ---- remove ----------------------------------------------------------------------------------------------------


def test_removing_deletes_what_the_record_names_and_nothing_else(desk: Services, folder: Path, tmp_path: Path) -> None:
    model = imported(desk, write_split_model(tmp_path / "stick")[0])
    (model.parent / "notes.txt").write_text("mine")
    deleted = desk.model_files.carrying.remove(model)
    assert {Path(path).name for path in deleted} == {
        "tiny-Q8_0-00001-of-00002.gguf", "tiny-Q8_0-00002-of-00002.gguf", "mmproj-tiny-F16.gguf", RECORD_NAME,
    }  # fmt: skip
    assert names_in(folder) == ["tiny-Q8_0/notes.txt"]


def test_a_folder_of_its_own_goes_with_its_model(desk: Services, folder: Path, tmp_path: Path) -> None:
    model = imported(desk, write_model(tmp_path / "one.gguf"))
    desk.model_files.carrying.remove(model.parent)
    assert not model.parent.exists()
    assert names_in(folder) == []


def test_a_projector_goes_with_the_last_model_that_could_use_it(desk: Services, folder: Path) -> None:
    one, two = write_model(folder / "one.gguf"), write_model(folder / "two.gguf")
    eye = projector.write_projector(folder / "mmproj.gguf")
    assert desk.model_files.carrying.remove(one) == (str(one),)
    assert eye.exists()
    assert desk.model_files.carrying.remove(two) == (str(two), str(eye))
    assert names_in(folder) == []


def test_the_starter_and_what_lies_elsewhere_are_not_removed(desk: Services, tmp_path: Path, starter: Path) -> None:
    with pytest.raises(AppError) as refused:
        desk.model_files.carrying.remove(starter)
    assert refused.value.code is Code.MODEL_IS_STARTER
    path = write_model(tmp_path / "one.gguf")
    outside = desk.models.folder / "link"
    desk.models.folder.mkdir(exist_ok=True)
    outside.symlink_to(tmp_path)
    for place in (path, outside / "one.gguf", desk.models.folder / ".." / ".." / "one.gguf", desk.models.folder):
        with pytest.raises(AppError) as refused:
            desk.model_files.carrying.remove(place)
        assert refused.value.code is Code.MODEL_NOT_IN_FOLDER
    assert path.exists()
    with pytest.raises(AppError) as refused:
        desk.model_files.carrying.remove(desk.models.folder / "nothing.gguf")
    assert refused.value.code is Code.MODEL_MISSING


def test_the_model_in_use_is_removed_only_if_that_is_meant(desk: Services, folder: Path, tiny_scout: Path) -> None:
    folder.mkdir()
    model = folder / "tiny.gguf"
    model.write_bytes(tiny_scout.read_bytes())
    finish(desk.models.load(str(model), Cancel()))
    with pytest.raises(AppError) as refused:
        desk.model_files.carrying.remove(model)
    assert refused.value.code is Code.MODEL_IS_LOADED
    assert desk.model_files.carrying.remove(model, even_loaded=True) == (str(model),)


# ---- the list --------------------------------------------------------------------------------------------------


def test_hidden_folders_and_those_that_cannot_be_read_are_passed_over(desk: Services, folder: Path) -> None:
    write_model(folder / ".fetching" / "x" / "files" / "hidden.gguf")
    write_model(folder / "shown" / "shown.gguf")
    write_model(folder / "closed" / "closed.gguf")
    (folder / "loop").symlink_to(folder)
    (folder / "dangling.gguf").symlink_to(folder / "nowhere")
    (folder / "closed").chmod(0)
    try:
        expected = ["closed", "shown"] if os.geteuid() == 0 else ["shown"]
        assert models(desk) == expected
    finally:
        (folder / "closed").chmod(0o700)
