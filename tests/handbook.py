"""The chapters of the English handbook, as a text that tests read: long, plain, and always there."""

from __future__ import annotations

from app.core.machine.paths import resources

CHAPTERS = tuple(path.read_text("utf-8") for path in sorted((resources() / "handbook" / "en").glob("*.md")))
TEXT = "\n".join(CHAPTERS)
