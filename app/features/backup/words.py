"""Sentences about what became of a backup, and about what is not in one."""

from __future__ import annotations

from datetime import datetime

from app.core.conversations.events import Copying, Hashing
from app.core.machine.secret import KeyOrigin
from app.features.backup.data import BackupMade, BackupSizes, Restored
from app.wording.i18n import _
from app.wording.units import count, day, size


def contents_words(sizes: BackupSizes) -> str:
    """Say what a backup would have in it."""
    words = _(
        "One file with the library, {matters}, and all conversations, notes and settings: about {size}, encrypted with"
        " a passphrase of its own. Whoever has both can open it on another computer. Nobody can recover the passphrase."
    )
    return words.format(matters=_matters(sizes.matters), size=size(sizes.desk_bytes))


def file_name(now: float) -> str:
    """Return the name of a new file, without its ending."""
    return f"Octavo {datetime.fromtimestamp(now).astimezone():%Y-%m-%d}"


def making_words(step: Copying | Hashing) -> str:
    """Say how far a backup is."""
    words = _("Backing up: {percent} %") if isinstance(step, Copying) else _("Verifying the backup: {percent} %")
    return words.format(percent=100 * step.done // max(step.total, 1))


def reminder_words(last_at: float | None) -> str:
    if last_at is None:
        return _("There is no backup of your documents and conversations yet.")
    return _("The last backup was made on {day}.").format(day=day_of(last_at))


def made_words(made: BackupMade) -> str:
    """Return a sentence on the file, and one on what is not in it."""
    words = _("The backup “{path}” was written and read back: {size}, with the library and {matters}.")
    return " ".join((words.format(path=made.path, size=size(made.size_bytes), matters=_matters(made.matters)),
                     not_in_it(readings=made.readings)))  # fmt: skip


def not_in_it(*, readings: bool) -> str:
    if readings:
        return _("Downloaded models are not in it, nor are passwords in the system keyring.")
    return _("Downloaded models and saved readings are not in it, nor are passwords in the system keyring.")


def restored_words(restored: Restored) -> str:
    words = _("The backup of {day} was restored into “{path}”, with the library and {matters}.")
    said = [words.format(day=day_of(restored.made_at), path=restored.path, matters=_matters(restored.matters))]
    match restored.key:
        case KeyOrigin.KEYRING:
            said.append(_("Its new key is in the system keyring of this computer."))
        case _:
            said.append(_("Its new key is in a file next to the data."))
    if restored.was_protected:
        said.append(_("Before, a passphrase protected it. Set one again with “octavo passphrase” or in the settings."))
    return " ".join(said)


def last_words(at: float | None) -> str:
    """Say when the last backup was made."""
    return _("never") if at is None else day_of(at)


def day_of(moment: float) -> str:
    """Return the day of a moment in seconds since the epoch, in the zone of this computer."""
    return day(datetime.fromtimestamp(moment).astimezone())


def _matters(n: int) -> str:
    match n:
        case 0:
            return _("no matters")
        case 1:
            return _("1 matter")
        case _:
            return _("{n} matters").format(n=count(n))
