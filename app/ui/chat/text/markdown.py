"""Markdown as a list of blocks, each with the tokens that it is made of; lines are parsed when they are shown."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from app.export.footnotes import number_notes
from app.export.formulas import use_formulas
from app.ui.chat.text.citations import list_placed

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token


MAX_NESTING = 60  # lists and quotations inside each other; the parser drops what is deeper
MAX_CHARACTERS = 40_000  # of one paragraph; longer ones are shown as they are
STEP_CHARACTERS = 20_000  # that are parsed at a time
STRETCH_CHARACTERS = 2_000  # of a list or code that are laid out together; of a table half, for its cells take longer
_STRETCHES = 20  # of a long table that are made at a time


@dataclass(frozen=True)
class MarkdownBlock:
    """A top-level block, or a stretch of one that is long: `tokens` of markdown-it, and the line (from 0) of the source
    where the top-level block begins.

    `stretch` tells that it is such a stretch; `joined` that it goes on where the stretch before it ends.
    """

    tokens: tuple[Token, ...]
    line: int
    characters: int
    stretch: bool = False
    joined: bool = False

    @cached_property
    def key(self) -> Hashable:
        """Two stretches with the same key and the same marks look the same."""
        return tuple(
            (token.type, token.content, token.info, str(token.attrs), str(token.meta.get("columns")))
            for token in self.tokens
        )


def parse(source: str, notes: int = 0) -> list[MarkdownBlock]:
    """Return the blocks of a text. Text that is nested too deeply for the parser comes back as plain text. `notes` is
    how many footnotes are in it, or in the text that it is a part of (`footnotes.number_notes`)."""
    try:
        tokens = build_parser(notes).parse(source)
    except RecursionError:
        return list(_cut(_quote_verbatim(source)))
    if any(token.level >= MAX_NESTING - 1 for token in tokens):
        return list(_cut(_quote_verbatim(source)))
    if notes:
        for token in tokens:
            token.meta["notes"] = notes  # its lines are parsed later
    return [stretch for group in _split(tokens) for stretch in _cut(_make_block(group))]


class StepwiseText:
    """A text that is parsed a part at a time: `blocks` has the blocks so far, `rest` the characters that are left,
    `placed` the indices of the marks that are in the blocks."""

    def __init__(self, source: str) -> None:
        self._source, self._notes = number_notes(source)
        self._begin = 0
        self._table: _LongTable | None = None
        self.blocks: list[MarkdownBlock] = []
        self.placed: set[int] = set()
        self.step()

    @property
    def rest(self) -> int:
        return len(self._source) - self._begin - (self._table.given if self._table is not None else 0)

    def step(self) -> None:
        """Parse some more. What comes after a block never changes it, so that they are the same as those of the whole
        text."""
        fresh = self._parse_some() if self._table is None else self._table.step()
        self.blocks += fresh
        self.placed |= list_placed(list_shown_texts(fresh))
        if self._table is not None and self._table.end is not None:
            self._begin, self._table = self._table.end, None

    def _parse_some(self) -> list[MarkdownBlock]:
        """Return the next blocks, at least one; none if a long table begins."""
        size = STEP_CHARACTERS
        while self.rest:
            end = self._find_end(size)
            part = self._source[self._begin : end if end >= 0 else None]
            blocks = parse(part, self._notes)
            last = max((number for number, block in enumerate(blocks) if not block.joined), default=0)
            if end < 0:
                self._begin = len(self._source)
                return blocks
            if last:  # it may go on
                self._begin += _length(part, blocks[last].line)
                return blocks[:last]
            if blocks and blocks[0].tokens[0].type == "table_open":
                self._table = _LongTable(self._source, self._begin + _length(part, blocks[0].line), self._notes)
                return []
            size *= 2
        return []

    def _find_end(self, size: int) -> int:
        """Find the end of about so many characters: before an empty line if there is one, else before a line; -1 if
        they are all of the text."""
        if size >= self.rest:
            return -1
        begin = self._begin + size
        end = self._source.find("\n\n", begin, begin + size)
        return end if end >= 0 else self._source.find("\n", begin)


class _LongTable:
    """Parses a table that begins at `begin` of a text, some rows at a time below its first two lines.

    `given` is the number of characters of the stretches so far. `end` is where the table ends, known once all of them
    were given.
    """

    def __init__(self, source: str, begin: int, notes: int) -> None:
        self._source, self._notes = source, notes
        self._next = source.find("\n", source.find("\n", begin) + 1) + 1
        self._head = source[begin : self._next]
        self._tokens: list[Token] = []
        self._stretches: Iterator[MarkdownBlock] | None = None
        self.given = 0
        self.end: int | None = None

    def step(self) -> list[MarkdownBlock]:
        """Return the next stretches of the table; none until all rows are read, as the widths of the columns depend on
        them."""
        if self._stretches is None:
            self._read_rows()
            return []
        found = list(islice(self._stretches, _STRETCHES))
        self.given += sum(block.characters for block in found)
        if len(found) < _STRETCHES:
            self.end = self._next
        return found

    def _read_rows(self) -> None:
        end = self._source.find("\n", self._next + STEP_CHARACTERS) + 1
        rows = self._source[self._next : end or None]
        table = next(_split(build_parser(self._notes).parse(self._head + rows)))
        if not self._tokens:
            self._tokens += table
        elif table[-2].type == "tbody_close":
            first = next(number for number, token in enumerate(table) if token.type == "tbody_open") + 1
            self._tokens[-2:] = table[first:]
        read = (table[0].map or [0, 0])[1]
        whole = end and read == (self._head + rows).count("\n")
        self._next += _length(rows, read - self._head.count("\n"))
        if not whole:
            self._stretches = _cut(_make_block(tuple(self._tokens)))


def _length(text: str, lines: int) -> int:
    """Return the number of characters in the first lines of a text."""
    return sum(len(line) for line in text.splitlines(keepends=True)[:lines])


@lru_cache(maxsize=8)
def begin_parsing(source: str) -> StepwiseText:
    """Begin to parse a text, its first step at once; texts that were shown a moment ago are parsed already."""
    return StepwiseText(source)


def parse_line(token: Token) -> Sequence[Token]:
    """Parse a token of the type "inline" into the tokens inside it: words, emphasis, code, links."""
    if token.children:
        return token.children
    notes = int(token.meta.get("notes", 0))
    parser, numbers = build_parser(notes), range(notes)
    found: list[Token] = []
    known = {"refs": {f":{n + 1}": n for n in numbers}, "list": {n: {"count": 0} for n in numbers}}
    try:
        if len(token.content) <= MAX_CHARACTERS:
            parser.inline.parse(token.content, parser, {"footnotes": known}, found)
    except RecursionError:
        found = []
    token.children = found or [_make_text(token.content)]
    return token.children


def list_shown_texts(blocks: Sequence[MarkdownBlock]) -> Iterator[str]:
    """Yield every stretch of text in which a mark becomes a chip: not code blocks, not addresses."""
    for block in blocks:
        for token in block.tokens:
            if token.type == "inline" and _may_hold_address(token.content):
                for child in parse_line(token):
                    yield child.content
            elif token.type in ("inline", "math_block", "verbatim"):
                yield token.content


def _may_hold_address(line: str) -> bool:
    return "](" in line or "<" in line


def _split(tokens: Sequence[Token]) -> Iterator[tuple[Token, ...]]:
    """Yield each token that opens something, with all up to the one that closes it."""
    depth, begin = 0, 0
    for index, token in enumerate(tokens):
        depth += token.nesting
        if depth == 0:
            yield tuple(tokens[begin : index + 1])
            begin = index + 1


def _make_block(group: tuple[Token, ...]) -> MarkdownBlock:
    return MarkdownBlock(group, group[0].map[0] if group[0].map else 0, _count_characters(group))


def _count_characters(tokens: Sequence[Token]) -> int:
    return sum(len(token.content) for token in tokens)


def _quote_verbatim(source: str) -> MarkdownBlock:
    return MarkdownBlock((_make_text(source, "verbatim"),), 0, len(source))


def _make_text(content: str, type: str = "text") -> Token:
    from markdown_it.token import Token

    return Token(type, "", 0, content=content)


# ---- long blocks


def _cut(block: MarkdownBlock) -> Iterator[MarkdownBlock]:
    """Cut a block into stretches, each laid out by itself: a list between its items, a quotation between its blocks,
    code between lines, a table between rows. A block that is not long stays whole."""
    opening = block.tokens[0]
    if block.characters < 2 * STRETCH_CHARACTERS:
        stretches: Iterator[tuple[Token, ...]] = iter(())
    elif opening.type in ("bullet_list_open", "ordered_list_open", "blockquote_open"):
        stretches = _cut_container(block.tokens)
    elif opening.type == "table_open":
        stretches = _cut_rows(block.tokens)
    elif opening.type in ("fence", "code_block", "verbatim"):
        is_long = max(map(len, opening.content.split("\n"))) > MAX_CHARACTERS
        stretches = _cut_lines(_make_text(opening.content, "verbatim") if is_long else opening)
    elif opening.type == "paragraph_open" and block.characters > MAX_CHARACTERS:
        stretches = _cut_lines(_make_text(block.tokens[1].content, "verbatim"))
    else:
        stretches = iter(())
    joined = False
    for tokens in stretches:
        yield MarkdownBlock(tokens, block.line, _count_characters(tokens), stretch=True, joined=joined)
        joined = True
    if not joined:
        yield block


def _cut_container(tokens: tuple[Token, ...]) -> Iterator[tuple[Token, ...]]:
    opening, closing, before = tokens[0], tokens[-1], 0
    for members in _gather(_split(tokens[1:-1])):
        attrs = dict(opening.attrs)
        if opening.type == "ordered_list_open":
            attrs["start"] = int(opening.attrs.get("start", 1)) + before
        before += len(members)
        yield (opening.copy(attrs=attrs), *(token for member in members for token in member), closing)


def _cut_rows(tokens: tuple[Token, ...]) -> Iterator[tuple[Token, ...]]:
    rows = [
        token for token in tokens[1:-1] if token.type not in ("thead_open", "thead_close", "tbody_open", "tbody_close")
    ]
    meta = {"columns": measure_columns(tokens), "table": tokens}
    for members in _gather(_split(rows), share=2):
        yield (tokens[0].copy(meta=meta), *(token for member in members for token in member), tokens[-1])


def _cut_lines(token: Token) -> Iterator[tuple[Token, ...]]:
    """Cut code into stretches. Each has its first line and the one after its last in `meta["lines"]`, and all of the
    code in `meta["code"]`: the colour of a line depends on those before it."""
    lines, begin, size = token.content.removesuffix("\n").split("\n"), 0, 0
    if token.type == "verbatim":
        lines = [part for line in lines for part in _cut_words(line)]
    for number, line in enumerate(lines, 1):
        size += len(line) + 1
        if size >= STRETCH_CHARACTERS or number == len(lines):
            meta = {"code": token.content, "lines": (begin, number)}
            yield (token.copy(content="\n".join(lines[begin:number]), meta=meta),)
            begin, size = number, 0


def _cut_words(line: str) -> Iterator[str]:
    """Cut a line that is longer than a stretch between words, or within a word that is as long: Qt takes quadratic time
    for a line without spaces."""
    begin = 0
    while len(line) - begin > STRETCH_CHARACTERS:
        cut = line.rfind(" ", begin + 1, begin + STRETCH_CHARACTERS)
        end = cut if cut > 0 else begin + STRETCH_CHARACTERS
        yield line[begin:end]
        begin = end + (cut > 0)
    yield line[begin:]


def _gather(members: Iterator[tuple[Token, ...]], share: int = 1) -> Iterator[list[tuple[Token, ...]]]:
    """Gather the members in groups of about a stretch each, or of a part of one: a `share` of 2 is a half."""
    group: list[tuple[Token, ...]] = []
    size = 0
    for member in members:
        group.append(member)
        size += _count_characters(member)
        if size >= STRETCH_CHARACTERS // share:
            yield group
            group, size = [], 0
    if group:
        yield group


def measure_columns(tokens: Sequence[Token]) -> list[tuple[str, str]]:
    """Measure the columns of a table: return the longest cell of each, as it was written, and the longest word in the
    column."""
    columns: list[tuple[str, str]] = []
    column = 0
    for token in tokens:
        if token.type == "tr_open":
            column = 0
        elif token.type == "inline":
            columns += [("", "")] * (column + 1 - len(columns))
            cell, word = columns[column]
            columns[column] = max(cell, token.content, key=len), max((word, *token.content.split()), key=len)
        elif token.type in ("th_close", "td_close"):
            column += 1
    return columns


def _accept_address(url: str) -> bool:  # noqa: ARG001 - the parser's signature
    return True


def build_parser(notes: int = 0) -> MarkdownIt:
    """Build a parser for texts with so many footnotes; importing the first one takes a frame or two."""
    return _make_parser(with_notes=notes > 0)


@cache
def _make_parser(*, with_notes: bool) -> MarkdownIt:
    from markdown_it import MarkdownIt  # with the first answer that is shown

    # "reference" would let a line at the end of an answer turn every earlier `[p. 12]` into a link.
    parser = MarkdownIt("commonmark", {"html": False, "linkify": False, "maxNesting": MAX_NESTING})
    # The parser keeps the source of a link that it refuses; here every link is recognised, and the renderer decides.
    parser.validateLink = _accept_address  # type: ignore[method-assign]
    use_formulas(parser)
    if with_notes:
        from mdit_py_plugins.footnote import footnote_plugin

        parser.use(footnote_plugin, inline=False, move_to_end=False)
    # The inside of lines is left to `parse_line`: only a screen of a long answer is shown.
    return parser.enable(["table", "strikethrough"]).disable(["reference", "html_block", "html_inline", "inline"])
