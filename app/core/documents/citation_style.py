"""How the reference of a document is written."""

from __future__ import annotations

from enum import StrEnum


class CitationStyle(StrEnum):
    TEXT = "text"
    BIBTEX = "bibtex"
    CSL = "csl"
