"""The checks of the fortress by their numbers, and where their modules are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

NAMES = {
    "1": "no internet",
    "2": "no listener",
    "3": "hostile Markdown",
    "4": "link clicks",
    "5": "control tokens",
    "6": "model templates",
    "7": "mutated GGUF headers",
    "8": "kill the engine",
    "9": "crash loop",
    "10": "out of memory",
    "11": "mutated documents",
    "12": "zip bombs, XXE, ../",
    "13": "image bombs",
    "14": "sandbox probes",
    "15": "hidden text",
    "16": "canary",
    "17": "modes of files",
    "18": "core dumps",
    "19": "saved readings",
    "20": "kill the desk",
    "21": "full disk",
    "22": "a hub that lies",
    "23": "two instances",
    "24": "installed package",
    "25": "two builds compared",
    "soak": "a long run",
}

_FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Check:
    """`key` is its number, or its name if it has none. `modules` is empty if nobody wrote it."""

    key: str
    name: str
    modules: tuple[Path, ...]


def find(folder: Path = _FOLDER) -> tuple[Check, ...]:
    """All that have a number or a name in NAMES, then any other module: `test_07_headers.py` belongs to 7, and
    `test_soak.py` to soak."""
    modules: dict[str, list[Path]] = {key: [] for key in NAMES}
    for module in sorted(folder.glob("test_*.py")):
        name = module.stem.removeprefix("test_")
        number = name.split("_")[0]
        modules.setdefault(str(int(number)) if number.isdecimal() else name, []).append(module)
    return tuple(Check(key, NAMES.get(key, key.replace("_", " ")), tuple(files)) for key, files in modules.items())
