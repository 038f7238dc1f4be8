"""Where things are on this machine; every folder 0700, every file 0600, whatever the umask."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

import msgspec
import platformdirs

from app.core.errors import AppError, Code

_PRIVATE_FOLDER = 0o700


class Paths(msgspec.Struct, frozen=True):
    """One data folder holds all that a desk keeps, so that desks can be kept apart and carried away."""

    data: Path

    @classmethod
    def default(cls) -> Paths:
        return cls(Path(platformdirs.user_data_dir("octavo", appauthor=False)))

    @property
    def database(self) -> Path:
        return self.data / "octavo.db"

    @property
    def matters(self) -> Path:
        """The folder of the databases that matters have."""
        return self.data / "matters"

    def matter(self, id: str) -> Path:
        """Return the path of a matter's database."""
        return self.matters / f"{id}.db"

    @property
    def key_file(self) -> Path:
        return self.data / "octavo.key"

    @property
    def lock(self) -> Path:
        """Held by whoever looks for the key, or puts the desk into its place."""
        return self.data / "octavo.lock"

    @property
    def log(self) -> Path:
        return self.data / "logs" / "octavo.log"

    @property
    def window(self) -> Path:
        """The folder in which the desk's open window is called (app/ui/kit/calls.py)."""
        return self.data / "window"

    @property
    def models(self) -> Path:
        return self.data / "models"

    @property
    def readings(self) -> Path:
        return self.data / "readings"

    def create(self) -> None:
        """Make the folders, and those that lead to them. Raises AppError NAME_NOT_UTF8, FOLDER_READ_ONLY, DISK_FULL."""
        check_name(self.data)
        for folder in (self.data, self.log.parent, self.matters):
            try:
                make_private(folder)
            except OSError as error:
                raise machine_error(error, folder) from error
        if not os.access(self.data, os.W_OK | os.X_OK):
            raise AppError(Code.FOLDER_READ_ONLY, path=str(self.data))


def check_name(path: Path) -> None:
    """Check a path. Raises AppError NAME_NOT_UTF8 for a name whose bytes are no text: SQLite, llama.cpp and JSON take
    none."""
    name = os.fsencode(path)
    try:
        name.decode("utf-8")
    except UnicodeDecodeError as error:
        raise AppError(Code.NAME_NOT_UTF8, path=name.decode("utf-8", "replace")) from error


def make_private(folder: Path) -> None:
    """Make a folder, and those that lead to it, for their owner alone; they are on disk then. Raises OSError."""
    for each in (*reversed([above for above in folder.parents if not above.exists()]), folder):
        is_new = not each.exists()
        each.mkdir(mode=_PRIVATE_FOLDER, exist_ok=True)
        os.chmod(each, _PRIVATE_FOLDER)  # a umask may have taken bits away
        if is_new:
            sync_folder(each.parent)


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on disk. Raises OSError."""
    if os.name == "nt":
        return  # Windows has no such call; NTFS journals names of its own accord
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def machine_error(error: OSError, path: Path) -> AppError:
    """Return the error that tells a person what an OSError on a file or folder of ours means."""
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    return AppError(Code.DISK_FULL if full else Code.FOLDER_READ_ONLY, path=str(path))


def policy_file() -> Path:
    """Return the path of the file in which the machine's administrator says what is allowed; no variable and no option
    leads elsewhere."""
    if sys.platform == "win32":
        return Path(os.environ.get("PROGRAMDATA", r"C:\ProgramData")) / "Octavo" / "policy.toml"
    if sys.platform == "darwin":
        return Path("/Library/Application Support/Octavo/policy.toml")
    return Path("/etc/octavo/policy.toml")


def resources() -> Path:
    """Return the folder of icons, themes, translations and the handbook: in the wheel, or beside `app` in a
    checkout."""
    package = Path(__file__).resolve().parents[2]
    packed = package / "_resources"
    return packed if packed.is_dir() else package.parent / "resources"
