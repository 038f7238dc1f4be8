"""Links of drawn pages: what the mouse does with them, and a button over each one in sight for the keyboard and for
screen readers; the mouse goes through it to the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

from PySide6.QtCore import QObject, QPointF, QRect, QRectF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAccessible, QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from app.core.documents.document import PageLink
from app.core.documents.page_names import PageNames
from app.core.documents.untrusted import disarm
from app.ui.chat.text.buttons import PlainButton
from app.ui.look.theme import LAMP, PAPER, Theme
from app.ui.page.markings import Markings, PlacedPage
from app.ui.widgets.accessibility import speak_as
from app.ui.widgets.labels import plain_tip
from app.ui.widgets.link_dialog import LinkDialog
from app.wording.i18n import _
from app.wording.page_names import page_words

_DELAY_MS = 120
_AROUND = 2  # px
_ROUND = 4.0  # px


class LinkedPages(Protocol):
    """The pages that have the links, and all that the links ask of them."""

    @property
    def dark(self) -> bool: ...

    def selected_text(self) -> str: ...

    def seen(self) -> Sequence[int]: ...

    def page_under(self, at: QPointF) -> int | None: ...

    def marks(self, page: int) -> Markings: ...

    def placed(self, page: int) -> PlacedPage: ...


class _SeenLink(NamedTuple):
    """A link in sight; `area` is that of its first line, in the view."""

    link: PageLink
    on: int
    words: str
    area: QRect


class LinkStop(PlainButton):
    def __init__(self, seen: _SeenLink, target: str, pages: LinkedPages, theme: Theme, parent: QWidget) -> None:
        """`target` says in words where the link leads."""
        super().__init__(theme, parent)
        self.link = seen.link
        self._pages = pages
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        speak_as(self, QAccessible.Role.Link)
        self.setAccessibleName(disarm(seen.words) or target)
        self.setAccessibleDescription(target)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Draw a frame around the link that has the focus, in the colours of day: a page is paper by night too, unless
        it is drawn dark."""
        if self.hasFocus():
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor((LAMP if self._pages.dark else PAPER).accent), 1.5))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), _ROUND, _ROUND)


class PageLinks(QObject):
    """The links of the pages in sight. `followed` carries a PageLink that leads to a page. An address on the web is
    shown, and opened by nobody."""

    followed = Signal(object)

    def __init__(self, view: QAbstractScrollArea, pages: LinkedPages, theme: Theme) -> None:
        """`pages` are what `view` shows."""
        super().__init__(view)
        self._view = view
        self._pages = pages
        self._theme = theme
        self.names = PageNames()
        """The names of the book's pages."""
        self._pressed: PageLink | None = None
        self._stops: dict[tuple[int, PageLink], LinkStop] = {}
        self._later = QTimer(self, singleShot=True, interval=_DELAY_MS)  # once nothing moves any more
        self._later.timeout.connect(self._place)

    def look(self) -> None:
        """Place the buttons anew, soon: other links may be in sight, or at other places."""
        self._later.start()

    def stops(self) -> list[LinkStop]:
        """Return the buttons, in the order of reading."""
        return list(self._stops.values())

    # ---- mouse

    def under(self, at: QPointF) -> PageLink | None:
        page = self._pages.page_under(at)
        layer = self._pages.marks(page).layer if page is not None else None
        return layer.link_at(*self._pages.placed(page).share(at)) if page is not None and layer is not None else None

    def point(self, at: QPointF, *, over_text: bool) -> None:
        """Show what the mouse can do at a place, and where the link there leads."""
        link = self.under(at)
        text = Qt.CursorShape.IBeamCursor if over_text else Qt.CursorShape.ArrowCursor
        self._view.viewport().setCursor(Qt.CursorShape.PointingHandCursor if link is not None else text)
        self._view.viewport().setToolTip(plain_tip(self._target_words(link)) if link is not None else "")

    def press(self, at: QPointF) -> None:
        self._pressed = self.under(at)

    def release(self, at: QPointF) -> None:
        """Follow the link on which the mouse button was pressed, if it is released on it and no words of it were
        selected."""
        pressed, self._pressed = self._pressed, None
        if pressed is not None and pressed == self.under(at) and not self._pages.selected_text():
            self._follow(pressed)

    def _follow(self, link: PageLink) -> None:
        if link.page:
            self.followed.emit(link)
        else:
            dialog = LinkDialog(link.address, parent=self._view)
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.open()

    # ---- keyboard

    @Slot()
    def _place(self) -> None:
        """Put a button over each link in sight, and remove all others. The button that has the focus stays the same
        one."""
        before, self._stops = self._stops, {}
        last: QWidget = self._view
        for each in self._seen():
            key = (each.on, each.link)
            stop = before.pop(key, None) or self._make(each)
            stop.setGeometry(each.area.adjusted(-_AROUND, -_AROUND, _AROUND, _AROUND))
            QWidget.setTabOrder(last, stop)
            self._stops[key] = last = stop
        for gone in before.values():
            if gone.hasFocus():
                self._view.setFocus(Qt.FocusReason.OtherFocusReason)
            gone.hide()
            gone.deleteLater()

    def _seen(self) -> Iterator[_SeenLink]:
        view = QRectF(self._view.viewport().rect())
        for page in self._pages.seen():
            layer, placed = self._pages.marks(page).layer, self._pages.placed(page)
            for link in layer.links if layer is not None else ():
                area = placed.on_view(link.boxes[0])
                if layer is not None and area.intersects(view):
                    yield _SeenLink(link, page, layer.words_of(link), area.toAlignedRect())

    def _make(self, seen: _SeenLink) -> LinkStop:
        made = LinkStop(seen, self._target_words(seen.link), self._pages, self._theme, self._view.viewport())
        made.clicked.connect(self._press_stop)
        made.show()
        return made

    @Slot()
    def _press_stop(self) -> None:
        stop = self.sender()
        assert isinstance(stop, LinkStop)
        self._follow(stop.link)

    def _target_words(self, link: PageLink) -> str:
        """Return where a link leads, in words."""
        if not link.page:
            return disarm(link.address)
        return _("To {place}").format(place=page_words(self.names.of(link.page)))
