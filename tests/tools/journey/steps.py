"""The journey: what somebody does who has just installed Octavo, from the first start to a file that is handed over.

No step needs a key that is not shown on the screen, but for Return and Esc.
"""

from __future__ import annotations

import time
from pathlib import Path

from PIL import Image, ImageDraw

from tests.features.comparison import contract
from tests.tools.journey import hand
from tests.tools.journey.player import Lost, Player, Step

_READING_S = 3600.0
"""A document is imported and indexed first; on a machine that does much else that takes long."""

_OLD, _NEW = "lease-2025.docx", "lease-2026.pdf"
_ANSWERED = "Search result"


def write_files(folder: Path) -> None:
    """Two versions of a lease, a photo, and something that nobody can read."""
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


# ---- the first minutes


def _first_start(player: Player) -> None:
    player.wait("Read everything. Check every answer.")
    player.wait("What is Octavo?", "Button")


def _leave_key(player: Player) -> None:
    player.click("Not now")
    player.wait_gone("Set a passphrase…", "Button")


def _ask_suggested(player: Player) -> None:
    player.click("What is Octavo?", "Button")


def _type_next(player: Player) -> None:
    player.click("Question", "EditableText")
    hand.write("How do I compare two versions of a contract?")


def _read_answer(player: Player) -> None:
    player.wait(_ANSWERED, part=True, patience_s=_READING_S)


def _send_typed(player: Player) -> None:
    player.click("Send", "Button")
    player.wait(_ANSWERED, part=True, nth=1, patience_s=_READING_S)


def _larger_text(player: Player) -> None:
    player.click("More about this conversation", "Button")
    player.click("Text size of the conversation", "MenuItem")
    player.click("125", part=True)


def _usual_text(player: Player) -> None:
    player.click("More about this conversation", "Button")
    player.click("Text size of the conversation", "MenuItem")
    player.click("100", part=True)


# ---- help and settings


def _open_help(player: Player) -> None:
    player.click("Help", "Button")
    player.wait("Keyboard shortcuts", part=True)


def _shortcuts(player: Player) -> None:
    player.click("Keyboard shortcuts", part=True)
    player.wait("Find anything", part=True)


def _close_dialog(player: Player) -> None:
    hand.press("Escape")


def _about(player: Player) -> None:
    player.click("Help", "Button")
    player.click("About Octavo", part=True)
    player.wait("Licences", part=True)


def _settings(player: Player) -> None:
    player.click("Settings", "Button")
    player.wait("Search settings", "EditableText")


def _search_settings(player: Player) -> None:
    player.click("Search settings", "EditableText")
    hand.write("quotations")
    player.wait("Only real quotations", part=True)


def _dark(player: Player) -> None:
    _find(player, "theme", "Switch between light and dark")


def _light(player: Player) -> None:
    _find(player, "theme", "Switch between light and dark")


def _find(player: Player, words: str, wanted: str) -> None:
    player.click("Find anything", "Button")
    hand.write(words)
    player.click(wanted, part=True)


# ---- a matter


def _new_conversation(player: Player) -> None:
    player.click("New conversation", "Button")
    player.wait("Add a document to start")


def _drop_lease(player: Player) -> None:
    player.drop_files([player.files / _OLD], "Conversation", seen=lambda: player.snap("Carry a lease over the window"))
    player.wait("Lease of a berth", part=True)


def _ask_too_early(player: Player) -> None:
    player.click("Question", "EditableText")
    hand.write("What is the rent for the barge?")
    hand.press("Return")
    player.wait(_ANSWERED, part=True, patience_s=_READING_S)


def _follow_mark(player: Player) -> None:
    player.click("p. ", "Link", part=True)


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
    player.wait("lease-2026", part=True)


def _compare(player: Player) -> None:
    _find(player, "differences", "Compare the first two documents")
    player.wait("12", part=True)


def _next_change(player: Player) -> None:
    player.click("Next change", "Button")


def _find_in_book(player: Player) -> None:
    player.click("Find in document", "EditableText")
    hand.write("barge")
    hand.press("Return")


def _thumbnails(player: Player) -> None:
    player.click("Thumbnails", "Button")


def _scroll_page(player: Player) -> None:
    player.scroll("(lease-2026), p. ", 12, part=True)


def _find_text(player: Player) -> None:
    player.click("Find anything", "Button")
    hand.write("night watchman")
    player.wait("night watchman", part=True)


def _rename(player: Player) -> None:
    player.click("More about this conversation", "Button")
    player.click("Rename the conversation", part=True)
    hand.press("ctrl+a")
    hand.write("Harbour lease")
    hand.press("Return")
    player.wait("Harbour lease", part=True)


def _delete_other(player: Player) -> None:
    player.click("What is Octavo?", "ListItem", part=True)
    player.click("More about this conversation", "Button")
    player.click("Delete the conversation", part=True)
    player.wait("Undo", part=True)


def _undo(player: Player) -> None:
    player.click("Undo", part=True)
    player.wait("What is Octavo?", "ListItem", part=True)


def _back(player: Player) -> None:
    player.click("Harbour lease", "ListItem", part=True)


def _models(player: Player) -> None:
    player.click("Model: ", "Button", part=True)
    player.click("Models…", part=True)
    player.wait("On this computer", part=True)


def _export(player: Player) -> None:
    player.click("More about this conversation", "Button")
    player.click("Export the conversation", part=True)
    player.wait("Save", "Button", part=True)


