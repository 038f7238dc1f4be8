"""An exception of C++ that nobody catches says what it is before the process ends."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

THROWING = r"""
#include <stdexcept>
#include <system_error>
namespace vk {  // as vulkan.hpp has them
class Error {
 public:
  virtual ~Error() noexcept = default;
  virtual const char *what() const noexcept = 0;
};
class SystemError : public Error, public std::system_error {
 public:
  SystemError(std::error_code code, const char *what) : Error(), std::system_error(code, what) {}
  const char *what() const noexcept override { return std::system_error::what(); }
};
class DeviceLostError : public SystemError {
 public:
  explicit DeviceLostError(const char *what) : SystemError(std::make_error_code(std::errc::io_error), what) {}
};
}
extern "C" {
void lost() { throw vk::DeviceLostError("vk::Queue::submit"); }
void wrong() { throw std::runtime_error("No more of it"); }
void number() { throw 7; }
void within() noexcept { lost(); }
}
"""

PROGRAM = """
import ctypes, os, sys
from app.engine.llama.uncaught import on_uncaught

def end(reason):
    print(reason, flush=True)
    if "DeviceLost" in reason:
        os._exit(84)

library = ctypes.CDLL(sys.argv[1])
on_uncaught(library, end)
getattr(library, sys.argv[2])()
"""


@pytest.fixture(scope="module")
def throwing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("throwing")
    (folder / "throwing.cpp").write_text(THROWING, encoding="utf-8")
    command = ("c++", "-shared", "-fPIC", "-o", folder / "libthrowing.so", folder / "throwing.cpp")
    subprocess.run(command, check=True)
    return folder / "libthrowing.so"


@pytest.mark.parametrize(
    ("function", "said", "status"),
    [
        ("lost", "N2vk15DeviceLostErrorE vk::Queue::submit: Input/output error", 84),
        ("within", "N2vk15DeviceLostErrorE vk::Queue::submit: Input/output error", 84),
        ("wrong", "St13runtime_error No more of it", -6),
        ("number", "i", -6),
    ],
)
def test_it_says_its_class_and_its_reason(throwing: Path, function: str, said: str, status: int) -> None:
    """Where `end` returns, the process is aborted: signal 6."""
    command = [sys.executable, "-P", "-c", PROGRAM, str(throwing), function]
    root = Path(__file__).parents[3]
    ended = subprocess.run(
        command, cwd=root, env={"PYTHONPATH": str(root)}, capture_output=True, text=True, check=False
    )
    assert (ended.stdout.strip(), ended.returncode) == (said, status), ended.stderr
    assert ended.stderr == ""
