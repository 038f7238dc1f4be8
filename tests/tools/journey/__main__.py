"""Plays a journey in the real window, from the first start on, with a picture of each step, and judges it.

It needs a display with a window manager; what it does there is done by the mouse and the keyboard. Each line has the
number of a step, for how many ms the window did not answer meanwhile at worst, how many of these its own thread
computed, and what was done. It ends with 1 where a step could not be done.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

TOO_LONG_MS = 100
_TIMES = "times.txt"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.tools.journey", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="where the pictures go")
    parser.add_argument("--home", type=Path, metavar="FOLDER", help="a home folder that stays, empty at first")
    parser.add_argument("--keys", action="store_true", help="the journey by the keyboard alone")
    parser.add_argument("--sitting", type=int, metavar="NUMBER", help="only this part of it, from one start to its end")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    os.environ["LC_ALL"] = "C.UTF-8"
    os.environ["OCTAVO_NO_KEYRING"] = "1"
    with tempfile.TemporaryDirectory(prefix="octavo-journey-") as folder:
        home = options.home or Path(folder)
        os.environ["HOME"] = str(home)
        if options.sitting is not None:
            return _play(options.out, home, options.sitting, keys=options.keys)
        return _play_all(options.out, home, keys=options.keys)


def _play_all(pictures: Path, home: Path, *, keys: bool) -> int:
    """Start the program anew for each sitting."""
    from tests.tools.journey.steps import SITTINGS, write_files

    (pictures / _TIMES).unlink(missing_ok=True)
    write_files(home / "Documents")
    words = [sys.executable, "-m", "tests.tools.journey", "--out", str(pictures), "--home", str(home)]
    for sitting in range(1 if keys else len(SITTINGS)):
        done = subprocess.run([*words, "--sitting", str(sitting), *(["--keys"] if keys else [])], check=False)
        if done.returncode:
            break
    lines = (pictures / _TIMES).read_text().splitlines() if (pictures / _TIMES).exists() else []
    slow = [line for line in lines if float(line.split()[1]) > TOO_LONG_MS]
    print(f"\n{len(lines)} steps, {len(slow)} of them over {TOO_LONG_MS} ms:", *slow, sep="\n", flush=True)
    return done.returncode


def _play(pictures: Path, home: Path, sitting: int, *, keys: bool) -> int:
    from PySide6.QtWidgets import QApplication

    from app.__main__ import desk
    from app.isolation import program
    from tests.tools.journey.by_key import STEPS
    from tests.tools.journey.eyes import Eyes
    from tests.tools.journey.player import Lost, Player
    from tests.tools.journey.steps import SITTINGS

    steps = STEPS if keys else SITTINGS[sitting]
    before = 0 if keys else sum(map(len, SITTINGS[:sitting]))
    failed: list[Lost] = []
    whole, restarted = threading.Event(), threading.Event()

    def walk() -> None:
        while (app := QApplication.instance()) is None:
            time.sleep(0.05)
        eyes = Eyes()
        eyes.moveToThread(app.thread())
        eyes.ask(eyes.begin)
        try:
            with (pictures / _TIMES).open("a") as times:
                for done in Player(eyes, pictures, home / "Documents", first=before + 1).play(steps):
                    print(done.line(), flush=True)
                    print(done.line(), file=times, flush=True)
            whole.set()
        except Lost as error:
            failed.append(error)
        if not steps[-1].leaves or failed:
            eyes.ask(QApplication.quit)

    walker = threading.Thread(target=walk, name="journey", daemon=True)
    walker.start()
    sys.argv = ["octavo-desk", "--data-dir", str(home / "desk")]
    program.start_again = lambda *_words: restarted.set()  # the next sitting starts it
    code = desk()
    walker.join(10)
    for error in failed:
        print(error, file=sys.stderr)
    if not whole.is_set():
        if not failed:
            print("the window was closed on the way", file=sys.stderr)
        return 1
    if restarted.is_set() != steps[-1].restarts:
        print(f"the program {'starts' if restarted.is_set() else 'does not start'} again by itself", file=sys.stderr)
        return 1
    return code


if __name__ == "__main__":
    sys.exit(main())
