"""Writes the book that a package is tried with, an EPUB of our own: book.py FILE."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.documents.epub_writer import write_epub

CHAPTERS = {
    "The lighthouse": [
        "The lighthouse at Gull Point was built in 1874 of grey stone from the quarry across the bay. It stands forty "
        "metres above the water, and its lamp can be seen from the fishing grounds on a clear night.",
        "A hundred and twelve steps lead to the lamp room. The keepers of old counted them on the way up, to stay awake.",
    ],
    "The keeper": [
        "Since the spring of last year the keeper of the lighthouse is Miriam Okafor. She came from the harbour office, "
        "where she had kept the tables of the tides for nine years.",
        "The keeper writes down the weather four times a day, and the name of every ship that passes.",
    ],
    "The lamp": [
        "The lamp turns once in twelve seconds and shows two white flashes. Its lens was ground in a workshop that burnt "
        "down long ago; a second one like it does not exist.",
        "The lens is cleaned every Monday with rain water and a linen cloth, never with soap.",
    ],
    "The boat": [
        "A small boat lies in the cove below the tower. It is painted green, and carries oars, a compass and bread for "
        "three days. Nobody but the keeper may take it out."
    ],
    "Visitors": [
        "Visitors are welcome on Sundays from two to five. They leave their boots at the door, and sign the book in the "
        "kitchen before they climb."
    ],
}


def main(file: str) -> None:
    bodies = [
        f"<h1>{heading}</h1>" + "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
        for heading, paragraphs in CHAPTERS.items()
    ]
    Path(file).write_bytes(write_epub(bodies, title="The lighthouse at Gull Point", language="en"))


if __name__ == "__main__":
    main(*sys.argv[1:])
