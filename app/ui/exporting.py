"""Exporting: the shown conversation, or one answer of it, as a file of the person's choice."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeAlias

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QObject, QUrl, Signal, Slot
from PySide6.QtGui import QFont, QImage, QPageLayout, QPageSize, QPdfWriter, QTextDocument
from PySide6.QtWidgets import QWidget

from app.core.conversation import Conversation
from app.core.image import ImageRef, Raster
from app.export import files
from app.export.report import PICTURE_SIDE, Picture, Report, compose
from app.export.table import Rows, write_table
from app.services.images import Images
from app.services.library import Library
from app.store.conversations import Conversations
from app.ui.bridge import Bridge, Executor
from app.ui.chat.presenter import ConversationPresenter
from app.ui.presenter import Presenter
from app.ui.shelf.rows import title_of
from app.ui.shown import Shown
from app.ui.theme import PAPER, TEXT_FAMILY
from app.ui.widgets.dialogs import SaveDialog
from app.wording.i18n import _

LoadRaster: TypeAlias = Callable[[ImageRef, int], Raster]
"""Gives the pixels of an image, reduced if a side is longer than so many. Raises AppError."""

_PDF = ".pdf"
_TEXT_PT, _SMALL_PT = 11.0, 9.5
# Qt's printing adds 20 mm on each side, and puts the page's number into those below. So lines have 13 cm, about 75
# characters.
_MARGINS_MM = QMarginsF(20, 5, 20, 8)
_INDENT = 24
# Qt knows few lengths: sizes of letters are in points, all else in pixels of which an inch has 96.
_STYLE = (
    f"body{{color:{PAPER.ink};line-height:120%}}"
    "p,ul,ol,pre{margin:0 0 9px 0}li{margin:0 0 3px 0}"
    "h1{font-size:19pt;font-weight:600;margin:0 0 16px 0;line-height:110%}"
    "h2{font-size:14pt;font-weight:600;margin:22px 0 8px 0}h3{font-size:12pt;font-weight:600;margin:16px 0 6px 0}"
    f"h4,h5,h6{{font-size:{_TEXT_PT:g}pt;font-weight:600;margin:12px 0 6px 0}}"
    f"blockquote{{margin:6px 24px 9px 24px}}.question{{margin:28px 0 12px 0;font-weight:600}}"
    f"a{{color:{PAPER.accent}}}sup a{{text-decoration:none}}"
    f"pre,code{{font-family:monospace;font-size:{_SMALL_PT:g}pt}}"
    f"table{{border-collapse:collapse;margin:4px 0 12px 0}}td,th{{border:1px solid {PAPER.line};padding:3px 8px}}"
    f".references li{{font-size:{_SMALL_PT:g}pt}}.note,.caption{{font-size:{_SMALL_PT:g}pt;color:{PAPER.soft_ink}}}"
    ".image{margin:26px 0 4px 0;line-height:100%}"
)


class Exporting(Presenter):
    """`done` and `failed` carry a sentence."""

    done = Signal(str)

    def __init__(
        self,
        conversations: Conversations,
        library: Library,
        images: Images,
        bridge: Bridge,
        talk: ConversationPresenter,
        shown: Shown,
        window: QWidget,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._conversations = conversations
        self._library = library
        self._images = images
        self._talk = talk
        self._shown = shown
        self._bridge = bridge
        self._window = window
        self._conversation: Conversation | None = None
        self._answer_id = ""

    @Slot()
    def export(self) -> None:
        """Write the shown conversation into a file."""
        if self._shown.conversation is not None and not self._talk.empty:
            self._choose(self._shown.conversation)

    @Slot(str)
    def export_answer(self, answer_id: str) -> None:
        """Write one answer of it, with its question and references, into a file."""
        if self._shown.conversation is not None:
            self._choose(self._shown.conversation, answer_id)

    @Slot(object)
    def save_table(self, rows: Rows) -> None:
        """Write a table of an answer into a spreadsheet."""
        title = title_of(self._shown.conversation) if self._shown.conversation is not None else _("Table")
        dialog = SaveDialog(self._window, _("Save the table"), title, (_("Spreadsheet (*.xlsx)"),))
        dialog.fileSelected.connect(partial(self.write_table, rows))
        dialog.open()

    def write_table(self, rows: Rows, name: str) -> None:
        """Write this table into this file."""
        work = partial(_write_table, rows, Path(name))
        self._bridge.call(Executor.IMAGES, work, partial(self._table_written, name), self._on_problem)

    def _table_written(self, name: str, nothing: None) -> None:  # noqa: ARG002 - the bridge delivers a result
        self.done.emit(_("Table saved as “{path}”.").format(path=name))

    def _choose(self, conversation: Conversation, answer_id: str = "") -> None:
        """Let the person choose a file and its kind for the conversation, or for this answer with its question."""
        self._conversation, self._answer_id = conversation, answer_id
        filters = _("Word document (*.docx)"), _("PDF (*.pdf)"), _("Web page (*.html)"), _("Markdown (*.md)")
        title = _("Export the answer") if answer_id else _("Export the conversation")
        dialog = SaveDialog(self._window, title, title_of(conversation), filters)
        dialog.fileSelected.connect(self.write)
        dialog.open()

    @Slot(str)
    def write(self, name: str) -> None:
        """Write what was chosen into this file."""
        if self._conversation is not None:
            work = partial(self._export, self._conversation, self._answer_id, Path(name))
            self._bridge.call(Executor.IMAGES, work, partial(self._written, name), self._on_problem)

    def _written(self, name: str, nothing: None) -> None:  # noqa: ARG002 - the bridge delivers a result
        answer, conversation = _("Answer saved as “{path}”."), _("Conversation saved as “{path}”.")
        self.done.emit((answer if self._answer_id else conversation).format(path=name))

    def _export(self, conversation: Conversation, answer_id: str, path: Path) -> None:
        """Off the GUI thread."""
        books = {book.id: book for book in self._library.books()}
        report = compose(title_of(conversation), self._conversations.turns(conversation.id), books, answer_id)
        if path.suffix.lower() == _PDF:
            files.write_bytes(write(report, self._images.raster), path)
        else:
            files.write(report, path, self._images.png_within)


def _write_table(rows: Rows, path: Path) -> None:
    """Off the GUI thread."""
    files.write_bytes(write_table(rows), path)


def write(report: Report, load: LoadRaster) -> bytes:
    """A report as a PDF of A4, with its own fonts and sizes. Where `load` raises AppError, the reason is written in the
    image's place. Needs a QGuiApplication; may run on any thread."""
    document = QTextDocument()
    font = QFont(TEXT_FAMILY)
    font.setPointSizeF(_TEXT_PT)
    document.setDefaultFont(font)
    document.setIndentWidth(_INDENT)

    def put(picture: Picture) -> str:
        raster = load(picture.ref, PICTURE_SIDE)
        pixels = QImage(raster.rgb, raster.width, raster.height, 3 * raster.width, QImage.Format.Format_RGB888)
        name = f"image:{picture.ref.sha256}"
        document.addResource(QTextDocument.ResourceType.ImageResource, QUrl(name), pixels.copy())
        return name

    from app.export import html  # when a file is written

    document.setHtml(html.write(report, put, _STYLE))
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    writer.setPageMargins(_MARGINS_MM, QPageLayout.Unit.Millimeter)
    writer.setTitle(report.title)
    writer.setCreator("Octavo")
    document.print_(writer)
    return bytes(buffer.data().data())
