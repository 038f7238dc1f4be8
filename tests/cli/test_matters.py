"""`--matter`: what is asked, found and deleted in one matter is in no other."""

from __future__ import annotations

import contextlib
from pathlib import Path

from app.cli.parsers import parser
from app.core.machine.paths import Paths
from tests.cli.conftest import Octavo
from tests.whole import open_desk


def test_every_command_that_looks_into_a_desk_takes_a_matter() -> None:
    of_the_person = {"models", "settings", "passphrase"}
    of_the_person.add("servers")  # two of its own commands take one
    commands = next(action for action in parser(())._actions if action.dest == "command").choices
    assert isinstance(commands, dict)
    without = {name for name, command in commands.items() if "--matter" not in command.format_help()}
    assert without == of_the_person | {"doctor"}


def test_a_matter_that_is_named_is_the_one_that_is_used(octavo: Octavo, tmp_path: Path) -> None:
    with contextlib.closing(open_desk(Paths(tmp_path))) as library:
        library.shared.matters.create("Marlow")
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
        assert library.documents.library.books() == ()
        assert [
            book.title for book in library.shared.turn_to(library.shared.matters.all()[0].id).documents.library.books()
        ] == ["lease"]
