"""A bundle is refused if something in it may not be passed on, or if nobody knows what it is."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.engine.llama.nvidia import ADD_ONS
from tests.packaging.made_up import MadeUp, native
from tests.packaging.programs import BUNDLE, library, program

gate = program("gate")


@pytest.fixture
def made_up(tmp_path: Path) -> MadeUp:
    return MadeUp(tmp_path)


def reasons(made_up: MadeUp, *natives: Any, **more: Any) -> list[str]:
    found: list[str] = gate.reasons_against(made_up.inventory(*natives, **more), made_up.table)
    return found


def test_a_bundle_of_known_parts_passes(made_up: MadeUp) -> None:
    library(made_up.contents / "quill.libs" / "libink-1a.so.1", "int ink(void) { return 0; }")
    assert reasons(made_up, native("Ink", files=["quill.libs/libink-*"])) == []


@pytest.mark.parametrize(
    "licence", ["GPL-2.0-or-later", "AGPL-3.0-only", "SSPL-1.0", "CC-BY-NC-4.0", "CC-BY-ND-4.0", "MIT AND GPL-3.0-only"]
)
def test_a_licence_that_is_not_allowed_is_refused(made_up: MadeUp, licence: str) -> None:
    library(made_up.contents / "quill.libs" / "libink-1a.so.1", "int ink(void) { return 0; }")
    (said,) = reasons(made_up, native("Ink", licence, files=["quill.libs/libink-*"]))
    assert said.startswith("Ink is under ")
    assert licence.removeprefix("MIT AND ") in said


def test_of_alternatives_one_that_is_allowed_is_enough(made_up: MadeUp) -> None:
    library(made_up.contents / "quill.libs" / "libink-1a.so.1", "int ink(void) { return 0; }")
    assert reasons(made_up, native("Ink", "GPL-2.0-only OR MIT", files=["quill.libs/libink-*"])) == []


def test_an_exception_counts_only_where_it_is_named(made_up: MadeUp) -> None:
    library(made_up.contents / "quill.libs" / "libink-1a.so.1", "int ink(void) { return 0; }")
    exceptional = "GPL-3.0-or-later WITH GCC-exception-3.1"
    ink = native("Ink", exceptional, files=["quill.libs/libink-*"])
    assert reasons(made_up, ink, allowed=("Apache-2.0", "BSD-3-Clause", exceptional)) == []
    assert len(reasons(made_up, ink)) == 1


def test_what_one_add_on_may_have_no_other_package_may(made_up: MadeUp) -> None:
    library(made_up.contents / "quill.libs" / "libink-1a.so.1", "int ink(void) { return 0; }")
    ink = native("Ink", "LicenseRef-Ink-EULA", files=["quill.libs/libink-*"])
    only_there = {"octavo-ink": ["LicenseRef-Ink-EULA"]}
    assert reasons(made_up, ink, allowed_in=only_there, add_on="octavo-ink") == []
    for other in ("", "octavo-blotter"):
        (said,) = reasons(made_up, ink, allowed_in=only_there, add_on=other)
        assert "LicenseRef-Ink-EULA, which is not among the licences that are allowed" in said


def test_what_is_not_free_may_only_come_with_the_add_ons_for_nvidia_cards() -> None:
    read = program("table").read_table()
    assert not [licence for licence in read.allowed if "NVIDIA" in licence]
    assert {name for name, licences in read.allowed_in.items() if licences} == {add_on.package for add_on in ADD_ONS}


def test_a_library_that_no_component_claims_is_refused(made_up: MadeUp) -> None:
    library(made_up.contents / "quill.libs" / "libink-1a.so.1", "int ink(void) { return 0; }")
    (said,) = reasons(made_up)
    assert said.startswith("quill.libs/libink-1a.so.1 belongs to no known component.")


def test_a_library_in_the_folder_of_a_package_is_not_the_package(made_up: MadeUp) -> None:
    """Its metadata tell the licence of what Python imports, not of what that is linked to."""
    library(made_up.contents / "quill" / "libhidden.so", "int hidden(void) { return 0; }")
    (said,) = reasons(made_up)
    assert said.startswith("quill/libhidden.so ")


def test_a_package_without_a_licence_is_refused(made_up: MadeUp) -> None:
    made_up.package("mute", "0.1", "License: see the web page", ["mute/__init__.py"])
    (made_up.contents / "mute").mkdir()
    (made_up.contents / "mute" / "__init__.py").write_text("")
    (said,) = reasons(made_up)
    assert said.startswith("mute 0.1 has no licence that is known.")


def test_a_component_without_a_text_is_refused(made_up: MadeUp) -> None:
    shutil.rmtree(made_up.site / "quill-2.1.dist-info" / "licenses")
    (said,) = reasons(made_up)
    assert said.startswith("quill 2.1 has no text of its licence.")


def test_what_is_only_in_the_environment_is_not_asked_about(made_up: MadeUp) -> None:
    assert reasons(made_up) == []
    assert {component.name for component in made_up.inventory().components} == {"quill"}


def test_lgpl_must_be_replaceable(made_up: MadeUp) -> None:
    allowed = ("Apache-2.0", "BSD-3-Clause", "LGPL-2.1-only")
    library(made_up.contents / "quill.libs" / "libink-1a.so.1", "int ink(void) { return 0; }")
    own_file = native("Ink", "LGPL-2.1-only", files=["quill.libs/libink-*"])
    assert reasons(made_up, own_file, allowed=allowed) == []
    within = native("Blotter", "LGPL-2.1-only", inside=["quill/_core.so"])
    (said,) = reasons(made_up, own_file, within, allowed=allowed)
    assert "Blotter is under LGPL-2.1-only and linked into quill" in said
    within_lgpl = native("Blotter", "LGPL-2.1-only", inside=["quill.libs/libink-*"])
    assert reasons(made_up, own_file, within_lgpl, allowed=allowed) == []


def test_a_stand_in_is_no_longer_what_it_stands_for(made_up: MadeUp) -> None:
    gpl = native("x264", "GPL-2.0-or-later", files=["av.libs/libx264-*"])
    stand_in = native("Stand-ins", files=["*.so*"], symbol="octavo_stand_in")
    path = library(made_up.contents / "av.libs" / "libx264-1a.so.165", "int encode(void) { return 0; }")
    assert len(reasons(made_up, stand_in, gpl)) == 1
    library(path, "const char octavo_stand_in[] = {1};")
    assert reasons(made_up, stand_in, gpl) == []


def test_a_library_of_debian_is_known_by_its_bytes(made_up: MadeUp) -> None:
    if shutil.which("dpkg") is None:
        pytest.skip("no Debian")
    (installed,) = Path("/usr/lib").glob("*/libz.so.1")
    shutil.copy(installed, made_up.contents / "libz.so.1")
    (zlib,) = (component for component in made_up.inventory().components if component.name == "zlib1g")
    assert zlib.licence == "Zlib"
    assert zlib.purl.startswith("pkg:deb/")
    library(made_up.contents / "libz.so.1", "int deflate(void) { return 0; }")
    assert made_up.inventory().unclaimed == ("libz.so.1",)


def test_the_program_says_why_and_fails(made_up: MadeUp) -> None:
    library(made_up.contents / "quill.libs" / "libink-1a.so.1", "int ink(void) { return 0; }")
    command = [sys.executable, str(BUNDLE / "gate.py"), str(made_up.root), "--site-packages", str(made_up.site)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 1
    assert "Octavo: quill.libs/libink-1a.so.1 belongs to no known component." in done.stderr


def test_the_table_can_be_read_and_names_texts_that_are_there() -> None:
    table = program("table")
    read = table.read_table()
    named = [text for component in read.component for text in component.texts if text.startswith("texts/")]
    assert [text for text in named if not (BUNDLE / text).is_file()] == []
    for component in read.component:
        assert component.files or component.inside, component.name
