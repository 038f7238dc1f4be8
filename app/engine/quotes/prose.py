"""Tells where an answer is prose, in which quotation marks quote, from code and data, in which they do not."""

from __future__ import annotations

from dataclasses import dataclass, replace

_PAIRS = {")": "(f", "]": "[", "}": "{"}
_DATA = frozenset("{[f")
_FENCE = 3
_DEEPEST = 64


@dataclass(frozen=True)
class Prose:
    """What is open after some characters of an answer, as far as it tells prose from the rest.

    Not prose: code between back quotes; what stands in square or curly brackets, as in JSON; the arguments of a call,
    whose bracket follows its name at once; a value after an equals sign.
    """

    ticks: int = 0  # in a row, just now
    code: int = 0  # so many opened the code; 0: there is none
    open: str = ""  # the brackets of this paragraph; f: of a call
    before: str = ""  # the last character
    solid: str = ""  # the last that is no white space

    @property
    def quotes(self) -> bool:
        """Whether a quotation mark that comes now is one of prose."""
        return not (self.code or self.ticks or self.solid == "=" or _DATA & set(self.open))

    def after(self, character: str, *, ends_paragraph: bool = False) -> Prose:
        if character == "`":
            return replace(self, ticks=self.ticks + 1, before=character, solid=character)
        now = self._fenced() if self.ticks else self
        if ends_paragraph:
            now = replace(now, open="", code=now.code if now.code >= _FENCE else 0)
        solid = now.solid if character.isspace() else character
        return replace(now, open=now._bracketed(character), before=character, solid=solid)

    def _fenced(self) -> Prose:
        """Behind a run of back quotes."""
        if not self.code:
            return replace(self, ticks=0, code=self.ticks)
        closes = self.ticks == self.code or (self.code >= _FENCE and self.ticks >= self.code)
        return replace(self, ticks=0, code=0 if closes else self.code)

    def _bracketed(self, character: str) -> str:
        if self.code:
            return self.open
        if character in "([{" and len(self.open) < _DEEPEST:
            called = character == "(" and (self.before.isalnum() or self.before == "_")
            return self.open + ("f" if called else character)
        if character in _PAIRS:
            at = max(map(self.open.rfind, _PAIRS[character]))
            return self.open[:at] if at >= 0 else self.open
        return self.open
