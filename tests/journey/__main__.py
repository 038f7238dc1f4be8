"""Plays a journey in the real window, from the first start to an exported document, with a picture of each step.

It needs a display with a window manager; what it does there is done by the mouse and the keyboard.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import threading
import time
from pathlib import Path


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.journey", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="where the pictures go")
    parser.add_argument("--home", type=Path, metavar="FOLDER", help="an empty home folder that stays")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    os.environ["LC_ALL"] = "C.UTF-8"
    os.environ["OCTAVO_NO_KEYRING"] = "1"
    with tempfile.TemporaryDirectory(prefix="octavo-journey-") as folder:
        home = options.home or Path(folder)
        os.environ["HOME"] = str(home)
        return _play(options.out, home)


def _play(pictures: Path, home: Path) -> int:
    from PySide6.QtWidgets import QApplication

    from app.__main__ import desk
    from tests.journey.eyes import Eyes
    from tests.journey.player import Lost, Player
    from tests.journey.steps import STEPS, write_files

    failed: list[Lost] = []
    whole = threading.Event()

    def walk() -> None:
        while QApplication.instance() is None:
            time.sleep(0.05)
        eyes = Eyes()
        eyes.moveToThread(QApplication.instance().thread())
        files = home / "Documents"
        write_files(files)
        try:
            Player(eyes, pictures, files).play(STEPS)
            whole.set()
        except Lost as error:
            failed.append(error)
        eyes.ask(QApplication.quit)

    threading.Thread(target=walk, name="journey", daemon=True).start()
    sys.argv = ["octavo-desk", "--data-dir", str(home / "desk")]
    code = desk()
    for error in failed:
        print(error, file=sys.stderr)
    if not whole.is_set() and not failed:
        print("the window was closed on the way", file=sys.stderr)
    return code if whole.is_set() else 1


if __name__ == "__main__":
    sys.exit(main())
