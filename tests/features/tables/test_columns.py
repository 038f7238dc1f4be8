"""Columns of a grid as lines of text."""

from __future__ import annotations

import pytest

from app.core.conversations.values import AnswerForm, ValueKind
from app.core.errors import AppError, Code
from app.features.tables.columns import columns_of, line_of
from app.features.tables.data import GridColumn

LINES = (
    "[date] End of term: When does the lease end?",
    "[choice: tenant, landlord] Insurance: Who has to insure the building?",
    "[yes/no] May the tenant sublet?",
    "[prose] Duties: What must the tenant do?",
    "What may the tenant not do?",
)


def test_a_line_has_a_kind_a_name_and_a_question() -> None:
    found = columns_of(LINES)
    assert found == (
        GridColumn("When does the lease end?", "End of term", AnswerForm(ValueKind.DATE)),
        GridColumn(
            "Who has to insure the building?", "Insurance", AnswerForm(ValueKind.CHOICE, ("tenant", "landlord"))
        ),
        GridColumn("May the tenant sublet?", "", AnswerForm(ValueKind.YES_NO)),
        GridColumn("What must the tenant do?", "Duties"),
        GridColumn("What may the tenant not do?"),
    )
    assert tuple(map(line_of, found)) == LINES
    assert found[2].title == "May the tenant sublet?"


def test_kinds_have_japanese_names() -> None:
    (column,) = columns_of(["[選択：借主、貸主] 保険：だれが保険をかけますか。"])
    assert (column.name, column.form.kind, column.form.choices) == ("保険", ValueKind.CHOICE, ("借主", "貸主"))
    assert columns_of(["[日付] いつ終わりますか。"])[0].form.kind is ValueKind.DATE


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("[dat] When?", Code.QUESTION_KIND),
        ("[date: a, b] When?", Code.QUESTION_KIND),
        ("[choice: one] Which?", Code.QUESTION_CHOICES),
        ("[choice] Which?", Code.QUESTION_CHOICES),
    ],
)
def test_a_kind_that_is_none_is_refused(line: str, code: Code) -> None:
    with pytest.raises(AppError) as caught:
        columns_of(["Why?", line])
    assert (caught.value.code, caught.value.params["number"]) == (code, 2)
