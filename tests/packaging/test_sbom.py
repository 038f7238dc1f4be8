"""The bill of materials and the list of licences say what is in a bundle, and the same thing every time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion

from tests.packaging.made_up import MadeUp, native
from tests.packaging.programs import library, program

sbom = program("sbom")
licences = program("licences")
deb_packages = program("deb_packages")

INK = native("Ink", files=["quill.libs/libink-*"], version_pattern=r"ink version (\d+\.\d+)", note="For writing.")
BLOTTER = native("Blotter", inside=["quill.libs/libink-*"], version="3")


@pytest.fixture
def made_up(tmp_path: Path) -> MadeUp:
    made = MadeUp(tmp_path)
    source = 'const char told[] = "ink version 4.5"; int ink(void) { return 0; }'
    library(made.contents / "quill.libs" / "libink-1a.so.1", source)
    return made


def bill(made_up: MadeUp) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(sbom.bill_of(made_up.inventory(INK, BLOTTER)))
    return read


def test_the_bill_keeps_to_the_schema(made_up: MadeUp) -> None:
    from cyclonedx.validation.json import JsonStrictValidator  # takes seconds

    said = sbom.bill_of(made_up.inventory(INK, BLOTTER))
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(said) is None


def test_two_bills_of_one_bundle_are_the_same_bytes(made_up: MadeUp) -> None:
    first, second = (sbom.bill_of(made_up.inventory(INK, BLOTTER)) for _ in range(2))
    assert first == second
    assert "timestamp" not in first
    assert json.loads(first)["serialNumber"] != json.loads(sbom.bill_of(made_up.inventory(INK)))["serialNumber"]


def test_the_bill_names_each_component_with_its_version_licence_and_place(made_up: MadeUp) -> None:
    by_name = {component["name"]: component for component in bill(made_up)["components"]}
    assert by_name.keys() == {"quill", "Ink", "Blotter"}
    assert by_name["Ink"]["version"] == "4.5"
    assert by_name["Ink"]["licenses"] == [{"expression": "MIT"}]
    assert by_name["Ink"]["properties"] == [{"name": "octavo:file", "value": "quill.libs/libink-1a.so.1"}]
    assert by_name["quill"]["purl"] == "pkg:pypi/quill@2.1"
    (origin,) = (entry for entry in by_name["quill"]["externalReferences"] if "hashes" in entry)
    assert origin["url"] == "https://example.org/quill-2.1-py3-none-any.whl"
    assert origin["hashes"] == [{"alg": "SHA-256", "content": "b" * 64}]


def test_the_bill_tells_what_is_linked_into_what(made_up: MadeUp) -> None:
    depends = {entry["ref"]: entry.get("dependsOn", []) for entry in bill(made_up)["dependencies"]}
    assert depends["pkg:generic/ink@4.5"] == ["pkg:generic/blotter@3"]
    assert depends["pkg:generic/octavo@1.2"] == ["pkg:generic/ink@4.5", "pkg:pypi/quill@2.1"]


def test_crates_in_a_wheel_are_named(made_up: MadeUp) -> None:
    crate = {"type": "library", "name": "nib", "version": "0.3", "purl": "pkg:cargo/nib@0.3?download_url=file://."}
    inside = {"bomFormat": "CycloneDX", "components": [crate | {"licenses": [{"expression": "MIT OR Apache-2.0"}]}]}
    metadata = made_up.site / "quill-2.1.dist-info"
    (metadata / "sboms").mkdir()
    (metadata / "sboms" / "quill.cyclonedx.json").write_text(json.dumps(inside))
    with (metadata / "RECORD").open("a") as record:
        record.write(f"{metadata.name}/sboms/quill.cyclonedx.json,,\n")
    (nib,) = (component for component in made_up.inventory(INK).components if component.name == "nib")
    assert (nib.version, nib.licence, nib.holders) == ("0.3", "MIT OR Apache-2.0", ("quill",))
    assert "MIT.txt" in [path.name for path in nib.texts]


def test_each_text_is_there_once_and_each_component_names_its_own(made_up: MadeUp, tmp_path: Path) -> None:
    licences.write_licences(made_up.inventory(INK, BLOTTER), tmp_path / "licences")
    files = {path.name: path.read_text() for path in (tmp_path / "licences").iterdir()}
    listed = files.pop("THIRD-PARTY.txt")
    assert len(files) == len(set(files.values())) == 3
    assert files["quill.txt"] == "The licence of quill"
    assert "Ink 4.5\n    licence: MIT\n    source: https://example.org/Ink\n    note: For writing.\n" in listed
    assert "Blotter 3 (in Ink)\n" in listed
    assert listed.count("texts: MIT.txt") == 2


def test_two_collections_of_one_bundle_are_the_same_bytes(made_up: MadeUp, tmp_path: Path) -> None:
    for name in ("first", "second"):
        licences.write_licences(made_up.inventory(INK, BLOTTER), tmp_path / name)
    first, second = (
        {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("first", "second")
    )
    assert first == second


@pytest.mark.parametrize(
    ("debian", "expression"),
    [
        ("LGPL-2.1+", "LGPL-2.1-or-later"),
        ("GPL-2", "GPL-2.0-only"),
        ("Expat", "MIT"),
        ("LGPL-2+ and BSD-3-clause", "LGPL-2.0-or-later AND BSD-3-Clause"),
        ("GPL-3+ or MIT/X11", "GPL-3.0-or-later OR MIT"),
        ("Artistic-and-a-half", ""),
        ("Expat and something-else", ""),
    ],
)
def test_debians_names_become_those_of_spdx(debian: str, expression: str) -> None:
    assert deb_packages.spdx(debian) == expression


def test_a_copyright_file_tells_the_licence_of_the_main_part(tmp_path: Path) -> None:
    path = tmp_path / "copyright"
    path.write_text(
        "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\n"
        "Files: *\nCopyright: 2020 Someone\nLicense: LGPL-2.1+\n\n"
        "Files: debian/*\nCopyright: 2021 Another\nLicense: GPL-3+\n"
    )
    assert deb_packages.licence_of(path) == "LGPL-2.1-or-later"
    path.write_text("This package was put together by somebody. It is free.\n")
    assert deb_packages.licence_of(path) == ""
