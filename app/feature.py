"""The seam: what a feature may add to the program.

The kernel asks whole books and checks the answers. Everything else that the program can do is a feature: a folder in
`app.features` with a `feature.py` that declares what it adds. The kernel goes through the declarations that it is given
and imports no feature; features do not import each other. A declaration is cheap to import: whatever is heavy is
imported by the functions in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.cli.terminal_command import Diagnosis, TerminalCommand
from app.core.kept import Keeps
from app.wording.kept import KEEPS

if TYPE_CHECKING:
    from app.services.asking.replacing import MakeNameReplacing
    from app.services.desk_feature import DeskFeature
    from app.services.services import Services
    from app.ui.window.extensions import Extensions
    from app.ui.window.mending import MakeMending
    from app.ui.window.shell_feature import MakeShellFeature
    from app.ui.window_feature import WindowFeature
    from app.ui.workspace import Workspace


@dataclass(frozen=True)
class Feature:
    """A feature, by the `name` of its folder.

    `terminal` are its commands of `octavo`. `window` makes what it adds to a window, which in turn makes its panels and
    dialogs when they are opened first. `desk` makes what it does on a desk by itself. `shell` imports what makes the
    part of it that outlives the open desk, on whichever thread. `mending` makes what helps with damaged data at the
    start of the window. `replacing` replaces names in texts that leave this computer; one feature can. `keeps` is what
    it keeps on a desk, so that it is found, counted, moved and deleted with the document or the conversation that it
    belongs to. `diagnosis` returns what `octavo doctor` says about it.
    """

    name: str
    terminal: tuple[TerminalCommand, ...] = ()
    window: Callable[[Workspace], WindowFeature] | None = None
    desk: Callable[[Services], DeskFeature] | None = None
    shell: Callable[[], MakeShellFeature] | None = None
    mending: MakeMending | None = None
    replacing: MakeNameReplacing | None = None
    keeps: Keeps = field(default_factory=Keeps)
    diagnosis: Diagnosis | None = None


def extensions_of(features: Iterable[Feature]) -> Extensions:
    """Gather the parts that these features add to the window's program."""
    from app.ui.window.extensions import Extensions  # now: the terminal needs nothing of the window

    features = tuple(features)
    return Extensions(
        features=[feature.window for feature in features if feature.window is not None],
        shell=[feature.shell for feature in features if feature.shell is not None],
        mending=next((feature.mending for feature in features if feature.mending is not None), None),
        keeps=keeps_of(features),
    )


def terminal_commands_of(features: Iterable[Feature]) -> tuple[TerminalCommand, ...]:
    """Return the commands of `octavo` that these features add."""
    return tuple(command for feature in features for command in feature.terminal)


def desk_features_of(features: Iterable[Feature]) -> tuple[Callable[[Services], DeskFeature], ...]:
    """Return whatever these features do on a desk by themselves."""
    return tuple(feature.desk for feature in features if feature.desk is not None)


def diagnoses_of(features: Iterable[Feature]) -> tuple[Diagnosis, ...]:
    """Return everything that `octavo doctor` says about these features."""
    return tuple(feature.diagnosis for feature in features if feature.diagnosis is not None)


def keeps_of(features: Iterable[Feature]) -> Keeps:
    """Return everything that the kernel and these features keep on a desk."""
    return sum((feature.keeps for feature in features), KEEPS)


def replacing_of(features: Iterable[Feature]) -> MakeNameReplacing | None:
    """Return what replaces names in texts that leave this computer; None if no feature does."""
    return next((feature.replacing for feature in features if feature.replacing is not None), None)
