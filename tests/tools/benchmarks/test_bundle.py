"""The frozen program, as `packaging/dev build` left it: what takes room in it. How soon it opens: `test_start.py`."""

from __future__ import annotations

from pathlib import Path

import pytest

_BUNDLE = Path(__file__).parents[3] / "build/package/octavo"
pytestmark = pytest.mark.skipif(not (_BUNDLE / "octavo").exists(), reason="packaging/dev build was not run")


def test_what_takes_room() -> None:
    sizes: dict[str, int] = {}
    for path in _BUNDLE.rglob("*"):
        if path.is_file() and not path.is_symlink():
            part = path.relative_to(_BUNDLE).parts
            name = part[1] if part[0] == "_internal" and len(part) > 1 else part[0]
            name = name.partition(".libs")[0] if name.endswith(".libs") else name
            sizes[name] = sizes.get(name, 0) + path.stat().st_size
    print(f"\ninstalled: {sum(sizes.values()) / 1e6:.0f} MB; most of it:")
    for name, size in sorted(sizes.items(), key=lambda entry: -entry[1])[:5]:
        print(f"  {name:<24} {size / 1e6:5.0f} MB")
