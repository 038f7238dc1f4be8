"""`octavo matters`: lists matters, makes, renames, archives, deletes, exports and imports them."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

from app.core.errors import Code
from app.core.machine.paths import Paths
from tests.cli.conftest import Octavo
from tests.said import says
from tests.whole import open_desk


def test_matters_are_made_listed_renamed_put_away_and_deleted(octavo: Octavo, tmp_path: Path) -> None:
    def matters(*words: str) -> tuple[int, str, str]:
        return octavo("matters", *words, "--data-dir", tmp_path)

    code, out, err = matters()
    assert (code, out) == (0, "")
    assert "There are no matters" in err
    assert matters("new", "Harbour v Marlow")[:2] == (0, "“Harbour v Marlow” was created.\n")
    assert matters("new", "Tern\x1b[2J")[0] == 0
    assert matters() == (0, "Tern\ufffd[2J\nHarbour v Marlow\n", "")
    code, _out, err = matters("new", "HARBOUR V MARLOW")
    assert code == 3
    assert says(err, Code.MATTER_EXISTS, name="HARBOUR V MARLOW")
    assert matters("rename", "harbour v marlow", "Marlow")[:2] == (0, "The matter is called “Marlow” now.\n")
    assert matters("archive", "Marlow")[:2] == (0, "“Marlow” was archived.\n")
    assert "Marlow  (archived)" in matters()[1]
    assert matters("unarchive", "Marlow")[0] == 0
    described = json.loads(matters("--json")[1])["matters"]
    assert [(each["name"], each["archived"]) for each in described] == [("Tern\x1b[2J", False), ("Marlow", False)]
    code, _out, err = matters("delete", "Marlow")
    assert code == 2
    assert "--yes" in err
    assert matters("delete", "Marlow", "--yes")[:2] == (0, "“Marlow” was deleted with everything in it.\n")
    code, _out, err = matters("delete", "Marlow", "--yes")
    assert code == 3
    assert says(err, Code.MATTER_UNKNOWN, name="Marlow")


def test_a_matter_is_exported_and_imported(octavo: Octavo, tmp_path: Path) -> None:
    with contextlib.closing(open_desk(Paths(tmp_path / "desk"))) as library:
        library.shared.matters.create("Marlow")
    secret, file = tmp_path / "secret.txt", tmp_path / "Marlow.octavo-matter"
    secret.write_text("four unrelated words\nand more", "utf-8")
    where = ("--passphrase-file", secret, "--data-dir", tmp_path / "desk")
    code, out, _err = octavo("matters", "export", "Marlow", file, *where)
    assert (code, out) == (0, "“Marlow” was exported, and the file was read back.\n")
    code, out, _err = octavo("matters", "import", file, *where)
    assert (code, out) == (0, "“Marlow (2)” was imported.\n")
    code, _out, err = octavo("matters", "import", secret, *where)
    assert code == 3
    assert says(err, Code.MATTER_FILE, path=str(secret))
    code, _out, err = octavo("matters", "import", file, "--data-dir", tmp_path / "desk")
    assert code == 2
    assert "--passphrase-file" in err
