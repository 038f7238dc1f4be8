"""Where the key of a desk's database comes from, and how a passphrase is set, changed and taken away.

A file beside the database, the key card, says where the key is: in the system keyring (under a name drawn for this
desk), in the key file, or in the person's memory (then the card holds the salt; without the card the passphrase opens
nothing).

A change of keys goes like this; a kill between any two steps leaves a desk that opens:

0. A keyring gets the new secret, under a new name.      The present key opens the database.
1. The next card is written beside the present one.      The present key opens the database.
2. A key file gets the new secret.                       The present key opens the database.
3. The database is encrypted again.                      Before SQLite's commit the present key opens it, then the new.
4. The old secret is removed.                            The new key opens it.
5. The next card takes the place of the present one.     The new key opens it.

Whoever finds a next card finds out which of the two keys opens the database, and then undoes the beginning or finishes
the rest (`obtain`); it asks for the passphrase where nothing else helps. A change, and what is done about one that was
cut short, keeps every other process out of the database meanwhile. Starts look for the key one after the other.
"""

from __future__ import annotations

import hmac
import secrets
import uuid
from pathlib import Path
from typing import TypeAlias

import msgspec

from app.core.errors import AppError, Code
from app.core.machine.files import create_private, hold_lock, remove_private, rename_private
from app.core.machine.passphrase import require_strong
from app.core.machine.paths import Paths, machine_error
from app.core.machine.secret import Key, KeyOrigin, draw_secret, is_secret
from app.core.policy import Policy, PolicyRules
from app.store.db import Database
from app.store.key_derivation import Argon2Cost, Stretching, chosen_cost, derive
from app.store.system_keyring import Ring, system_ring

__all__ = ["Key", "KeyOrigin", "is_passphrase", "obtain", "set_passphrase"]

_CARD_NAME = "octavo.keycard"
_SALT_BYTES = 32


class _InRing(msgspec.Struct, frozen=True, tag="keyring"):
    name: str


class _InFile(msgspec.Struct, frozen=True, tag="file"):
    pass


class _InMemory(Stretching, frozen=True, tag="passphrase"):
    pass


_Card: TypeAlias = _InRing | _InFile | _InMemory


def obtain(
    paths: Paths, passphrase: str | None = None, *, ring: Ring | None = None, cost: Argon2Cost | None = None
) -> Key:
    """Return the key of the desk at `paths`; a new desk gets one, from the passphrase if one is given.

    `ring` is used in place of the system keyring; `cost` is that of `set_passphrase`. A new key goes to the
    keyring where there is one that is unlocked, else into the key file. A passphrase for a desk that has none is not
    needed and not looked at.
    Raises AppError PASSPHRASE_NEEDED; DATABASE_KEY when the database's key is out of reach (a new one is never made
    for it), DATABASE_KEY_AWAY when it is in a keyring that is; FOLDER_READ_ONLY, DISK_FULL. Whether the key fits,
    opening the database shows.
    """
    return _Cards(paths, ring, cost).obtain(passphrase or None)


def set_passphrase(
    database: Database,
    paths: Paths,
    passphrase: str | None,
    *,
    policy: Policy | None = None,
    ring: Ring | None = None,
    cost: Argon2Cost | None = None,
) -> Key:
    """Protect the desk with a passphrase, change it, or (None) take it away; everything is encrypted again. `cost` is
    that of a guess; without it, a guess costs as much as this machine bears. `policy` says whether there must be a
    passphrase, and how strong.

    Raises AppError PASSPHRASE_WEAK, PASSPHRASE_REQUIRED, PASSPHRASE_UNSUPPORTED, DATABASE_LOCKED while another process
    has the desk open, DISK_FULL, FOLDER_READ_ONLY; the desk then keeps its present key.
    """
    rules = policy.rules if policy is not None else PolicyRules()
    if passphrase is not None:
        require_strong(passphrase, rules.passphrase_digits)
    elif rules.passphrase_required:
        raise AppError(Code.PASSPHRASE_REQUIRED, path=str(paths.data))
    return _Cards(paths, ring, cost).change(database, passphrase)


def is_passphrase(database: Database, paths: Paths, passphrase: str) -> bool:
    """Return whether this passphrase protects the open desk. Raises AppError DATABASE_KEY."""
    return _Cards(paths).opens(database, passphrase)


