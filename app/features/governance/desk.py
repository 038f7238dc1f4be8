"""Deletes by age whenever a desk is opened, and when a person changes in the terminal how long things are kept."""

from __future__ import annotations

import time

from app.features.governance.retention import deletes_by_age, retention_of
from app.features.governance.retention_words import aged_words
from app.services.desk_feature import DeskFeature
from app.services.services import Services
from app.wording.i18n import _


class GovernanceDesk(DeskFeature):
    def __init__(self, desk: Services) -> None:
        self._desk = desk

    def opened(self) -> str:
        if not deletes_by_age(self._desk.settings.load().retention):
            return ""
        return aged_words(retention_of(self._desk).run(time.time()))

    def setting_changed(self, path: str) -> str:
        if not path.startswith("retention."):
            return ""
        retention = retention_of(self._desk)
        ran = retention.run(time.time())
        return aged_words(ran if ran.done else retention.look(time.time())) or _("Nothing is too old now.")
