"""The devices that llama.cpp says it computes on are described."""

from __future__ import annotations

import ctypes

import psutil
import pytest

from app.engine.llama import hardware
from app.engine.llama.llama_loader import bindings


def test_a_devices_properties_are_where_llama_cpp_has_them() -> None:
    """The structure is not in the bindings, so its last fields are compared with what is known of a processor."""
    library = bindings()._lib
    (number, cpu) = next((n, device) for n, device in enumerate(hardware.devices()) if device.kind == "cpu")
    assert cpu.name == "CPU"
    assert cpu.total_bytes == pytest.approx(psutil.virtual_memory().total, rel=0.01)
    assert not cpu.uploads, "its weights stay where they were read to"
    found = hardware._Properties()
    library.ggml_backend_dev_get_props(library.ggml_backend_dev_get(number), ctypes.byref(found))
    abilities = {name: getattr(found.abilities, name) for name, *_ in hardware._Abilities._fields_}
    assert abilities == {
        "asynchronous": False,
        "host_buffer": False,
        "buffer_from_host_ptr": True,
        "events": False,
        "mmap_support": True,
    }
