"""Names are replaced in what a question from the terminal sends to a server, and in what is exported; and are shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from app.cli.main import EXIT_USAGE
from app.core.settings import RemoteSettings, RemoteTexts
from tests.cli.test_remote import SHORT, run, sent_to, store_remote, story, toy
from tests.engine.remote.toy_server import ToyServer

__all__ = ["run", "story", "toy"]


def test_names_are_replaced_on_the_way_and_come_back(run: Any, tmp_path: Path, toy: ToyServer) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("Mr John Smith pays to DE89 3704 0044 0532 0130 00.\n", encoding="utf-8")
    toy.answer = ["“[Per", "son 1] pays to [", "Account 1]” [p. 1]."]
    asked = ("ask", "--remote", toy.address, *SHORT, "--document", letter, "Does Smith pay?")
    report = tmp_path / "report.md"
    code, out, err = run(*asked, "--pseudonyms", "on", "--export", report)
    assert code == 0, err
    assert "“John Smith pays to DE89 3704 0044 0532 0130 00” [p. 1]." in out
    assert "3 names and numbers were replaced on the way to localhost" in out
    assert "≈ Close to" in out, "the page says “Mr” before the quotation"
    exported = report.read_text("utf-8")
    assert "Smith" not in exported
    assert "“[Person 1] pays to [Account 1]”" in exported
    sent = sent_to(toy)
    assert "Does [Person 1b] pay?" in sent
    assert "Smith" not in sent
    assert "DE89" not in sent
    code, _out, err = run(*asked)
    assert code == 0
    assert "go as they are" in err, "nobody has decided, and there is nobody to ask"
    assert "Does Smith pay?" in sent_to(toy)


def test_what_would_be_replaced_is_shown_and_nothing_issent_to(run: Any, tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("Mr John Smith pays to DE89 3704 0044 0532 0130 00.\n", encoding="utf-8")
    code, out, err = run("ask", "--pseudonyms", "show", "--document", letter, "Does Anna Berg pay?")
    assert code == 0
    assert [line.strip() for line in out.splitlines()] == [
        *("Persons", "[Person 1]  John Smith, Smith, John", "[Person 2]  Anna Berg, Berg, Anna"),
        *("Bank accounts", "[Account 1]  DE89 3704 0044 0532 0130 00"),
    ]
    assert "which miss some" in err


def test_where_it_is_to_be_asked_each_time_a_script_has_to_say_it(
    run: Any, story: Path, tmp_path: Path, toy: ToyServer
) -> None:
    store_remote(tmp_path, RemoteSettings(toy.address, texts=RemoteTexts.ASKED))
    code, _out, err = run("ask", *SHORT, "--document", story, "What burned?")
    assert code == EXIT_USAGE
    assert "--pseudonyms on or off" in err
    assert toy.asked == []
