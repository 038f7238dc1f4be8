"""The parsers of `octavo` and `octavo-desk`: every command with its options. The manuals are made from them too."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from app import __version__
from app.cli.terminal_command import TerminalCommand
from app.core.documents.citation_style import CitationStyle
from app.core.machine.window_action import WindowAction
from app.core.settings import KvType, Mapping
from app.wording.i18n import _

DATA_DIR = "data folder of"
"""The beginning of the name under which each parser keeps the data folder that it was given."""


def window_parser() -> argparse.ArgumentParser:
    """Return the parser of `octavo-desk`."""
    window = argparse.ArgumentParser(prog="octavo-desk", description=_("Octavo: a private reading desk"))
    add_data_dir(window)
    first = window.add_mutually_exclusive_group()
    for action, words in (
        (WindowAction.NEW_CONVERSATION, _("begin a new conversation")),
        (WindowAction.SEARCH, _("search all documents and conversations")),
    ):
        first.add_argument(f"--{action}", dest="action", action="store_const", const=action, help=words)
    window.add_argument("files", nargs="*", type=Path, help=_("documents and images to open"))
    return window


def parser(added: Iterable[TerminalCommand]) -> argparse.ArgumentParser:
    """Return the parser of `octavo`; `command` in its result names what to run. `added` are the commands of
    features."""
    whole = argparse.ArgumentParser(prog="octavo", description=_("Octavo: a private reading desk"))
    whole.add_argument("--version", action="version", version=f"octavo {__version__}")
    add_data_dir(whole)
    commands = whole.add_subparsers(required=True, metavar="COMMAND", dest="command")
    _add_ask(commands)
    _add_add(commands)
    _add_folders(commands)
    _add_cite(commands)
    _add_servers(commands)
    _add_read(commands)
    _add_models(commands)
    _add_settings(commands)
    _add_passphrase(commands)
    _add_doctor(commands)
    for each in added:
        each.add(commands)
    return whole


def _add_ask(commands: Any) -> None:
    ask = add_command(commands, "ask", _("ask one or more questions about documents"))
    add_answering(ask, shows_names=True)
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
        "--export", type=Path, metavar="FILE",
        help=_("also write questions, answers and references to a file: .md, .html, .docx"),
    )  # fmt: skip
    add_going_on(ask)
    ask.add_argument(
        "--parts", action="store_true",
        help=_("if the documents do not fit into the context, read them in parts, and answer from notes on all of"
        " them"),
    )  # fmt: skip
    ask.add_argument(
        "--resume", action="store_true",
        help=_("continue the last reading in parts for the same question and documents: read only the missing parts"),
    )  # fmt: skip
    ask.add_argument(
        "--all", action="store_true",
        help=_("ask all documents that were added: some are read whole, of others passages, which is shown first"),
    )  # fmt: skip
    _add_thoughts(ask)
    _add_schema(ask)
    ask.add_argument("--plan", action="store_true", help=_("with --all, only show what would be read, and why"))
    add_weighing(ask)
    ask.add_argument("question", nargs="+", help=_("several questions form one conversation"))


def _add_add(commands: Any) -> None:
    about = _(
        "put all documents of folders onto the shelf, or go on with what was interrupted; of a folder that was added"
        " before, only what is new or changed is read"
    )
    add = add_command(commands, "add", about)
    add_matter(add)
    add.add_argument("--watch", action="store_true", help=_("then wait for new and changed files, until Ctrl+C"))
    add.add_argument("--retry", action="store_true", help=_("also read again what could not be read before"))
    add.add_argument(
        "paths", nargs="*", type=Path, metavar="FOLDER", help=_("a folder, with the folders below it, or a file")
    )


def _add_folders(commands: Any) -> None:
    folders = add_command(
        commands, "folders", _("list the folders that were added, and what became of their documents")
    )
    add_matter(folders)
    what = folders.add_mutually_exclusive_group()
    what.add_argument("--unwatch", type=Path, metavar="FOLDER", help=_("no longer watch this folder for new files"))
    what.add_argument(
        "--forget", type=Path, metavar="FOLDER", help=_("forget this folder; its documents stay on the shelf")
    )


def add_documents(command: argparse.ArgumentParser, *, pages: bool = True) -> None:
    """Add the options of all commands that open books; with `pages` some of theirs."""
    add_matter(command)
    command.add_argument(
        "--document",
        "--documents",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help=_("a document, or a folder: all documents in it; repeatable"),
    )
    add_read_again(command)
    if pages:
        command.add_argument(
            "--pages",
            metavar="A-B",
            help=_(
                "only these pages of each document, counted from the first page, whatever their printed numbers are"
            ),
        )


def _add_cite(commands: Any) -> None:
    cite = add_command(commands, "cite", _("print the references of documents, for BibTeX and other programs"))
    add_documents(cite, pages=False)
    cite.add_argument(
        "--style", choices=[style.value for style in CitationStyle], default=CitationStyle.BIBTEX.value,
        help=_("BibTeX (default), CSL JSON, or plain text"),
    )  # fmt: skip


def add_weighing(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--no-weighing", dest="weighing", action="store_false", default=None,
        help=_("do not ask the model about sentences of an answer that no page has word for word"),
    )  # fmt: skip


def _add_schema(ask: argparse.ArgumentParser) -> None:
    ask.add_argument(
        "--verbatim", action=argparse.BooleanOptionalAction,
        help=_("answer in the documents’ own words: with whole sentences of theirs, chosen by the model, and nothing"
        " else; or freely. With neither option, the settings decide"),
    )  # fmt: skip
    ask.add_argument(
        "--json-schema", type=Path, metavar="FILE",
        help=_("hold each answer to this JSON Schema; only the answer goes to standard output, the pages of its values"
        " to standard error"),
    )  # fmt: skip


def _add_thoughts(ask: argparse.ArgumentParser) -> None:
    ask.add_argument(
        "--thoughts", action="store_true",
        help=_("also show what the model thinks before it answers, on standard error; with --export, write it too"),
    )  # fmt: skip


def add_going_on(ask: argparse.ArgumentParser) -> None:
    """Add the option of all commands that print answers."""
    ask.add_argument(
        "--continue", dest="go_on", action="store_true",
        help=_("let an answer that reaches its maximum length go on until it ends, or the context is full"),
    )  # fmt: skip


def add_answering(ask: argparse.ArgumentParser, *, shows_names: bool = False) -> None:
    """Add the options of all commands that answer questions about any number of books."""
    add_documents(ask)
    add_engine(ask, shows_names=shows_names)


def add_read_again(command: argparse.ArgumentParser) -> None:
    """Add the option of all commands that read files as documents."""
    command.add_argument(
        "--read-again", action="store_true",
        help=_("read documents again that an earlier version of Octavo imported"),
    )  # fmt: skip


def add_engine(ask: argparse.ArgumentParser, *, shows_names: bool = False) -> None:
    """Add the options of all commands in which a model answers. With `shows_names`, it can list what would be
    replaced."""
    ask.add_argument(
        "--model", metavar="PATH", help=_("a GGUF file; otherwise the model in the settings, or the starter model")
    )
    ask.add_argument(
        "--remote", metavar="ADDRESS",
        help=_("let a server of your organisation answer: it receives the full text of the documents"),
    )  # fmt: skip
    ask.add_argument("--server", metavar="NAME", help=_("let this server answer, one of those in `octavo servers`"))
    ask.add_argument("--remote-model", metavar="NAME", help=_("the model on that server, if it has several"))
    ask.add_argument(
        "--pseudonyms", choices=("on", "off", *(("show",) if shows_names else ())),
        help=_("replace names, numbers, addresses and accounts on the way to that server, and put them back in the"
        " answer; “show” only lists them") if shows_names
        else _("replace names, numbers, addresses and accounts on the way to that server, and put them back in the"
        " answer"),
    )  # fmt: skip
    ask.add_argument("--remote-ca", metavar="FILE", help=_("trusted certificates, in PEM format"))
    ask.add_argument("--context", type=int, metavar="N", help=_("space for documents and conversation, in tokens"))
    ask.add_argument("--kv", choices=[kind.value for kind in KvType], help=_("number format of the KV cache"))
    add_mapping(ask)
    add_images(ask)
    _add_writing(ask)


def _add_writing(ask: argparse.ArgumentParser) -> None:
    """Add the options that say what an answer is made from, and how."""
    ask.add_argument("--max-tokens", type=int, metavar="N", help=_("maximum length of an answer, in tokens"))
    ask.add_argument(
        "--max-thought-tokens", type=int, metavar="N", help=_("maximum length of a thought before an answer, in tokens")
    )
    ask.add_argument(
        "--no-thinking", dest="thinking", action="store_false", default=None,
        help=_("do not let the model think before it answers, if it can do without"),
    )  # fmt: skip
    ask.add_argument("--temperature", type=float, metavar="T", help=_("0 always chooses the most likely token"))
    ask.add_argument("--seed", type=int, metavar="S", help=_("the same seed gives the same answer"))
    ask.add_argument(
        "--instructions", metavar="TEXT",
        help=_("how you want answers, such as role, style, language; otherwise the instructions in the settings"),
    )  # fmt: skip
    ask.add_argument(
        "--excerpts",
        action="store_true",
        help=_("show the model only relevant excerpts instead of the whole documents"),
    )
    ask.add_argument(
        "--no-close-reading", dest="close_reading", action="store_false", default=None,
        help=_("do not repeat relevant passages next to the question"),
    )  # fmt: skip
    ask.add_argument(
        "--no-true-quotes", dest="true_quotes", action="store_false", default=None,
        help=_("do not limit quotations to the words of the documents"),
    )  # fmt: skip


def _add_servers(commands: Any) -> None:
    servers = add_command(commands, "servers", _("list the servers that can answer, or manage them"))
    of_servers = servers.add_subparsers(metavar="COMMAND", dest="servers_command")
    add_command(of_servers, "list", _("list them; the one that answers is marked"))
    add = add_command(of_servers, "add", _("add one, or change one of that name"))
    use = add_command(of_servers, "use", _("let this one answer"))
    remove = add_command(of_servers, "remove", _("forget one; its key stays until you forget that, too"))
    for each in (add, use, remove):
        each.add_argument("name", metavar="NAME", help=_("what you call it"))
    add.add_argument(
        "address", metavar="ADDRESS", nargs="+",
        help=_("such as https://models.example.org; several, if the same model answers at each"),
    )  # fmt: skip
    add.add_argument("--remote-model", default="", metavar="NAME", help=_("the model there, if it has several"))
    add.add_argument("--remote-ca", default="", metavar="FILE", help=_("trusted certificates, in PEM format"))
    default = add_command(of_servers, "default", _("let a matter have the same server as the library"))
    none = add_command(of_servers, "none", _("let no server answer: texts stay on this computer"))
    for each in (use, none):
        add_matter(each)
    default.add_argument("--matter", metavar="NAME", required=True, help=_("the matter"))


def add_encrypted_file(command: argparse.ArgumentParser, about: str) -> None:
    """Add a file with a passphrase of its own."""
    command.add_argument("file", type=Path, metavar="FILE", help=about)
    command.add_argument(
        "--passphrase-file", type=Path, metavar="FILE",
        help=_("read the passphrase of the file from the first line of this one"),
    )  # fmt: skip


def add_matter(command: argparse.ArgumentParser) -> None:
    """Add the option of all commands that look into a desk."""
    command.add_argument(
        "--matter", metavar="NAME", help=_("in this matter; otherwise in the library, which no matter can see")
    )


def _add_read(commands: Any) -> None:
    read = add_command(commands, "read", _("show what Octavo can read of a file"))
    add_matter(read)
    read.add_argument("--model", metavar="PATH", help=_("count tokens with this GGUF model"))
    read.add_argument("--text", action="store_true", help=_("print the text, with a form feed between pages"))
    read.add_argument("file", type=Path, metavar="FILE", help=_("the file to read"))


def _add_models(commands: Any) -> None:
    about = _("the models on this computer, and those that you can download")
    models = commands.add_parser("models", help=about, description=about)
    add_data_dir(models)
    of_models = models.add_subparsers(required=True, metavar="COMMAND", dest="models_command")
    _add_looking(of_models)
    _add_fetch(of_models)
    _add_carrying(of_models)
    _add_token(of_models)


def _add_looking(of_models: Any) -> None:
    listed = add_command(of_models, "list", _("list the models in the models folder, and the starter model"))
    listed.add_argument("--offers", action="store_true", help=_("list the catalogue instead; this uses no network"))
    show = add_command(of_models, "show", _("show what the header of a model file says, without loading the model"))
    show.add_argument("model", metavar="MODEL", help=_model_help())
    written = add_command(
        of_models, "format", _("show how conversations with a model are written, and whether its own template agrees")
    )
    written.add_argument("model", metavar="MODEL", help=_local_help())
    plan = add_command(
        of_models, "plan", _("show where a model would be placed and how much context that leaves, without loading it")
    )
    plan.add_argument("model", metavar="MODEL", help=_model_help())
    _add_planning(plan)


def _add_fetch(of_models: Any) -> None:
    fetch = add_command(
        of_models, "fetch", _("download a model from the model hub, or continue a download; Ctrl+C pauses")
    )
    fetch.add_argument("model", metavar="MODEL", help=_offer_help())
    fetch.add_argument(
        "--accept-licence", action="store_true", help=_("confirm that you have read and accept the terms of the model")
    )
    fetch.add_argument("--yes", action="store_true", help=_("start without asking"))


def _add_carrying(of_models: Any) -> None:
    imported = add_command(of_models, "import", _("copy a model into the models folder and verify it"))
    imported.add_argument(
        "path", type=Path, metavar="PATH",
        help=_("a GGUF file (its other parts and projector are included), a folder with a model, or a packed model"),
    )  # fmt: skip
    verify = add_command(of_models, "verify", _("compare a model with its recorded hashes"))
    verify.add_argument("model", metavar="MODEL", help=_local_help())
    pack = add_command(
        of_models,
        "pack",
        _("write a model with its hashes to one file, which `tar x` and `sha256sum -c SHA256SUMS` can verify"),
    )
    pack.add_argument("model", metavar="MODEL", help=_local_help())
    pack.add_argument("target", type=Path, metavar="TARGET", help=_("the file to write, or the folder to write it to"))
    pack.add_argument("--folder", action="store_true", help=_("write a folder of files to TARGET instead of one file"))
    unpack = add_command(of_models, "unpack", _("unpack a packed model into the models folder"))
    unpack.add_argument("path", type=Path, metavar="FILE", help=_("a file written by `octavo models pack`"))
    remove = add_command(of_models, "remove", _("delete a model from the models folder"))
    remove.add_argument("model", metavar="MODEL", help=_local_help())


def _add_token(of_models: Any) -> None:
    about_token = _("save an access token of the model hub in the system keyring, or remove it")
    token = of_models.add_parser("token", help=about_token, description=about_token)
    add_data_dir(token)
    of_token = token.add_subparsers(required=True, metavar="COMMAND", dest="token_command")
    add_command(of_token, "set", _("save a token; Octavo asks for it, or reads it from the first line of the input"))
    add_command(of_token, "forget", _("remove the token"))


def _add_settings(commands: Any) -> None:
    settings = add_command(commands, "settings", _("list the settings, explain one, or change it"))
    settings.add_argument("name", nargs="?", metavar="NAME", help=_("such as engine.context_tokens"))
    settings.add_argument(
        "value",
        nargs="?",
        metavar="VALUE",
        help=_("a number, on or off, a text, or one of its names, such as automatic"),
    )


def _add_passphrase(commands: Any) -> None:
    passphrase = add_command(commands, "passphrase", _("protect your data with a passphrase, or remove the passphrase"))
    passphrase.add_argument("--remove", action="store_true", help=_("remove the passphrase"))


def _add_doctor(commands: Any) -> None:
    doctor = add_command(commands, "doctor", _("check this installation"))
    instead = doctor.add_mutually_exclusive_group()
    instead.add_argument(
        "--check-update", type=Path, metavar="FILE",
        help=_("check a release that you downloaded instead: FILE is its manifest, and FILE.sig must be in the same"
        " folder"),
    )  # fmt: skip
    instead.add_argument(
        "--server", nargs="?", const="", dest="server_check", metavar="SERVER",
        help=_("try a server with a made-up text instead: the one that answers, or SERVER, a name in `octavo servers`"
        " or an address"),
    )  # fmt: skip
    doctor.add_argument("--remote-model", default="", metavar="NAME", help=_("the model there, if it has several"))
    doctor.add_argument("--remote-ca", default="", metavar="FILE", help=_("trusted certificates, in PEM format"))


def add_command(commands: Any, name: str, text: str) -> argparse.ArgumentParser:
    return _with_common(commands.add_parser(name, help=text, description=text))


def add_former(commands: Any, name: str) -> argparse.ArgumentParser:
    """Add a command's former name: no help lists it."""
    return _with_common(commands.add_parser(name))


