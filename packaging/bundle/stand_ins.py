"""Replaces libraries that Octavo never calls, but that others are linked to, by small ones that refuse.

PyAV's wheel brings the encoders x264 and x265, which are under the GPL, SVT-AV1, and what its FFmpeg would need to
speak https, to compare videos, to record a screen, or to play and record sound, while Octavo only decodes. Pillow's
brings what it would need to take a picture of a screen. Neither would load without them.

    python packaging/bundle/stand_ins.py SITE_PACKAGES

SITE_PACKAGES is the folder in which `av.libs` and `pillow.libs` lie: that of the environment that is to be frozen,
never that of a checkout, whose tests encode videos. A second run finds nothing left to do. A C compiler is needed.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

from elf import Symbol, elf_files, exported, exports, imported, linked

MARK = "octavo_stand_in"
"""A symbol that every stand-in exports, by which it is recognised."""


@dataclass(frozen=True, slots=True)
class StandIn:
    pattern: str
    """The pattern of one file's place, beneath SITE_PACKAGES."""
    answers: dict[str, str] = field(default_factory=dict)
    """The values that functions give back, as an expression of C: pattern of the name to expression. `argument` is the
    first argument, `refuse(name)` ends the process with a sentence. Those that are not here refuse."""


_NOT_THERE = {"*_version": "0", "*_configuration": '(long)"not there"', "*_license": '(long)"not there"'}
"""The answers to all that PyAV asks of each library of FFmpeg when it is imported."""

STAND_INS = (
    # FFmpeg's wrapper fills in the parameters and then fails in good order, since no encoder opens.
    StandIn("av.libs/libx264-*.so*", {"*": "0"}),
    # FFmpeg asks for each depth when it lists its codecs; none means that there is none. Depth 0 is asked to encode.
    StandIn("av.libs/libx265-*.so*", {"x265_api_get_*": "argument ? 0 : refuse(name)"}),
    # EB_ErrorInsufficientResources, with which FFmpeg's wrapper gives up.
    StandIn("av.libs/libSvtAv1Enc-*.so*", {"svt_av1_enc_init_handle": "(long)0x80001000", "svt_av1_enc_deinit*": "0"}),
    # For https, which no process that decodes may speak. It is started, and ended, with FFmpeg's network.
    StandIn("av.libs/libgnutls-*.so*", {"gnutls_global_*": "0"}),
    # Screens, cameras and sound cards, and with them the libraries of X11 and ALSA that only it needs.
    StandIn("av.libs/libavdevice-*.so*", {"avdevice_register_all": "0", **_NOT_THERE}),
    # Filters, of which PyAV lists those that there are: none.
    StandIn("av.libs/libavfilter-*.so*", {"av_filter_iterate": "0", **_NOT_THERE}),
    # Decoders inside a graphics card, which a process that decodes could not reach.
    StandIn("av.libs/libdrm-*.so*"),
    StandIn("av.libs/libvpl-*.so*"),
    # FFmpeg has its own decoders of VP8 and VP9; of this library it asks at the start what its encoder can do.
    StandIn("av.libs/libvpx-*.so*", {"vpx_codec_vp9_cx": "0", "vpx_codec_get_caps": "0"}),
    # These serve for pictures of a screen.
    StandIn("pillow.libs/libxcb-*.so*"),
)

_HEAD = r"""
#include <stdio.h>
#include <stdlib.h>

const char octavo_stand_in[] = "%s";

static long refuse(const char *name) {
    fprintf(stderr, "Octavo: %%s was called, but %s is not part of this build of Octavo.\n", name);
    abort();
}
"""

_COMPILER = (
    *("cc", "-shared", "-fPIC", "-O2", "-fno-builtin", "-Wno-unused-function"),
    *("-Wl,--build-id=none", "-Wl,-z,noexecstack", "-Wl,-z,relro", "-Wl,-z,now"),
)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("site_packages", type=Path)
    folder = parser.parse_args(arguments).site_packages
    try:
        for path, bytes_saved in replace_all(folder):
            print(f"{path}: {bytes_saved / 1e6:.1f} MB less")
    except (OSError, ValueError) as error:
        print(f"Octavo: {error}", file=sys.stderr)
        return 1
    return 0


