"""The buttons that bring back a side panel which is folded away, or behind the other one."""

from __future__ import annotations

from app.ui.look.icons import Icons, Symbol
from app.ui.widgets.buttons import IconButton
from app.wording.i18n import _


class UnfoldButtons:
    """The two buttons: `shelf` belongs at the left end of a header, `page` at the right; each is there only while its
    panel is not."""

    def __init__(self, icons: Icons) -> None:
        self.shelf = IconButton(icons, Symbol.SHELF, _("Show the shelf"), shortcut="Ctrl+B")
        self.page = IconButton(icons, Symbol.BOOK, _("Show the page"), shortcut="Ctrl+J")
        self.show_folded(shelf=False, page=False)

    def show_folded(self, *, shelf: bool, page: bool) -> None:
        """Show which panels are not shown."""
        self.shelf.setVisible(shelf)
        self.page.setVisible(page)
