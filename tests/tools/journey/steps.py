"""The journey: what somebody does who has just installed Octavo, from the first start to a file that is handed over;
then in Japanese, behind a passphrase, and with a model that writes for long.

No step needs a key that is not shown on the screen, but for Return and Esc. Each one waits for something on the screen
that would not be there, or not so, if it had failed.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from PIL import Image, ImageDraw

from tests.features.comparison import contract
from tests.models.llama4 import write_scout
from tests.tools.journey import hand
from tests.tools.journey.player import Lost, Player, Step

_READING_S = 3600.0
"""A document is imported and indexed first; on a machine that does much else that takes long."""

_OLD, _NEW = "lease-2025.docx", "lease-2026.pdf"
_MODEL = "slow.gguf"
_ANSWERED, _ANSWERED_JAPANESE = "Search result", "検索結果"
_QUESTION = "Tell me all of the harbour."
_PASSPHRASE = "gentle anvil reads seven maps"


def write_files(folder: Path) -> None:
    """Two versions of a lease, a photo, something that nobody can read, a folder, and a model that never ends."""
    folder.mkdir(parents=True)
    (folder / _OLD).write_bytes(contract.as_docx(new=False))
    (folder / _NEW).write_bytes(contract.as_pdf(new=True))
    plan = Image.new("RGB", (900, 600), "white")
    ImageDraw.Draw(plan).rectangle((120, 90, 780, 510), outline="black", width=6)
    plan.save(folder / "plan.png")
    (folder / "backup.bin").write_bytes(bytes(range(256)) * 64)
    more = folder / "more"
    more.mkdir()
    for number in range(1, 4):
        (more / f"letter-{number}.txt").write_text(f"Letter {number}. The barge leaves at nine.\n")
    (more / "broken.pdf").write_bytes(b"%PDF-1.7\nno pages")
    write_scout(folder / _MODEL, head_size=16, heads=1, layers=160)


# ---- what many steps do


def _leave(name: str, role: str) -> Callable[[Player], None]:
    """A step: leave what is called so by Esc."""

    def leave(player: Player) -> None:
        player.wait(name, role)
        hand.press("Escape")
        player.wait_gone(name, role)

    return leave


def _find(player: Player, words: str, wanted: str) -> None:
    player.click("Find anything", "Button")
    player.wait("Find anything", "Dialog")
    hand.write(words)
    player.click(wanted, "ListItem", part=True)
    player.wait_gone("Find anything", "Dialog")


# ---- the first minutes


def _first_start(player: Player) -> None:
    player.wait("Read everything. Check every answer.")
    player.wait("What is Octavo?", "Button")


def _leave_key(player: Player) -> None:
    player.click("Not now")
    player.wait_gone("Set a passphrase…", "Button")


def _ask_suggested(player: Player) -> None:
    player.click("What is Octavo?", "Button")
    player.wait("Question", "ListItem")
    player.wait("What is Octavo?", "ListItem")


def _read_answer(player: Player) -> None:
    player.wait(_ANSWERED, part=True, patience_s=_READING_S)
    player.wait("p. 1", "Link")


def _type_next(player: Player) -> None:
    player.click("Question", "EditableText")
    hand.write("How do I compare two versions of a contract?")
    player.wait("How do I compare two versions of a contract?", "EditableText", part=True)


def _send_typed(player: Player) -> None:
    player.click("Send", "Button")
    player.wait("Question", "ListItem", nth=1)
    player.wait(_ANSWERED, part=True, nth=1, patience_s=_READING_S)


def _choose_text_size(player: Player, percent: str) -> tuple[int, int]:
    """The height of a page mark before and after, in px."""

    def height() -> int:
        return player.wait("p. 1", "Link").place.height()

    before = height()
    player.click("More about this conversation", "Button")
    player.click("Text size of the conversation", "MenuItem")
    player.click(percent, "MenuItem", part=True)
    player.wait_for(lambda: height() != before, "the text keeps its size")
    return before, height()


def _larger_text(player: Player) -> None:
    before, after = _choose_text_size(player, "125")
    if after < before:
        raise Lost("the text became smaller")


def _usual_text(player: Player) -> None:
    before, after = _choose_text_size(player, "100")
    if after > before:
        raise Lost("the text became larger")


# ---- help and settings


def _open_help(player: Player) -> None:
    player.click("Help", "Button")
    player.wait("Keyboard shortcuts", "MenuItem")


def _shortcuts(player: Player) -> None:
    player.click("Keyboard shortcuts", "MenuItem")
    player.wait("Ctrl+K")
    player.wait("Find anything", "StaticText")


def _about(player: Player) -> None:
    player.click("Help", "Button")
    player.click("About Octavo", "MenuItem")
    player.wait("Licences…", "Button")


def _settings(player: Player) -> None:
    player.click("Settings", "Button")
    player.wait("Search settings", "EditableText")


def _search_settings(player: Player) -> None:
    player.click("Search settings", "EditableText")
    hand.write("quotations")
    player.wait("Only real quotations", "CheckBox")
    player.wait_gone("Appearance", "StaticText")


def _dark(player: Player) -> None:
    _find(player, "theme", "Switch between light and dark")
    player.wait_for(player.is_dark, "the window is not dark")


def _light(player: Player) -> None:
    _find(player, "theme", "Switch between light and dark")
    player.wait_for(lambda: not player.is_dark(), "the window is still dark")


# ---- two leases


def _new_conversation(player: Player) -> None:
    player.click("New conversation", "Button")
    player.wait("Add a document to start")


def _drop_lease(player: Player) -> None:
    player.drop_files([player.files / _OLD], "Conversation", seen=lambda: player.snap("Carry a lease over the window"))
    player.wait("Lease of a berth", "ListItem")
    player.wait("p. 1 of 4", "EditableText")


def _ask_too_early(player: Player) -> None:
    player.click("Question", "EditableText")
    hand.write("What is the rent for the barge?")
    hand.press("Return")
    player.wait(_ANSWERED, part=True, patience_s=_READING_S)
    player.wait("p. 2", "Link")


def _follow_mark(player: Player) -> None:
    player.click("p. 2", "Link")
    player.wait_text("Go to page", "2")


def _drop_unreadable(player: Player) -> None:
    player.drop_files([player.files / "backup.bin"], "Conversation")
    player.wait("Octavo cannot read this kind of file", part=True)


def _drop_image(player: Player) -> None:
    player.drop_files([player.files / "plan.png"], "Conversation")
    player.wait("plan.png", part=True)


def _remove_image(player: Player) -> None:
    player.click("Remove", part=True)
    player.wait_gone("plan.png", part=True)


def _drop_second(player: Player) -> None:
    player.drop_files([player.files / _NEW], "Conversation")
    player.wait("Lease of a berth (lease-2026)", "ListItem")
    player.wait("p. 1 of 3", "Document", part=True)


def _compare(player: Player) -> None:
    _find(player, "differences", "Compare the first two documents")
    player.wait("changed, p. 2 → p. 1: 1,475.00 → 1,745.00", "ListItem")
    player.wait("Change 1 of 11")


def _next_change(player: Player) -> None:
    player.click("Next change", "Button")
    player.wait("Change 2 of 11")


def _find_in_book(player: Player) -> None:
    player.click("Find in document", "EditableText")
    hand.write("barge")
    hand.press("Return")
    player.wait("“barge” was found in 1 place.")


def _thumbnails(player: Player) -> None:
    player.click("Thumbnails", "Button")
    player.wait("p. 3", "ListItem")


def _scroll_page(player: Player) -> None:
    player.scroll("(lease-2026), p. 1 of 3", 12, part=True)
    player.wait("(lease-2026), p. 3 of 3", "Document", part=True)


def _find_text(player: Player) -> None:
    player.click("Find anything", "Button")
    hand.write("night watchman")
    player.wait("provides a night watchman from October", "ListItem", part=True)


def _rename(player: Player) -> None:
    player.click("More about this conversation", "Button")
    player.click("Rename the conversation", "MenuItem", part=True)
    hand.press("ctrl+a")
    hand.write("Harbour lease")
    hand.press("Return")
    player.wait("Harbour lease", "ListItem")
    player.wait("Harbour lease – Octavo", "Window")


def _delete_other(player: Player) -> None:
    player.click("What is Octavo?", "ListItem")
    player.wait("What is Octavo? – Octavo", "Window")
    player.click("More about this conversation", "Button")
    player.click("Delete the conversation", "MenuItem", part=True)
    player.wait("“What is Octavo?” was deleted.")
    player.wait_gone("What is Octavo?", "ListItem")


def _undo(player: Player) -> None:
    player.click("Undo", "Button")
    player.wait("What is Octavo?", "ListItem")


def _back(player: Player) -> None:
    player.click("Harbour lease", "ListItem")
    player.wait("Harbour lease – Octavo", "Window")


def _models(player: Player) -> None:
    player.click("Model: ", "Button", part=True)
    player.click("Models…", "MenuItem")
    player.wait("In use: SmolLM2 135M", "Button", usable=False)
    player.wait("Download ", "Button", part=True)


def _export(player: Player) -> None:
    player.click("More about this conversation", "Button")
    player.click("Export the conversation", "MenuItem", part=True)
    player.wait("Save", "Button")


def _save(player: Player) -> None:
    _name_file(player, player.files / "Harbour lease.docx")
    player.wait("Saved as", part=True)
    if not (player.files / "Harbour lease.docx").read_bytes().startswith(b"PK"):
        raise Lost("no Word document was written")


def _name_file(player: Player, file: Path) -> None:
    """In a file dialog."""
    player.wait("File name:", "EditableText")
    hand.press("ctrl+a")
    hand.write(str(file))
    hand.press("Return")
    player.wait_gone("File name:", "EditableText")


def _quit(player: Player) -> None:
    player.snap("Close the window")
    hand.press("ctrl+q")


# ---- the next day: a matter, a search, a table


def _come_back(player: Player) -> None:
    player.wait("Harbour lease – Octavo", "Window")
    player.wait("Question", "EditableText")
    player.wait("p. 2", "Link")  # of the answer
    player.wait("(lease-2026), p. 3 of 3", "Document", part=True)  # where it was left


def _palette(player: Player) -> None:
    hand.press("ctrl+k")
    player.wait("Find anything", "EditableText")
    player.wait("Found", "List")


def _new_matter(player: Player) -> None:
    _find(player, "new matter", "New matter…")
    player.wait("New matter", "Dialog", part=True)
    hand.write("Harbour v Marlow")
    hand.press("Return")
    player.wait("Matter or library: Harbour v Marlow", "Button")
    player.wait("No documents yet")


def _leave_matter(player: Player) -> None:
    player.click("Matter or library: Harbour v Marlow", "Button")
    player.click("Library", "MenuItem")
    player.wait("Matter or library: Library", "Button")
    player.wait("Harbour lease", "ListItem")


def _search(player: Player) -> None:
    hand.press("ctrl+shift+f")
    player.wait("Search everything", "EditableText")
    hand.write("rent")
    player.wait("passages in 3 documents", "StaticText", part=True)
    player.wait("Lease of a berth, 1 passage", "ListItem")


def _filter(player: Player) -> None:
    player.click("Kinds: Any kind", "Button")
    player.click("PDF", "MenuItem")
    player.wait("Kinds: PDF", "Button")
    player.wait("1 passage in 1 document", "StaticText")
    player.wait_gone("Lease of a berth, 1 passage", "ListItem")
    player.wait("Lease of a berth (lease-2026), 1 passage", "ListItem")


def _leave_filter(player: Player) -> None:
    player.click("Kinds: PDF", "Button")
    player.click("Any kind", "MenuItem")
    player.wait("Lease of a berth, 1 passage", "ListItem")


def _begin_table(player: Player) -> None:
    hand.press("ctrl+l")
    player.wait("Heading", "EditableText")
    hand.write("What is the rent?")
    player.wait_text("Question", "What is the rent?")


def _ask_each(player: Player) -> None:
    player.click("Take those on the desk", "Button")
    player.click("Ask 2 cells", "Button")
    player.wait("2 of 2 cells")
    player.wait("“The rent is EUR 1,745.00 a month.”", "Cell", part=True)


def _correct(player: Player) -> None:
    hand.press("F2")
    player.wait("Enter the value by hand", part=True)
    hand.press("ctrl+a")
    hand.write("EUR 1,475.00")
    hand.press("Return")
    player.wait("What is the rent?. EUR 1,475.00. entered by hand", "Cell")


def _export_table(player: Player) -> None:
    player.click("Export…", "Button")
    player.wait("Save", "Button")
    _name_file(player, player.files / "Rents.xlsx")
    player.wait("Saved as", part=True)
    if not (player.files / "Rents.xlsx").read_bytes().startswith(b"PK"):
        raise Lost("no workbook was written")


def _outline(player: Player) -> None:
    player.click("Lease of a berth", "PageTab")
    player.click("Outline", "Button")
    player.wait("Order on the quay", "TreeItem", part=True)


def _follow_outline(player: Player) -> None:
    player.click("Order on the quay", "TreeItem", part=True)
    player.wait_text("Go to page", "3")


def _note(player: Player) -> None:
    player.click("p. 2", "Link")
    player.wait_text("Go to page", "2")
    player.click("Text of the page", "Document")
    hand.press("ctrl+a")
    _find(player, "note about", "Write a note about the selected words")
    time.sleep(1)
    hand.write("Ask the harbour office.")
    hand.press("ctrl+Return")
    player.wait("Notes in this document", "Button")


def _read_note(player: Player) -> None:
    player.click("Notes", "Button")
    player.wait("Ask the harbour office.", part=True)


def _record(player: Player) -> None:
    _find(player, "record", "Record…")
    player.wait("Whole: all ", "StaticText", part=True)
    player.wait("Moved to the bin", "Cell")


def _bin(player: Player) -> None:
    _find(player, "bin", "Bin…")
    player.wait("The bin is empty.")


def _add_folder(player: Player) -> None:
    _find(player, "add a folder", "Add a folder…")
    player.wait("Choose", "Button")
    hand.press("ctrl+a")
    hand.write(str(player.files / "more"))
    hand.press("Return")
    player.wait("3 documents of “more” are on the shelf. 1 could not be read.", "StaticText")
    for number in range(1, 4):
        player.wait(f"letter-{number}", "ListItem")


# ---- in Japanese


def _choose_language(player: Player, settings: str, now: str, wanted: str, restart: str) -> None:
    player.click(settings, "Button")
    player.click(now, "Button")
    player.click(wanted, "MenuItem")
    player.wait(restart, "Button")
    player.snap(f"Restart in {wanted}")
    player.click(restart, "Button")


def _to_japanese(player: Player) -> None:
    _choose_language(player, "Settings", "Language: Same as system", "日本語", "Restart now")


def _see_japanese(player: Player) -> None:
    for name, role in (("設定", "Button"), ("新しい会話", "Button"), ("質問", "EditableText"), ("会話", "Client")):
        player.wait(name, role)
    player.wait("letter-1", "ListItem")
    for english in ("Settings", "Help", "New conversation", "Question", "Send"):
        if player.find(english) is not None:
            raise Lost(f"{english!r} is not in Japanese")


def _ask_in_japanese(player: Player) -> None:
    player.click("質問", "EditableText")
    hand.write("Who pays for fresh water?")
    player.click("送信", "Button")
    player.wait("質問", "ListItem", nth=1)
    player.wait(_ANSWERED_JAPANESE, part=True, nth=1, patience_s=_READING_S)


def _to_english(player: Player) -> None:
    _choose_language(player, "設定", "言語: 日本語", "English", "今すぐ再起動")


# ---- locked, and closed during an answer


def _see_english(player: Player) -> None:
    player.wait("Settings", "Button")
    player.wait("Question", "EditableText")
    player.wait("Question", "ListItem", nth=1)  # the one that was asked in Japanese
    player.wait_gone("設定", "Button")


def _lock(player: Player) -> None:
    _find(player, "lock now", "Lock now")
    player.click("Passphrase", "EditableText")
    hand.write(_PASSPHRASE)
    player.click("The same once more", "EditableText")
    hand.write(_PASSPHRASE)
    player.click("Set and lock", "Button")
    player.wait("Unlock", "Button", usable=False)
    if player.find("Harbour lease", part=True) is not None:
        raise Lost("what is on the desk is seen although it is locked")


def _wrong_passphrase(player: Player) -> None:
    player.click("Passphrase", "EditableText")
    hand.write("gentle anvil reads six maps")
    player.click("Unlock", "Button")
    player.wait("This passphrase is wrong. Try again.")
    if player.find("Harbour lease", part=True) is not None:
        raise Lost("what is on the desk is seen although the passphrase was wrong")


def _unlock(player: Player) -> None:
    player.click("Passphrase", "EditableText")
    hand.press("ctrl+a")
    hand.write(_PASSPHRASE)
    player.click("Unlock", "Button")
    player.wait("Harbour lease – Octavo", "Window")
    player.wait("Harbour lease", "ListItem")
    player.wait("Question", "EditableText")
    player.wait_gone("Octavo is locked", part=True)
    player.wait_painted("New conversation", "Button")


def _open_model(player: Player) -> None:
    player.click("Model: ", "Button", part=True)
    player.click("Open a GGUF file…", "MenuItem")
    _name_file(player, player.files / _MODEL)
    player.wait("Model: slow", "Button", part=True)


def _ask_model(player: Player) -> None:
    player.click("New conversation", "Button")
    player.wait("Add a document to start")
    player.click("Question", "EditableText")
    hand.write(_QUESTION)
    hand.press("Return")
    player.wait("Stop", "Button")
    time.sleep(2)


def _quit_meanwhile(player: Player) -> None:
    player.wait("Stop", "Button")
    _quit(player)


def _locked_again(player: Player) -> None:
    player.wait("Octavo is locked", part=True)
    player.wait("Passphrase", "EditableText")


def _unlock_after(player: Player) -> None:
    hand.write(_PASSPHRASE)
    hand.press("Return")
    player.wait(f"{_QUESTION} – Octavo", "Window")


def _told(player: Player) -> None:
    player.wait("Octavo was closed during this answer.", part=True)
    player.wait("Continue", "Button")


def _go_on(player: Player) -> None:
    player.wait("Model: slow", "Button", part=True)
    player.click("Continue", "Button")
    player.wait("Stop", "Button")
    player.wait_gone("Octavo was closed during this answer.", part=True)
    player.click("Stop", "Button")
    player.wait("You stopped this answer.", part=True)


def _all_there(player: Player) -> None:
    for name in ("Harbour lease", "What is Octavo?", "What is the rent?", "letter-1", "Lease of a berth (lease-2026)"):
        player.wait(name, "ListItem")
    player.click("What is the rent?", "ListItem")
    player.wait("What is the rent?. EUR 1,475.00. entered by hand", "Cell")


_FIRST = (
    Step("Start Octavo for the first time", _first_start),
    Step("Leave the key where it is", _leave_key),
    Step("Click a suggested question", _ask_suggested),
    Step("Read the first answer", _read_answer),
    Step("Type the next question", _type_next),
    Step("Send it", _send_typed),
    Step("Make the text larger", _larger_text),
    Step("Make it as it was", _usual_text),
    Step("Open the menu for help", _open_help),
    Step("Look at the keyboard shortcuts", _shortcuts),
    Step("Close them", _leave("Keyboard shortcuts", "Grouping")),
    Step("Look at what Octavo is", _about),
    Step("Close that", _leave("Licences…", "Button")),
    Step("Open the settings", _settings),
    Step("Search in the settings", _search_settings),
    Step("Close the settings", _leave("Search settings", "EditableText")),
    Step("Find the dark theme", _dark),
    Step("Go back to the light one", _light),
    Step("Begin a conversation", _new_conversation),
    Step("Drop a lease on it", _drop_lease),
    Step("Ask at once", _ask_too_early),
    Step("Follow a page mark", _follow_mark),
    Step("Drop a file that nobody can read", _drop_unreadable),
    Step("Drop an image", _drop_image),
    Step("Take the image away", _remove_image),
    Step("Drop the next version of the lease", _drop_second),
    Step("Compare the two", _compare),
    Step("Go to the next change", _next_change),
    Step("Go back to the conversation", _leave("Changes", "List")),
    Step("Find a word in the book", _find_in_book),
    Step("Look at the pages as thumbnails", _thumbnails),
    Step("Close the thumbnails", _leave("Thumbnails", "List")),
    Step("Scroll through the pages", _scroll_page),
    Step("Find words in everything", _find_text),
    Step("Close the list", _leave("Find anything", "Dialog")),
    Step("Rename the conversation", _rename),
    Step("Delete another one", _delete_other),
    Step("Undo that", _undo),
    Step("Go back to the lease", _back),
    Step("Look at the models", _models),
    Step("Close them again", _leave("Models", "Grouping")),
    Step("Export the conversation", _export),
    Step("Save it as a Word document", _save),
    Step("Close the window", _quit, leaves=True),
)

_SECOND = (
    Step("Come back the next day", _come_back),
    Step("Open the palette", _palette),
    Step("Close it", _leave("Find anything", "Dialog")),
    Step("Begin a matter", _new_matter),
    Step("Go back to the library", _leave_matter),
    Step("Search everything", _search),
    Step("Filter what was found", _filter),
    Step("Leave the filter", _leave_filter),
    Step("Leave the search", _leave("Search everything", "EditableText")),
    Step("Begin a table", _begin_table),
    Step("Ask every document", _ask_each),
    Step("Correct a cell", _correct),
    Step("Export the table as a workbook", _export_table),
    Step("Go back from the table", _leave("Table of answers", "Table")),
    Step("Look at the outline", _outline),
    Step("Follow it", _follow_outline),
    Step("Write a note about a page", _note),
    Step("Look at the notes", _read_note),
    Step("Look at the record", _record),
    Step("Close the record", _leave("Record", "Table")),
    Step("Look at the bin", _bin),
    Step("Close the bin", _leave("The bin is empty.", "StaticText")),
    Step("Add a folder", _add_folder),
    Step("Choose Japanese, and restart", _to_japanese, leaves=True, restarts=True),
)

_JAPANESE = (
    Step("See the window in Japanese", _see_japanese),
    Step("Ask in the Japanese window", _ask_in_japanese),
    Step("Choose English, and restart", _to_english, leaves=True, restarts=True),
)

_LOCKED = (
    Step("See the window in English again", _see_english),
    Step("Lock the desk, by a new passphrase", _lock),
    Step("Try a wrong passphrase", _wrong_passphrase),
    Step("Unlock it by the right one", _unlock),
    Step("Open a model of one’s own", _open_model),
    Step("Ask it", _ask_model),
    Step("Close the window during the answer", _quit_meanwhile, leaves=True),
)

_LAST = (
    Step("Start, and find the desk locked", _locked_again),
    Step("Enter the passphrase", _unlock_after),
    Step("Read what became of the answer", _told),
    Step("Go on with it, and stop it", _go_on),
    Step("Look whether all is there", _all_there),
    Step("Close the window for good", _quit, leaves=True),
)

SITTINGS = (_FIRST, _SECOND, _JAPANESE, _LOCKED, _LAST)
"""Each from a start of the program to its end."""
