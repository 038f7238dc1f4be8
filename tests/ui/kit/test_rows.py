"""Rows of a list: what they say, which can be chosen, and the way from one to the next."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QModelIndex, Qt
from pytestqt.qtbot import QtBot

from app.ui.kit.rows import RowRole, RowsModel


class _Words(RowsModel[str]):
    """Words; those in capitals are headings."""

    def words(self, row: str) -> str:
        return row.title()

    def can_choose(self, row: str) -> bool:
        return row.islower()


@pytest.fixture
def model(qtmodeltester: object) -> _Words:
    made = _Words()
    made.put(["A", "ash", "alder", "B", "birch"])
    qtmodeltester.check(made)  # type: ignore[attr-defined]
    return made


def test_a_row_is_given_in_words_and_itself(model: _Words) -> None:
    row = model.index(1)
    assert (row.data(), row.data(RowRole)) == ("Ash", "ash")
    assert row.data(Qt.ItemDataRole.AccessibleTextRole) == "Ash"
    assert row.data(Qt.ItemDataRole.AccessibleDescriptionRole) is None


def test_a_heading_cannot_be_chosen(model: _Words) -> None:
    assert model.flags(model.index(0)) == Qt.ItemFlag.NoItemFlags == model.flags(QModelIndex())
    assert model.flags(model.index(1)) & Qt.ItemFlag.ItemIsSelectable


@pytest.mark.parametrize(
    ("row", "step", "reached"),
    [(-1, 1, 1), (1, 1, 2), (2, 1, 4), (4, 1, 4), (4, -1, 2), (1, -1, -1), (1, 9, 4), (4, -9, -1)],
)
def test_a_step_goes_past_headings(model: _Words, row: int, step: int, reached: int) -> None:
    assert model.step(row, step).row() == reached


def test_where_there_is_nothing_no_step_leads_anywhere() -> None:
    assert not _Words().step(-1, 1).isValid()


def test_one_row_is_put_in_the_place_of_another(qtbot: QtBot, model: _Words) -> None:
    with qtbot.waitSignal(model.dataChanged) as changed:
        model.change(1, "aspen")
    assert changed.args is not None
    assert [index.row() for index in changed.args[:2]] == [1, 1]
    assert model.rows == ["A", "aspen", "alder", "B", "birch"]
    assert model.find(lambda row: row == "aspen").row() == 1
    assert not model.find(lambda row: row == "ash").isValid()
