"""What a feature does on an open desk by itself, whichever face the desk has."""

from __future__ import annotations


class DeskFeature:
    """A feature on one desk. What its methods return is told to the person; empty for nothing. They raise AppError."""

    def opened(self) -> str:
        """The desk was opened just now; called once, before any face uses it. If this fails, nobody hears of it."""
        return ""

    def setting_changed(self, path: str) -> str:  # noqa: ARG002
        """A person changed the setting of this path in the terminal, and it is saved."""
        return ""
