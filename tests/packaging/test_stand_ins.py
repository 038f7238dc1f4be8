"""Libraries that Octavo never calls give way to stand-ins: what is linked to them still loads, and works."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import av
import pytest

from tests.features.videos.reading.films import film
from tests.packaging.programs import library, program

stand_ins = program("stand_ins")
elf = program("elf")

ENCODER = """
int levels[40] = {1, 2, 3};
int encode(int frame) { return frame + 1; }
int list(int depth) { return depth; }
int nobody_asks(void) { return 0; }
"""
CODEC = """
extern int levels[40]; extern int encode(int); extern int list(int);
int first_level(void) { return levels[0]; }
int try_to_encode(void) { return encode(1); }
int listed(void) { return list(8); }
int decode(int packet) { return 2 * packet; }
"""
WHICH = stand_ins.StandIn("some.libs/libencoder-*.so*", {"list": "argument ? 7 : refuse(name)"})


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A codec that is linked to an encoder, which is linked to a helper."""
    libraries = tmp_path / "site" / "some.libs"
    helper = library(libraries / "libhelper-1a.so.1", "int help(void) { return 0; }")
    encoder = library(libraries / "libencoder-2b.so.165", ENCODER, helper, versions="ENCODER_1 { global: *; };")
    codec = library(libraries / "libcodec-3c.so.1", CODEC, encoder)
    library(tmp_path / "site" / "some" / "_core.so", "int start(void) { return 0; }", codec)
    return libraries.parent


def called(site: Path, function: str) -> subprocess.CompletedProcess[str]:
    code = f"import ctypes; print(ctypes.CDLL('{site}/some.libs/libcodec-3c.so.1').{function}(21))"
    return subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)


def test_what_is_linked_to_a_stand_in_loads_and_works(site: Path) -> None:
    stand_ins.replace_all(site, (WHICH,))
    encoder = site / "some.libs" / "libencoder-2b.so.165"
    assert stand_ins.is_stand_in(encoder)
    assert called(site, "decode").stdout == "42\n"
    assert called(site, "first_level").stdout == "0\n"
    assert called(site, "listed").stdout == "7\n"
    exported = elf.exported(encoder)
    assert exported["levels"].size == 160
    assert exported["encode"].version == "ENCODER_1"
    assert "nobody_asks" not in exported


def test_what_is_not_there_refuses_with_a_sentence(site: Path) -> None:
    stand_ins.replace_all(site, (WHICH,))
    done = called(site, "try_to_encode")
    assert done.returncode < 0
    assert "Octavo: encode was called, but libencoder is not part of this build of Octavo." in done.stderr


def test_libraries_that_only_the_original_needed_go_too(site: Path) -> None:
    changed = dict(stand_ins.replace_all(site, (WHICH,)))
    assert changed.keys() == {"some.libs/libencoder-2b.so.165", "some.libs/libhelper-1a.so.1"}
    assert not (site / "some.libs" / "libhelper-1a.so.1").exists()
    assert (site / "some.libs" / "libcodec-3c.so.1").exists()


def test_a_second_run_finds_nothing_to_do(site: Path) -> None:
    assert stand_ins.replace_all(site, (WHICH,))
    assert stand_ins.replace_all(site, (WHICH,)) == []


def test_the_file_that_was_linked_from_elsewhere_stays_as_it_was(site: Path, tmp_path: Path) -> None:
    """A file may be linked from elsewhere, as uv links files of its cache into environments."""
    cached = tmp_path / "cached.so"
    os.link(site / "some.libs" / "libencoder-2b.so.165", cached)
    before = cached.read_bytes()
    stand_ins.replace_all(site, (WHICH,))
    assert cached.read_bytes() == before


def test_two_stand_ins_for_the_same_library_are_the_same_bytes(site: Path, tmp_path: Path) -> None:
    shutil.copytree(site, tmp_path / "again")
    for folder in (site, tmp_path / "again"):
        stand_ins.replace_all(folder, (WHICH,))
    first, second = (folder / "some.libs" / "libencoder-2b.so.165" for folder in (site, tmp_path / "again"))
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("pattern", ["some.libs/libgone-*.so*", "some.libs/lib*.so*"])
def test_a_wheel_that_changed_is_noticed(site: Path, pattern: str) -> None:
    with pytest.raises(ValueError, match="files instead of one"):
        stand_ins.replace_all(site, (stand_ins.StandIn(pattern),))


def test_ffmpeg_decodes_as_before_and_encodes_no_more(tmp_path: Path) -> None:
    """The libraries of the environment that the tests run in, copied, with their encoders replaced."""
    installed = Path(av.__file__).parent.parent
    for folder in ("av", "av.libs"):
        shutil.copytree(installed / folder, tmp_path / folder)
    replaced = stand_ins.replace_all(
        tmp_path, tuple(one for one in stand_ins.STAND_INS if one.pattern.startswith("av.libs"))
    )
    assert sum(size for _, size in replaced) > 20_000_000
    for container, codec in (("mp4", "libx264"), ("matroska", "libx265"), ("webm", "libvpx-vp9")):
        (tmp_path / f"{codec}.film").write_bytes(film(container, codec))
    code = """
import hashlib, sys
import av
for codec in ("libx264", "libx265", "libvpx-vp9"):
    with av.open(f"{sys.argv[1]}/{codec}.film") as video:
        pixels = [frame.to_ndarray(format="rgb24").tobytes() for frame in video.decode(video=0)]
    print(codec, len(pixels), hashlib.sha256(b"".join(pixels)).hexdigest())
if len(sys.argv) > 2:
    assert av.__file__.startswith(sys.argv[1]), av.__file__
    for codec in ("libx264", "libx265", "libsvtav1"):
        with av.open(f"{sys.argv[1]}/out.mkv", "w") as video:
            stream = video.add_stream(codec, rate=10)
            stream.width, stream.height, stream.pix_fmt = 128, 96, "yuv420p"
            try:
                stream.encode(av.VideoFrame(128, 96, "yuv420p"))
            except av.FFmpegError:
                continue
            raise SystemExit(codec + " encoded")
"""

    def decoded(*also: str, path: str) -> str:
        command = [sys.executable, "-c", code, str(tmp_path), *also]
        environment = os.environ | {"PYTHONPATH": path}
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment).stdout

    assert decoded("and encode", path=str(tmp_path)) == decoded(path="")


def test_pillow_reads_pictures_without_taking_them(tmp_path: Path) -> None:
    installed = Path(av.__file__).parent.parent
    for folder in ("PIL", "pillow.libs"):
        shutil.copytree(installed / folder, tmp_path / folder)
    replaced = stand_ins.replace_all(
        tmp_path, tuple(one for one in stand_ins.STAND_INS if one.pattern.startswith("pillow"))
    )
    assert any("libXau-" in file for file, _ in replaced), "what only libxcb needs stayed"
    code = "import io; from PIL import Image, _imaging; picture = io.BytesIO(); " + (
        "Image.new('RGB', (8, 8), 'red').save(picture, 'AVIF'); print(_imaging.__file__, Image.open(picture).size)"
    )
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, env=environment)
    assert done.stdout.startswith(f"{tmp_path}/PIL/_imaging")
    assert done.stdout.endswith(" (8, 8)\n")
