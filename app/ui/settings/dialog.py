"""The settings: sections at the left, found by their words, each change taken at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QFont
from PySide6.QtWidgets import QDialog, QLineEdit, QListWidget, QListWidgetItem, QScrollArea, QToolButton, QWidget

from app.core.machine.secret import KeyOrigin
from app.core.policy import NO_POLICY, Policy
from app.core.settings import RemoteServer, Settings, value_of
from app.ui.kit.frame_state import bound
from app.ui.look.icons import Icons, Symbol
from app.ui.look.theme import SPACE_L, SPACE_M, SPACE_S, SPACE_XL, SPACE_XXL
from app.ui.settings.editors import Editor, KeyEditor, ServersEditor
from app.ui.settings.feature_row import ExplainedRows, FeatureRow
from app.ui.settings.making import make_editor
from app.ui.settings.rows import ButtonRow, SectionView, SettingRow
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.labels import PlainLabel, Separator
from app.ui.widgets.layouts import STRETCH, boxed, column, row, scroll_down
from app.wording.i18n import _
from app.wording.policy import held_sentence, policy_lines
from app.wording.settings import Meaning, Need, SectionKind, SettingSection, meanings, sections

_WIDTH, _HEIGHT = 920, 680
_SIDE_WIDTH = 220
_ADDRESS = "remote.address"
_KEY = "remote.key"
_KindRole = int(Qt.ItemDataRole.UserRole)
_READINGS = "readings"
_PASSPHRASE, _NO_PASSPHRASE = "passphrase", "no passphrase"


@dataclass(frozen=True)
class Known:
    """The facts that decide what the dialog shows. `origin` tells where the key of the data is. `gpu` and `experts` are
    False only if the model in use is known to be without. `key_kept` tells that there is a key for the server. `added`
    are rows of features. `policy` is what the administrator has decided."""

    origin: KeyOrigin = KeyOrigin.KEYRING
    gpu: bool = True
    experts: bool = True
    key_kept: bool = False
    added: ExplainedRows = ()
    policy: Policy = NO_POLICY


@dataclass(frozen=True)
class Pending:
    """A step that changes need to take effect. `action` are the words on its button, `key` is what `acted` carries."""

    words: str
    action: str
    key: str


class SettingsDialog(QDialog):
    """The dialog itself. `changed` carries a setting's path and its new value; `key_changed` the address of the server
    and its new key, empty to forget it; `acted` the key of what is to be done."""

    changed = Signal(str, object)
    key_changed = Signal(str, str)
    acted = Signal(str)

    def __init__(self, icons: Icons, settings: Settings, known: Known, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons, self._settings, self._known = icons, settings, known
        self._meanings = meanings()
        self._rows: dict[str, SettingRow] = {}
        self.key = KeyEditor(kept=known.key_kept)
        self.key.changed.connect(self._on_key)
        self._lock = _lock_row(known)
        self._added = {each.key: ButtonRow(each.title, words, (each.key, each.button)) for each, words in known.added}
        self._pending: Pending | None = None
        self.setWindowTitle(_("Settings"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(bound(self, _WIDTH, _HEIGHT))
        self.search = _search_line()
        self._magnifier = QAction(self)
        self.search.addAction(self._magnifier, QLineEdit.ActionPosition.LeadingPosition)
        for sign in self.search.findChildren(QToolButton):  # Qt's own, to look at
            sign.setAccessibleName(_("Search settings"))
        self.search.setTextMargins(-SPACE_S, 0, 0, 0)  # the icon keeps enough room
        self.list = QListWidget()
        self._sections = sections()
        self._views: dict[SectionKind, SectionView] = {}
        self._later = QTimer(self, interval=0)
        self._later.timeout.connect(self._build_next)
        self._nothing = PlainLabel(role="soft", wraps=True)
        self._scroller = QScrollArea()
        self.pending_words = PlainLabel(role="soft", wraps=True)
        self.pending_button = TextButton("")
        self._lay_out()
        icons.theme.changed.connect(self._recolour)
        self._recolour()
        self.show_pending(None)
        self._fill_list()
        self.list.setCurrentRow(0)
        for chosen in (self.list.currentRowChanged, self.list.itemClicked):
            chosen.connect(self._choose_section)
        self.search.textChanged.connect(self._show)
        self._show()
        self.list.setFocus()
        self._later.start()

    # ---- what it shows

    def editor(self, path: str) -> Editor:
        """Return the editor of a setting such as `engine.threads`."""
        field = self.row(path).field
        assert isinstance(field, Editor)
        return field

    def row(self, path: str) -> SettingRow:
        if path not in self._rows:
            self._build_all()
        return self._rows[path]

    def show_section(self, kind: SectionKind) -> None:
        self.search.clear()
        for place in range(self.list.count()):
            if self.list.item(place).data(_KindRole) == kind:
                self.list.setCurrentRow(place)

    def show_settings(self, settings: Settings, known: Known) -> None:
        """Show the settings as they are kept now: fields that nobody edits follow, and rows that apply are shown."""
        self._settings, self._known = settings, known
        for path in self._meanings.keys() & self._rows.keys():
            editor, value = self.editor(path), value_of(settings, path)
            if not editor.isAncestorOf(self.focusWidget() or self) and editor.value() != value:
                editor.set_value(value)
        self.key.set_kept(known.key_kept)
        self._lock.show_buttons(*_lock_words(known.origin))
        for each, words in known.added:
            self._added[each.key].show_buttons(words, (each.key, each.button))
        self._show()

    def show_pending(self, pending: Pending | None) -> None:
        self._pending = pending
        self.pending_words.setText(pending.words if pending else at_once_words())
        self.pending_button.setText(pending.action if pending else "")
        self.pending_button.setVisible(pending is not None)

    def show_problem(self, path: str, words: str) -> None:
        """Show why a value was not taken."""
        self._rows[path].show_problem(self._meanings[path].refusal or words)

    def done(self, result: int) -> None:
        for path in self._meanings.keys() & self._rows.keys():
            self.editor(path).commit()
        self.key.commit()
        super().done(result)

    # ---- what happens

    def _on_changed(self, path: str) -> None:
        self._rows[path].show_problem("")
        self.changed.emit(path, self.editor(path).value())

    @Slot()
    def _on_key(self) -> None:
        address = str(self.editor(_ADDRESS).value())
        if address:
            self.key_changed.emit(address, str(self.key.value()))

    @Slot()
    def _act(self) -> None:
        if self._pending is not None:
            self.acted.emit(self._pending.key)

    @Slot()
    def _choose_section(self) -> None:
        self.search.clear()
        self._show()

    @Slot()
    def _show(self) -> None:
        """Show the chosen section, or all rows that have the words that are searched for."""
        wanted = self.search.text().casefold().split()
        chosen = self._mark_section(searching=bool(wanted))
        if wanted:
            self._build_all()
        elif chosen:
            self._build(SectionKind(chosen))
        for path, each in self._rows.items():
            meaning = self._meanings.get(path)
            each.is_wanted = self._applies(meaning.need if meaning else Need.SERVER if path == _KEY else None, path)
        found = False
        for kind, view in self._views.items():
            if wanted:
                found |= view.show_found(wanted)
            elif kind == chosen:
                view.show_all()
            else:
                view.hide()
        self._nothing.setVisible(bool(wanted) and not found)
        self._nothing.setText(_("Nothing found for “{words}”.").format(words=self.search.text().strip()))
        self._scroller.verticalScrollBar().setValue(0)

    def _mark_section(self, *, searching: bool) -> str:
        """Set the chosen section off in the list, unless all are searched; return its kind."""
        chosen = self.list.currentRow()
        for place in range(self.list.count()):
            item, font = self.list.item(place), self.list.font()
            font.setWeight(QFont.Weight.DemiBold if place == chosen and not searching else QFont.Weight.Normal)
            item.setFont(font)
            item.setSelected(place == chosen and not searching)
        return str(self.list.item(chosen).data(_KindRole)) if chosen >= 0 else ""

    @Slot(str)
    def _use_server(self, label: str) -> None:
        """Have another server answer; with no label, one that is still to be set up."""
        remote = self._settings.remote
        changed = remote.choosing(label) if label else remote.with_server(RemoteServer())
        if changed is not None:
            self.changed.emit("remote", changed)

    def _applies(self, need: Need | None, path: str) -> bool:
        """Return whether the setting makes a difference, or was changed already."""
        if need in (Need.GPU, Need.EXPERTS):
            has = self._known.gpu and (need is Need.GPU or self._known.experts)
            return has or value_of(self._settings, path) != value_of(Settings(), path)
        if need is Need.IMAGES:
            return self._settings.engine.images
        remote = self._settings.remote
        if path == "remote.others":
            return bool(remote.servers)
        return need is not Need.SERVER or bool(remote.address)

    # ---- how it is built: first what is shown, the other sections one after the other when there is nothing to do

    def _build(self, kind: SectionKind) -> None:
        if kind in self._views:
            return
        order = [section.kind for section in self._sections]
        section = self._sections[order.index(kind)]
        before = sum(order.index(built) < order.index(kind) for built in self._views)
        view = self._views[kind] = self._view(section)
        view.hide()
        self._shown.insertWidget(before, view)

    def _build_all(self) -> None:
        for section in self._sections:
            self._build(section.kind)

    @Slot()
    def _build_next(self) -> None:
        left = [section.kind for section in self._sections if section.kind not in self._views]
        if left:
            self._build(left[0])
        else:
            self._later.stop()

    def _view(self, section: SettingSection) -> SectionView:
        rows = []
        for meaning in section.settings:
            rows.append(self._row(meaning))
            if meaning.path == "remote.model":
                rows.append(self._key_row())
        if section.kind is SectionKind.DOCUMENTS:
            rows.append(self._button_row(_READINGS, _readings_row()))
        if section.kind is SectionKind.PRIVACY:
            rows.append(self._button_row(_PASSPHRASE, self._lock))
        rows += [self._button_row(each.key, self._added[each.key]) for each in self._added_to(section.kind)]
        note = section.note
        if section.kind is SectionKind.PRIVACY:
            note = " ".join(policy_lines(self._known.policy))
        return SectionView(section.title, note, rows)

    def _added_to(self, kind: SectionKind) -> Iterator[FeatureRow]:
        return (each for each, _words in self._known.added if each.section is kind)

    def _row(self, meaning: Meaning) -> SettingRow:
        editor = make_editor(meaning, self._settings, self._icons.theme)
        editor.changed.connect(partial(self._on_changed, meaning.path))
        if isinstance(editor, ServersEditor):
            editor.used.connect(self._use_server)
        words = " ".join((meaning.path, meaning.unit, meaning.words, *(words for _value, words in meaning.named)))
        held = self._known.policy.held().get(meaning.path)
        editor.setEnabled(held is None or held.at_most)
        help_text = meaning.help if held is None else f"{meaning.help} {held_sentence(meaning, held)}"
        made = self._rows[meaning.path] = SettingRow(meaning.title, help_text, editor, words=words)
        return made

    def _key_row(self) -> SettingRow:
        """Make the row of the server's key, which is no setting: it goes into the keyring."""
        words = _("Stored in the system keyring, or encrypted in Octavo’s data; sent only to that server.")
        made = self._rows[_KEY] = SettingRow(_("Key"), words, self.key)
        return made

    def _button_row(self, path: str, made: ButtonRow) -> SettingRow:
        made.acted.connect(self.acted)
        self._rows[path] = made
        return made

    def _fill_list(self) -> None:
        self.list.setProperty("role", "sections")
        self.list.setAccessibleName(_("Sections"))
        for section in self._sections:
            item = QListWidgetItem(section.title, self.list)
            item.setData(_KindRole, section.kind.value)

    def _lay_out(self) -> None:
        done = TextButton(_("Done"), role="primary")
        done.clicked.connect(self.accept)
        self.pending_button.clicked.connect(self._act)
        side = boxed(column(self.search, (self.list, 1), margins=(SPACE_M, SPACE_L, SPACE_M, SPACE_M), spacing=SPACE_M))
        side.setFixedWidth(_SIDE_WIDTH)
        shown = column(self._nothing, STRETCH, margins=(SPACE_XXL, SPACE_XL, SPACE_XXL, SPACE_XL))
        self._shown = shown
        scroll_down(boxed(shown), _("Settings"), self._scroller)
        self._scroller.verticalScrollBar().rangeChanged.connect(self._keep_edge)
        foot = row(
            (self.pending_words, 1), self.pending_button, done, margins=(SPACE_XXL, SPACE_M) * 2, spacing=SPACE_S
        )
        right = column((self._scroller, 1), Separator(), foot)
        row(side, Separator(Qt.Orientation.Vertical), (right, 1), of=self)

    @Slot(int, int)
    def _keep_edge(self, lowest: int, highest: int) -> None:
        """Keep the right edge of the rows where it is without a scroll bar."""
        bar = self._scroller.verticalScrollBar().sizeHint().width() if highest > lowest else 0
        self._shown.setContentsMargins(SPACE_XXL, SPACE_XL, SPACE_XXL - bar, SPACE_XL)

    @Slot()
    def _recolour(self) -> None:
        self._magnifier.setIcon(self._icons.icon(Symbol.FIND, self._icons.theme.palette.soft_ink))


