"""What llama.cpp says of the devices that it computes on."""

from __future__ import annotations

import ctypes

from app.engine import hardware
from app.engine.llama_loader import bindings


def test_a_devices_properties_lie_where_llama_cpp_has_them() -> None:
    """The structure is not in the bindings: the same facts, asked twice."""
    library = bindings()._lib
    for number, device in enumerate(hardware.devices()):
        found = hardware._Properties()
        library.ggml_backend_dev_get_props(library.ggml_backend_dev_get(number), ctypes.byref(found))
        assert (found.name.decode(), found.description.decode()) == (device.name, device.description)
        assert found.memory_total == device.total_bytes
        if device.kind == "cpu":
            assert (found.abilities.buffer_from_host_ptr, found.abilities.mmap_support) == (True, True)
            assert not device.uploads, "its weights stay where they were read to"
