"""Writes Octavo's own handbook as an EPUB: book.py FILE."""

from __future__ import annotations

import sys
from pathlib import Path

from markdown_it import MarkdownIt

root = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(root))

from tests.documents.epub_writer import write_epub  # noqa: E402


def main(file: str) -> None:
    text = (root / "resources/handbook.md").read_text(encoding="utf-8")
    title, *chapters = text.split("\n## ")
    bodies = [
        MarkdownIt().render(("## " if number else "") + chapter) for number, chapter in enumerate([title, *chapters])
    ]
    Path(file).write_bytes(write_epub(bodies, title="The Octavo handbook", language="en"))


if __name__ == "__main__":
    main(*sys.argv[1:])