def _save(player: Player) -> None:
    hand.press("ctrl+a")
    hand.write(str(player.files / "Harbour lease.docx"))
    hand.press("Return")
    player.wait("Saved as", part=True)
    if not (player.files / "Harbour lease.docx").read_bytes().startswith(b"PK"):
        raise Lost("no Word document was written")


def _quit(player: Player) -> None:
    player.snap("Close the window")
    hand.press("ctrl+q")


# ---- the next day: a matter, a search, a table


def _come_back(player: Player) -> None:
    player.wait("Harbour lease", part=True)
    player.wait("Question", "EditableText")


def _palette(player: Player) -> None:
    hand.press("ctrl+k")
    player.wait("Find anything", "EditableText", part=True)


def _new_matter(player: Player) -> None:
    _find(player, "new matter", "New matter…")
    time.sleep(1)
    hand.write("Harbour v Marlow")
    hand.press("Return")
    player.wait("Harbour v Marlow", part=True)


def _leave_matter(player: Player) -> None:
    player.click("Harbour v Marlow", "Button", part=True)
    player.click("Library", "MenuItem")
    player.wait("Harbour lease", part=True)


def _search(player: Player) -> None:
    hand.press("ctrl+shift+f")
    time.sleep(1)
    hand.write("rent")
    player.wait("passages in", part=True)


def _filter(player: Player) -> None:
    player.click("Kinds", "Button", part=True)


def _begin_table(player: Player) -> None:
    hand.press("ctrl+l")
    time.sleep(1)
    player.wait("Heading", "EditableText")
    hand.write("What is the rent?")


def _ask_each(player: Player) -> None:
    player.click("Take those on the desk", "Button")
    player.click("Ask 2 cells", "Button")
    player.wait("2 of 2 cells", part=True)


def _correct(player: Player) -> None:
    hand.press("F2")
    time.sleep(1)
    hand.press("ctrl+a")
    hand.write("EUR 1,475.00")
    hand.press("Return")
    player.wait_gone("Enter the value by hand", part=True)


def _export_table(player: Player) -> None:
    player.click("Export…", "Button")
    player.wait("Save", "Button", part=True)
    hand.press("ctrl+a")
    hand.write(str(player.files / "Rents.xlsx"))
    hand.press("Return")
    player.wait("Saved as", part=True)
    if not (player.files / "Rents.xlsx").read_bytes().startswith(b"PK"):
        raise Lost("no workbook was written")


def _outline(player: Player) -> None:
    _find(player, "outline", "Outline")


def _note(player: Player) -> None:
    player.click("p. 2", "Link")
    time.sleep(1)
    player.click("Text of the page", "Document")
    hand.press("ctrl+a")
    _find(player, "note about", "Write a note about the selected words")
    time.sleep(1)
    hand.write("Ask the harbour office.")
    hand.press("ctrl+Return")


def _record(player: Player) -> None:
    _find(player, "record", "Record…")


def _bin(player: Player) -> None:
    _find(player, "bin", "Bin…")


def _add_folder(player: Player) -> None:
    _find(player, "add a folder", "Add a folder…")
    time.sleep(1)
    hand.press("ctrl+a")
    hand.write(str(player.files / "more"))
    hand.press("Return")
    player.wait("letter-3", part=True)


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
    Step("Close them", _close_dialog),
    Step("Look at what Octavo is", _about),
    Step("Close that", _close_dialog),
    Step("Open the settings", _settings),
    Step("Search in the settings", _search_settings),
    Step("Close the settings", _close_dialog),
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
    Step("Go back to the conversation", _close_dialog),
    Step("Find a word in the book", _find_in_book),
    Step("Look at the pages as thumbnails", _thumbnails),
    Step("Close the thumbnails", _close_dialog),
    Step("Scroll through the pages", _scroll_page),
    Step("Find words in everything", _find_text),
    Step("Close the list", _close_dialog),
    Step("Rename the conversation", _rename),
    Step("Delete another one", _delete_other),
    Step("Undo that", _undo),
    Step("Go back to the lease", _back),
    Step("Look at the models", _models),
    Step("Close them again", _close_dialog),
    Step("Export the conversation", _export),
    Step("Save it as a Word document", _save),
    Step("Close the window", _quit, leaves=True),
)

_SECOND = (
    Step("Come back the next day", _come_back),
    Step("Open the palette", _palette),
    Step("Close it", _close_dialog),
    Step("Begin a matter", _new_matter),
    Step("Go back to the library", _leave_matter),
    Step("Search everything", _search),
    Step("Filter what was found", _filter),
    Step("Leave the filters", _close_dialog),
    Step("Leave the search", _close_dialog),
    Step("Begin a table", _begin_table),
    Step("Ask every document", _ask_each),
    Step("Correct a cell", _correct),
    Step("Export the table as a workbook", _export_table),
    Step("Go back from the table", _close_dialog),
    Step("Look at the outline", _outline),
    Step("Close the outline", _close_dialog),
    Step("Write a note about a word", _note),
    Step("Look at the record", _record),
    Step("Close the record", _close_dialog),
    Step("Look at the bin", _bin),
    Step("Close the bin", _close_dialog),
    Step("Add a folder", _add_folder),
    Step("Close the window again", _quit, leaves=True),
)

SITTINGS = (_FIRST, _SECOND)
