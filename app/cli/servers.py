"""`octavo servers`: lists the servers that can answer, adds and forgets them, and chooses one, also for a matter."""

from __future__ import annotations

import argparse

import msgspec

from app.cli.screen import print_json
from app.core.errors import AppError, Code
from app.core.settings import RemoteServer, RemoteSettings
from app.engine.remote.address import parse_all
from app.services.services import Services
from app.wording.i18n import _
from app.wording.units import printable


def run(options: argparse.Namespace, desk: Services) -> None:
    """Carry out what the command says. Raises AppError REMOTE_SERVER_UNKNOWN, REMOTE_ADDRESS_*, SETTING_*, and as the
    store does."""
    match options.servers_command:
        case "add":
            address = " ".join(options.address)
            parse_all(address)
            _add(desk, RemoteServer(options.name, address, options.remote_model, options.remote_ca))
        case "use":
            _use(desk, options.name)
        case "remove":
            _remove(desk, options.name)
        case "none":
            (desk.own_settings if desk.matter else desk.settings).change("remote.enabled", False)
        case "default":
            desk.own_settings.change("remote", RemoteSettings())
    _list(desk, as_json=options.json)


def _add(desk: Services, server: RemoteServer) -> None:
    remote = desk.settings.load().remote
    if remote.address in ("", server.address) and remote.server.label in ("", server.label):
        desk.settings.change("remote", remote.with_server(server))
        return
    active = server if remote.server.label == server.label else remote.server
    others = [each for each in remote.others if each.label != server.label]
    others += [server] if active is not server else []
    changed = msgspec.structs.replace(remote, **msgspec.structs.asdict(active), others=tuple(others))
    desk.settings.change("remote", changed)


def _use(desk: Services, label: str) -> None:
    chosen = desk.settings.load().remote.choosing(label)
    if chosen is None:
        raise AppError(Code.REMOTE_SERVER_UNKNOWN, name=label)
    if desk.matter:
        desk.own_settings.change("remote", RemoteSettings(name=chosen.server.label))
    else:
        desk.settings.change("remote", msgspec.structs.replace(chosen, enabled=True))


def _remove(desk: Services, label: str) -> None:
    remote = desk.settings.load().remote
    if remote.choosing(label) is None:
        raise AppError(Code.REMOTE_SERVER_UNKNOWN, name=label)
    others = tuple(each for each in remote.others if each.label != label)
    if remote.server.label == label:  # another one is not asked in its place
        changed = msgspec.structs.replace(remote, **msgspec.structs.asdict(RemoteServer()), others=others)
    else:
        changed = msgspec.structs.replace(remote, others=others)
    desk.settings.change("remote", changed)


def _list(desk: Services, *, as_json: bool) -> None:
    remote = desk.models.wanted_remote()
    answers = remote.server.label if remote.in_use else ""
    servers = sorted(remote.servers, key=lambda server: server.label.casefold())
    if as_json:
        print_json({"event": "servers", "servers": servers, "answers": answers})
        return
    for server in servers:
        words = " ".join(filter(None, (server.name, server.address, server.model)))
        print(printable(f"{'*' if server.label == answers else ' '} {words}"))
    if not answers:
        print(_("No server answers: texts stay on this computer."))
