"""`octavo settings`: lists the settings, explains one, or changes it."""

from __future__ import annotations

import argparse

import msgspec

from app.cli.screen import print_json
from app.core.errors import AppError, Code
from app.core.policy import Policy
from app.core.settings import Settings, value_of, with_value
from app.services.services import Services
from app.wording.i18n import _
from app.wording.policy import held_words, policy_lines
from app.wording.settings import Effect, Meaning, meanings, sections, value_words


def run(options: argparse.Namespace, desk: Services) -> None:
    """Carry out what the command says. Raises AppError."""
    settings, policy = desk.settings.load(), desk.settings.policy
    if options.name is None:
        _list(settings, policy, as_json=options.json)
        return
    meaning = meanings().get(options.name)
    if meaning is None:
        raise AppError(Code.USAGE, detail=_("there is no setting “{name}”").format(name=options.name))
    if options.value is not None:
        settings = desk.settings.change(meaning.path, parsed(meaning, options.value))
    if options.json:
        held = meaning.path in policy.held()
        print_json({"event": "setting", "name": meaning.path, "value": _plain(settings, meaning), "held": held})
        return
    print(_line(settings, policy, meaning, 0))
    if options.value is None:
        print(f"{meaning.title}. {meaning.help}")
        if choices := [words for _value, words in meaning.named]:
            print(_("Can be: {values}").format(values=" · ".join(choices)))
    if note := _effect_words(meaning.effect):
        print(note)
    if options.value is not None:
        for words in filter(None, (feature.setting_changed(meaning.path) for feature in desk.features.all)):
            print(words)


def parsed(meaning: Meaning, text: str) -> object:
    """Return the value that a person wrote: the words for it, or itself. Raises AppError SETTING_INVALID."""
    for value, words in meaning.named:
        if text.strip().casefold() == words.casefold():
            return value
    text = (
        {"on": "true", "off": "false"}.get(text, text) if isinstance(value_of(Settings(), meaning.path), bool) else text
    )
    plain = msgspec.to_builtins(with_value(Settings(), meaning.path, text))
    try:
        return value_of(msgspec.convert(plain, Settings, strict=False), meaning.path)
    except msgspec.ValidationError as error:
        detail = meaning.refusal.rstrip(".") or str(error).partition(" - at ")[0]
        raise AppError(Code.SETTING_INVALID, name=meaning.path, detail=detail) from error


def _list(settings: Settings, policy: Policy, *, as_json: bool) -> None:
    known = meanings()
    if as_json:
        values = {path: _plain(settings, each) for path, each in known.items()}
        print_json({"event": "settings", "settings": values, "held": sorted(policy.held()), "policy": policy})
        return
    for line in policy_lines(policy):
        print(line)
    width = max(map(len, known))
    for section in sections():
        if section.settings:
            print(section.title)
        for each in section.settings:
            print(f"  {_line(settings, policy, each, width)}")


def _line(settings: Settings, policy: Policy, meaning: Meaning, width: int) -> str:
    words = f"{meaning.path:{width}}  {value_words(meaning, value_of(settings, meaning.path))}"
    held = policy.held().get(meaning.path)
    return words if held is None else f"{words} ({held_words(meaning, held)})"


def _plain(settings: Settings, meaning: Meaning) -> object:
    value: object = msgspec.to_builtins(value_of(settings, meaning.path))
    return value


def _effect_words(effect: Effect) -> str:
    return {
        Effect.NEXT_LOAD: _("Takes effect when the model is loaded again."),
        Effect.RESTART: _("Takes effect when the window is opened again."),
    }.get(effect, "")
