"""What can be written after `octavo models`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

from app.core.settings import KvType
from app.wording.i18n import _

AddCommand: TypeAlias = Callable[[Any, str, str], argparse.ArgumentParser]
AddOption: TypeAlias = Callable[[argparse.ArgumentParser], None]


def add(commands: Any, add_command: AddCommand, add_data_dir: AddOption) -> None:
    """Add the commands to a parser. `add_command`: takes subparsers, a name and a text."""
    about = _("the models on this computer, and those that you can download")
    models = commands.add_parser("models", help=about, description=about)
    add_data_dir(models)
    of_models = models.add_subparsers(required=True, metavar="COMMAND", dest="models_command")

    def command(name: str, text: str) -> argparse.ArgumentParser:
        return add_command(of_models, name, text)

    listed = command("list", _("list the models in the models folder, and the starter model"))
    listed.add_argument("--offers", action="store_true", help=_("list the catalogue instead; this uses no network"))
    show = command("show", _("show what the header of a model file says, without loading the model"))
    show.add_argument("model", metavar="MODEL", help=_model_help())
    plan = command("plan", _("show where a model would be placed and how much context that leaves, without loading it"))
    plan.add_argument("model", metavar="MODEL", help=_model_help())
    _add_planning(plan)

    fetch = command("fetch", _("download a model from the model hub, or continue a download; Ctrl+C pauses"))
    fetch.add_argument("model", metavar="MODEL", help=_offer_help())
    fetch.add_argument(
        "--accept-licence", action="store_true", help=_("confirm that you have read and accept the terms of the model")
    )
    fetch.add_argument("--yes", action="store_true", help=_("start without asking"))

    imported = command("import", _("copy a model into the models folder and verify it"))
    imported.add_argument(
        "path", type=Path, metavar="PATH",
        help=_("a GGUF file (its other parts and projector are included), a folder with a model, or a packed model"),
    )  # fmt: skip
    verify = command("verify", _("compare a model with its recorded hashes"))
    verify.add_argument("model", metavar="MODEL", help=_local_help())
    pack = command(
        "pack", _("write a model with its hashes to one file, which `tar x` and `sha256sum -c SHA256SUMS` can verify")
    )
    pack.add_argument("model", metavar="MODEL", help=_local_help())
    pack.add_argument("target", type=Path, metavar="TARGET", help=_("the file to write, or the folder to write it to"))
    pack.add_argument("--folder", action="store_true", help=_("write a folder of files to TARGET instead of one file"))
    unpack = command("unpack", _("unpack a packed model into the models folder"))
    unpack.add_argument("path", type=Path, metavar="FILE", help=_("a file written by `octavo models pack`"))
    remove = command("remove", _("delete a model from the models folder"))
    remove.add_argument("model", metavar="MODEL", help=_local_help())

    about_token = _("save an access token of the model hub in the system keyring, or remove it")
    token = of_models.add_parser("token", help=about_token, description=about_token)
    add_data_dir(token)
    of_token = token.add_subparsers(required=True, metavar="COMMAND", dest="token_command")
    add_command(of_token, "set", _("save a token; Octavo asks for it, or reads it from the first line of the input"))
    add_command(of_token, "forget", _("remove the token"))


def _add_planning(plan: argparse.ArgumentParser) -> None:
    plan.add_argument(
        "--context", type=_tokens, metavar="N", default=0, help=_("tokens; otherwise as many as possible")
    )
    plan.add_argument("--kv", choices=[kind.value for kind in KvType], help=_("number format of the KV cache"))
    plan.add_argument(
        "--gpu-memory", type=_gigabytes, action="append", default=[], metavar="GB",
        help=_("assume a GPU sold with this many GB; repeatable"),
    )  # fmt: skip
    plan.add_argument(
        "--ram", type=_gigabytes, metavar="GB", default=0.0,
        help=_("assume main memory sold with this many GB, and no GPU except those given"),
    )  # fmt: skip


def _offer_help() -> str:
    return _(
        "a name in the catalogue, or a repository as owner/name; optionally a colon and a quantization or a file in it"
    )


def _model_help() -> str:
    return _("a GGUF file (for a split model, any part); or {offer}").format(offer=_offer_help())


def _local_help() -> str:
    return _("a GGUF file, its folder, or a name in the list")


def _tokens(text: str) -> int:
    number = int(text)
    if number <= 0:
        raise ValueError(text)
    return number


def _gigabytes(text: str) -> float:
    number = float(text)
    if not 0 < number <= 1_000_000:
        raise ValueError(text)
    return number
