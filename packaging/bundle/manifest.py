"""Writes the manifest of a package: `manifest.py ROOT --name octavo --version V --commit C`

Names every file beneath ROOT that no other manifest there names. The format is that of `app.core.machine.installation`,
and the same files give the same bytes. A package octavo-NAME gets `manifest-NAME.json`; one that was there is
written anew.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from app.core.machine.installation import (
    HashedFile,
    Manifest,
    contents,
    encode,
    manifest_files,
    manifest_name,
    read_manifest,
    sha256_of,
    system,
)


def make(root: Path, package: Manifest, left_out: frozenset[str] = frozenset()) -> Manifest:
    """Return `package` with the files and links beneath `root` but those that are `left_out` or that another manifest
    names.

    Raises OSError; ValueError for another manifest that is damaged, and for what is no ordinary file.
    """
    named = set(left_out)
    for file in manifest_files(root):
        if file.name == manifest_name(package.name):
            continue
        if (other := read_manifest(file)) is None:
            raise ValueError(f"{file} is damaged; have it written anew first")
        named |= other.files.keys() | other.links.keys()
    found = contents(root)
    files = {}
    for path, size in found.files.items():
        if path in named:
            continue
        if size < 0:
            raise ValueError(f"{root / path} is no ordinary file; take it out of the bundle")
        files[path] = HashedFile(sha256_of(root / path), size)
    links = {path: target for path, target in found.links.items() if path not in named}
    return msgspec.structs.replace(package, files=files, links=links)


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="manifest.py", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("root", type=Path, metavar="ROOT")
    parser.add_argument("--name", required=True, help="of the package, such as octavo or octavo-cuda")
    parser.add_argument("--version", required=True)
    parser.add_argument("--commit", required=True)
    parser.add_argument("--glibc", default="", metavar="VERSION", help="the least version that the package runs with")
    parser.add_argument(
        "--except",
        dest="left_out",
        action="append",
        default=[],
        metavar="FILE",
        help="a path below ROOT that is not installed; repeatable",
    )
    options = parser.parse_args(argv)
    package = Manifest(options.name, options.version, options.commit, system(), options.glibc)
    try:
        if not options.root.is_dir():
            raise NotADirectoryError(f"{options.root} is no folder")
        manifest = make(options.root, package, frozenset(options.left_out))
        (options.root / manifest_name(options.name)).write_bytes(encode(manifest))
    except (OSError, ValueError) as error:
        print(f"manifest.py: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
