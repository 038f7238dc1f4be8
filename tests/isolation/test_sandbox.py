"""A child can and cannot do certain things at each step of the ladder that this machine offers: tried for real."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from app.isolation import sandbox
from app.isolation.sandbox import Gap, Step
from app.wording.isolation import landlock_words, protection_words
from tests.isolation import prisoner

PRISONER = Path(prisoner.__file__)
ESCAPES = (
    *("tcp", "udp", "unix", "home", "users", "secret", "create", "create_tmp", "reopen", "rename"),
    *("program", "fork", "signal", "thread", "size", "link", "glance", "owner", "async", "code"),
)
REFUSED = frozenset({"EPERM", "EACCES", "ENOENT", "ENOSYS"})


def offered(step: Step) -> Step:
    if not sandbox.offers(step):
        pytest.skip(f"this system does not offer {step.value}: not installed, or forbidden")
    return step


@pytest.fixture(params=list(Step))
def step(request: pytest.FixtureRequest) -> Step:
    return offered(request.param)


@pytest.fixture(params=[Step.BUBBLEWRAP, Step.LANDLOCK])
def locked(request: pytest.FixtureRequest) -> Step:
    return offered(request.param)


def attempt(step: Step, folder: Path, *names: str) -> tuple[dict[str, str], int]:
    """Run the prisoner at `step`; what became of each attempt, and the signal that ended it (0: none)."""
    secret, document = folder / "secret.txt", folder / "document.txt"
    secret.write_text("the secret", encoding="utf-8")
    document.write_text("the document", encoding="utf-8")
    fd = os.open(document, os.O_RDONLY)
    output = os.open(folder / "output", os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        paths = [str(Path.home()), str(secret), str(folder / "loot"), str(fd), str(output)]
        argv = [sys.executable, "-P", str(PRISONER), step.value, *paths, *names]
        ran = subprocess.run(
            sandbox.wrap(argv, step, readable=[PRISONER.parent]),
            env=sandbox.environment(),
            stdout=subprocess.PIPE,
            pass_fds=[fd, output],
            start_new_session=True,
            timeout=60,
            check=False,
        )
    finally:
        os.close(fd)
        os.close(output)
    assert secret.read_text(encoding="utf-8") == "the secret"
    assert document.read_text(encoding="utf-8") == "the document"
    assert (folder / "output").stat().st_size == 0
    ended_by = -ran.returncode if ran.returncode < 0 else max(0, ran.returncode - 128)
    assert ended_by or ran.returncode == 0
    return json.loads(ran.stdout or b"{}"), ended_by


@pytest.mark.parametrize("opening", [(), ("fonts",)], ids=["no file", "fonts"])
def test_a_locked_child_reaches_nothing_but_its_document(
    locked: Step, opening: tuple[str, ...], tmp_path: Path
) -> None:
    got, ended_by = attempt(locked, tmp_path, *ESCAPES, "document", "signal_self", *opening)
    assert ended_by == 0
    assert got.pop("step") == locked
    assert got.pop("document") == "done: the document"
    assert got.pop("signal_self") == "done: signalled"
    if locked is Step.BUBBLEWRAP and got["home"].startswith("done"):  # the way to this program, and nothing else
        seen = [Path(word) for word in sandbox.wrap([], locked) if Path(word).is_relative_to(Path.home())]
        assert set(got["home"].removeprefix("done: ").split(",")) == {p.relative_to(Path.home()).parts[0] for p in seen}
        got["home"] = "ENOENT"
    assert set(got) == set(ESCAPES)
    assert {name: how for name, how in got.items() if how not in REFUSED} == {}


def test_outside_a_sandbox_the_same_attempts_succeed(tmp_path: Path) -> None:
    """Without this, a mistake in the attempts would look like a sandbox that holds."""
    escapes = [name for name in ESCAPES if name not in {"create_tmp", "fork", "reopen", "rename", "async"}]
    got, _ = attempt(Step.RLIMITS, tmp_path, *escapes)
    assert {name: how for name, how in got.items() if not how.startswith("done")} == {"step": "rlimits"}


def test_limits_hold_at_every_step(step: Step, tmp_path: Path) -> None:
    got, ended_by = attempt(step, tmp_path, "memory", "shared_memory", "write", "fork", "document", "sealed")
    assert ended_by == 0
    assert got["step"] == step
    assert got["memory"] == "MemoryError"
    assert got["shared_memory"] == "ENOMEM"
    assert got["write"] == "EFBIG"
    assert got["fork"] in {"EAGAIN", "EPERM"}
    assert got["document"] == "done: the document"


@pytest.mark.parametrize("deadly", ["exec", "trace"])
def test_what_only_an_intruder_does_ends_the_child(locked: Step, tmp_path: Path, deadly: str) -> None:
    assert attempt(locked, tmp_path, deadly) == ({}, signal.SIGSYS)


def test_the_probe_takes_the_highest_step_that_works() -> None:
    assert sandbox.probe() is next(step for step in Step if sandbox.offers.__wrapped__(step))


def test_a_step_that_cannot_be_reached_is_not_claimed() -> None:
    """Asked for bubblewrap but started without it, the child says what it has instead."""
    argv = [sys.executable, "-P", "-m", "app.isolation.sandbox", Step.BUBBLEWRAP.value]
    said = subprocess.run(argv, stdout=subprocess.PIPE, env=sandbox.environment(), check=True, timeout=60).stdout
    assert Step(said.decode().strip()) in {Step.LANDLOCK, Step.RLIMITS}


def test_nothing_of_the_person_is_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OCTAVO_TEST_TOKEN", "hf_secret")
    assert not {"OCTAVO_TEST_TOKEN", "HOME", "USER", "DBUS_SESSION_BUS_ADDRESS"} & set(sandbox.environment())
    assert "hf_secret" not in sandbox.wrap(["true"], Step.BUBBLEWRAP)


def test_an_older_landlock_is_named_with_what_it_leaves_open() -> None:
    assert sandbox.gaps(0) == sandbox.gaps(6) == sandbox.gaps(99) == ()
    assert sandbox.gaps(5) == (Gap.ABSTRACT_SOCKETS, Gap.SIGNALS)
    assert set(sandbox.gaps(1)) == set(Gap)
    assert landlock_words(0) == "none on this system"
    assert landlock_words(7) == "version 7, complete"
    assert "version 5, older: it does not cover abstract sockets, signals to other programs." in landlock_words(5)
    assert "signals to other programs" in protection_words(Step.LANDLOCK, 5)
    assert "signals" not in protection_words(Step.LANDLOCK, 6) + protection_words(Step.BUBBLEWRAP, 5)
    assert len({protection_words(step, 0) for step in Step}) == len(Step)