def drop_former(commands: Any) -> None:
    """Forget the former names of commands, for manuals."""
    for name in commands.choices.keys() - {listed.dest for listed in commands._choices_actions}:
        del commands.choices[name]


def _with_common(made: argparse.ArgumentParser) -> argparse.ArgumentParser:
    add_data_dir(made)
    made.add_argument("--json", action="store_true", help=_("print JSON instead of text"))
    return made


def add_data_dir(parser: argparse.ArgumentParser) -> None:
    """Add the data folder to a parser and, with others, to the commands in it: each keeps its own, since a command's
    would hide those before it."""
    parser.add_argument(
        "--data-dir", type=Path, action="append", metavar="DIR", dest=f"{DATA_DIR} {parser.prog}",
        help=_("store data in this folder"),
    )  # fmt: skip


def _add_planning(plan: argparse.ArgumentParser) -> None:
    plan.add_argument("--context", type=tokens, metavar="N", default=0, help=_("tokens; otherwise as many as possible"))
    plan.add_argument("--kv", choices=[kind.value for kind in KvType], help=_("number format of the KV cache"))
    add_mapping(plan)
    add_images(plan)
    plan.add_argument(
        "--gpu-memory", type=_gigabytes, action="append", default=[], metavar="GB",
        help=_("assume a GPU sold with this many GB; repeatable"),
    )  # fmt: skip
    plan.add_argument(
        "--ram", type=_gigabytes, metavar="GB", default=0.0,
        help=_("assume main memory sold with this many GB, and no GPU except those given"),
    )  # fmt: skip


def add_mapping(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--mapping", choices=[way.value for way in Mapping],
        help=_("how weights are loaded; mapped: read from disk when needed, for a model larger than memory (slow)"),
    )  # fmt: skip


def add_images(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--no-images", dest="images", action="store_false", default=None,
        help=_("do without the projector, which leaves memory for more tokens"),
    )  # fmt: skip


def _offer_help() -> str:
    return _(
        "a name in the catalogue, or a repository as owner/name; optionally a colon and a quantization or a file in it"
    )


def _model_help() -> str:
    return _("a GGUF file (for a split model, any part); or {offer}").format(offer=_offer_help())


def _local_help() -> str:
    return _("a GGUF file, its folder, or a name in the list")


def tokens(text: str) -> int:
    """Return a number of tokens: the type of an option that takes one. Raises ValueError."""
    number = int(text)
    if number <= 0:
        raise ValueError(text)
    return number


def _gigabytes(text: str) -> float:
    number = float(text)
    if not 0 < number <= 1_000_000:
        raise ValueError(text)
    return number
