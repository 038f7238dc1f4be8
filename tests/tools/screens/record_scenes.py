"""The record: what was asked of which documents by which model; whole, changed, and with nothing in it; and settings
that the administrator of the machine has decided."""

from __future__ import annotations

from app.core.policy import Policy, PolicyRules
from app.core.record import Happening, RecordKind
from app.core.settings import ThemeChoice
from app.features.governance.window.entries import GONE
from app.features.governance.window.governance import GovernanceWindow
from app.wording.settings import SectionKind
from tests.tools.screens.stage import Stage, japanese
from tests.ui.room import LEASE, LETTERS

_SCOUT, _HASH = "Llama 4 Scout 17B 16E Instruct Q4_K_M", "6f" * 32


def _record(stage: Stage, **options: object) -> None:
    stage.add_books()
    talk = stage.add_conversation("Notice periods in the lease", [stage.books[LEASE], stage.books[LETTERS]])
    books = [stage.books[LEASE].id, stage.books[LETTERS].id]
    record = stage.desk.record
    record.note(Happening(RecordKind.IMPORT, documents=("5e" * 32,), detail="documents: 1"))
    for ending in ("complete", "complete", "cancelled", "failed"):
        asked = Happening(RecordKind.ANSWER, talk.id, (), _SCOUT, _HASH, "local", ending, 41_200, 318)
        record.note(asked, books=books)
    for _cell in range(9):
        record.note(Happening(RecordKind.CELL, "s", (), _SCOUT, _HASH, "local", "complete", 9_100, 42), books=books[:1])
    remote = Happening(RecordKind.REMOTE, "", (), "llama-4-scout", "", "models.example.org", detail="connected")
    record.note(remote)
    record.note(
        Happening(RecordKind.ANSWER, talk.id, (), "llama-4-scout", "", "models.example.org", "complete", 900, 88)
    )
    record.note(Happening(RecordKind.SETTING, detail="use_bin: False"))
    record.note(Happening(RecordKind.EXPORT, talk.id, detail="conversation as docx"), books=books)
    record.note(Happening(RecordKind.PURGED, "b", ("5e" * 32,), detail="book"))
    stage.open(**options)  # type: ignore[arg-type]


def _shown(stage: Stage, **options: object) -> None:
    _record(stage, **options)
    stage.feature(GovernanceWindow).open_record()
    stage.settle()


def record(stage: Stage) -> None:
    _shown(stage)


def record_dark(stage: Stage) -> None:
    _shown(stage, theme=ThemeChoice.DARK)


def record_small_japanese(stage: Stage) -> None:
    with japanese():
        _shown(stage, size=(1024, 700))


def record_changed(stage: Stage) -> None:
    _record(stage)
    stage.desk.database.run("DELETE FROM record_entries WHERE number = 7")
    stage.feature(GovernanceWindow).open_record()
    stage.settle()


def record_nothing(stage: Stage) -> None:
    _shown(stage, theme=ThemeChoice.DARK)
    dialog = stage.feature(GovernanceWindow).record.dialog
    assert dialog is not None
    dialog.days.set_value("1")
    dialog.group.set_value(GONE)
    dialog.group.chosen.emit(GONE)
    stage.settle()


def _kept(stage: Stage, **options: object) -> None:
    _record(stage, **options)
    governance = stage.feature(GovernanceWindow)
    governance.open_keeping()
    assert governance.kept is not None
    governance.kept.dialog.name.setText("tenant")
    governance.kept.dialog.look.click()
    stage.settle()


def kept(stage: Stage) -> None:
    _kept(stage)


def kept_dark(stage: Stage) -> None:
    _kept(stage, theme=ThemeChoice.DARK)


def kept_small_japanese(stage: Stage) -> None:
    with japanese():
        _kept(stage, size=(1024, 700))


def _held(stage: Stage, section: SectionKind, **options: object) -> None:
    stage.desk.settings.policy = Policy(
        PolicyRules(remote_engine=False, model_hub=False, passphrase_required=True, lock_after_minutes=15),
        "/etc/octavo/policy.toml",
    )
    _record(stage, **options)
    stage.presenter.model_area.preferences.open_settings()
    stage.settle()
    assert stage.presenter.model_area.preferences.dialog is not None
    stage.presenter.model_area.preferences.dialog.show_section(section)
    stage.settle()


def policy_privacy(stage: Stage) -> None:
    _held(stage, SectionKind.PRIVACY)


def policy_server_dark(stage: Stage) -> None:
    _held(stage, SectionKind.SERVER, theme=ThemeChoice.DARK)


RECORD_SCENES = (
    record,
    record_dark,
    record_small_japanese,
    record_changed,
    record_nothing,
    kept,
    kept_dark,
    kept_small_japanese,
    policy_privacy,
    policy_server_dark,
)
