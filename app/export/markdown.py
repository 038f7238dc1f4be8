"""A report as Markdown with footnotes (the extension that GitHub and pandoc share), and the parser of answers."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt

from app.export.report import REFERENCE, Report
from app.messages import _

MAX_NESTING = 60
"""Lists and quotations inside each other; the parser drops what lies deeper."""

_ACTIVE = re.compile(r"<(?=[A-Za-z/!?])|!(?=\[)")


def write(report: Report) -> str:
    """What an answer says as HTML, or as an image to be fetched, is shown and not done."""
    lines = [f"# {_line(report.title)}"]
    for part in report.parts:
        lines += ["", *(f"> {line}".rstrip() for line in harmless(part.question).split("\n")), ""]
        lines.append(REFERENCE.sub(r"[^\1]", harmless(part.answer)))
        if part.note:
            lines += ["", f"*{part.note}*"]
    if report.references:
        lines += ["", f"## {_('References')}", ""]
    lines += [f"[^{reference.number}]: {_line(reference.words)}" for reference in report.references]
    return "\n".join(lines) + "\n"


def parser() -> MarkdownIt:
    """For answers: no HTML, no images, no definitions that would turn a page mark into a link."""
    made = MarkdownIt("commonmark", {"html": False, "linkify": False, "maxNesting": MAX_NESTING})
    made.enable(["table", "strikethrough"])
    return made.disable(["reference", "html_block", "html_inline", "image"])


def harmless(text: str) -> str:
    """What would be HTML, or an image to be fetched, as characters."""
    return _ACTIVE.sub(lambda found: "\\<" if found[0] == "<" else "!\\", text)


def _line(text: str) -> str:
    return " ".join(harmless(text).split())
