"""Hundreds of quotations of three books: no false one is verified, and nearly every true one is."""

from __future__ import annotations

import functools
from collections import Counter

from app.core.conversations.conversation import CitationState
from app.documents.citations.checker import CitationChecker, CitedBook
from tests.documents.quotation_checks.cases import Case, cases

LEAST_CASES = 500
LEAST_TRUE_SHARE = 0.98
_GOOD = (CitationState.VERIFIED, CitationState.REPAIRED)


@functools.cache
def _book(language: str) -> CitedBook:
    return next(case.book.cited for case in cases() if case.book.language == language)


def _is_verified(case: Case) -> bool:
    found = [cited for cited in CitationChecker([_book(case.book.language)]).check(case.answer) if cited.state in _GOOD]
    return bool(found) and (not case.true or all(cited.page in case.pages for cited in found))


def test_there_are_enough_of_them_in_each_language() -> None:
    counted = Counter((case.book.language, case.true) for case in cases())
    assert sum(counted.values()) >= LEAST_CASES, counted
    assert min(counted.values()) >= 50, counted


def test_no_false_quotation_is_verified() -> None:
    verified = [f"{case.kind}: {case.answer}" for case in cases() if not case.true and _is_verified(case)]
    assert verified == []


def test_nearly_every_true_quotation_is_verified() -> None:
    true = [case for case in cases() if case.true]
    refused = [f"{case.kind}: {case.answer}" for case in true if not _is_verified(case)]
    assert len(refused) <= (1 - LEAST_TRUE_SHARE) * len(true), "\n".join(refused)
