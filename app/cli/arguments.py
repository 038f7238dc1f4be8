"""What can be written on the command line, and the settings that follow from it."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from app import __version__
from app.cli.models import arguments as models_arguments
from app.core.conversation import PageRange
from app.core.errors import AppError, Code
from app.core.paths import Paths
from app.core.settings import EngineSettings, KvType, Settings
from app.wording import i18n
from app.wording.i18n import _


class WindowOptions(msgspec.Struct, frozen=True):
    paths: Paths
    files: tuple[Path, ...]


_DATA_DIR = "data folder of"
_SETTINGS = {
    "model": "engine.model_path",
    "projector": "engine.projector_path",
    "context": "engine.context_tokens",
    "kv": "engine.kv_type",
    "remote": "remote.address",
    "remote_model": "remote.model",
    "remote_ca": "remote.ca_file",
    "adapter": "engine.adapters",
    "max_tokens": "max_answer_tokens",
    "temperature": "sampling.temperature",
    "seed": "sampling.seed",
    "close_reading": "close_reading",
    "true_quotes": "sampling.true_quotes",
}


def window_parser() -> argparse.ArgumentParser:
    """The parser of `octavo-desk`."""
    window = argparse.ArgumentParser(prog="octavo-desk", description=_("Octavo: a private reading desk"))
    _add_data_dir(window)
    window.add_argument("files", nargs="*", type=Path, help=_("books and images to open"))
    return window


def window_options(argv: Sequence[str]) -> WindowOptions:
    """What `octavo-desk` was given: a data folder and files to open. Raises AppError USAGE."""
    options = window_parser().parse_args(argv)
    return WindowOptions(paths(options), tuple(options.files))


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """What `octavo` was given. Ends the program where help is wanted or something is wrong."""
    i18n.use_language("")
    return parser().parse_args(argv)


def parser() -> argparse.ArgumentParser:
    """The parser of `octavo`; `command` in its result names what to run."""
    whole = argparse.ArgumentParser(prog="octavo", description=_("Octavo: a private reading desk"))
    whole.add_argument("--version", action="version", version=f"octavo {__version__}")
    _add_data_dir(whole)
    commands = whole.add_subparsers(required=True, metavar="COMMAND", dest="command")

    ask = _command(commands, "ask", _("ask one or more questions about documents"))
    _add_answering(ask)
    ask.add_argument(
        "--image", type=Path, action="append", default=[], metavar="FILE",
        help=_("an image to show with the first question; repeatable, kept in this order"),
    )  # fmt: skip
    ask.add_argument(
        "--projector", metavar="PATH",
        help=_("projector (a GGUF file) that the model sees images with; otherwise the one in the settings or in the"
        " folder of the model"),
    )  # fmt: skip
    ask.add_argument(
        "--adapter", action="append", metavar="PATH[=SCALE]",
        help=_("a LoRA adapter for the model, with its strength (default 1); repeatable"),
    )  # fmt: skip
    ask.add_argument(
        "--export",
        type=Path,
        metavar="FILE",
        help=_("also write questions, answers and references to a file: .md, .html, .docx"),
    )
    ask.add_argument("question", nargs="+", help=_("several questions form one conversation"))

    sheet = _command(
        commands,
        "sheet",
        _("ask a list of questions about documents, each one separately, and get a table of answers"),
    )
    _add_answering(sheet)
    sheet.add_argument(
        "--questions",
        type=Path,
        metavar="FILE",
        help=_("UTF-8 text, one question per line; lines that start with # are ignored"),
    )
    sheet.add_argument("--template", metavar="NAME", help=_("a list of questions that comes with Octavo"))
    sheet.add_argument("--templates", action="store_true", help=_("list the names of the templates and exit"))
    sheet.add_argument(
        "--resume", action="store_true",
        help=_("continue the last sheet with the same questions and books: ask only the unanswered ones"),
    )  # fmt: skip
    sheet.add_argument(
        "--export", type=Path, metavar="FILE", help=_("also write the table to a file: .docx, .xlsx, .md, .html")
    )
    sheet.add_argument("question", nargs="*", help=_("asked after the questions of the template and the file"))

    read = _command(commands, "read", _("show what Octavo can read of a file"))
    read.add_argument("--model", metavar="PATH", help=_("count tokens with this GGUF model"))
    read.add_argument("--text", action="store_true", help=_("print the text, with a form feed between pages"))
    read.add_argument("file", type=Path)

    models_arguments.add(commands, _command, _add_data_dir)

    passphrase = _command(commands, "passphrase", _("protect your data with a passphrase, or remove the passphrase"))
    passphrase.add_argument("--remove", action="store_true", help=_("remove the passphrase"))

    doctor = _command(commands, "doctor", _("check this installation"))
    doctor.add_argument(
        "--check-update", type=Path, metavar="FILE",
        help=_("check a release that you downloaded instead: FILE is its manifest, and FILE.sig must be in the same"
        " folder"),
    )  # fmt: skip
    return whole


def _add_answering(ask: argparse.ArgumentParser) -> None:
    """The options of all commands that answer questions."""
    ask.add_argument("--document", type=Path, action="append", default=[], metavar="FILE", help=_("a book; repeatable"))
    ask.add_argument(
        "--read-again", action="store_true",
        help=_("read books again that an earlier version of Octavo imported"),
    )  # fmt: skip
    ask.add_argument(
        "--pages",
        metavar="A-B",
        help=_("only these pages of each book, counted from the first page, whatever their printed numbers are"),
    )
    ask.add_argument(
        "--model", metavar="PATH", help=_("a GGUF file; otherwise the model in the settings, or the starter model")
    )
    ask.add_argument(
        "--remote", metavar="ADDRESS",
        help=_("let a server of your organisation answer: it receives the full text of the documents"),
    )  # fmt: skip
    ask.add_argument("--remote-model", metavar="NAME", help=_("the model on that server, if it has several"))
    ask.add_argument("--remote-ca", metavar="FILE", help=_("trusted certificates, in PEM format"))
    ask.add_argument("--context", type=int, metavar="N", help=_("space for books and conversation, in tokens"))
    ask.add_argument("--kv", choices=[kind.value for kind in KvType], help=_("number format of the KV cache"))
    ask.add_argument("--max-tokens", type=int, metavar="N", help=_("maximum length of an answer, in tokens"))
    ask.add_argument("--temperature", type=float, metavar="T", help=_("0 always chooses the most likely token"))
    ask.add_argument("--seed", type=int, metavar="S", help=_("the same seed gives the same answer"))
    ask.add_argument(
        "--excerpts", action="store_true", help=_("show the model only relevant excerpts instead of the whole books")
    )
    ask.add_argument(
        "--no-close-reading", dest="close_reading", action="store_false", default=None,
        help=_("do not repeat relevant passages next to the question"),
    )  # fmt: skip
    ask.add_argument(
        "--no-true-quotes", dest="true_quotes", action="store_false", default=None,
        help=_("do not limit quotations to the words of the books"),
    )  # fmt: skip


def _command(commands: Any, name: str, text: str) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text)
    _add_data_dir(command)
    command.add_argument("--json", action="store_true", help=_("print JSON instead of text"))
    return command


def _add_data_dir(parser: argparse.ArgumentParser) -> None:
    """For a parser and, with others, for the commands in it: each keeps its own, since a command's would hide those
    before it."""
    parser.add_argument(
        "--data-dir", type=Path, action="append", metavar="DIR", dest=f"{_DATA_DIR} {parser.prog}",
        help=_("store data in this folder"),
    )  # fmt: skip


def settings(options: argparse.Namespace, stored: Settings) -> Settings:
    """The stored settings with what the command line says instead. Raises AppError SETTING_INVALID.

    What is stored about the place of the stored model, its projector and its adapters is not for another one; nor is
    the name of a model on a remote engine for another address. A model that is named is on this machine.
    """
    given = {name: value for name, value in vars(options).items() if value is not None}
    if "adapter" in given:
        given["adapter"] = [_adapter(text) for text in given["adapter"]]
    changed = msgspec.to_builtins(stored)
    if "remote" in given:
        given.setdefault("remote_model", "" if given["remote"] != stored.remote.address else stored.remote.model)
        changed["remote"]["enabled"] = True
    elif "model" in given:
        changed["remote"]["enabled"] = False
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
        detail, _separator, name = str(error).partition(" - at `$.")
        raise AppError(Code.SETTING_INVALID, name=name.strip("`"), detail=detail) from error


def _adapter(text: str) -> dict[str, Any]:
    """`PATH` or `PATH=SCALE`; an end that is no number belongs to the path."""
    path, _equals, scale = text.rpartition("=")
    with contextlib.suppress(ValueError):
        if path:
            return {"path": path, "scale": float(scale)}
    return {"path": text}


def page_range(text: str | None) -> PageRange | None:
    """`12` or `12-30`. Raises AppError USAGE."""
    if text is None:
        return None
    first, dash, last = text.partition("-")
    if not first.isdecimal() or (dash and not last.isdecimal()):
        raise AppError(Code.USAGE, detail=f"--pages {text}")
    return PageRange(int(first), int(last or first))


def paths(options: argparse.Namespace) -> Paths:
    """The data folder that was named, before a command, after it or both; or this person's own. Raises AppError USAGE
    where two are named."""
    named = [given for name, given in vars(options).items() if name.startswith(_DATA_DIR) and given]
    folders = list(dict.fromkeys(folder.absolute() for given in named for folder in given))
    if len(folders) > 1:
        words = _("--data-dir is given twice, as “{first}” and as “{second}”; give it once")
        raise AppError(Code.USAGE, detail=words.format(first=folders[0], second=folders[1]))
    return Paths(folders[0]) if folders else Paths.default()


def names_no_command(argv: Sequence[str]) -> bool:
    """Whether `octavo` was given nothing but a data folder, or nothing at all: then it is the window."""
    alone = argparse.ArgumentParser(add_help=False, exit_on_error=False)
    _add_data_dir(alone)
    try:
        return not alone.parse_known_args(argv)[1]
    except argparse.ArgumentError:  # without a folder: the whole parser says so
        return False
