"""Finds docstrings and comments that are no sentences, but ends of a sentence that their reader has to guess.

A function does something, so its docstring begins with a verb: "Return the text of a page.", "Raises AppError."; for a
predicate it is "Return whether". A module, class, property or constant is something, so a noun will do: "The text of a
page.". None of them begins in the middle of a thought, as "Of a page.", "Where it ends." and "None without a desk." do,
nor does a comment on a line of its own. An `__init__` may begin with a parameter between back quotes. Run by
`packaging/dev check`.
"""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
FOLDERS = ("app", "packaging")


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


FRAGMENTS = _set("""
    also as else how it its none nor of off otherwise such than that their them they those what whatever which who
    whoever whom whose why whether
""")
"""Words with which no sentence begins that stands alone, or whose sense lies in a sentence before it."""

BEFORE_A_COMMA = _set("""
    above after against among at before behind below beside between but by for from if in inside instead into like
    on once since through to under unless until when where while with within without
""")
"""Words that begin a sentence only with a comma before its subject: "In Japanese, a word may end anywhere."."""

IN_COMMENTS = FRAGMENTS - _set("also else it its otherwise such their them they")
"""Words that begin no comment either. It may say "it": what it is about stands below it."""

VERBS = _set("""
    accept act add adjust adopt allow announce answer append apply arrange ask assemble assign assume attach avoid
    await be begin belong bind blame blend bound break bring build bundle call cancel capture carry catch centre
    change check choose clean clear clip close collect combine come commit compare compile complain complete compose
    compress compute configure confirm connect consider contain continue convert copy correct count cover create cut
    deal decide declare decode decompress decorate decrypt delete deliver demand deny derive describe detach detect
    disarm discard disconnect dismiss distinguish divide do download draw drop embed emit empty encode encrypt end
    enlarge ensure enter enumerate erase escape estimate evaluate exchange exclude exit expand expect explain
    explore export extend extract fail feed fetch fill filter find finish fit flag flatten focus fold follow forbid
    forget format forward gain gather generate get give go group grow guess halve hand handle hash have hear hide
    highlight hint hold identify ignore imagine imitate import include index inform insert install introduce invert
    iterate join judge jump keep kill know label land lay lead learn leave let lift limit link list listen load lock
    log look lose lower make map mark match mean measure meet mend merge mix mount move name need nest normalise
    note notice number observe offer omit open order own pack pad paginate paint parse pass paste patch pause peel
    permit persist pick pin place plan play point poll populate post prefer prefix prepare press pretend prevent
    print probe produce promise propose protect prove provide pull purge push put quit quote raise rank rate reach
    react read reassemble rebuild recall receive recognise recommend record recover redact redo reduce refresh
    refuse reject relate release rely remember remind remove rename render reopen repack repaint repair repeat
    rephrase replace reply report request rescale rescue reserve reset resize resolve restart restore restrict
    return reveal reverse review rewind rewrite rotate round run sample save say scale scan scroll scrub seal search
    secure see seek select send separate serialise serve set settle shade shape share shift shorten show shrink shut
    sign skip slice slide snap solve sort speak spell spend split spot stack stamp stand start state stay step stop
    store stream stretch strip style submit subtract suggest sum supply suppress suspend swap sweep switch take tell
    test tick tie tint toggle tokenise tokenize tolerate touch trace track translate treat trim truncate try turn
    undo unite unload unlock unpack unpause unwrap update upload uppercase use validate verify visit vouch wait wake
    walk want warm warn watch weigh widen wipe withdraw withhold work wrap write yield zoom
""")
"""Verbs that begin the docstring of a function. A new one is added here, in the form of an order."""

AFTER_NOUNS = _set("are of that which who whose")
"""Words that show what looks like a verb to be a noun: "Names of pages", "Lists that end"."""

EXCEPTIONS: dict[str, str] = {}
"""Places, as the faults name them, that may be otherwise, and why."""

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_Definition = _Function | ast.ClassDef
_Block = ast.Module | _Definition | ast.If | ast.Try | ast.With
_DIRECTIVE = re.compile(r"#(!|:|\s*(noqa|type|mypy|fmt|ruff)\b)")


@dataclass(frozen=True)
class Fault:
    """A docstring or comment that is no sentence. `place` is its file and name, or its file and first words."""

    place: str
    line: int
    words: str
    reason: str

    def __str__(self) -> str:
        return f"{self.place} (line {self.line}) {self.reason}: {self.words}"


