"""Models in the terminal: what there is, what can be fetched, and what becomes of it."""

from __future__ import annotations

import argparse
import getpass
import sys

from app.cli.models import carrying, fetching, listing, plan, show
from app.cli.output import print_json
from app.core.cancel import Cancel
from app.messages import _
from app.services.desk import Desk


def run(options: argparse.Namespace, desk: Desk, cancel: Cancel) -> None:
    """Carry out a command of `octavo models`. Raises AppError, Stopped."""
    match options.models_command:
        case "list":
            listing.run(options, desk, cancel)
        case "show":
            show.run(options, desk, cancel)
        case "plan":
            plan.run(options, desk, cancel)
        case "fetch":
            fetching.run(options, desk, cancel)
        case "token":
            _keep_token(options, desk)
        case _:
            carrying.run(options, desk, cancel)


def _keep_token(options: argparse.Namespace, desk: Desk) -> None:
    """A token never stands on the command line, where other programs could read it.

    Raises AppError HUB_TOKEN_NOT_KEPT, SETTING_INVALID.
    """
    if options.token_command == "set":  # noqa: S105 -- a command, not a secret
        at_terminal = sys.stdin.isatty()
        desk.downloads.set_token(
            getpass.getpass(_("Token of the model hub: ")) if at_terminal else sys.stdin.readline()
        )
        told = _("The token is kept in the system keyring.")
    else:
        desk.downloads.forget_token()
        told = _("No token is kept.")
    if options.json:
        print_json({"has_token": desk.downloads.has_token()})
    else:
        print(told)
