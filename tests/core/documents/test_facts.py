"""A line that says what a file says of its document."""

from __future__ import annotations

import pytest

from app.core.documents.facts import NO_FACTS, DocumentPerson, Facts, Role
from app.wording.facts import facts_line


def _people(role: Role, *names: str) -> tuple[DocumentPerson, ...]:
    return tuple(DocumentPerson(name, role) for name in names)


@pytest.mark.parametrize(
    ("facts", "line"),
    [
        (NO_FACTS, ""),
        (Facts("1851", _people(Role.AUTHOR, "Herman Melville"), "Harper"), "1851 · Herman Melville · Harper"),
        (
            Facts("2026-03-12T09:30", (*_people(Role.SENDER, "Ada"), *_people(Role.RECEIVER, "Bob", "Eve"))),
            "12 March 2026, 09:30 · from Ada · to Bob, Eve",
        ),
        (Facts("2026-03", _people(Role.AUTHOR, *"ABCDE")), "2026-03 · A, B, C and 2 more"),
        (Facts(container="Lamps", doi="10.1/2", isbn="0306406152"), "Lamps · DOI 10.1/2 · ISBN 0306406152"),
    ],
)
def test_facts_are_said_in_a_line(facts: Facts, line: str) -> None:
    assert facts_line(facts) == line
