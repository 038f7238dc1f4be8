"""A whole journey in the program's own window by the keyboard alone, and what Orca says meanwhile."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.ui import screen_reader

_LACKS = ", ".join(name for name in ("openbox", "xdotool") if shutil.which(name) is None) or screen_reader.missing()
_SAID = re.compile(r"SPEECH OUTPUT: '(.*?)' \{", re.DOTALL)
_HEARD_IN_ORDER = (
    "Question text",  # where the focus is at the start
    "New conversation button",
    "Documents List",
    "Text of the page document",
    "dialog",  # a document is chosen
    "File name",
    "Question text",
    r"The rent is EUR 1,475\.00 a month.*?Search result",  # the answer, once it is there
    r"p\. 2 link",
    r"Page 2 of Lease of a berth",
    "Question text",  # of the table's first row
    "Lease of a berth: ticked",
    "Ask 1 cell button",
    "31 March 2031",  # its cell, and how many there are of each finding
    "1 of 1 .*?1 to compare",
)
_NOISE = ("panel", "layered pane 0 items", "filler", "button.", "unknown")

pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(_LACKS), reason=f"there is no {_LACKS}")]


def _play(folder: Path, environment: dict[str, str]) -> None:
    """Raises CalledProcessError where a step cannot be done."""
    words = [sys.executable, "-m", "tests.tools.journey", "--keys", "--out", str(folder / "pictures")]
    manager = subprocess.Popen(["openbox"], env=environment, stderr=subprocess.DEVNULL)
    try:
        subprocess.run([*words, "--home", str(folder / "home")], env=environment, check=True, timeout=900)
    finally:
        manager.terminate()
        manager.wait(30)


def test_all_can_be_done_by_the_keyboard_alone(tmp_path: Path) -> None:
    with screen_reader.session(tmp_path) as (environment, _reader):
        _play(tmp_path, environment)


def _listen(folder: Path) -> list[str]:
    """What Orca says during the journey."""
    log, home = folder / "orca.log", folder / "of-orca"
    home.mkdir(parents=True)
    # Without a sound device speech-dispatcher ceases to answer, and Orca waits for it.
    (home / ".asoundrc").write_text("pcm.!default { type null }\n")
    sound = home / ".config" / "speech-dispatcher" / "speechd.conf"
    sound.parent.mkdir(parents=True)
    sound.write_text('AudioOutputMethod "alsa"\n')
    with screen_reader.session(folder) as (environment, _reader):
        words = ["orca", "--debug-file", str(log)]
        orca = subprocess.Popen(words, env={**environment, "HOME": str(home)}, stderr=subprocess.DEVNULL)
        try:
            until = time.monotonic() + 60
            while not log.exists() or "listener for: window:deactivate" not in log.read_text():
                assert time.monotonic() < until, "Orca did not start"
                time.sleep(0.2)
            time.sleep(3)  # the bus tells programs of its listeners a moment later
            _play(folder, environment)
        finally:
            orca.kill()  # it may take minutes to end by itself
            orca.wait(30)
            speech = folder / "session" / "speech-dispatcher" / "pid" / "speech-dispatcher.pid"
            if speech.exists():  # Orca starts it in a session of its own, where it stays
                os.kill(int(speech.read_text()), signal.SIGTERM)
    return _SAID.findall(log.read_text())


@pytest.mark.skipif(shutil.which("orca") is None, reason="Orca, the screen reader, is not installed")
def test_orca_says_what_a_person_must_know_in_its_order(tmp_path: Path) -> None:
    said = _listen(tmp_path)
    heard = "\n".join(said)
    print(heard)
    place = 0
    for words_heard in _HEARD_IN_ORDER:
        found = re.compile(words_heard, re.DOTALL).search(heard, place)
        assert found is not None, f"{words_heard!r} was not said after {heard[max(0, place - 200) : place]!r}"
        place = found.end()
    assert [each for each in said if each in _NOISE] == []
