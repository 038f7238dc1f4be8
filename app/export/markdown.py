"""A report as Markdown with footnotes (the extension that GitHub and pandoc share), the parts that other reports have,
too; and the parser of answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from app.core.documents.untrusted import LINK_SCHEMES, is_link
from app.core.errors import AppError
from app.export.footnotes import find_notes, number_notes, raised_number, rename_notes, sign_notes, use_notes
from app.export.formulas import KINDS, FormulaText, source_html, use_formulas, write_formulas
from app.export.references import RAISED, CheckedSentence, legend, table_headings, table_title
from app.export.report import Picture, Report
from app.export.title_block import TitleBlock
from app.wording.i18n import _

MAX_NESTING = 60
"""Lists and quotations inside each other; the parser drops what is deeper."""

_ACTIVE = re.compile(
    r"<(?=[A-Za-z/!?])|!(?=\[)"
    rf"|(?<=\])\((?!\s*<?(?:{'|'.join(LINK_SCHEMES)}))"  # of a link to something else
    r"|(?<=\]):",  # of an address that is defined for links elsewhere
    re.IGNORECASE,
)
_PIPE = "&#124;"  # an escaped one would end the cell all the same behind a backslash
_SIGNS = re.compile(r"[\\`*_\[\]<>&~|]")  # that mean something within a line


def write(report: Report, address: Callable[[Picture], str]) -> str:
    """Return a report as Markdown. HTML in an answer, or an image to be fetched, is shown as text and has no effect.

    `address` gives the place of a question's image; an AppError that it raises is said in the image's place.
    """
    lines = head_lines(report.head)
    for number, part in enumerate(report.parts, 1):
        if part.label:
            lines += ["", f"## {_line(part.label)}"]
        asked = [paragraph for picture in part.pictures for paragraph in _picture(picture, address)]
        if part.question or not asked:
            asked.append(harmless(part.question))
        lines += ["", *(f"> {line}".rstrip() for line in "\n\n".join(asked).split("\n")), ""]
        if part.thought is not None:
            thought = f"*{plain(part.thought.words)}*\n\n{harmless(part.thought.text)}"
            lines += [*(f"> {line}".rstrip() for line in thought.split("\n")), ""]
        names = {label: f"{number}-{note}" for label, note in find_notes(part.answer).items()}
        lines.append(RAISED.sub(r"[^\1]", rename_notes(harmless(part.answer), names, guarded=True)))
        if part.note:
            lines += ["", f"*{plain(part.note)}*"]
    if report.sentences:
        lines += ["", f"## {table_title(report.sentences)}"]
        if words := legend(report.sentences):
            lines += ["", f"*{words}*"]
        for part in report.parts:
            if part.sentences:
                lines += ["", f"### {_line(part.label)}"] if part.label else []
                lines += ["", *_sentences(part.sentences)]
    lines += document_lines(report.head)
    if report.references:
        lines += ["", *(f"[^{reference.number}]: {_line(reference.words)}" for reference in report.references)]
    return "\n".join(lines) + "\n"


def head_lines(head: TitleBlock) -> list[str]:
    lines = [f"# {_line(head.title)}", ""]
    lines += [f"- {name}: {plain(' '.join(value.split()))}" for name, value in head.facts]
    if head.preface:
        lines += ["", f"*{head.preface}*"]
    return lines


def document_lines(head: TitleBlock) -> list[str]:
    if not head.documents:
        return []
    lines = ["", f"## {_('Documents')}", ""]
    for document in head.documents:
        said = " · ".join(filter(None, (document.title, document.pages, document.digest)))
        lines.append(f"- {plain(' '.join(said.split()))}")
    return lines


def _sentences(sentences: Sequence[CheckedSentence]) -> list[str]:
    lines = ["| | {} | {} | {} |".format(*map(cell_text, table_headings())), "|---|---|---|---|"]
    for each in sentences:
        numbers = ", ".join(map(str, each.numbers))
        texts = (each.sentence, each.finding.verdict, each.finding.evidence)
        lines.append(f"| {' | '.join((numbers, *(cell_text(text) or '–' for text in texts)))} |")
    return lines


def _picture(picture: Picture, address: Callable[[Picture], str]) -> list[str]:
    """Return the paragraphs of an image: itself, and what it is called."""
    caption = plain(picture.caption)
    try:
        return [f"![{caption}]({address(picture)})", caption]
    except AppError as error:
        return [plain(picture.missing(error.problem))]


def plain(text: str) -> str:
    return _SIGNS.sub(r"\\\g<0>", text)


class _Parser(MarkdownIt):
    def validateLink(self, url: str) -> bool:
        return is_link(url)


def read_answer(text: str, sign: Callable[[Token], str] = raised_number) -> list[Token]:
    """Return the tokens of an answer, its footnotes at the end: `sign` gives the HTML of the sign of each.

    No HTML, no images, no definitions that would turn a page mark into a link; a link to what may not be linked to
    stays as it was written. What is nested too deeply comes back as plain text.
    """
    written, notes = number_notes(text)
    tokens = _parser().parse(written)
    if any(token.level >= MAX_NESTING - 1 for token in tokens):
        return _verbatim_parser().parse(text)
    if notes:
        sign_notes(tokens, sign)
    return tokens


def render_answer(tokens: Sequence[Token], formula: Callable[[FormulaText], str] = source_html) -> str:
    """Return the tokens of an answer as HTML; `formula` gives that of each formula."""
    parser = _parser()
    write_formulas(tokens, formula)
    rendered: str = parser.renderer.render(tokens, parser.options, {})
    return rendered


@cache
def _parser() -> MarkdownIt:
    made = _Parser("commonmark", {"html": False, "linkify": False, "maxNesting": MAX_NESTING})
    made.enable(["table", "strikethrough"])
    use_notes(made)
    use_formulas(made)
    for kind in KINDS:
        made.add_render_rule(kind, _render_formula)
    made.disable(["reference", "html_block", "html_inline", "image"])
    return made


@cache
def _verbatim_parser() -> MarkdownIt:
    return MarkdownIt("zero").enable("newline")


def _render_formula(
    self: RendererProtocol,  # noqa: ARG001 - the renderer's signature
    tokens: Sequence[Token],
    index: int,
    options: OptionsDict,  # noqa: ARG001
    env: EnvType,  # noqa: ARG001
) -> str:
    content = tokens[index].content
    return f'<p class="formula">{content}</p>' if tokens[index].type == "math_block" else content


def harmless(text: str) -> str:
    """Escape HTML, images to be fetched, and links to what may not be linked to, so that they stay characters."""
    return _ACTIVE.sub(lambda found: "!\\" if found[0] == "!" else f"\\{found[0]}", text)


def _line(text: str) -> str:
    return " ".join(harmless(text).split())


def _escaped(text: str) -> str:
    return plain(" ".join(text.split()))


def cell_text(text: str) -> str:
    lines = (" ".join(line.split()) for line in harmless(text).replace("|", _PIPE).splitlines())
    return "<br>".join(lines).removesuffix("<br>")
