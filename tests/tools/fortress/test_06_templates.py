"""A model's file says how its chats are written. Whatever it says there, it reaches nothing, nothing hangs, and the
program goes on: a sentence, or an answer."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import gguf
import pytest

from tests.tools.fortress.conftest import Figure
from tests.tools.fortress.program import Program

pytestmark = pytest.mark.fortress

_LONGEST_S = 300.0


def _templates(bait: Path) -> Iterator[tuple[str, bytes]]:
    """Texts of a template; each takes the place of the file's own, so none is longer."""
    loops = "{% for a in range(99999) %}" * 6 + "x" + "{% endfor %}" * 6
    yield "empty", b""
    yield "no template", b"Hello."
    yield "not closed", b"{% for message in messages %}{{ message.content"
    yield "loops in loops", loops.encode()
    yield "recursion", b"{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}"
    yield "power", b"{{ 9**9**9**9 }}"
    yield "repetition", b"{{ 'x' * 9999999999 }}"
    yield "Python", b"{{ ''.__class__.__mro__[1].__subclasses__() }}"
    yield "a command", f"{{{{ cycler.__init__.__globals__.os.popen('touch {bait}').read() }}}}".encode()
    yield "an import", b"{% import 'os' as os %}{{ os.system('id') }}"
    yield "a file", b"{% include '/etc/passwd' %}"
    yield "an exception", b"{{ raise_exception('no') }}"
    yield "deep", b"{{ " + b"(" * 150 + b"1" + b")" * 150 + b" }}"
    yield "a format string", b"{{ '{0.__class__.__mro__}'.format('') }}"
    yield "a wide format", b"{{ '{:>9999999999}'.format('x') }}"
    yield "doubling", b"{% set n=namespace(x='xxxxxxxx') %}{% for i in range(60) %}{% set n.x=n.x~n.x %}{% endfor %}"
    yield "much output", b"{% for a in range(9999) %}{{ 'x' * 1000 }}{% endfor %}"
    yield "no end", b"{% set a='" + b"x" * 99 + b"' %}" + b"{% for b in a %}" * 6 + b"{% endfor %}" * 6
    yield "null", b"a\0b{{ messages }}"
    yield "no text", bytes(range(128, 256))
    yield "formats", b"%s%s%s%n{0}{messages}"
    yield "without the question", b"<|header_start|>system<|header_end|>"
    yield "twice the question", b"{% for m in messages %}{{ m.content }}{{ m.content }}{% endfor %}"
    yield "its own form", b"{% for m in messages %}<|header_start|>{{ m.role }}:{{ m.content }}<|eot|>{% endfor %}"
    yield "another's markers", b"{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>{% endfor %}"


def _write(source: Path, path: Path, template: bytes) -> bool:
    """A copy whose template is another, filled up with blanks; False where it is too long."""
    shutil.copyfile(source, path)
    reader = gguf.GGUFReader(path, "r+")
    field = reader.fields["tokenizer.chat_template"]
    place = field.parts[field.data[0]]
    fits = len(template) <= len(place)
    if fits:
        place[:] = list(template.ljust(len(place), b" "))
        reader.data.flush()
    del reader, field, place
    return fits


def test_each_template(
    program: Program, figure: Figure, tmp_path: Path, tiny_scout_fast: Path, times: Callable[[int], int]
) -> None:
    bait, book = tmp_path / "b", tmp_path / "book.txt"
    book.write_text("The ferry leaves at nine.\n")
    tried, answered, refused, bad, slowest = 0, 0, 0, [], 0.0
    templates = list(_templates(bait))
    step = max(1, len(templates) // times(len(templates)))
    for name, template in templates[::step]:
        model = tmp_path / "model.gguf"
        if not _write(tiny_scout_fast, model, template):
            continue
        tried += 1
        began = time.monotonic()
        words = ("ask", "--document", book, "--model", model, "--context", "2048", "--max-tokens", "4", "When?")
        done = program.run(*words, code=None)
        slowest = max(slowest, time.monotonic() - began)
        answered += done.code == 0
        refused += done.code != 0 and "octavo: " in done.err
        if "Traceback" in done.err or (done.code != 0 and "octavo: " not in done.err) or done.code < 0:
            bad.append(f"{name}: {done.code} {done.err[-200:]}")
    figure(
        f"{tried} templates: {answered} answered, {refused} refused with a sentence, {len(bad)} else;"
        f" slowest {slowest:.0f} s; the command in one ran: {'yes' if bait.exists() else 'no'}"
    )
    assert not bad
    assert not bait.exists()
    assert slowest < _LONGEST_S
