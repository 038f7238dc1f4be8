"""The room that llama.cpp needs to compute: its graph of a slice of tokens, put through its own way to allocate.

llama.cpp builds a graph for the largest slice, gives each result a place by best fit, and takes the highest address
that was ever used as the size of its compute buffer. The same is done here with sizes alone. Sources, at the version
that is pinned: `src/models/llama4.cpp`, `src/models/llama.cpp`, `src/llama-graph.cpp` (order and shapes of results),
`ggml/src/ggml-alloc.c` (places). `tests/engine/test_planner_memory.py` compares it with llama.cpp's own numbers.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, replace
from functools import lru_cache

_ALIGNMENT = 32
"""TENSOR_ALIGNMENT of ggml.h; a GPU's 128 changes nothing that a plan would show."""

_FLOAT, _POSITION, _INDEX, _MASK = 4, 4, 8, 2  # bytes: f32, i32, i64, f16 (flash attention takes the mask in f16)
_ENDLESS = 1 << 62
_MOST_LAYERS = 12
"""Layers that are gone through: what a layer leaves behind repeats with the pattern of layers."""

_FEW_CELLS = 256


@dataclass(frozen=True)
class LayerShape:
    """The sizes that a layer computes with; they are numbers per token. `query`, `key` and `value` are heads times
    their length.

    `dense` is the width of the feed-forward network; `experts` or `shared` is 0 if there is none.
    """

    query: int
    key: int
    value: int
    dense: int
    experts: int = 0
    used: int = 0
    expert_width: int = 0
    shared: int = 0
    local: bool = False


@dataclass(frozen=True)
class GraphShape:
    """A slice of `tokens` through `layers`. `cells` and `local_cells` are those of the KV cache in layers of either
    kind.

    `rotated` are the sides of the matrices that a quantized cache's keys and values are turned with, 0 if they are not.
    `weighted_first` tells that the router's weights come before the experts (Llama 4).
    """

    tokens: int
    outputs: int
    width: int
    vocabulary: int
    layers: tuple[LayerShape, ...]
    cells: int
    local_cells: int
    rotated: tuple[int, int] = (0, 0)
    weighted_first: bool = False


def compute_bytes(shape: GraphShape) -> int:
    """Return the bytes of the compute buffer if one device computes everything."""
    fixed, working = _parts(_short(shape))
    return input_bytes(shape) + working - fixed


def input_bytes(shape: GraphShape) -> int:
    """Return the bytes of what goes into a graph, most of it the masks; they are on each device that computes layers,
    and once more in host memory."""
    local = any(layer.local for layer in shape.layers)
    tokens = shape.tokens
    masks = _MASK * tokens * (shape.cells + (shape.local_cells if local else 0))
    indices = 2 * _INDEX * tokens * (2 if local else 1)
    turned = _FLOAT * sum(side * side for side in shape.rotated) * (2 if local else 1)
    embeddings = _FLOAT * tokens * shape.width  # reserved beside the tokens: a slice may be either
    return masks + indices + turned + embeddings + 2 * _POSITION * tokens


def _short(shape: GraphShape) -> GraphShape:
    """Return the same graph with fewer layers, and few cells in the layers that see everything: their mask is there to
    the end, and nothing takes its place."""
    layers = shape.layers
    if len(layers) > _MOST_LAYERS:
        layers = layers[: _MOST_LAYERS - 4] + layers[-4:]
    return replace(shape, layers=layers, cells=min(shape.cells, _FEW_CELLS))


@lru_cache(maxsize=256)
def _parts(shape: GraphShape) -> tuple[int, int]:
    """Return the bytes of what goes in, and of the whole buffer."""
    graph = _Graph()
    _build(graph, shape)
    return input_bytes(shape), graph.room()