def at_once_words() -> str:
    """Say that no change waits for anything."""
    return _("Changes apply at once.")


def _readings_row() -> ButtonRow:
    words = _("Each document that the model has read, with its size on the disk.")
    return ButtonRow(_("Saved readings"), words, (_READINGS, _("Show…")))


def _lock_row(known: Known) -> ButtonRow:
    return ButtonRow(_("Passphrase"), *_lock_words(known.origin))


def _search_line() -> QLineEdit:
    made = QLineEdit()
    made.setPlaceholderText(_("Search settings"))
    made.setAccessibleName(_("Search settings"))
    made.setClearButtonEnabled(True)
    return made


_Buttons: TypeAlias = "tuple[str, *tuple[tuple[str, str], ...]]"


def _lock_words(origin: KeyOrigin) -> _Buttons:
    """Say how the data is locked, and return the buttons for what can be done about it."""
    match origin:
        case KeyOrigin.PASSPHRASE:
            words = _("Your data is locked. Octavo asks for the passphrase at each start.")
            return words, (_PASSPHRASE, _("Change…")), (_NO_PASSPHRASE, _("Remove…"))
        case KeyOrigin.KEYRING:
            words = _(
                "Your data is encrypted. Its key is in the keyring of the system: a copy of the data folder does not"
                " open on another computer, a backup does."
            )
        case _:
            words = _(
                "Your data is encrypted, but its key is stored next to it. With a passphrase, nobody else can open it."
            )
    return words, (_PASSPHRASE, _("Set a passphrase…"))
