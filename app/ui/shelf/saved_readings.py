"""The saved readings: lists them, and deletes those that the person selects."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from app.engine.kv.saved_states import SavedReading
from app.services.readings import SavedReadings
from app.ui.bridge import Bridge, Executor
from app.ui.presenter import Presenter
from app.ui.shelf.readings_dialog import ReadingsDialog


class ReadingsPresenter(Presenter):
    def __init__(self, readings: SavedReadings, bridge: Bridge, window: QWidget, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._readings = readings
        self._bridge = bridge
        self._window = window

    @Slot()
    def open_list(self) -> None:
        self._bridge.call(Executor.STORE, self._readings.all, self._show, self._on_problem)

    @Slot(object)
    def _show(self, readings: tuple[SavedReading, ...]) -> None:
        dialog = ReadingsDialog(readings, self._window)
        dialog.delete_wanted.connect(self._delete)
        dialog.open()

    @Slot(object)
    def _delete(self, readings: tuple[SavedReading, ...]) -> None:
        work = partial(_delete_all, self._readings, readings)
        self._bridge.call(Executor.STORE, work, self._ignore, self._on_problem)


def _delete_all(saved: SavedReadings, readings: tuple[SavedReading, ...]) -> None:
    for reading in readings:
        saved.delete(reading)
