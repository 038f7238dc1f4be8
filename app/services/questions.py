"""Lists of questions: one a line, typed or from a file, within limits."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from app.core.errors import AppError, Code
from app.documents.files import open_document

MAX_QUESTIONS = 500
"""On one sheet."""

MAX_QUESTION_CHARACTERS = 2000
MAX_FILE_BYTES = 4 * MAX_QUESTIONS * MAX_QUESTION_CHARACTERS
"""UTF-8 takes up to four bytes for a character."""

_COMMENT = "#"


def split_questions(text: str) -> tuple[str, ...]:
    """One question a line; empty lines and those that begin with # are left out."""
    lines = (line.strip() for line in text.splitlines())
    return tuple(line for line in lines if line and not line.startswith(_COMMENT))


def check_questions(questions: Sequence[str]) -> None:
    """Raises AppError QUESTION_NONE, QUESTION_LIMIT, QUESTION_TOO_LONG."""
    if not questions:
        raise AppError(Code.QUESTION_NONE)
    if len(questions) > MAX_QUESTIONS:
        raise AppError(Code.QUESTION_LIMIT, wanted=len(questions), limit=MAX_QUESTIONS)
    for number, question in enumerate(questions, 1):
        if len(question) > MAX_QUESTION_CHARACTERS:
            raise AppError(
                Code.QUESTION_TOO_LONG, number=number, characters=len(question), limit=MAX_QUESTION_CHARACTERS
            )


def read_questions(path: Path) -> tuple[str, ...]:
    """The questions in a file of UTF-8 text, with a byte order mark or without.

    Raises AppError FILE_* as `open_document` does, FILE_TOO_LARGE, FILE_NOT_UTF8.
    """
    file = open_document(path)
    with os.fdopen(file.fd, "rb") as opened:
        if file.version.size > MAX_FILE_BYTES:
            raise AppError(
                Code.FILE_TOO_LARGE, path=str(path), size_bytes=file.version.size, limit_bytes=MAX_FILE_BYTES
            )
        untrusted_bytes = opened.read(MAX_FILE_BYTES)
    try:
        return split_questions(untrusted_bytes.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise AppError(Code.FILE_NOT_UTF8, path=str(path)) from error
