"""The window's typefaces: Source Sans and Source Serif, with a CJK face of the system behind each; the face of code."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from PySide6.QtGui import QFont, QFontDatabase, QFontMetricsF

from app.ui.look.theme import MEASURE_CHARACTERS, SIZE_TEXT, SIZE_UI, TEXT_FAMILY, UI_FAMILY

_CODE_FAMILIES = ("Source Code Pro", "Noto Sans Mono", "DejaVu Sans Mono", "Menlo", "Consolas", "Liberation Mono")
_STYLES = ("Regular", "It", "Semibold", "SemiboldIt", "Bold", "BoldIt")
_FACES = (("font_source_sans_pro", "SourceSansPro"), ("font_source_serif_pro", "SourceSerifPro"))
_CJK_SANS = (
    "Noto Sans CJK JP",
    "Noto Sans JP",
    "Source Han Sans JP",
    "Source Han Sans",
    "Hiragino Sans",
    "Yu Gothic",
    "Meiryo",
    "IPAPGothic",
    "IPAexGothic",
    "IPAGothic",
    "TakaoPGothic",
    "VL PGothic",
    "Droid Sans Fallback",
)
_CJK_SERIF = (
    "Noto Serif CJK JP",
    "Noto Serif JP",
    "Source Han Serif JP",
    "Source Han Serif",
    "Hiragino Mincho ProN",
    "Yu Mincho",
    "IPAPMincho",
    "IPAexMincho",
    "IPAMincho",
    "TakaoPMincho",
)


def load_fonts() -> tuple[str, ...]:
    """Make the families known to Qt; return the files that could not be loaded (none, normally).

    Needs a QGuiApplication. A CJK face is a substitution, so that it serves every widget and document that names one of
    the two families; if the system has none, Qt's own fallback is used.
    """
    failed: list[str] = []
    for package, stem in _FACES:
        for style in _STYLES:
            name = f"{stem}-{style}.otf"
            if QFontDatabase.addApplicationFont(str(folder_of(package) / "files" / name)) < 0:
                failed.append(name)
    sans = _installed(_CJK_SANS)
    _substitute(UI_FAMILY, sans)
    _substitute(TEXT_FAMILY, _installed(_CJK_SERIF) + sans)
    return tuple(failed)


def folder_of(package: str) -> Path:
    """Return the folder with the files of an installed package, without running its code. Raises
    ModuleNotFoundError."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(package)
    return Path(spec.submodule_search_locations[0])


def ui_font(size: int = SIZE_UI, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """Return Source Sans; `size` is in pixels of the window's scale."""
    return _font(UI_FAMILY, size, weight)


def text_font(size: int = SIZE_TEXT, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """Return Source Serif, for what is read; `size` is in pixels of the window's scale."""
    return _font(TEXT_FAMILY, size, weight)


def _font(family: str, size: int, weight: QFont.Weight) -> QFont:
    font = QFont(family)
    font.setPixelSize(size)
    font.setWeight(weight)
    return font


def _installed(wanted: Sequence[str]) -> list[str]:
    families = set(QFontDatabase.families())
    return [family for family in wanted if family in families]


def _substitute(family: str, behind: list[str]) -> None:
    QFont.removeSubstitutions(family)
    if behind:
        QFont.insertSubstitutions(family, behind)


@cache
def column_width(size: int) -> int:
    """Return the width in px of the widest line of an answer that is set in this size."""
    return round(QFontMetricsF(text_font(size)).averageCharWidth() * MEASURE_CHARACTERS)


def code_font(size: int) -> QFont:
    """Return a monospaced face of the system; `size` is in px."""
    font = QFont(_choose_code_family())
    font.setStyleHint(QFont.StyleHint.Monospace)
    font.setFixedPitch(True)
    font.setPixelSize(size)
    return font


@cache
def _choose_code_family() -> str:
    # Qt searches for long, and warns, when it is asked for a family that does not exist.
    installed = set(QFontDatabase.families())
    fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family()
    return next((family for family in _CODE_FAMILIES if family in installed), fixed)
