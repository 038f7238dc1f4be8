"""Reads what is written on the command line, and makes the settings that follow from it."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from app.cli import parsers
from app.cli.terminal_command import TerminalCommand
from app.core.conversations.conversation import PageRange
from app.core.errors import AppError, Code
from app.core.machine.paths import Paths
from app.core.machine.window_action import WindowAction
from app.core.settings import EngineSettings, RemoteTexts, Settings
from app.wording import i18n
from app.wording.i18n import _


class WindowOptions(msgspec.Struct, frozen=True):
    paths: Paths
    files: tuple[Path, ...]
    action: WindowAction = WindowAction.NONE


_SETTINGS = {
    "model": "engine.model_path",
    "projector": "engine.projector_path",
    "images": "engine.images",
    "context": "engine.context_tokens",
    "kv": "engine.kv_type",
    "mapping": "engine.mapping",
    "remote": "remote.address",
    "remote_model": "remote.model",
    "remote_ca": "remote.ca_file",
    "adapter": "engine.adapters",
    "max_tokens": "max_answer_tokens",
    "max_thought_tokens": "max_thought_tokens",
    "thinking": "thinking",
    "instructions": "instructions",
    "temperature": "sampling.temperature",
    "seed": "sampling.seed",
    "close_reading": "close_reading",
    "weighing": "weigh_sentences",
    "true_quotes": "sampling.true_quotes",
}


_TEXTS = {"on": RemoteTexts.REPLACED, "off": RemoteTexts.AS_IS}


def window_options(argv: Sequence[str]) -> WindowOptions:
    """Read the arguments of `octavo-desk`: a data folder, files to open, what to begin with. Raises AppError USAGE."""
    options = parsers.window_parser().parse_args(argv)
    return WindowOptions(paths(options), tuple(options.files), options.action or WindowAction.NONE)


def parse(argv: Sequence[str], added: Iterable[TerminalCommand]) -> argparse.Namespace:
    """Read the arguments of `octavo`. End the program if help is wanted or something is wrong. `added` are the commands
    of features."""
    i18n.use_language("")
    return parsers.parser(added).parse_args(argv)


def check_words(questions: Iterable[str]) -> None:
    """Check that each question has words. Raises AppError USAGE."""
    if not all(question.strip() for question in questions):
        raise AppError(Code.USAGE, detail=_("a question has no words"))


def check_apart(options: argparse.Namespace, *names: str) -> None:
    """Check that no two of these options were given. Raises AppError USAGE."""
    given = ["--" + name for name in names if getattr(options, name)]
    if len(given) > 1:
        words = _("{first} and {second} exclude each other")
        raise AppError(Code.USAGE, detail=words.format(first=given[0], second=given[1]))


def settings(options: argparse.Namespace, stored: Settings) -> Settings:
    """Return the stored settings with what the command line says instead. Raises AppError OPTION_INVALID,
    SETTING_INVALID.

    What is stored about the place of the stored model, its projector and its adapters is not for another one; nor is
    the name of a model on a remote engine for another address. A model that is named is on this machine.
    """
    given = {name: value for name, value in vars(options).items() if value is not None}
    if "adapter" in given:
        given["adapter"] = [_adapter(text) for text in given["adapter"]]
    changed = msgspec.to_builtins(stored)
    if "server" in given:
        chosen = stored.remote.choosing(given["server"])
        if chosen is None:
            raise AppError(Code.REMOTE_SERVER_UNKNOWN, name=given["server"])
        stored = msgspec.structs.replace(stored, remote=chosen)
        changed = msgspec.to_builtins(stored)
        changed["remote"]["enabled"] = True
    if "remote" in given:
        given.setdefault("remote_model", "" if given["remote"] != stored.remote.address else stored.remote.model)
        changed["remote"]["enabled"] = True
        changed["remote"]["name"] = ""
    elif "model" in given:
        changed["remote"]["enabled"] = False
    if given.get("pseudonyms") in _TEXTS:
        changed["remote"]["texts"] = _TEXTS[given["pseudonyms"]]
    if "model" in given:
        engine = EngineSettings(threads=stored.engine.threads)
        changed["engine"] = msgspec.to_builtins(engine)
    for option, place in _SETTINGS.items():
        if option in given:
            group, _dot, field = place.rpartition(".")
            (changed[group] if group else changed)[field] = given[option]
    try:
        return msgspec.convert(changed, Settings)
    except msgspec.ValidationError as error:
        detail, _separator, path = str(error).partition(" - at `$.")
        place = path.strip("`").partition("[")[0]
        option = next((option for option, its_place in _SETTINGS.items() if option in given and its_place == place), "")
        if not option:
            raise AppError(Code.SETTING_INVALID, name=place, detail=detail) from error
        shown = "--" + option.replace("_", "-")
        raise AppError(Code.OPTION_INVALID, option=shown, value=str(given[option]), detail=detail) from error


def _adapter(text: str) -> dict[str, Any]:
    """Parse `PATH` or `PATH=SCALE`; an end that is no number belongs to the path."""
    path, _equals, scale = text.rpartition("=")
    with contextlib.suppress(ValueError):
        if path:
            return {"path": path, "scale": float(scale)}
    return {"path": text}


def page_range(text: str | None) -> PageRange | None:
    """Parse a range of pages, `12` or `12-30`. Raises AppError USAGE."""
    if text is None:
        return None
    first, dash, last = text.partition("-")
    if not first.isdecimal() or (dash and not last.isdecimal()):
        raise AppError(Code.USAGE, detail=f"--pages {text}")
    return PageRange(int(first), int(last or first))


def documents(options: argparse.Namespace, added: Iterable[TerminalCommand]) -> int:
    """Count how many files the command reads as documents. `added` are the commands of features."""
    given = {"read": 1} | {name: each.documents for each in added for name in each.names}
    named: Path | list[Path] = getattr(options, "document", None) or []
    return given.get(options.command) or (1 if isinstance(named, Path) else len(named))


def paths(options: argparse.Namespace) -> Paths:
    """Return the data folder that was named, before a command, after it or both; or this person's own. Raises AppError
    USAGE if two are named."""
    named = [given for name, given in vars(options).items() if name.startswith(parsers.DATA_DIR) and given]
    folders = list(dict.fromkeys(folder.absolute() for given in named for folder in given))
    if len(folders) > 1:
        words = _("--data-dir is given twice, as “{first}” and as “{second}”; give it once")
        raise AppError(Code.USAGE, detail=words.format(first=folders[0], second=folders[1]))
    return Paths(folders[0]) if folders else Paths.default()


def names_no_command(argv: Sequence[str]) -> bool:
    """Return whether `octavo` was given nothing but a data folder, or nothing at all: then it is the window."""
    alone = argparse.ArgumentParser(add_help=False, exit_on_error=False)
    parsers.add_data_dir(alone)
    try:
        return not alone.parse_known_args(argv)[1]
    except argparse.ArgumentError:  # without a folder: the whole parser says so
        return False
