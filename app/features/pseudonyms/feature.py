"""Pseudonyms: names and numbers are replaced in texts before they leave this computer, and put back in what comes
back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.kept import Keeps, KeptKind, SearchedTable
from app.feature import Feature
from app.wording.i18n import _

if TYPE_CHECKING:
    from app.engine.protocol import Engine
    from app.services.asking.replacing import NameReplacing
    from app.services.models.models import Models
    from app.store.db import Database
    from app.ui.window_feature import WindowFeature
    from app.ui.workspace import Workspace


def _window(workspace: Workspace) -> WindowFeature:
    from app.features.pseudonyms.window.pseudonyms import PseudonymsWindow

    return PseudonymsWindow(workspace)


def _replacing(engine: Engine, database: Database, models: Models) -> NameReplacing:
    from app.features.pseudonyms.service import OutboundReview

    return OutboundReview.made_for(engine, database, models)


_PSEUDONYMS = "pseudonyms"
_KEEPS = Keeps(
    kinds=(
        KeptKind(
            _PSEUDONYMS,
            lambda: _("Replaced names"),
            lambda: _("Delete the conversation or the table and empty the bin."),
            total="pseudonyms",
            title="SELECT title, bin_id != '' FROM conversations WHERE id = ?",
        ),
    ),
    tables=(SearchedTable("pseudonyms", _PSEUDONYMS, "t.conversation_id", ("text", "stand_in")),),
    without_texts=frozenset(("replaced_texts",)),
)

PSEUDONYMS = Feature(name="pseudonyms", window=_window, replacing=_replacing, keeps=_KEEPS)
