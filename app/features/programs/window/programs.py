"""Other programs in a window: a person is asked about them from the start on, and the settings have a row for them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from app.ui.settings.feature_row import FeatureRow
from app.ui.window_feature import WindowFeature
from app.wording.i18n import _
from app.wording.settings import SectionKind

if TYPE_CHECKING:
    from app.features.programs.window.presenter import ProgramsPresenter


class ProgramsWindow(WindowFeature):
    @cached_property
    def programs(self) -> ProgramsPresenter:
        from app.features.programs.window.presenter import ProgramsPresenter  # when the desk is open

        made = ProgramsPresenter(self._workspace)
        made.done.connect(self._workspace.window.say)
        made.failed.connect(self._workspace.window.tell)
        return made

    def begin(self) -> None:
        self.programs.begin()

    def settings_rows(self) -> Sequence[FeatureRow]:
        row = FeatureRow(
            "programs", SectionKind.PRIVACY, _("Other programs"), _("Show…"), self._explain, self.open_list
        )
        return (row,)

    @Slot()
    def open_list(self) -> None:
        """List the programs, and what each may see."""
        self.programs.open_list()

    def _explain(self) -> str:
        return _("Editors and agents that ask your desk, and what each may see.")