@dataclass(frozen=True)
class _Docstring:
    """A docstring, and the definition or statement that it describes, named as from its module: `Class.method`."""

    name: str
    described: ast.AST
    text: str
    line: int


def find_faults(source: str, path: str) -> Iterator[Fault]:
    """Yield the faults of a file with this source; `path` only names it."""
    for found in _docstrings(ast.parse(source)):
        sentence = _first_sentence(found.text)
        if reason := _fault(found.described, sentence):
            yield Fault(f"{path} {found.name}".strip(), found.line, sentence[:60], reason)
    for line, text in _comments(source):
        sentence = _first_sentence(text)
        if reason := _fragment(sentence, IN_COMMENTS):
            yield Fault(f"{path} # {' '.join(sentence.split()[:4])}", line, sentence[:60], reason)


def _docstrings(node: _Block, scope: str = "") -> Iterator[_Docstring]:
    """Yield the docstrings of a module or definition, of what is defined in it, and of its assignments."""
    before: ast.AST = node
    for statement in node.body:
        match statement:
            case ast.Expr(value=ast.Constant(value=str() as text)):
                yield _Docstring(_join(scope, _name(before)), before, text, statement.lineno)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield from _docstrings(statement, _join(scope, statement.name))
            case ast.If() | ast.Try() | ast.With():
                yield from _docstrings(statement, scope)
        before = statement


def _join(scope: str, name: str) -> str:
    return f"{scope}.{name}".strip(".")


def _name(node: ast.AST) -> str:
    """Return the name that an assignment gives; a definition's is in its scope already."""
    match node:
        case ast.Assign(targets=[target, *_]) | ast.AnnAssign(target=target):
            return ast.unparse(target)
    return ""


def _fault(described: ast.AST, sentence: str) -> str:
    """Return why a docstring's first sentence is none; empty where it is one."""
    if isinstance(described, _Function) and not _is_property(described):
        if described.name == "__init__" and sentence.startswith("`"):
            return ""
        return _no_verb(sentence)
    return _fragment(sentence, FRAGMENTS)


def _is_property(node: _Function) -> bool:
    return any(ast.unparse(decorator).lower().endswith("property") for decorator in node.decorator_list)


def _no_verb(sentence: str) -> str:
    first, second = [*_words(sentence), "", ""][:2]
    is_noun = second in (AFTER_NOUNS if first.endswith("s") else ("of",))
    return "" if _stem(first) in VERBS and not is_noun else "begins with no verb"


def _stem(word: str) -> str:
    """Return the form of an order: `carry` of `carries`."""
    endings = (word, word.removesuffix("s"), word.removesuffix("es"), word.removesuffix("ies") + "y")
    return next((form for form in endings if form in VERBS), word)


def _fragment(sentence: str, fragments: frozenset[str]) -> str:
    first = [*_words(sentence), ""][0]
    if first in fragments or (first in BEFORE_A_COMMA and "," not in sentence):
        return "begins in the middle of a sentence"
    return ""


def _words(sentence: str) -> list[str]:
    """Return its words in small letters; something between back quotes is one, with them."""
    return re.findall(r"`[^`]*`|[\w'-]+", sentence.lower())


def _first_sentence(text: str) -> str:
    paragraph = " ".join(text.split("\n\n")[0].split())
    return re.split(r"(?<=[.!?:])\s", paragraph)[0]


def _comments(source: str) -> Iterator[tuple[int, str]]:
    """Yield the comments that have lines of their own, each with its first line's number."""
    lines: list[str] = []
    after = 0
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type != tokenize.COMMENT or token.line[: token.start[1]].strip() or _DIRECTIVE.match(token.string):
            continue
        if lines and token.start[0] != after:
            yield after - len(lines), "\n".join(lines)
            lines = []
        lines.append(token.string.removeprefix("#").strip())
        after = token.start[0] + 1
    if lines:
        yield after - len(lines), "\n".join(lines)


def main() -> int:
    files = sorted(file for folder in FOLDERS for file in (ROOT / folder).rglob("*.py"))
    faults = [
        each for file in files for each in find_faults(file.read_text("utf-8"), file.relative_to(ROOT).as_posix())
    ]
    places = {fault.place for fault in faults}
    unused = sorted(EXCEPTIONS.keys() - places)
    print(*(fault for fault in faults if fault.place not in EXCEPTIONS), sep="\n")
    print(*(f"an exception that is none any more: {name}" for name in unused), sep="\n")
    return 1 if unused or places - EXCEPTIONS.keys() else 0


if __name__ == "__main__":
    sys.exit(main())
