"""The styles in which the reference of a document can be written."""

from __future__ import annotations

from enum import StrEnum


class CitationStyle(StrEnum):
    TEXT = "text"
    BIBTEX = "bibtex"
    CSL = "csl"
