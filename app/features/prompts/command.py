"""`octavo prompts`: prints instructions and saved prompts as text, or takes them in from a file."""

from __future__ import annotations

import argparse
import sys

from app.cli.screen import print_json
from app.core.work import Cancel
from app.features.prompts.service import prompt_texts_of
from app.features.prompts.words import imported_words
from app.services.services import Services
from app.wording.i18n import _


def run(options: argparse.Namespace, desk: Services, cancel: Cancel) -> None:  # noqa: ARG001 - it takes no time
    """Carry out the command. Raises AppError."""
    texts = prompt_texts_of(desk)
    if options.file is not None:
        taken = texts.take(options.file)
        if options.json:
            print_json({"event": "imported", "prompts": taken})
        else:
            print(imported_words(taken))
    elif options.json:
        listed = [{"name": each.name, "shortcut": each.shortcut, "text": each.text} for each in texts.prompts.all()]
        print_json({"event": "prompts", "instructions": desk.settings.load().instructions, "prompts": listed})
    elif text := texts.text():
        sys.stdout.write(text)
    else:
        print(f"octavo: {_('There are no saved prompts, and no instructions.')}", file=sys.stderr)
