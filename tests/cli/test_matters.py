"""`octavo matters`, and `--matter`: what is asked, found and deleted in one matter is in no other."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

from app.cli.parsers import parser
from app.core.paths import Paths
from tests.cli.conftest import Octavo
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
    assert "already" in err
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
    assert "no matter “Marlow”" in err


def test_every_command_that_looks_into_a_desk_takes_a_matter() -> None:
    of_the_person = {"matters", "models", "settings", "passphrase"}
    of_the_person.add("servers")  # two of its own commands take one
    commands = next(action for action in parser(())._actions if action.dest == "command").choices
    assert isinstance(commands, dict)
    without = {name for name, command in commands.items() if "--matter" not in command.format_help()}
    assert without == of_the_person | {"doctor"}


def test_a_matter_that_is_named_is_the_one_that_is_used(octavo: Octavo, tmp_path: Path) -> None:
    with contextlib.closing(open_desk(Paths(tmp_path))) as library:
        library.matters.create("Marlow")
    letters = tmp_path / "Marlow letters"
    letters.mkdir()
    (letters / "lease.txt").write_text("The notice period is three months. The tenant insures the wharf.", "utf-8")
    assert octavo("add", "--matter", "Marlow", letters, "--data-dir", tmp_path)[0] == 0
    assert octavo("folders", "--data-dir", tmp_path)[1] == ""
    assert "Marlow letters" in octavo("folders", "--matter", "marlow", "--data-dir", tmp_path)[1]
    code, _out, err = octavo("folders", "--matter", "Tern", "--data-dir", tmp_path)
    assert code == 3
    assert "no matter “Tern”" in err
    with contextlib.closing(open_desk(Paths(tmp_path))) as library:
        assert library.library.books() == ()
        assert [book.title for book in library.turn_to(library.matters.all()[0].id).library.books()] == ["lease"]


def test_a_matter_is_exported_and_imported(octavo: Octavo, tmp_path: Path) -> None:
    with contextlib.closing(open_desk(Paths(tmp_path / "desk"))) as library:
        library.matters.create("Marlow")
    secret, file = tmp_path / "secret.txt", tmp_path / "Marlow.octavo-matter"
    secret.write_text("four unrelated words\nand more", "utf-8")
    where = ("--passphrase-file", secret, "--data-dir", tmp_path / "desk")
    code, out, _err = octavo("matters", "export", "Marlow", file, *where)
    assert (code, out) == (0, "“Marlow” was exported, and the file was read back.\n")
    code, out, _err = octavo("matters", "import", file, *where)
    assert (code, out) == (0, "“Marlow (2)” was imported.\n")
    code, _out, err = octavo("matters", "import", secret, *where)
    assert code == 3
    assert "is not an exported matter" in err
    code, _out, err = octavo("matters", "import", file, "--data-dir", tmp_path / "desk")
    assert code == 2
    assert "--passphrase-file" in err
