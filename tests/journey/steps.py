"""The journey: what somebody does who has just installed Octavo, from the first start to a file that is handed over.

No step needs a key that is not shown on the screen, but for Return and Esc.
"""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw

from tests.features.comparison import contract
from tests.journey import hand
from tests.journey.player import Lost, Player, Step

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
    player.click("Text size of the conversation", "Button")
    player.click("125", part=True)


def _usual_text(player: Player) -> None:
    player.click("Text size of the conversation", "Button")
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


STEPS = (
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
)
