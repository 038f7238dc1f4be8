"""Tensors without which llama.cpp does not load a projector, by its kind.

Source: `clip_model_loader::load_tensors` in tools/mtmd/clip.cpp, at the version that is pinned. Repositories have
projectors of older layouts, which are large, and are found out only when they are loaded.
"""

from __future__ import annotations

from collections.abc import Collection

_NEEDED = {
    "llama4": ("mm.model.fc.weight", "mm.model.mlp.1.weight", "mm.model.mlp.2.weight"),
    "gemma3": ("mm.input_projection.weight", "mm.soft_emb_norm.weight"),
    "gemma4v": ("mm.input_projection.weight",),
    "qwen3vl_merger": ("mm.0.weight", "mm.0.bias", "mm.2.weight", "mm.2.bias"),
    "muse-glimmer": ("mm.0.weight", "mm.1.weight", "mm.2.weight"),
}


def lacking(kind: str, names: Collection[str]) -> tuple[str, ...]:
    """Return the tensors that a projector of that kind would need, and does not have; nothing is known of other
    kinds."""
    return tuple(name for name in _NEEDED.get(kind, ()) if name not in names)
