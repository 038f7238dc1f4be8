"""The system keyring: whatever it does, Octavo neither hangs nor fails, and believes only what it can read back."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import keyring.backends.fail
import keyring.backends.null
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordDeleteError

from app.store.system_keyring import Ring


class Memory(KeyringBackend):
    """A keyring that works."""

    priority = 0.0  # so that no search for backends ever picks it

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.entries: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.entries.pop((service, username), None) is None:
            raise PasswordDeleteError


class Locked(Memory):
    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringLocked

    set_password = delete_password = get_password  # type: ignore[assignment]


class Forgetful(Memory):
    def set_password(self, service: str, username: str, password: str) -> None:
        pass


class Waiting(Memory):
    """Asks something in a window that nobody answers."""

    def __init__(self) -> None:
        super().__init__()
        self.answered = threading.Event()

    def get_password(self, service: str, username: str) -> str | None:
        self.answered.wait()
        return None

    set_password = delete_password = get_password  # type: ignore[assignment]


def test_a_secret_comes_back_until_it_is_removed() -> None:
    backend = Memory()
    ring = Ring(backend)
    assert ring.get("desk") is None
    assert ring.put("desk", "secret")
    assert ring.put("other", "another")
    assert Ring(backend).get("desk") == "secret"
    ring.remove("desk")
    ring.remove("desk")
    assert ring.get("desk") is None
    assert ring.get("other") == "another"


@pytest.mark.parametrize("backend", [Locked, Forgetful, keyring.backends.null.Keyring, keyring.backends.fail.Keyring])
def test_a_keyring_that_keeps_nothing_says_so(backend: Callable[[], KeyringBackend]) -> None:
    ring = Ring(backend())
    assert not ring.put("desk", "secret")
    assert ring.get("desk") is None
    ring.remove("desk")


def test_a_keyring_that_never_answers_is_left_waiting() -> None:
    backend = Waiting()
    before = set(threading.enumerate())
    ring = Ring(backend, wait_s=0.01)
    assert not ring.put("desk", "secret")
    assert ring.get("desk") is None
    backend.answered.set()
    for thread in set(threading.enumerate()) - before:
        thread.join()


ASK = """
import os, sys
sys.addaudithook(lambda event, _: os._exit(3) if event in ("subprocess.Popen", "os.posix_spawn", "os.fork") else None)
from app.store.system_keyring import system_ring
ring = system_ring(may_ask=True)
print("keyring" in sys.modules, ring is None)
"""


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="there is always a keyring on this system")
@pytest.mark.parametrize(
    ("environment", "looked_for"),
    [
        ({"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere"}, True),
        ({"DBUS_SESSION_BUS_ADDRESS": "tcp:host=localhost,port=1"}, False),  # that would be a network connection
        ({"PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}, False),
        ({"OCTAVO_NO_KEYRING": "1"}, False),
    ],
)
def test_where_there_is_no_keyring_there_is_none_and_no_program_is_run(
    environment: dict[str, str], looked_for: bool
) -> None:
    clean = {name: value for name, value in os.environ.items() if name != "OCTAVO_NO_KEYRING"}
    done = subprocess.run(
        [sys.executable, "-c", ASK],
        env={**clean, "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere", **environment},
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    assert done.stdout.split() == [str(looked_for), "True"]
