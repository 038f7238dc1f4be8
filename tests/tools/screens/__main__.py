"""Makes the pictures: each scene plays with fixed data in the real window, and is saved as NAME.png."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.tools.screens", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="where the pictures go")
    parser.add_argument("--only", action="append", metavar="NAME", help="make this picture; may be given again")
    options = parser.parse_args()
    if not os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY"):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ["LC_ALL"] = "C.UTF-8"
    os.environ["OCTAVO_LESS_MOTION"] = "1"

    from tests.tools.screens.scenes import SCALED, SCENES

    wanted = options.only or list(SCENES)
    unknown = sorted(set(wanted) - set(SCENES))
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}; there are: {', '.join(SCENES)}")
    options.out.mkdir(parents=True, exist_ok=True)
    failed = False
    for name in wanted:
        scale = SCALED.get(name, "")
        if scale and os.environ.get("QT_SCALE_FACTOR") != scale:
            again = [sys.executable, "-m", "tests.tools.screens", "--out", str(options.out), "--only", name]
            failed |= subprocess.run(again, env={**os.environ, "QT_SCALE_FACTOR": scale}).returncode != 0
            continue
        _play(name, options.out / f"{name}.png")
        print(options.out / f"{name}.png", flush=True)
    return 1 if failed else 0


def _play(name: str, path: Path) -> None:
    from tests.tools.screens.scenes import SCENES
    from tests.tools.screens.stage import Stage

    scene = SCENES[name]
    with tempfile.TemporaryDirectory(prefix="octavo-screens-") as folder:
        stage = Stage(Path(folder))
        try:
            scene(stage)
            stage.save(path)
        finally:
            stage.close()


if __name__ == "__main__":
    sys.exit(main())
