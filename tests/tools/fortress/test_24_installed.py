"""The installed package: it is what its manifest says, has the commands of the checkout, and reads what that reads."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.conversations.image import MOST_IN_QUESTION
from app.core.documents.document import Format
from app.documents.images.kinds import HEAD_BYTES, ImageKind, kind_of
from app.documents.images.reader import ImageReader
from app.store.images import ImageStore
from tests.documents.formats.test_contract import _ENDINGS, _SAMPLES
from tests.documents.images import gallery
from tests.documents.test_one_source import FILES, FOLDER
from tests.models.projector import write_projector
from tests.tools.fortress import adding
from tests.tools.fortress.bombs import archive, member
from tests.tools.fortress.conftest import ROOT, Figure
from tests.tools.fortress.killing import opened
from tests.tools.fortress.nursery import File
from tests.tools.fortress.program import Program

pytestmark = pytest.mark.fortress

_WORDS = "The lighthouse keeper wrote down every vessel."


@pytest.fixture
def installed(program: Program) -> Program:
    if not os.environ.get("OCTAVO_COMMAND"):
        pytest.skip("no installed program: name one by --installed")
    return program


def test_every_file_is_as_it_was_packed(installed: Program, figure: Figure) -> None:
    done = installed.run("doctor", "--json", code=None)
    found = json.loads(done.out)["installation"]
    assert found is not None, "the program does not know where it is installed"
    counts = {name: found[name]["count"] for name in ("changed", "missing", "unnamed") if name in found}
    figure(f"doctor: {found['packages'][0]['version']}, {counts}")
    assert not any(counts.values()), counts


@pytest.fixture
def here(tmp_path: Path) -> Program:
    """The checkout, with a data folder of its own."""
    return Program([str(ROOT / ".venv/bin/python"), "-P", "-m", "app"], tmp_path / "here")


def test_it_has_the_verbs_of_the_checkout(installed: Program, here: Program, figure: Figure) -> None:
    verbs = [set(re.findall(r"^    ([a-z]+)(?:  |$)", _help(program), re.MULTILINE)) for program in (installed, here)]
    figure(f"{len(verbs[0])} verbs, those of the checkout")
    assert verbs[0] == verbs[1]


def _help(program: Program) -> str:
    words = [*program.command, "--help"]
    return subprocess.run(words, capture_output=True, text=True, check=True, cwd=program.cwd).stdout


def _documents() -> Iterator[File]:
    """Yield a plain document of every format, and those that other programs wrote; an image of every kind with words in
    it, and of every way to pack one."""
    for format, sample in _SAMPLES.items():
        yield File(f"{format.value}.{_ENDINGS[format]}", sample())
    for name in FILES:
        yield File(name, (FOLDER / name).read_bytes())
    for kind in ImageKind:
        yield File(f"words.{kind.value}", gallery.saved(gallery.lettered(_WORDS), kind))
    for untrusted_bytes in gallery.variants():
        found = kind_of(untrusted_bytes[:HEAD_BYTES])
        assert found is not None
        yield File(f"variant.{found.value}", untrusted_bytes)
    inside = {"keeper.txt": _SAMPLES[Format.TEXT], "keeper.pdf": _SAMPLES[Format.PDF]}
    yield File("folder.zip", archive([member(name, sample() + b"\n") for name, sample in inside.items()]))


@pytest.mark.timeout(0)
def test_it_reads_what_the_checkout_reads(installed: Program, here: Program, tmp_path: Path, figure: Figure) -> None:
    """Pages and all that is known of them, to the letter; and the same sentences where there are none."""
    folder = adding.write(tmp_path / "shelf", _documents())
    theirs, ours = (adding.add(program, folder, in_time=True) for program in (installed, here))
    figure(theirs.sentence("documents of every kind"))
    found, wanted = (adding.shelf(program.data) for program in (installed, here))
    formats = {each.format for each, _pages in wanted.values()}
    assert formats == set(Format)
    assert sum("vessel" in page.text for _book, pages in found.values() for page in pages) >= len(ImageKind)
    figure(f"{len(found)} books of {len(formats)} formats, {sum(len(pages) for _, pages in found.values())} pages")
    assert found == wanted
    assert theirs.faults == ours.faults == []
    assert theirs.endings == ours.endings


@pytest.mark.timeout(0)
def test_it_takes_every_image_that_the_checkout_takes(
    installed: Program, tmp_path: Path, tiny_scout: Path, figure: Figure
) -> None:
    """With questions: what it keeps of each is what the checkout's reader makes of it, to the byte."""
    projector = write_projector(tmp_path / "mmproj.gguf")
    contents = [*gallery.SAMPLES.values(), *gallery.variants()]
    files = [tmp_path / str(number) for number in range(len(contents))]
    for file, content in zip(files, contents, strict=True):
        file.write_bytes(content)
    for begin in range(0, len(files), MOST_IN_QUESTION):
        images = [word for file in files[begin : begin + MOST_IN_QUESTION] for word in ("--image", file)]
        model = ("--model", tiny_scout, "--projector", projector, "--context", "8192", "--max-tokens", "2")
        installed.run("ask", *images, *model, "What is it?")
    reader = ImageReader()
    try:
        wanted = {gallery.taken(reader, content).ref.sha256 for content in contents}
    finally:
        reader.close()
    with opened(installed.data) as database:
        found = ImageStore(database).all()
    figure(f"{len(files)} images of {len(ImageKind)} kinds with questions: {len(found)} kept, as the checkout has them")
    assert found == wanted


@pytest.mark.root
def test_it_is_used_on_a_bare_system(figure: Figure) -> None:
    """`packaging/dev try`: installed on a minimal Debian, used as a person would, without any network."""
    packages = sorted((ROOT / "build" / "packages").glob("octavo_*.deb"))
    if not packages:
        pytest.skip("no package in build/packages; packaging/dev build deb makes one")
    words = ["bash", str(ROOT / "packaging" / "dev"), "try", str(packages[-1])]
    done = subprocess.run(words, capture_output=True, text=True, errors="replace", check=False)
    figure(f"packaging/dev try {packages[-1].name}: exit status {done.returncode}")
    assert done.returncode == 0, done.stdout[-1500:] + done.stderr[-1500:]


def test_a_package_names_what_is_in_it(figure: Figure) -> None:
    packages = sorted((ROOT / "build" / "packages").glob("octavo_*.deb"))
    if not packages:
        pytest.skip("no package in build/packages; packaging/dev build deb makes one")
    listed = subprocess.run(["dpkg-deb", "-c", str(packages[-1])], capture_output=True, text=True, check=True).stdout
    odd = [line for line in listed.splitlines() if re.match(r"^.(..s|.....s|.......w|........t)", line)]
    size = Path(packages[-1]).stat().st_size / 1e6
    figure(
        f"{packages[-1].name}: {size:.0f} MB, {len(listed.splitlines())} files, {len(odd)} set-id or writable by all"
    )
    assert not odd
