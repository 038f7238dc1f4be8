"""The steps that printing of pages and of conversations have in common: a dialog for the printer, and what is said in
the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal

from app.core.errors import AppError, Code
from app.ui.kit.presenter import Presenter
from app.ui.workspace import Workspace
from app.wording.i18n import _

if TYPE_CHECKING:
    from PySide6.QtPrintSupport import QPrintDialog, QPrinter


class PrintingPresenter(Presenter):
    """Prints something. `done` carries a sentence, `saved` the path of a file that was printed into."""

    done = Signal(str)
    saved = Signal(str)

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace.parent)
        self._bridge = workspace.bridge
        self._window = workspace.window

    def _printer(self, title: str) -> QPrinter:
        """Make a printer that prints something of this title."""
        from PySide6.QtPrintSupport import QPrinter  # when something is printed

        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setDocName(title)
        printer.setCreator("Octavo")
        return printer

    def _dialog(self, printer: QPrinter) -> QPrintDialog:
        """Make a dialog that sets the printer, which whoever listens to the dialog must keep."""
        from PySide6.QtPrintSupport import QPrintDialog  # when something is printed

        dialog = QPrintDialog(printer, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return dialog

    def _tell_printed(self, printer: QPrinter) -> None:
        if printer.outputFileName():
            self.saved.emit(printer.outputFileName())
        else:
            self.done.emit(_("Sent to the printer “{printer}”.").format(printer=printer.printerName()))


def refusal_of(printer: QPrinter) -> AppError:
    """Return the error that the printer took nothing."""
    return AppError(Code.PRINT_FAILED, printer=printer.printerName() or printer.outputFileName())
