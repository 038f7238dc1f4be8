"""The versions that the bill of materials has for native libraries are those that the libraries themselves say."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import apsw
import av
import lxml.etree
import onnxruntime
import PIL.features
import pypdfium2.version
import pytest
from cryptography.hazmat.backends.openssl import backend
from PySide6.QtCore import qVersion

from tests.packaging.programs import CHECKOUT, program

asking = program("asking")
inventory = program("inventory")
table = program("table")

SITE = Path(apsw.__file__).parents[1]

SAID: dict[str, str | None] = {
    "FFmpeg": av.ffmpeg_version_info,
    "FreeType": PIL.features.version("freetype2"),
    "HarfBuzz": PIL.features.version("harfbuzz"),
    "Little CMS": PIL.features.version("littlecms2"),
    "ONNX Runtime": onnxruntime.__version__,
    "OpenJPEG": PIL.features.version("jpg_2000"),
    "OpenSSL": backend.openssl_version_text().split()[1],
    "PDFium": pypdfium2.version.PDFIUM_INFO.version.partition("@")[0],
    "Qt": qVersion(),
    "SQLite": apsw.sqlite_lib_version(),
    "SQLite3 Multiple Ciphers": apsw.mc_version.split()[-1],  # type: ignore[attr-defined]
    "libavif": PIL.features.version("avif"),
    "libjpeg-turbo": PIL.features.version("libjpeg_turbo"),
    "libtiff": PIL.features.version("libtiff"),
    "libwebp": PIL.features.version("webp"),
    "libxml2": ".".join(map(str, lxml.etree.LIBXML_VERSION)),
    "libxslt": ".".join(map(str, lxml.etree.LIBXSLT_VERSION)),
}


@pytest.fixture(scope="module")
def natives() -> dict[str, Any]:
    return {native.name: native for native in table.read_table().component}


def files_of(native: Any) -> Iterator[Path]:
    """A star stands for a slash too, as in a bundle."""
    for pattern in (*native.files, *native.inside):
        for file in (SITE / pattern.partition("/")[0]).rglob("*"):
            if fnmatchcase(file.relative_to(SITE).as_posix(), pattern) and file.is_file():
                yield file


@pytest.mark.parametrize("name", SAID)
def test_the_version_is_that_of_the_library(natives: dict[str, Any], name: str) -> None:
    if SAID[name] is None:
        pytest.skip("it loads a library of the system, which is not there")
    native = natives[name]
    places = table.Places(CHECKOUT, SITE)
    bundle = inventory.Bundle({str(file): file for file in files_of(native)}, (), frozenset())
    component = inventory._native(native, list(bundle.files), (), bundle, [], places)
    assert component.version == SAID[name]


def test_a_library_that_is_not_installed_there_is_not_asked(tmp_path: Path) -> None:
    assert asking.answer("apsw:sqlite_lib_version()", tmp_path) == ""
    (tmp_path / "apsw").mkdir()
    assert asking.answer("apsw:sqlite_lib_version()", tmp_path) == ""


@pytest.mark.parametrize("question", ["apsw", "apsw:no_such_thing", "apsw:sqlite_lib_version(7)", "apsw:SQLITE_OK"])
def test_a_question_without_an_answer_is_refused(question: str) -> None:
    with pytest.raises(ValueError, match="apsw"):
        asking.answer(question, SITE)
