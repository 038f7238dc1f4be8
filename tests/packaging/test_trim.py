"""Trimming takes parts out of a bundle, and all that stays works as before: with libraries made here, and Qt's ICU."""

from __future__ import annotations

import ctypes
import json
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import PySide6
import pytest

from tests.packaging.programs import library, program

trim = program("trim")
sizes = program("sizes")
elf = program("elf")
baseline = program("baseline")

_SOURCE = "static int hidden_helper(int n) { return n + 1; }\nint answer(int n) { return hidden_helper(n) * 2; }\n"


def test_symbols_for_debuggers_go_and_functions_stay(tmp_path: Path) -> None:
    made = library(tmp_path / "a/libanswer.so", _SOURCE)
    size = made.stat().st_size
    ((path, saved),) = trim.strip_symbols(tmp_path)
    assert (path, saved) == (made, size - made.stat().st_size)
    assert b"hidden_helper" not in made.read_bytes()
    assert ctypes.CDLL(str(made)).answer(20) == 42
    assert trim.strip_symbols(tmp_path) == [], "a second run finds nothing left to do"


def test_a_library_that_lies_twice_becomes_a_link_to_the_name_that_others_ask_for(tmp_path: Path) -> None:
    asked = library(tmp_path / "lib/libanswer.so.1", _SOURCE)
    shutil.copyfile(asked, tmp_path / "lib/libanswer.so")
    (tmp_path / "other").mkdir()
    shutil.copyfile(asked, tmp_path / "other/libanswer.so.1")  # others may look for it there
    assert [path for path, _ in trim.link_doubles(tmp_path)] == [tmp_path / "lib/libanswer.so"]
    assert (tmp_path / "lib/libanswer.so").readlink() == Path("libanswer.so.1")
    assert not (tmp_path / "other/libanswer.so.1").is_symlink()


def common_data(**items: bytes) -> bytes:
    """ICU's common data, by ucmndata.h and udata.h: a head, the number of items, their places, names, contents."""
    head = struct.pack("<HBB", 32, 0xDA, 0x27) + struct.pack("<HHBBBB", 20, 0, 0, 0, 2, 0) + b"CmnD" + bytes(16)
    names = {name: f"icudt99l/{name.replace('__', '/')}.res".encode() + b"\0" for name in items}
    name_at = 4 + 8 * len(items)
    place = name_at + sum(map(len, names.values()))
    table, body = b"", b""
    for name, content in items.items():
        body += bytes(-(place + len(body)) % 16)
        table += struct.pack("<II", name_at, place + len(body))
        name_at += len(names[name])
        body += content
    return head + struct.pack("<I", len(items)) + table + b"".join(names.values()) + body


def test_items_of_icu_are_left_out_by_their_folder() -> None:
    items = {name: name.encode().ljust(16) for name in ("coll__ja", "lang__ja", "root", "unit__ja")}
    kept = {name: items[name] for name in ("coll__ja", "root")}
    data = common_data(**items)
    assert trim.without(data, frozenset({"lang", "unit"})) == common_data(**kept)
    assert trim.without(data, frozenset()) == data
    with pytest.raises(ValueError, match="no common data"):
        trim.without(b"\x20\0" + bytes(62), frozenset())


@pytest.fixture
def icu(tmp_path: Path) -> Path:
    """Qt's ICU, copied, and a library that calls it as Qt does."""
    for file in (Path(PySide6.__file__).parent / "Qt/lib").glob("libicu*.so.*"):
        shutil.copyfile(file, tmp_path / file.name)
    data = next(tmp_path.glob("libicudata.so.*"), None)
    if data is None:
        pytest.skip("this Qt brings no ICU")
    called = f"ucol_open_{data.name.rpartition('.')[2]}"
    library(
        tmp_path / "libwords.so", f"void *{called}(const char *, int *); void *words(void) {{ return {called}(0, 0); }}"
    )
    return tmp_path


_ASKED = """
import ctypes, json, sys
from pathlib import Path
folder = Path(sys.argv[1])
number = next(folder.glob("libicudata.so.*")).name.rpartition(".")[2]
for name in ("data", "uc", "i18n"):
    library = ctypes.CDLL(str(folder / f"libicu{name}.so.{number}"), mode=ctypes.RTLD_GLOBAL)
code = ctypes.c_int(0)
collator, converter = getattr(library, f"ucol_open_{number}"), getattr(ctypes.CDLL(None), f"ucnv_open_{number}")
collator.restype = converter.restype = ctypes.c_void_p
compare = getattr(library, f"ucol_strcoll_{number}")
compare.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int32, ctypes.c_char_p, ctypes.c_int32]
def order(language, one, other):
    opened = collator(language.encode(), ctypes.byref(code))
    sides = [side.encode("utf-16-le") + b"\\0\\0" for side in (one, other)]
    return compare(opened, sides[0], len(one), sides[1], len(other))
said = [order("ja", "か", "が"), order("sv", "ö", "z"), order("de", "ö", "z"), order("en", "b", "A")]
said.append(bool(converter(b"Shift_JIS", ctypes.byref(code))))
print(json.dumps([said, code.value <= 0]))
"""


def test_qt_orders_words_as_before_with_half_of_icus_data(icu: Path) -> None:
    def asked() -> object:
        done = subprocess.run([sys.executable, "-c", _ASKED, str(icu)], check=True, capture_output=True, text=True)
        return json.loads(done.stdout)

    before = asked()
    assert before == [[-1, 1, -1, 1, True], True]
    ((path, saved),) = trim.shrink_icu(icu)
    assert path.name.startswith("libicudata.so.")
    assert saved > 10_000_000
    assert asked() == before
    assert trim.shrink_icu(icu) == []


def test_a_qt_that_asks_icu_for_more_is_noticed(icu: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trim, "_ICU_USED", ("ucnv_",))
    with pytest.raises(ValueError, match=r"ucol_open_\d+ of ICU are called now"):
        trim.shrink_icu(icu)


def test_sizes_are_counted_by_part(tmp_path: Path) -> None:
    for name, size in (("octavo", 5), ("_internal/PySide6/Qt/lib/libQt6Core.so.6", 7), ("_internal/new/thing.so", 3)):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(bytes(size))
    (tmp_path / "octavo-desk").symlink_to("octavo")
    found = sizes.sizes(tmp_path)
    assert found == {"the program, with Python modules": 5, "Qt": 7, "other Python packages": 3}


def test_the_least_glibc_is_that_of_the_file_that_asks_for_most(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = library(tmp_path / "libanswer.so", "#include <stdlib.h>\nvoid *more(void *of) { return realloc(of, 8); }")
    newest = ".".join(map(str, elf.newest_glibc(made)))
    said = subprocess.run(
        ["readelf", "--version-info", "--wide", str(made)], capture_output=True, text=True, check=True
    )
    assert f"Name: GLIBC_{newest} " in said.stdout
    assert baseline.main([str(tmp_path), "--least"]) == 0
    assert capsys.readouterr().out == f"{newest}\n"
    assert baseline.main([str(tmp_path)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"glibc {newest}: libanswer.so",
        "runs on: Debian 12, Debian 13, Ubuntu 22.04, Ubuntu 24.04",
    ]
