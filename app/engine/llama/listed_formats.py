"""Chat formats that llama.cpp's own list has, recognised by marks in a model's template, which is not run."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence

from app.core.chat_template import ChatTemplate
from app.core.errors import AppError
from app.engine.formats.chat_formats import from_table, template
from app.engine.llama.llama_loader import bindings

_BUFFER_BYTES = 1 << 16


def rendered(untrusted_template: bytes, messages: Sequence[tuple[str, str]]) -> str:
    """Return a conversation of (role, content) in the format that llama.cpp recognises the template as, up to where the
    assistant begins; empty if it recognises none."""
    api = bindings()
    chat = (api.llama_chat_message * len(messages))(
        *(api.llama_chat_message(role.encode(), content.encode()) for role, content in messages)
    )
    buffer = ctypes.create_string_buffer(_BUFFER_BYTES)
    length = api.llama_chat_apply_template(untrusted_template, chat, len(messages), True, buffer, len(buffer))
    return buffer.raw[:length].decode() if 0 < length < len(buffer) else ""


class _Listed:
    """A template, for `engine.prompt.template`."""

    def __init__(self, untrusted_template: str) -> None:
        self._template = untrusted_template.encode("utf-8", "replace")

    def render_chat(self, messages: Sequence[tuple[str, str]]) -> str:
        return rendered(self._template, messages)


def known_template(untrusted_template: str) -> ChatTemplate | None:
    """Return the format of a template that our table or llama.cpp's list has."""
    if (known := from_table(untrusted_template)) is not None:
        return known.template
    try:
        return template(_Listed(untrusted_template))
    except AppError:
        return None
