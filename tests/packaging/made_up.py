"""A small checkout, an environment and a bundle that was frozen from it, for the programs that look into bundles."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.packaging.programs import library, program

inventory = program("inventory")
table = program("table")

LOCK = """
version = 1

[[package]]
name = "quill"
version = "2.1"
sdist = { url = "https://example.org/quill-2.1.tar.gz", hash = "sha256:%s", size = 1 }
wheels = [
    { url = "https://example.org/quill-2.1-py3-none-any.whl", hash = "sha256:%s", size = 1 },
]
"""
MODULE = "int PyInit__core(void) { return 0; } int helper(void);"


def native(name: str, licence: str = "MIT", **more: Any) -> Any:
    return table.Native(name, licence, "https://example.org/" + name, texts=["texts/MIT.txt"], **more)


class MadeUp:
    """The package `quill` is in the bundle, `absent` in the environment only."""

    def __init__(self, folder: Path) -> None:
        self.checkout, self.site, self.root = folder / "checkout", folder / "site-packages", folder / "octavo"
        self.contents = self.root / "_internal"
        for path in (self.checkout, self.site, self.contents):
            path.mkdir(parents=True)
        project = '[project]\nname = "octavo"\nversion = "1.2"\nlicense = "Apache-2.0"\n'
        (self.checkout / "pyproject.toml").write_text(project)
        (self.checkout / "uv.lock").write_text(LOCK % ("a" * 64, "b" * 64))
        (self.checkout / "LICENSE").write_text("Apache License")
        self.package("quill", "2.1", "License-Expression: BSD-3-Clause", ["quill/__init__.py", "quill/_core.so"])
        self.package("absent", "1.0", "License: GPLv3", ["absent/__init__.py"])
        (self.contents / "quill").mkdir()
        (self.contents / "quill" / "__init__.py").write_text("")
        library(self.contents / "quill" / "_core.so", MODULE)

    def package(self, name: str, version: str, licence: str, files: list[str]) -> None:
        """Into the environment: its metadata, and the text of its licence."""
        metadata = self.site / f"{name}-{version}.dist-info"
        (metadata / "licenses").mkdir(parents=True)
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.4\nName: {name}\nVersion: {version}\n{licence}\n")
        (metadata / "WHEEL").write_text("Wheel-Version: 1.0\nTag: py3-none-any\n")
        (metadata / "licenses" / "LICENSE").write_text(f"The licence of {name}")
        for file in files:
            (self.site / file).parent.mkdir(exist_ok=True)
            (self.site / file).touch()  # importlib.metadata leaves out what is not there
        own = [f"{metadata.name}/{file}" for file in ("METADATA", "WHEEL", "RECORD", "licenses/LICENSE")]
        (metadata / "RECORD").write_text("".join(f"{file},,\n" for file in [*files, *own]))

    def inventory(
        self,
        *natives: Any,
        allowed: tuple[str, ...] = ("Apache-2.0", "BSD-3-Clause", "MIT"),
        allowed_in: dict[str, list[str]] | None = None,
        add_on: str = "",
    ) -> Any:
        self.table = table.Table(list(allowed), list(natives), allowed_in=allowed_in or {})
        return inventory.take_stock(self.root, self.site, self.checkout, self.table, add_on=add_on)
