"""Carries out the commands of `octavo models`."""

from __future__ import annotations

import argparse

from app.cli.models import carrying, fetching, listing, plan, show, token
from app.core.work import Cancel
from app.services.services import Services


def run(options: argparse.Namespace, desk: Services, cancel: Cancel) -> None:
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
            token.run(options, desk)
        case _:
            carrying.run(options, desk, cancel)
