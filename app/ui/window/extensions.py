"""The additions of features to the window's program, as the start of the program hands them to the window."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.core.kept import Keeps

if TYPE_CHECKING:
    from app.ui.window.mending import MakeMending
    from app.ui.window.shell_feature import MakeShellFeature
    from app.ui.window_feature import MakeWindowFeature


@dataclass(frozen=True)
class Extensions:
    """The additions of features. `features` make what each of them adds to a window, in the order of menus. `shell`
    imports what makes the parts that outlive the open desk. `mending` makes what helps with damaged data; None if
    nothing does. `keeps` is everything that a desk can have."""

    features: Sequence[MakeWindowFeature]
    shell: Sequence[Callable[[], MakeShellFeature]]
    mending: MakeMending | None
    keeps: Keeps
