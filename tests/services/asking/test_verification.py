"""An installation is compared with its manifests: every file that is not as it should be is found."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from app.core.errors import Code
from app.core.machine.installation import HashedFile, Manifest, contents, encode, manifest_name, sha256_of, system
from app.services.doctor import MOST_NAMED, InstallationVerdict, native_components, verify


def describe(root: Path, name: str = "octavo", version: str = "0.1.0", prefix: str = "") -> None:
    found = contents(root)
    files = {path: HashedFile(sha256_of(root / path), size) for path, size in found.files.items()}
    chosen = {path: file for path, file in files.items() if path.startswith(prefix)}
    links = {} if prefix else found.links
    manifest = Manifest(name, version, "c0ffee", system(), "2.36", chosen, links)
    (root / manifest_name(name)).write_bytes(encode(manifest))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    made = tmp_path / "octavo"
    (made / "_internal" / "app").mkdir(parents=True)
    (made / "octavo").write_bytes(b"the program")
    (made / "_internal" / "libz.so.1").write_bytes(b"a library")
    (made / "_internal" / "libz.so").symlink_to("libz.so.1")
    for number in range(50):
        (made / "_internal" / "app" / f"{number}.txt").write_bytes(os.urandom(1000))
    describe(made)
    return made


def paths(verdict: InstallationVerdict) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    return verdict.changed.paths, verdict.missing.paths, verdict.unnamed.paths


def test_what_is_as_it_was_is_sound(root: Path) -> None:
    verdict = verify(root)
    assert verdict.is_sound
    assert verdict.problems() == ()
    assert (verdict.root, verdict.files, verdict.bytes) == (str(root), 53, 50_020)
    (package,) = verdict.packages
    assert (package.name, package.version, package.commit, package.glibc) == ("octavo", "0.1.0", "c0ffee", "2.36")


def relink(root: Path) -> None:
    (root / "_internal" / "libz.so").unlink()
    (root / "_internal" / "libz.so").symlink_to("/tmp/libz.so.1")


def replace_file_with_link(root: Path) -> None:
    (root / "octavo").rename(root.parent / "elsewhere")
    (root / "octavo").symlink_to(root.parent / "elsewhere")


def replace_link_with_file(root: Path) -> None:
    (root / "_internal" / "libz.so").unlink()
    (root / "_internal" / "libz.so").write_bytes(b"a library")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda root: (root / "octavo").write_bytes(b"another one"), (("octavo",), (), ())),  # of the same size
        (lambda root: (root / "octavo").write_bytes(b""), (("octavo",), (), ())),
        (lambda root: (root / "octavo").unlink(), ((), ("octavo",), ())),
        (lambda root: (root / "_internal" / "sitecustomize.py").touch(), ((), (), ("_internal/sitecustomize.py",))),
        (lambda root: (root / "extra").symlink_to("octavo"), ((), (), ("extra",))),
        (relink, (("_internal/libz.so",), (), ())),
        (replace_file_with_link, (("octavo",), (), ())),
        (replace_link_with_file, (("_internal/libz.so",), (), ())),
        (lambda root: (root / "manifest-x.json").write_bytes(b"{}"), (("manifest-x.json",), (), ())),
    ],
)
def test_every_deviation_is_found(root: Path, change: Callable[[Path], object], expected: object) -> None:
    change(root)
    verdict = verify(root)
    assert not verdict.is_sound
    assert paths(verdict) == expected
    (problem,) = verdict.problems()
    assert problem.code is Code.INSTALLATION_UNSOUND
    assert problem.params["path"] == str(root)


def test_without_a_manifest_nothing_is_sound(root: Path) -> None:
    (root / "manifest.json").unlink()
    verdict = verify(root)
    assert (verdict.packages, verdict.missing.paths, verdict.unnamed.count) == ((), ("manifest.json",), 53)


def test_few_are_named_and_all_are_counted(root: Path) -> None:
    for number in range(50):
        (root / "_internal" / "app" / f"{number}.txt").unlink()
    missing = verify(root).missing
    assert (len(missing.paths), missing.count) == (MOST_NAMED, 50)


def test_an_add_on_has_files_of_its_own_and_the_same_version(root: Path) -> None:
    (root / "_internal" / "cuda").mkdir()
    (root / "_internal" / "cuda" / "libggml-cuda.so").write_bytes(b"for the card")
    describe(root, "octavo-cuda", prefix="_internal/cuda/")
    verdict = verify(root)
    assert verdict.is_sound
    assert [package.name for package in verdict.packages] == ["octavo", "octavo-cuda"]
    assert verdict.problems() == ()
    describe(root, "octavo-cuda", "0.0.9", prefix="_internal/cuda/")
    (problem,) = verify(root).problems()
    assert problem.code is Code.INSTALLATION_MIXED
    assert problem.params == {"package": "octavo-cuda", "version": "0.0.9", "wanted": "0.1.0"}


def test_native_components_are_those_of_the_bill_of_materials(root: Path) -> None:
    assert native_components(root) == {}
    bill = """{"bomFormat": "CycloneDX", "components": [
        {"type": "library", "name": "Qt", "version": "6.12.0", "purl": "pkg:generic/qt@6.12.0"},
        {"type": "library", "name": "dav1d", "version": "1.4.2", "purl": "pkg:generic/dav1d@1.4.2"},
        {"type": "library", "name": "dav1d", "version": "1.5.4", "purl": "pkg:generic/dav1d@1.5.4"},
        {"type": "library", "name": "Brotli", "purl": "pkg:generic/brotli"},
        {"type": "library", "name": "pillow", "version": "12.0", "purl": "pkg:pypi/pillow@12.0"},
        {"type": "data", "name": "Phosphor Icons", "version": "1.3.0", "purl": "pkg:generic/phosphor@1.3.0"}]}"""
    (root / "octavo.cdx.json").write_text(bill, encoding="utf-8")
    assert native_components(root) == {"Qt": "6.12.0", "dav1d": "1.4.2, 1.5.4"}
    (root / "octavo.cdx.json").write_text("{", encoding="utf-8")
    assert native_components(root) == {}