def replace_all(site_packages: Path, stand_ins: tuple[StandIn, ...] = STAND_INS) -> list[tuple[str, int]]:
    """Replaces what is named, and removes libraries beside it that then nobody needs.

    Gives the files, beneath `site_packages`, with how many bytes each is smaller. Raises ValueError where a library
    is not there or cannot be compiled: then a wheel has changed, and its stand-ins need another look. OSError.
    """
    originals: dict[Path, StandIn] = {}
    for stand_in in stand_ins:
        found = sorted(site_packages.glob(stand_in.pattern))
        if len(found) != 1:
            raise ValueError(f"{site_packages}: {len(found)} files instead of one match {stand_in.pattern}.")
        if not is_stand_in(found[0]):
            originals[found[0]] = stand_in
    if not originals:
        return []
    needs = {path: linked(path)[1] for path in elf_files(site_packages)}
    changes: list[tuple[str, int]] = []
    for path, stand_in in originals.items():
        own_name = linked(path)[0]
        users = [user for user, needed in needs.items() if own_name in needed and user not in originals]
        wanted = set[str]().union(*(imported(user) for user in users))
        symbols = [symbol for name, symbol in sorted(exported(path).items()) if name in wanted]
        if not symbols:
            raise ValueError(f"{path}: nothing beneath {site_packages} uses it.")
        before = path.stat().st_size
        _build(path, own_name, symbols, stand_in.answers)
        needs[path] = linked(path)[1]
        changes.append((path.relative_to(site_packages).as_posix(), before - path.stat().st_size))
    for folder in sorted({path.parent for path in originals}):
        changes += [(path.relative_to(site_packages).as_posix(), size) for path, size in _unneeded(folder, needs)]
    return changes


def is_stand_in(path: Path) -> bool:
    """Raises ValueError where the file is damaged."""
    return exports(path, MARK)


def source_of(library: str, symbols: list[Symbol], answers: dict[str, str]) -> str:
    """Return C that defines `symbols` in place of `library`."""
    lines = [_HEAD % (library, library)]
    for symbol in symbols:
        if symbol.is_data:
            lines.append(f"const char {symbol.name}[{max(1, symbol.size)}] __attribute__((aligned(64))) = {{0}};")
            continue
        answer = next((answers[pattern] for pattern in answers if fnmatch(symbol.name, pattern)), "refuse(name)")
        lines.append(
            f'long {symbol.name}(long argument) {{ static const char name[] = "{symbol.name}"; '
            f"(void)name; (void)argument; return {answer}; }}"
        )
    return "\n".join(lines) + "\n"


def versions_of(symbols: list[Symbol]) -> str:
    """Return a version script for the linker: callers ask for a symbol together with its version."""
    by_version: dict[str, list[str]] = {}
    for symbol in symbols:
        by_version.setdefault(symbol.version, []).append(symbol.name)
    if set(by_version) == {""}:
        return f"{{ global: {'; '.join(by_version[''])}; {MARK}; local: *; }};\n"
    blocks = [f"{version} {{ global: {'; '.join(names)}; }};" for version, names in sorted(by_version.items())]
    return f"OCTAVO {{ global: {MARK}; local: *; }};\n" + "\n".join(blocks) + "\n"


def _build(path: Path, own_name: str, symbols: list[Symbol], answers: dict[str, str]) -> None:
    """Writes the stand-in as a new file: the old one may be shared with the cache of packages by a hard link."""
    with tempfile.TemporaryDirectory(dir=path.parent) as scratch:
        source, script, made = (Path(scratch) / name for name in ("stand_in.c", "stand_in.map", "stand_in.so"))
        source.write_text(source_of(path.name.partition("-")[0], symbols, answers))
        script.write_text(versions_of(symbols))
        command = [*_COMPILER, f"-Wl,-soname,{own_name}", f"-Wl,--version-script,{script}"]
        done = subprocess.run([*command, "-o", str(made), str(source)], check=False, capture_output=True, text=True)
        if done.returncode:
            raise ValueError(f"The stand-in for {path.name} could not be compiled: {done.stderr.strip()}")
        made.chmod(path.stat().st_mode)
        made.replace(path)


def _unneeded(folder: Path, needs: dict[Path, tuple[str, ...]]) -> list[tuple[Path, int]]:
    """Removes libraries of `folder` that nothing is linked to, again and again; gives them with their sizes.

    Other wheels bring their own: what lies in their folders of libraries may need one of the same name.
    """
    removed: list[tuple[Path, int]] = []
    while True:
        near = {path: names for path, names in needs.items() if path.parent == folder or path.parent.suffix != ".libs"}
        needed = {name for names in near.values() for name in names}
        alone = [path for path in needs if path.parent == folder and linked(path)[0] not in needed]
        if not alone:
            return removed
        for path in alone:
            removed.append((path, path.stat().st_size))
            path.unlink()
            del needs[path]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
