"""Encrypts PDFs for tests, as other programs do."""

from __future__ import annotations

import io

import pikepdf

REVISIONS = {2: "RC4, 40 bits", 3: "RC4, 128 bits", 4: "AES, 128 bits", 6: "AES, 256 bits"}
"""The revisions of the standard security handler. Source: ISO 32000-2, 7.6.4."""


def lock(data: bytes, *, user: str, owner: str = "owner's", revision: int = 6) -> bytes:
    """The PDF under two passwords; under an empty one of the user anybody can read it."""
    locked = io.BytesIO()
    aes = revision >= 4
    encryption = pikepdf.Encryption(user=user, owner=owner, R=revision, aes=aes, metadata=aes)  # type: ignore[arg-type]
    with pikepdf.open(io.BytesIO(data)) as pdf:
        pdf.save(locked, encryption=encryption)
    return locked.getvalue()
