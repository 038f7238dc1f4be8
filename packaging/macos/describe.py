"""Gives Octavo.app its icon, its version, and the kinds of files that it opens. Called as: describe.py APP ICNS.

OCTAVO_ID in the environment is the id of the bundle, where another passes the program on.
"""

from __future__ import annotations

import os
import plistlib
import shutil
import sys
from pathlib import Path

from app import __version__

_ICON = "octavo.icns"


def describe(app: Path, icon: Path) -> None:
    """Add Info.plist of this folder to that of `app`, what is in both as it is here."""
    shutil.copyfile(icon, app / "Contents" / "Resources" / _ICON)
    path = app / "Contents" / "Info.plist"
    told = plistlib.loads(path.read_bytes())
    told |= plistlib.loads(Path(__file__).with_name("Info.plist").read_bytes())
    told |= {"CFBundleIconFile": _ICON, "CFBundleShortVersionString": __version__, "CFBundleVersion": __version__}
    if identity := os.environ.get("OCTAVO_ID"):
        told["CFBundleIdentifier"] = identity
    path.write_bytes(plistlib.dumps(told))


if __name__ == "__main__":
    describe(Path(sys.argv[1]), Path(sys.argv[2]))