class _Graph:
    """Results in the order in which they are computed. Views are left out: whoever uses one uses what it looks at."""

    def __init__(self) -> None:
        self._sizes: list[int] = []
        self._sources: list[tuple[int, ...]] = []
        self._in_place: list[bool] = []
        self._leaves = 0

    def leaf(self, size: int) -> int:
        """Add something that goes in; all leaves come before the first `add`."""
        self._leaves += 1
        return self.add(size)

    def add(self, size: int, *sources: int, in_place: bool = False) -> int:
        """Add a result of `size` bytes; `in_place` tells that it may take the place of a source of the same size that
        nobody else needs."""
        self._sizes.append(-(-size // _ALIGNMENT) * _ALIGNMENT)
        self._sources.append(sources)
        self._in_place.append(in_place)
        return len(self._sizes) - 1

    def room(self) -> int:
        """Return the highest address in use when all is given a place as ggml-alloc.c does."""
        users = [0] * len(self._sizes)
        for sources in self._sources:
            for source in sources:
                users[source] += 1
        memory = _Memory()
        place = [-1] * len(self._sizes)
        for node, size in enumerate(self._sizes):
            heir = next((s for s in self._sources[node] if users[s] == 1 and self._sizes[s] == size), None)
            if self._in_place[node] and heir is not None and place[heir] >= 0:
                place[node], place[heir] = place[heir], -1
            else:
                place[node] = memory.take(size)
            for source in self._sources[node]:
                users[source] -= 1
                if users[source] == 0 and place[source] >= 0:
                    memory.give(place[source], self._sizes[source])
                    place[source] = -1
        return memory.highest


class _Memory:
    """Free blocks by address; the last one has no end."""

    def __init__(self) -> None:
        self._blocks: list[tuple[int, int]] = [(0, _ENDLESS)]
        self.highest = 0

    def take(self, size: int) -> int:
        fitting = [(length, at) for at, (_, length) in enumerate(self._blocks[:-1]) if length >= size]
        # The smallest that is large enough; of several the last one.
        at = max((at for length, at in fitting if length == min(fitting)[0]), default=len(self._blocks) - 1)
        start, length = self._blocks[at]
        if length == size:
            del self._blocks[at]
        else:
            self._blocks[at] = (start + size, length - size)
        self.highest = max(self.highest, start + size)
        return start

    def give(self, start: int, size: int) -> None:
        at = bisect_left(self._blocks, (start, 0))
        self._blocks.insert(at, (start, size))
        for left in (at, at - 1):
            if 0 <= left < len(self._blocks) - 1:
                (first, length), (second, more) = self._blocks[left], self._blocks[left + 1]
                if first + length == second:
                    self._blocks[left : left + 2] = [(first, length + more)]


def _build(graph: _Graph, shape: GraphShape) -> None:
    tokens, wide = shape.tokens, _FLOAT * shape.tokens * shape.width
    token_ids = graph.leaf(_POSITION * tokens)
    graph.leaf(wide)
    graph.leaf(_POSITION * tokens)  # positions: used to the end, as are the masks
    masks = [graph.leaf(_MASK * tokens * shape.cells)]
    indices = 2
    if any(layer.local for layer in shape.layers):
        masks.append(graph.leaf(_MASK * tokens * shape.local_cells))
        indices = 4
    for _ in range(indices):
        graph.leaf(_INDEX * tokens)
    for _ in range(len(masks)):
        for side in shape.rotated:
            if side:
                graph.leaf(_FLOAT * side * side)
    if shape.weighted_first:
        graph.leaf(_POSITION * tokens)  # the scale of attention
    graph.leaf(_POSITION * min(shape.outputs, tokens))  # rows that logits are wanted of
    flow = graph.add(wide, token_ids)
    for number, layer in enumerate(shape.layers):
        last = number == len(shape.layers) - 1
        rows = min(shape.outputs, tokens) if last else tokens
        flow = _attend(graph, shape, layer, flow, last=last)
        flow = _feed(graph, shape, layer, flow, rows)
    rows = min(shape.outputs, tokens)
    normed = graph.add(_FLOAT * rows * shape.width, flow, in_place=True)
    graph.add(_FLOAT * rows * shape.vocabulary, normed)


def _attend(graph: _Graph, shape: GraphShape, layer: LayerShape, flow: int, *, last: bool) -> int:
    """Add the attention of a layer to what flows through; for the last layer only the rows that are asked for."""
    tokens, width = shape.tokens, shape.width
    wide = _FLOAT * tokens * width
    normed = graph.add(wide, flow, in_place=True)
    turned_keys, turned_values = shape.rotated

    def projected(numbers: int, *steps: int) -> int:
        """Add one result for the projection and one more for each step that is taken: none is in place, since each
        takes a view of heads."""
        size, result = _FLOAT * tokens * numbers, graph.add(_FLOAT * tokens * numbers, normed)
        for step in steps:
            result = graph.add(size, result) if step else result
        return result

    placed = not shape.weighted_first or layer.local  # Llama 4's global layers do not rotate keys by their position
    query = projected(layer.query, 1, turned_keys)
    if any(each.local for each in shape.layers):  # two caches: keys first; one: values first
        keys, values = projected(layer.key, placed, turned_keys), projected(layer.value, turned_values)
    else:
        values, keys = projected(layer.value, turned_values), projected(layer.key, placed, turned_keys)
    graph.add(0, keys)  # stored
    graph.add(0, values)
    attended = graph.add(_FLOAT * tokens * layer.query, query)
    if turned_values:
        attended = graph.add(_FLOAT * tokens * layer.query, attended)
    result = graph.add(wide, attended)
    if last:
        few = _FLOAT * min(shape.outputs, tokens) * width
        result, flow = graph.add(few, result), graph.add(few, flow)
        return graph.add(few, result, flow, in_place=True)
    return graph.add(wide, result, flow, in_place=True)


def _feed(graph: _Graph, shape: GraphShape, layer: LayerShape, flow: int, rows: int) -> int:
    """Add the feed-forward network of a layer, dense or of experts, to what flows through."""
    wide = _FLOAT * rows * shape.width
    normed = graph.add(wide, flow)
    if not layer.experts:
        return graph.add(wide, _gated(graph, normed, layer.dense, shape.width, rows), flow, in_place=True)
    scores = _FLOAT * rows * layer.experts
    logits = graph.add(scores, normed)
    probabilities = graph.add(scores, logits, in_place=True)
    chosen = graph.add(scores, logits if shape.weighted_first else probabilities)
    weights = graph.add(_FLOAT * rows * layer.used, probabilities, chosen)
    spread = normed
    if not shape.weighted_first:
        weights = graph.add(_FLOAT * rows * layer.used, weights, graph.add(_FLOAT * rows, weights))  # to a sum of 1
    else:
        repeated = graph.add(wide * layer.used, normed)
        spread = graph.add(wide * layer.used, repeated, weights, in_place=True)
    inner = _FLOAT * rows * layer.expert_width * layer.used
    gate = graph.add(inner, spread, chosen)
    up = graph.add(inner, spread, chosen)
    both = graph.add(inner, gate, up)
    each = graph.add(wide * layer.used, both, chosen)
    if not shape.weighted_first:
        each = graph.add(wide * layer.used, each, weights, in_place=True)
    result = graph.add(wide, each)  # a sum, or a copy where there is one only
    if layer.shared:
        result = graph.add(wide, result, _gated(graph, normed, layer.shared, shape.width, rows), in_place=True)
    return graph.add(wide, result, flow, in_place=True)


def _gated(graph: _Graph, normed: int, inner: int, width: int, rows: int) -> int:
    gate = graph.add(_FLOAT * rows * inner, normed)
    up = graph.add(_FLOAT * rows * inner, normed)
    return graph.add(_FLOAT * rows * width, graph.add(_FLOAT * rows * inner, gate, up))
