"""The decisions of a machine's administrator for all desks on it: what may leave it, and how data is kept.

Every rule takes something away from what a person may choose; none gives more. The file is read by
`app.services.policies`; whoever opens a connection, keeps a setting or opens a desk asks the `Policy`.
"""

from __future__ import annotations

from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta

from app.core.errors import AppError, Code, Problem
from app.core.settings import RemoteImages, Settings, value_of, with_value

Days: TypeAlias = Annotated[int, Meta(ge=1, le=36_500)]
Value: TypeAlias = bool | int | str

MOST_BYTES = 64 << 10
"""The most bytes of a policy file; a real one has some hundred."""


class RetentionRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Days after which something is deleted; a person may choose fewer, not more. None: as the person likes."""

    conversations_days: Days | None = None
    readings_days: Days | None = None
    bin_days: Days | None = None


class PolicyRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The fields of the file, by their names there."""

    remote_engine: bool = True
    """False: no server answers, so that no text leaves the machine."""
    allowed_servers: tuple[str, ...] | None = None
    """Hosts that may answer, such as `models.example.org` or `models.example.org:8443`; None: any."""
    images_to_servers: bool = True
    """False: no image leaves the machine."""
    model_hub: bool = True
    """False: no model is looked up or downloaded."""
    allowed_hubs: tuple[str, ...] | None = None
    """Hosts that models may be asked for at; what a hub then names as the place of its files is followed."""
    other_programs: bool = True
    """False: no other program is answered (`octavo mcp`)."""
    allowed_programs: tuple[str, ...] | None = None
    """Programs that a person may allow, by the names that they give themselves; None: any."""
    passphrase_required: bool = False
    passphrase_digits: Annotated[int, Meta(ge=0, le=30)] = 0
    """The digits of the number of guesses that a new passphrase takes at least, estimated by
    `app.core.machine.passphrase`; what that asks of every passphrase counts too."""
    lock_after_minutes: Annotated[int, Meta(ge=1, le=1440)] | None = None
    """The window locks when it was not used for so long, or sooner."""
    record_texts: bool | None = None
    """True or False if the policy decides whether the record keeps questions and names; `None` leaves it to the
    person."""
    retention: RetentionRules = RetentionRules()


class Held(msgspec.Struct, frozen=True):
    """The rule of a policy for one setting: its value or, with `at_most`, the largest one; then 0, which stands for no
    limit at all, is beyond it."""

    value: Value
    at_most: bool = False

    def allows(self, value: object) -> bool:
        if not self.at_most:
            return value == self.value
        return isinstance(value, int) and isinstance(self.value, int) and 0 < value <= self.value


class Policy(msgspec.Struct, frozen=True):
    """`path` is that of the file, empty if there is none. `problem` says why the file cannot be taken as it is; what it
    says then holds as far as it was understood, and nothing leaves the machine."""

    rules: PolicyRules = PolicyRules()
    path: str = ""
    problem: Problem | None = None

    def held(self) -> dict[str, Held]:
        """Return the settings that are decided, by their paths such as `remote.enabled`."""
        found: dict[str, Held] = {}
        if not self.rules.remote_engine:
            found |= {"remote.address": Held(""), "remote.enabled": Held(False)}
        if not self.rules.images_to_servers:
            found["remote.images"] = Held(RemoteImages.KEPT)
        if self.rules.record_texts is not None:
            found["record_texts"] = Held(self.rules.record_texts)
        kept = msgspec.structs.asdict(self.rules.retention)
        found |= {f"retention.{name}": Held(days, at_most=True) for name, days in kept.items() if days is not None}
        if self.rules.lock_after_minutes is not None:
            found["lock.idle_minutes"] = Held(self.rules.lock_after_minutes, at_most=True)
        return found

    def applied(self, settings: Settings) -> Settings:
        """Return the settings that are in force if a person has chosen these."""
        for path, held in self.held().items():
            if not held.allows(value_of(settings, path)):
                settings = with_value(settings, path, held.value)
        return settings

    def check_setting(self, path: str, value: object) -> None:
        """Check a setting. Raises AppError SETTING_HELD for a value that is not allowed."""
        held = self.held().get(path)
        if held is not None and not held.allows(value):
            raise AppError(Code.SETTING_HELD, name=path)

    def check_server(self, host: str) -> None:
        """Refuse a server that texts may not go to; `host` is named as `Address.shown` does. Raises AppError
        REMOTE_FORBIDDEN."""
        allowed = self.rules.allowed_servers
        if not self.rules.remote_engine or (allowed is not None and not _is_in(host, allowed)):
            raise AppError(Code.REMOTE_FORBIDDEN, host=host)

    def check_hub(self, host: str) -> None:
        """Refuse a hub that may not be asked for models. Raises AppError HUB_FORBIDDEN."""
        allowed = self.rules.allowed_hubs
        if not self.rules.model_hub or (allowed is not None and not _is_in(host, allowed)):
            raise AppError(Code.HUB_FORBIDDEN, host=host)

    def check_program(self, name: str = "") -> None:
        """Refuse another program that may not be answered; without a name, refuse if none may. Raises AppError
        MCP_FORBIDDEN."""
        allowed = self.rules.allowed_programs
        if not self.rules.other_programs or (name and allowed is not None and not _is_in(name, allowed)):
            raise AppError(Code.MCP_FORBIDDEN, name=name)


NO_POLICY = Policy()
"""Nothing is decided."""


def strict(rules: PolicyRules) -> PolicyRules:
    """Return these rules with nothing allowed to leave the machine, for a file that cannot be trusted to say
    otherwise."""
    return msgspec.structs.replace(rules, remote_engine=False, model_hub=False, other_programs=False)


def _is_in(host: str, allowed: tuple[str, ...]) -> bool:
    return host.casefold() in {each.strip().casefold() for each in allowed}
