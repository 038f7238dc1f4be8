"""All that a person can do in the terminal, one command after the other, with a desk and documents of their own."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from app.store.database_pages import PAGE_BYTES
from tests.features.comparison import contract
from tests.features.rescue.store.rescuing import damage
from tests.tools.fortress.program import Done, Program

PASSPHRASE = "nine ferries and a lighthouse"
_DAMAGED_PAGES = 3


@dataclass(frozen=True)
class Words:
    """The words that are found again wherever they went."""

    sentence: str = "The lighthouse keeper hid the ledger under the third stair."
    file: str = "ledger"
    folder: str = "Wharf case"
    person: str = "Harriet Lowell"
    title: str = "Stairs"

    @property
    def said(self) -> tuple[str, ...]:
        return self.sentence, self.file, self.folder, self.person, self.title


@dataclass(frozen=True)
class Walk:
    """`folder` has the documents, and gets what is exported; `elsewhere` is the data folder of a restored desk."""

    program: Program
    folder: Path
    model: Path
    words: Words = Words()
    env: tuple[tuple[str, str], ...] = ()

    @property
    def documents(self) -> Path:
        return self.folder / self.words.folder

    @property
    def wordless(self) -> Path:
        """The folder for what is written for others, and has no word of the desk: encrypted files, and a record with
        its proof."""
        return self.folder / "wordless"

    @property
    def elsewhere(self) -> Path:
        return self.program.data.with_name("elsewhere")

    @property
    def book(self) -> Path:
        return self.documents / f"{self.words.file}.txt"

    def write_documents(self) -> None:
        """Two texts, two versions of a contract, a table, a page of the web, and an image."""
        self.documents.mkdir(parents=True)
        dated = f"On 3 March 2024 Ms {self.words.person} signed the lease in Bristol for £1,200. "
        self.book.write_text((dated + self.words.sentence + " ") * 12, "utf-8")
        (self.documents / "other.md").write_text(f"# Notes\n\nThe term ends on 31 March 2031. {dated}\n", "utf-8")
        (self.documents / "old.docx").write_bytes(contract.as_docx(new=False))
        (self.documents / "new.pdf").write_bytes(contract.as_pdf(new=True))
        (self.documents / "rents.csv").write_text(f"name,rent\n{self.words.person},1200\n", "utf-8")
        (self.documents / "page.html").write_text(
            f'<p>{self.words.sentence}</p><img src="http://192.0.2.1/a.png"><link href="http://192.0.2.1/a.css">',
            "utf-8",
        )
        scan = Image.new("RGB", (1000, 160), "white")
        ImageDraw.Draw(scan).text((40, 60), self.words.sentence, "black", ImageFont.load_default(28))
        scan.save(self.documents / f"{self.words.file}.png")
        (self.folder / "questions.txt").write_text("[date] End: When does the term end?\nWho signed?\n", "utf-8")
        (self.folder / "passphrase.txt").write_text(PASSPHRASE + "\n", "utf-8")

    def commands(self) -> Iterator[tuple[object, ...]]:
        quick = ("--model", self.model, "--context", "4096", "--max-tokens", "6")
        book, out = ("--document", self.book), self.folder / "exports"
        out.mkdir(exist_ok=True)
        self.wordless.mkdir(exist_ok=True)
        secret = ("--passphrase-file", self.folder / "passphrase.txt")
        yield ("doctor",)
        yield ("add", self.documents)
        yield ("folders",)
        yield ("read", self.book, "--text")
        yield ("ask", *book, *quick, f"What did {self.words.person} hide? {self.words.title}", "--export", out / "a.md")
        yield ("ask", *book, *quick, "And where?", "--export", out / "a.docx")
        yield ("ask", *book, *quick, "And where?", "--export", out / "a.html", "--no-weighing")
        yield ("ask", "--all", *quick, "--plan", "Who signed?")
        yield ("ask", "--all", *quick, "Who signed?")
        yield ("ask", *book, "What did the keeper hide?")  # the starter: by search
        yield ("ask", *book, "--pseudonyms", "show", f"What did {self.words.person} hide?")
        yield ("sheet", *book, *quick, "Who signed?", "--export", out / "sheet.xlsx")
        yield ("grid", "--document", self.book, *quick, "--questions", self.folder / "questions.txt", "--title",
               self.words.title, "--export", out / "grid.csv")  # fmt: skip
        yield ("find", "ledger", "stair", "--index")
        yield ("find", f'"{self.words.person}"')
        yield ("questions", *book)
        yield ("chronology", "--export", out / "events.xlsx")
        yield ("people", "--export", out / "people.csv")
        yield ("compare", self.documents / "old.docx", self.documents / "new.pdf", "--export", out / "changes.docx")
        yield ("notes", "--export", out / "notes.md")
        yield ("cite", *book)
        yield ("prompts",)
        yield ("bin",)
        yield ("settings",)
        yield ("models", "list", "--offers")
        yield ("matters", "new", self.words.title)
        yield ("ask", "--matter", self.words.title, *book, *quick, f"What did {self.words.person} hide?")
        yield ("matters", "export", self.words.title, self.wordless / "it.octavo-matter", *secret)
        yield ("matters",)
        yield ("servers",)
        yield ("mcp", "list")
        yield from self._answering_for_it(out)
        yield from self._carrying_it_elsewhere(secret)
        yield ("doctor", "--json")

    def _answering_for_it(self, out: Path) -> Iterator[tuple[object, ...]]:
        record = self.wordless / "record.csv"
        yield ("record",)
        yield ("record", "--matter", self.words.title, "--kind", "answer")
        yield ("record", "--export", record)
        yield ("record", "--verify", record)
        yield ("record", "--verify")
        yield ("kept", self.words.person, "--all-matters", "--export", out / "kept.csv")
        yield ("kept", "--matter", self.words.title)

    def _carrying_it_elsewhere(self, secret: tuple[object, ...]) -> Iterator[tuple[object, ...]]:
        """A backup is restored, the restored desk damaged and saved, and a matter imported there."""
        backup, there = self.wordless / "it.octavo-backup", ("--data-dir", self.elsewhere)
        yield ("backup", backup, "--readings", *secret)
        yield ("rescue",)
        yield ("restore", backup, *secret, *there)
        database = self.elsewhere / "octavo.db"
        rng = random.Random(23)
        pages = rng.sample(range(2, database.stat().st_size // PAGE_BYTES + 1), _DAMAGED_PAGES)
        damage(database, database, pages, rng)
        yield ("rescue", *there)
        yield ("find", "ledger", "stair", *there)
        yield ("matters", "import", self.wordless / "it.octavo-matter", *secret, *there)

    def go(self, *, code: int | None = 0) -> Iterator[tuple[str, Done]]:
        """Each command, with what became of it."""
        for words in self.commands():
            yield str(words[0]), self.program.run(*words, env=dict(self.env), code=code)
