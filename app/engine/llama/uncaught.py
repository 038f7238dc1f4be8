"""Exceptions of C++ that nobody catches: they end the process, which says why before.

Vulkan's part of llama.cpp throws one for any error of a card while that computes.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable
from typing import Any

_NAMES = ("_ZSt13set_terminatePFvvE", "__cxa_current_exception_type", "_ZSt17current_exceptionv")
"""The symbols of `std::set_terminate`, of the class of what is thrown, and of `std::current_exception`."""

_WITH_REASON = ("N2vk", "St", "NSt")
"""Beginnings of the mangled names of classes that say by a virtual `what` why they are thrown: Vulkan's and C++'s
own."""

_WHAT = 2
"""The place of `what` in the table of such a class, behind the two destructors (Itanium C++ ABI, 2.5.2)."""

_handlers: list[Any] = []  # C++ holds bare pointers to them


class _TypeInfo(ctypes.Structure):
    """std::type_info (Itanium C++ ABI, 2.9.4)"""

    _fields_ = (("table", ctypes.c_void_p), ("name", ctypes.c_char_p))


def on_uncaught(library: Any, end: Callable[[str], None]) -> None:
    """Have `end` called with the class and the reason of an exception that nobody catches, in place of what `library`
    and others do then. Where it returns, the process is aborted.

    Does nothing where the C++ library does not follow the Itanium ABI (Windows).
    """
    try:
        set_handler, kind, thrown = (getattr(library, name) for name in _NAMES)
    except AttributeError:
        return
    kind.restype = ctypes.POINTER(_TypeInfo)
    thrown.argtypes, thrown.restype = [ctypes.POINTER(ctypes.c_void_p)], None

    def handle() -> None:
        found, address = kind(), ctypes.c_void_p()
        thrown(ctypes.byref(address))  # an `exception_ptr`, which is returned where its caller says
        name = (found.contents.name or b"").decode("ascii", "replace") if found else ""
        end(f"{name} {_reason(address)}" if address.value and name.startswith(_WITH_REASON) else name)
        os.abort()

    _handlers.append(ctypes.CFUNCTYPE(None)(handle))
    set_handler.argtypes = [ctypes.c_void_p]
    set_handler(ctypes.cast(_handlers[-1], ctypes.c_void_p))


def _reason(address: ctypes.c_void_p) -> str:
    """Call `what` of an exception at `address`, which says why it was thrown."""
    table = ctypes.cast(address, ctypes.POINTER(ctypes.POINTER(ctypes.c_void_p))).contents
    what = ctypes.CFUNCTYPE(ctypes.c_char_p, ctypes.c_void_p)(table[_WHAT])
    return (what(address) or b"").decode("utf-8", "replace")
