"""Runs a command of `octavo`: opens the desk, and turns what goes wrong into a sentence and an exit code."""

from __future__ import annotations

import argparse
import contextlib
import errno
import getpass
import logging
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from app.cli import arguments
from app.cli.screen import print_json, say_told
from app.cli.terminal_command import Diagnosis, Terminal, TerminalCommand
from app.core.errors import AppError, Blame, Code, Problem, blame
from app.core.kept import Keeps
from app.core.machine.paths import Paths
from app.core.work import Cancel, Stopped
from app.services.services import Services
from app.wording import errors
from app.wording.i18n import _

EXIT_ANSWERED, EXIT_BUG, EXIT_USAGE, EXIT_INPUT, EXIT_MODEL, EXIT_FIT, EXIT_CANCELLED = 0, 1, 2, 3, 4, 5, 130

_EXIT = {
    Blame.USAGE: EXIT_USAGE,
    Blame.INPUT: EXIT_INPUT,
    Blame.MACHINE: EXIT_INPUT,
    Blame.MODEL: EXIT_MODEL,
    Blame.FIT: EXIT_FIT,
    Blame.OCTAVO: EXIT_BUG,
}

_log = logging.getLogger("octavo.cli")

OpenDesk = Callable[[Paths, "str | None"], Services]


def run(
    options: argparse.Namespace,
    open_desk: OpenDesk,
    added: Iterable[TerminalCommand],
    keeps: Keeps,
    diagnoses: Iterable[Diagnosis],
) -> int:
    """Run the command that `arguments.parse` found and return its exit code; a sentence on stderr says what went wrong.
    `added` are the commands of features; `keeps` is everything that a desk can have; `diagnoses` return what `octavo
    doctor` says about features.
    """
    own = next((each for each in added if options.command in each.names), None)
    cancel = Cancel()
    with _interrupts(cancel):
        try:
            if options.command == "doctor" and options.check_update:
                from app.cli import doctor  # here and below: each command imports what it needs

                doctor.check_update(options)
                return EXIT_ANSWERED
            alone = own.run_alone if own is not None else None
            if alone is not None and alone(options, Terminal(open_desk, keeps), cancel):
                return EXIT_ANSWERED
            with contextlib.closing(_open(options, open_desk)) as desk:
                say_told(desk.features.told)
                if options.command == "doctor" and options.server_check is not None:
                    from app.cli import server_check

                    server_check.run(options, desk, cancel)
                    problem = None
                elif options.command == "doctor":
                    from app.cli import doctor

                    problem = doctor.run(options, desk, [entry for diagnosis in diagnoses for entry in diagnosis(desk)])
                else:
                    carry_out = own.run if own is not None and own.run is not None else _carry_out
                    problem = carry_out(options, desk, cancel)
        except AppError as error:
            return _fail(error.problem, as_json=options.json)
        except (Stopped, KeyboardInterrupt):
            return EXIT_CANCELLED
        except BrokenPipeError:  # whoever read our output has left
            _drop_output()
            return EXIT_CANCELLED
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            _drop_output()
            return _fail(Problem(Code.OUTPUT_FULL), as_json=False)
    return _EXIT[blame(problem.code)] if problem else EXIT_ANSWERED


def _drop_output() -> None:
    """Send the rest of the output nowhere: writing it would fail once more at the end of the program."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _carry_out(options: argparse.Namespace, desk: Services, cancel: Cancel) -> Problem | None:
    """Carry out a command, and return the problem that it has shown itself, if the exit code shall follow from it.
    Raises AppError, Stopped."""
    match options.command:
        case "ask":
            from app.cli import ask

            ask.run(options, desk, cancel)
        case "add":
            from app.cli import folders

            return folders.add(options, desk, cancel)
        case "folders":
            from app.cli import folders

            folders.list_folders(options, desk)
        case "cite":
            from app.cli import cite

            cite.run(options, desk, cancel)
        case "servers":
            from app.cli import servers

            servers.run(options, desk)
        case "read":
            from app.cli import reading

            reading.run(options, desk, cancel)
        case "models":
            _carry_out_models(options, desk, cancel)
        case "settings":
            from app.cli import settings

            settings.run(options, desk)
        case "passphrase":
            desk.protect(None if options.remove else _new_passphrase())
    return None


def _carry_out_models(options: argparse.Namespace, desk: Services, cancel: Cancel) -> None:
    from app.cli.models import commands, fetching, formats, listing, plan, show  # now: no other command needs them

    match options.models_command:
        case "list":
            listing.run(options, desk, cancel)
        case "show":
            show.run(options, desk, cancel)
        case "format":
            formats.run(options, desk, cancel)
        case "plan":
            plan.run(options, desk, cancel)
        case "fetch":
            fetching.run(options, desk, cancel)
        case "import" | "unpack":
            commands.import_model(options, desk, cancel)
        case "verify":
            commands.verify(options, desk, cancel)
        case "pack":
            commands.pack(options, desk, cancel)
        case "remove":
            commands.remove(options, desk)
        case "token":
            commands.keep_token(options, desk)


def _open(options: argparse.Namespace, open_desk: OpenDesk) -> Services:
    """Open the matter that was named, or the library. Raises AppError MATTER_UNKNOWN, and as opening it does."""
    library = _open_library(options, open_desk)
    name = getattr(options, "matter", None)
    if name is None:
        return library
    try:
        return library.shared.turn_to(library.shared.matters.kept.named(name).id)
    except BaseException:
        library.close()
        raise


def _open_library(options: argparse.Namespace, open_desk: OpenDesk) -> Services:
    """Open the desk; asks a person at the terminal for its passphrase or, where it needs one and has none, for a new
    one."""
    paths = arguments.paths(options)
    try:
        return open_desk(paths, None)
    except AppError as error:
        if error.code not in (Code.PASSPHRASE_NEEDED, Code.PASSPHRASE_REQUIRED) or not sys.stdin.isatty():
            raise
        is_new = error.code is Code.PASSPHRASE_REQUIRED
        if is_new:
            print(errors.sentence(error.problem), file=sys.stderr)
    return open_desk(paths, _new_passphrase() if is_new else getpass.getpass(_("Passphrase: ")))


def _new_passphrase() -> str:
    """Ask for a new passphrase twice at a terminal; else take the first line of stdin. Raises AppError USAGE,
    PASSPHRASE_WEAK."""
    from app.cli import passphrases

    if sys.stdin.isatty():
        return passphrases.ask_new(_("New passphrase: "))
    return passphrases.accept(sys.stdin.readline().rstrip("\n"))


def _fail(problem: Problem, *, as_json: bool) -> int:
    _log.warning("%s", problem.code.value)
    sentence = errors.sentence(problem)
    if as_json:
        print_json({"event": "failed", "code": problem.code, "message": sentence})
    print(f"octavo: {sentence}", file=sys.stderr)
    return _EXIT[blame(problem.code)]


@contextlib.contextmanager
def _interrupts(cancel: Cancel) -> Iterator[None]:
    """Let Ctrl+C ask the work to stop; a second one ends the program."""

    def stop(_number: int, _frame: Any) -> None:
        if cancel.requested:
            raise KeyboardInterrupt
        cancel.request()

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
