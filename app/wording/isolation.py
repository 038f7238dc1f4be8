"""The way in which readers are locked in, in words, for both faces."""

from __future__ import annotations

from app.isolation.sandbox import Gap, Step, gaps
from app.wording.i18n import _


def step_words(step: Step) -> str:
    """Say what protects the person from a document that means harm."""
    match step:
        case Step.BUBBLEWRAP:
            return _(
                "Each document is read in a process of its own, which sees none of your files and no network"
                " (bubblewrap)."
            )
        case Step.LANDLOCK:
            return _(
                "Each document is read in a process of its own, which can open none of your files and no network"
                " connection (Landlock and seccomp)."
            )
        case Step.RLIMITS:
            return _(
                "Each document is read in a process of its own, with limits of memory and time. This system has no"
                " sandbox that Octavo can use; on Linux, installing bubblewrap brings one."
            )


def landlock_words(abi: int) -> str:
    """Say which Landlock this system has, and what it leaves to the filter of system calls."""
    if not abi:
        return _("none on this system")
    left = gaps(abi)
    if not left:
        return _("version {abi}, complete").format(abi=abi)
    words = _("version {abi}, older: it does not cover {gaps}. Octavo’s seccomp filter blocks these instead.")
    return words.format(abi=abi, gaps=_(", ").join(map(_gap_words, left)))


def protection_words(step: Step, abi: int) -> str:
    """Return `step_words`, and what is to be said of an older Landlock if the sandbox is built on it."""
    if step is not Step.LANDLOCK or not gaps(abi):
        return step_words(step)
    return f"{step_words(step)} Landlock: {landlock_words(abi)}"


def _gap_words(gap: Gap) -> str:
    return {
        Gap.TRUNCATE: _("truncating files"),
        Gap.TCP: _("TCP connections"),
        Gap.DEVICES: _("commands to devices"),
        Gap.ABSTRACT_SOCKETS: _("abstract sockets"),
        Gap.SIGNALS: _("signals to other programs"),
    }[gap]
