"""`octavo models token`: a token never stands on the command line, where other programs could read it."""

from __future__ import annotations

import argparse
import getpass
import sys

from app.cli.output import print_json
from app.services.services import Services
from app.wording.i18n import _


def run(options: argparse.Namespace, desk: Services) -> None:
    """Raises AppError HUB_TOKEN_NOT_KEPT, SETTING_INVALID."""
    if options.token_command == "set":  # noqa: S105 -- a command, not a secret
        at_terminal = sys.stdin.isatty()
        token = getpass.getpass(_("Token of the model hub: ")) if at_terminal else sys.stdin.readline()
        desk.downloads.set_token(token)
        told = _("The token is saved in the system keyring.")
    else:
        desk.downloads.forget_token()
        told = _("No token is saved.")
    if options.json:
        print_json({"has_token": desk.downloads.has_token()})
    else:
        print(told)
