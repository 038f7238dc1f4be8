"""Puts the versions of CHANGELOG.md into the AppStream metadata. Called as: metainfo.py OUT.

A version is told by its introduction and the headings of what is new. One that has no day yet gets that of
SOURCE_DATE_EPOCH, or today, and is marked as under development.

Who passes the program on says in the environment what only they can: OCTAVO_ID, OCTAVO_DEVELOPER (a name),
OCTAVO_HOMEPAGE and OCTAVO_SCREENSHOTS (addresses, the second of a folder with the pictures that `packaging/dev screens`
takes). What is not said is left out.
"""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from lxml import etree
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from app.ui.window.application import APPLICATION_ID

_SCREENSHOTS = {
    "page-lit": ("An answer, and the page that it quotes", "回答と、引用元のページ"),
    "search": ("One search for all documents and conversations", "すべての文書と会話をまとめて検索"),
    "grid-done": ("A table of documents and questions", "文書と質問の表"),
}
"""Names of pictures, and what they show."""

_TEMPLATE = Path(__file__).with_name(f"{APPLICATION_ID}.metainfo.xml")
_CHANGELOG = Path(__file__).parents[2] / "CHANGELOG.md"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_VERSION = re.compile(r"\[(?P<version>\d[^]]*)\] - (?P<day>\d{4}-\d{2}-\d{2}|Unreleased)")


def write(path: Path) -> None:
    """Write the whole of it to `path`."""
    parser = etree.XMLParser(remove_blank_text=True)
    document = etree.parse(_TEMPLATE, parser)
    add_distributor(document.getroot(), os.environ)
    document.getroot().append(releases(_CHANGELOG.read_text(encoding="utf-8")))
    document.write(path, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def add_distributor(component: etree._Element, said: Mapping[str, str]) -> None:
    """Put in what the variables of the environment say of those who pass the program on."""
    identity = said.get("OCTAVO_ID", APPLICATION_ID)
    for element in component.iterfind("*"):
        if element.text and element.tag in ("id", "launchable"):
            element.text = element.text.replace(APPLICATION_ID, identity)
    description = component.find("description")
    assert description is not None
    developer = etree.Element("developer", id=identity.rpartition(".")[0].lower())
    etree.SubElement(developer, "name").text = said.get("OCTAVO_DEVELOPER", "The makers of Octavo")
    description.addprevious(developer)
    if homepage := said.get("OCTAVO_HOMEPAGE"):
        etree.SubElement(component, "url", type="homepage").text = homepage
    if folder := said.get("OCTAVO_SCREENSHOTS"):
        pictures = etree.SubElement(component, "screenshots")
        for name, (english, japanese) in _SCREENSHOTS.items():
            picture = etree.SubElement(pictures, "screenshot", {} if len(pictures) else {"type": "default"})
            etree.SubElement(picture, "caption").text = english
            etree.SubElement(picture, "caption", {_LANGUAGE: "ja"}).text = japanese
            etree.SubElement(picture, "image").text = f"{folder.rstrip('/')}/{name}.png"


def releases(changelog: str) -> etree._Element:
    """Return the <releases> of a text in the form of Keep a Changelog 1.1.0."""
    made = etree.Element("releases")
    description: etree._Element | None = None
    for node in SyntaxTreeNode(MarkdownIt().parse(changelog)).children:
        if node.type == "heading" and node.tag == "h2":
            found = _VERSION.fullmatch(_text(node))
            description = None
            if found is not None:
                description = etree.SubElement(_release(made, found["version"], found["day"]), "description")
        elif description is not None and node.type == "paragraph":
            etree.SubElement(description, "p").text = _text(node)
        elif description is not None and node.type == "bullet_list":
            entries = etree.SubElement(description, "ul")
            for item in node.children:
                etree.SubElement(entries, "li").text = _lead(item)
    return made


def _release(releases: etree._Element, version: str, day: str) -> etree._Element:
    if day == "Unreleased":
        now = time.gmtime(int(os.environ.get("SOURCE_DATE_EPOCH", time.time())))
        return etree.SubElement(
            releases, "release", version=version, type="development", date=time.strftime("%Y-%m-%d", now)
        )
    return etree.SubElement(releases, "release", version=version, type="stable", date=day)


def _lead(item: SyntaxTreeNode) -> str:
    """Return the words in bold at the beginning, or all of it."""
    strong = next((node for node in item.walk() if node.type == "strong"), None)
    return _text(strong if strong is not None else item).rstrip(".")


def _text(node: SyntaxTreeNode) -> str:
    return " ".join("".join(_words(node)).split())


def _words(node: SyntaxTreeNode) -> Iterator[str]:
    for inner in node.walk():
        if inner.type in ("text", "code_inline"):
            yield inner.content
        elif inner.type in ("softbreak", "hardbreak"):
            yield " "


if __name__ == "__main__":
    write(Path(sys.argv[1]))
