"""Formats that are known without running a template: llama.cpp's list, and our table."""

from __future__ import annotations

import ctypes

import pytest

from app.core.chat_template import ChatTemplate
from app.engine.formats.chat_formats import TABLE, from_table
from app.engine.llama.listed_formats import known_template, rendered
from app.engine.llama.llama_loader import bindings
from app.models.templates.format_finding import work_out
from tests.models.templates import shapes

TALK = (
    ("system", "The rules."),
    ("user", "One?"),
    ("assistant", "One."),
    ("user", "Two?"),
    ("assistant", "Two."),
    ("user", "Three?"),
)

_UNCUT = ("yandex",)
"""Formats of the list that leave the rules out: they are not taken from it."""


def _listed() -> list[str]:
    api = bindings()
    names = (ctypes.c_char_p * api.llama_chat_builtin_templates(None, 0))()
    api.llama_chat_builtin_templates(names, len(names))
    return [name.decode() for name in names if name]


def _as_program(format_: ChatTemplate) -> str:
    """A template that writes a format."""
    begin, to_question, to_answer, to_next, to_new = (repr(piece) for piece in format_.pieces)
    return (
        f"{{{{ {begin} + messages[0].content }}}}{{% for m in messages[1:] %}}"
        f"{{% if m.role == 'assistant' %}}{{{{ {to_answer} }}}}{{% elif loop.first %}}{{{{ {to_question} }}}}"
        f"{{% else %}}{{{{ {to_next} }}}}{{% endif %}}{{{{ m.content }}}}{{% endfor %}}{{{{ {to_new} }}}}"
    )


def test_each_format_of_the_list_is_cut_into_pieces_that_write_what_llama_cpp_writes() -> None:
    names = _listed()
    assert len(names) == 54  # another number: look whether TABLE is still needed
    assert [name for name in names if known_template(name) is None] == list(_UNCUT)
    for name in sorted({*names} - {*_UNCUT}):
        format_ = known_template(name)
        assert format_ is not None
        own, theirs = format_.written(TALK), rendered(name.encode(), TALK)
        asked = own.rindex("Three?")
        assert (name, own[:asked]) == (name, theirs[:asked])
        assert (name, format_.to_new_answer.startswith(theirs[asked + len("Three?") :])) == (name, True)


def test_each_format_of_the_list_is_found_in_a_template_that_writes_it() -> None:
    for name in sorted({*_listed()} - {*_UNCUT}):
        format_ = known_template(name)
        assert format_ is not None
        assert (name, work_out(_as_program(format_)).template) == (name, format_)


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("Gemma 4", shapes.EMPTY_THOUGHT),
        ("gpt-oss", shapes.HARMONY),
        ("Muse Glimmer", shapes.RECIPIENTS),
        ("DeepSeek V4", shapes.BARE_RULES),
        ("Mistral, V7-Tekken and later", shapes.TEKKEN),
    ],
)
def test_the_table_has_what_such_a_template_writes(name: str, shape: str) -> None:
    known = from_table(shape)
    assert known is not None
    assert known.name == name
    own = work_out(shape).template.with_tokens("", "</s>")
    assert known.template == own == known_template(shape)


def test_llama_4_in_its_official_form_is_what_the_list_has() -> None:
    assert from_table(shapes.LLAMA4) is None
    assert known_template(shapes.LLAMA4) == work_out(shapes.LLAMA4).template.with_tokens("", "")


def test_the_table_takes_no_other_familys_template() -> None:
    taken = {name for name, shape in shapes.SHAPES.items() if from_table(shape)}
    assert taken == {"empty thought", "recipients", "bare rules"}
    assert len({known.name for known in TABLE}) == len(TABLE)
