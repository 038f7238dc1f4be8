"""Another program's window: a row of files that can be dragged. Prints where, in the screen's px."""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, Qt, QTimer, QUrl
from PySide6.QtGui import QDrag, QMouseEvent
from PySide6.QtWidgets import QApplication, QLabel


class Files(QLabel):
    def __init__(self, files: list[Path]) -> None:
        super().__init__("\n".join(file.name for file in files))
        self.setWindowTitle("Files")
        self.setMargin(16)
        self._files = files

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            data = QMimeData()
            data.setUrls([QUrl.fromLocalFile(str(file)) for file in self._files])
            carried = QDrag(self)
            carried.setMimeData(data)
            carried.exec(Qt.DropAction.CopyAction)


def main() -> None:
    x, y, *names = sys.argv[1:]
    application = QApplication(sys.argv[:1])
    window = Files([Path(name) for name in names])
    window.move(int(x), int(y))
    window.show()

    def tell() -> None:
        middle = window.mapToGlobal(QPoint(window.width() // 2, window.height() // 2))
        print(middle.x(), middle.y(), flush=True)

    QTimer.singleShot(800, tell)
    application.exec()


if __name__ == "__main__":
    main()
