"""The messages between the desk and a process that renders a model's template."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeAlias

import msgspec

from app.core.chat_template import WorkedOut
from app.isolation.heartbeat import SandboxReady, WireFailed

MAX_PIECES = 1 << 14
"""Characters of a format's pieces together: the longest in use has some hundreds."""


class TemplateFlaw(StrEnum):
    """The reasons why a template is of no use; `app.wording` has words for each."""

    SIZE = "template_size"
    SYNTAX = "template_syntax"
    REACH = "template_reach"  # it asks for what no template needs: attributes, files, other templates
    RUNNING = "template_running"  # an error while it ran
    DECLINED = "template_declined"  # it refuses the conversation itself
    STEPS = "template_steps"
    TIME = "template_time"
    MEMORY = "template_memory"
    OUTPUT = "template_output"
    CONTENTS = "template_contents"  # texts are missing, doubled, changed or in another order
    TURNS = "template_turns"  # what it writes between two texts depends on what comes later
    CRASH = "template_crash"


class WorkOut(msgspec.Struct, frozen=True, tag=True):
    """Answered by Worked or WireFailed."""

    untrusted_template: str


Order: TypeAlias = WorkOut


class Worked(msgspec.Struct, frozen=True, tag=True):
    result: WorkedOut


Event: TypeAlias = SandboxReady | Worked | WireFailed