class _Cards:
    """The key cards of one desk, and the places that they point to."""

    def __init__(self, paths: Paths, ring: Ring | None = None, cost: Argon2Cost | None = None) -> None:
        self._database = paths.database
        self._key_file = paths.key_file
        self._card = paths.data / _CARD_NAME
        self._next = paths.data / f"{_CARD_NAME}.next"
        self._lock = paths.lock
        self._ring = ring
        self._cost = cost

    def obtain(self, passphrase: str | None) -> Key:
        with hold_lock(self._lock):  # who begins a desk would take the card of another one who does for a dead one
            return self._obtain(passphrase)

    def _obtain(self, passphrase: str | None) -> Key:
        present = self._present()
        following = _read_card(self._next)
        if following is not None and _holds_something(self._database):
            return self._settle(present, following, passphrase)
        if present is not None:
            if isinstance(present, _InMemory) and passphrase is None:
                raise self._error(Code.PASSPHRASE_NEEDED)
            if (key := self._key(present, passphrase)) is not None:
                return key
        if _holds_something(self._database):
            raise self._error(Code.DATABASE_KEY_AWAY if isinstance(present, _InRing) else Code.DATABASE_KEY)
        if isinstance(present, _InFile):
            remove_private(self._key_file)  # what is in it is no key
        remove_private(self._card)
        return self._begin(passphrase)

    def opens(self, database: Database, passphrase: str) -> bool:
        card = self._present()
        key = self._key(card, passphrase) if isinstance(card, _InMemory) else None
        return key is not None and hmac.compare_digest(key.secret, database.key.secret)

    def change(self, database: Database, passphrase: str | None) -> Key:
        present = self._present()
        following: _Card
        if passphrase is not None:
            following = self._remembered()
        elif isinstance(present, _InMemory):
            following = self._try_ring(may_ask=True) or _InFile()
        else:
            return database.key
        old_key = database.key
        try:
            with database.alone():
                remove_private(self._next)  # a change before this one failed, and could not even be undone
                create_private(self._next, msgspec.json.encode(following))
                if isinstance(following, _InFile):
                    remove_private(self._key_file)  # one from earlier times would be taken for the new one
                key = self._fill(following, passphrase)
                database.rekey(key)
                self._take_next(present)
        except BaseException:
            if database.is_open and database.key == old_key:  # else the next start finds out
                self._forget(following)
                remove_private(self._next)
            raise
        return key

    def _begin(self, passphrase: str | None) -> Key:
        card: _Card
        if passphrase is not None:
            require_strong(passphrase)
            card = self._remembered()
        else:
            card = self._try_ring(may_ask=False) or _InFile()
        key = self._fill(card, passphrase)
        create_private(self._card, msgspec.json.encode(card))
        return key

    def _settle(self, present: _Card | None, following: _Card, passphrase: str | None) -> Key:
        """Settle a change of keys that was cut short: keep the card whose key opens the database."""
        for card in (present, following):
            key = None if card is None else self._key(card, passphrase)
            if key is None:
                continue
            with Database.probe(self._database, key) as fits:
                if not fits:
                    continue
                if (self._present(), _read_card(self._next)) != (present, following):
                    raise self._error(Code.DATABASE_LOCKED)  # another process is at it
                if card is following:
                    self._take_next(present)
                else:
                    self._forget(following)
                    remove_private(self._next)
                return key
        asks = passphrase is None and any(isinstance(card, _InMemory) for card in (present, following))
        raise self._error(Code.PASSPHRASE_NEEDED if asks else Code.DATABASE_KEY)

    def _take_next(self, present: _Card | None) -> None:
        self._forget(present)
        rename_private(self._next, self._card)

    def _present(self) -> _Card | None:
        card = _read_card(self._card)
        return _InFile() if card is None and self._key_file.exists() else card

    def _key(self, card: _Card, passphrase: str | None) -> Key | None:
        """Return the key that a card points to; None if it is not there, or out of reach."""
        match card:
            case _InMemory():
                return None if passphrase is None else self._derive(passphrase, card)
            case _InRing(name):
                ring = self._reach(may_ask=True)
                secret, origin = None if ring is None else ring.get(name), KeyOrigin.KEYRING
            case _InFile():
                content = _read(self._key_file)
                secret, origin = None if content is None else content.decode("ascii", "replace").strip(), KeyOrigin.FILE
        return Key(secret, origin) if secret is not None and is_secret(secret) else None

    def _derive(self, passphrase: str, card: _InMemory) -> Key:
        try:
            return derive(passphrase, card)
        except ValueError as error:  # a card that was not written like this
            raise self._error(Code.DATABASE_KEY) from error
        except MemoryError as error:
            raise self._error(Code.PASSPHRASE_MEMORY) from error

    def _try_ring(self, may_ask: bool) -> _InRing | None:
        """Put a new secret into the keyring, under a new name; None if no keyring keeps it."""
        card = _InRing(uuid.uuid4().hex)
        ring = self._reach(may_ask)
        return card if ring is not None and ring.put(card.name, draw_secret()) else None

    def _fill(self, card: _Card, passphrase: str | None) -> Key:
        """Make the key file where the card asks for one and there is none yet; then the card's key."""
        if isinstance(card, _InFile):
            create_private(self._key_file, draw_secret().encode("ascii"))
        if (key := self._key(card, passphrase)) is None:
            raise self._error(Code.DATABASE_KEY)
        return key

    def _forget(self, card: _Card | None) -> None:
        match card:
            case _InRing(name):
                if (ring := self._reach(may_ask=True)) is not None:
                    ring.remove(name)
            case _InFile():
                remove_private(self._key_file)

    def _reach(self, may_ask: bool) -> Ring | None:
        return self._ring or system_ring(may_ask)

    def _remembered(self) -> _InMemory:
        return _InMemory(secrets.token_bytes(_SALT_BYTES), chosen_cost(self._cost))

    def _error(self, code: Code) -> AppError:
        return AppError(code, path=str(self._database))


def _read_card(path: Path) -> _Card | None:
    """Return the card in a file, if there is one. Raises AppError DATABASE_KEY if it cannot be understood: it may be a
    newer Octavo's."""
    if (content := _read(path)) is None:
        return None
    try:
        card: _Card = msgspec.json.decode(content, type=_Card)
    except msgspec.MsgspecError as error:
        raise AppError(Code.DATABASE_KEY, path=str(path)) from error
    return card


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise machine_error(error, path) from error


def _holds_something(path: Path) -> bool:
    """Return whether a file has anything in it. A start that was cut short may have left an empty database file, which
    no key is needed for."""
    try:
        return path.stat().st_size > 0
    except FileNotFoundError:
        return False
    except OSError as error:
        raise machine_error(error, path) from error
