"""A key from a passphrase: always the same, and costing what the machine bears, within bounds."""

from __future__ import annotations

import pytest

from app.core.errors import AppError, Code
from app.core.machine.passphrase import require_strong
from app.core.machine.secret import KeyOrigin
from app.store import key_derivation
from app.store.key_derivation import Argon2Cost, Stretching, derive, measured_cost

_MIB = 1024
_CHEAP = Argon2Cost(32, 1, 1)


def test_the_same_passphrase_salt_and_cost_give_the_same_key() -> None:
    one = derive("été 契約", Stretching(bytes(32), argon2=_CHEAP))
    assert one == derive("e\u0301te\u0301 契約", Stretching(bytes(32), argon2=_CHEAP))
    assert one.origin is KeyOrigin.PASSPHRASE
    others = (
        derive("été 契", Stretching(bytes(32), argon2=_CHEAP)),
        derive("été 契約", Stretching(bytes(31) + b"1", argon2=_CHEAP)),
        derive("été 契約", Stretching(bytes(32), argon2=Argon2Cost(32, 2, 1))),
    )
    assert len({one.secret, *(other.secret for other in others)}) == 4


@pytest.mark.parametrize(
    ("seconds_per_mib", "cores", "memory_gib", "expected"),
    [
        (0.0018, 2, 16, Argon2Cost(256 * _MIB, 4, 2)),  # this project's own machine
        (0.0008, 16, 64, Argon2Cost(512 * _MIB, 9, 4)),
        (0.0008, 16, 4, Argon2Cost(256 * _MIB, 19, 4)),  # a sixteenth of the memory
        (0.00001, 64, 512, Argon2Cost(512 * _MIB, 24, 4)),  # never more
        (0.5, 1, 1, Argon2Cost(64 * _MIB, 3, 1)),  # never less
    ],
)
def test_a_guess_costs_about_a_second_within_bounds(
    seconds_per_mib: float, cores: int, memory_gib: int, expected: Argon2Cost
) -> None:
    assert key_derivation._affordable(seconds_per_mib / _MIB, cores, memory_gib << 20) == expected


def test_every_cost_that_is_measured_is_one_that_a_file_may_ask_for() -> None:
    cost = measured_cost()
    assert cost.memory_kib >= 64 * _MIB
    assert cost.passes >= 3
    for most in (cost, Argon2Cost(512 * _MIB, 24, 4)):
        assert Stretching(bytes(32), argon2=most).is_bearable
    assert not Stretching(bytes(32), argon2=Argon2Cost(1 << 20, 1 << 10, 1)).is_bearable


def test_where_the_library_has_no_argon2_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_derivation, "_has_argon2", lambda: False)
    for makes in (lambda: derive("été 契約", Stretching(bytes(32), _CHEAP)), measured_cost):
        with pytest.raises(AppError) as error:
            makes()
        assert error.value.code is Code.PASSPHRASE_UNSUPPORTED


def test_a_passphrase_of_any_length_is_looked_at() -> None:
    with pytest.raises(AppError):
        require_strong("x" * 100_000)
    require_strong("lantern quay otter violet" + " x" * 100_000)
