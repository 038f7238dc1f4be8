"""`octavo prompts`: prints instructions and saved prompts as text, or takes them in from a file."""

from __future__ import annotations

import argparse
import sys

from app.cli.screen import print_json
from app.services.services import Services
from app.wording.i18n import _
from app.wording.prompts import imported_words


def run(options: argparse.Namespace, desk: Services) -> None:
    """Raises AppError."""
    if options.file is not None:
        taken = desk.prompts.take(options.file)
        if options.json:
            print_json({"event": "imported", "prompts": taken})
        else:
            print(imported_words(taken))
    elif options.json:
        listed = [
            {"name": each.name, "shortcut": each.shortcut, "text": each.text} for each in desk.prompts.prompts.all()
        ]
        print_json({"event": "prompts", "instructions": desk.settings.load().instructions, "prompts": listed})
    elif text := desk.prompts.text():
        sys.stdout.write(text)
    else:
        print(f"octavo: {_('There are no saved prompts, and no instructions.')}", file=sys.stderr)
