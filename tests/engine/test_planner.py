"""Where Scout and Maverick go on five machines, and what must hold of every plan."""

from __future__ import annotations

import itertools

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.model import FileKind, ModelHeader, TensorPart, Weights
from app.core.settings import KvType, Mapping
from app.engine.planner.demand import MemoryClass
from app.engine.planner.machine import GIB, Machine, MachineDevice, RepackedWeights, imagined
from app.engine.planner.placement import BOOKS_CONTEXT, OUTPUTS, SLICES, Placement, PlanRequest, Reason, Shortfall, plan
from app.engine.planner.ways import Way, WayKind, ways
from app.engine.quotes.prompt_lookup import MAX_DRAFT
from tests.models.headers import LAYERS, MAVERICK, SCOUT
from tests.models.published import QWEN3_30B, SMOLLM2, header_of, llama4_projector

ALL = LAYERS + 1
MACHINES = {
    "H100": imagined([80], 256, 16),
    "4090": imagined([24], 128, 16),
    "12 GB": imagined([12], 64, 8),
    "CPU": imagined([], 128, 16),
    "2 H100": imagined([80, 80], 256, 16),
}
K = 1000
M = 1000 * K

# Model, machine: layers on the GPU, layers whose experts are not (at least and at most), context (at least, at most).
# None: it does not fit.
TABLE = {
    ("Scout", "Q2_K", "H100"): (ALL, 0, 0, 1_250 * K, 1_450 * K),
    ("Scout", "Q2_K", "4090"): (ALL, 24, 32, BOOKS_CONTEXT, BOOKS_CONTEXT),
    ("Scout", "Q2_K", "12 GB"): (ALL, 42, 48, BOOKS_CONTEXT, BOOKS_CONTEXT),
    ("Scout", "Q2_K", "CPU"): (0, 0, 0, 3 * M, 3_400 * K),
    ("Scout", "Q2_K", "2 H100"): (ALL, 0, 0, 3_100 * K, 3_600 * K),
    ("Scout", "Q3_K_M", "H100"): (ALL, 0, 0, 880 * K, 1_040 * K),
    ("Scout", "Q3_K_M", "4090"): (ALL, 30, 38, BOOKS_CONTEXT, BOOKS_CONTEXT),
    ("Scout", "Q3_K_M", "12 GB"): (ALL, 45, 48, BOOKS_CONTEXT, BOOKS_CONTEXT),
    ("Scout", "Q3_K_M", "CPU"): (0, 0, 0, 2_600 * K, 2_900 * K),
    ("Scout", "Q3_K_M", "2 H100"): (ALL, 0, 0, 2_800 * K, 3_300 * K),
    ("Scout", "Q4_K_M", "H100"): (ALL, 0, 0, 450 * K, 550 * K),
    ("Scout", "Q4_K_M", "4090"): (ALL, 34, 42, BOOKS_CONTEXT, BOOKS_CONTEXT),
    ("Scout", "Q4_K_M", "12 GB"): (ALL, 47, 48, BOOKS_CONTEXT, BOOKS_CONTEXT),
    ("Scout", "Q4_K_M", "CPU"): (0, 0, 0, 2_100 * K, 2_400 * K),
    ("Scout", "Q4_K_M", "2 H100"): (ALL, 0, 0, 2_450 * K, 2_900 * K),
    ("Scout", "Q6_K", "H100"): (ALL, 4, 12, BOOKS_CONTEXT, BOOKS_CONTEXT),
    ("Scout", "Q6_K", "4090"): (ALL, 38, 46, BOOKS_CONTEXT, BOOKS_CONTEXT),
    ("Scout", "Q6_K", "12 GB"): None,
    ("Scout", "Q6_K", "CPU"): (0, 0, 0, 1_300 * K, 1_500 * K),
    ("Scout", "Q6_K", "2 H100"): (ALL, 0, 0, 1_850 * K, 2_250 * K),
    ("Scout", "Q8_0", "H100"): (ALL, 14, 22, BOOKS_CONTEXT, BOOKS_CONTEXT),
    ("Scout", "Q8_0", "4090"): (ALL, 42, 48, BOOKS_CONTEXT, BOOKS_CONTEXT),
    ("Scout", "Q8_0", "12 GB"): None,
    ("Scout", "Q8_0", "CPU"): (0, 0, 0, 400 * K, 500 * K),
    ("Scout", "Q8_0", "2 H100"): (ALL, 0, 0, 1_200 * K, 1_500 * K),
    ("Maverick", "Q2_K", "H100"): (ALL, 22, 30, BOOKS_CONTEXT, BOOKS_CONTEXT),
    ("Maverick", "Q2_K", "4090"): None,
    ("Maverick", "Q2_K", "12 GB"): None,
    ("Maverick", "Q2_K", "CPU"): None,
    ("Maverick", "Q2_K", "2 H100"): (ALL, 0, 0, 400 * K, 550 * K),
    ("Maverick", "Q4_K_M", "H100"): (ALL, 32, 40, BOOKS_CONTEXT, BOOKS_CONTEXT),
    ("Maverick", "Q4_K_M", "4090"): None,
    ("Maverick", "Q4_K_M", "12 GB"): None,
    ("Maverick", "Q4_K_M", "CPU"): None,
    ("Maverick", "Q4_K_M", "2 H100"): (ALL, 16, 24, BOOKS_CONTEXT, BOOKS_CONTEXT),
}


@pytest.fixture(scope="module")
def headers() -> dict[tuple[str, str], ModelHeader]:
    """By name and quantization, as they would be read from files."""
    keys = {key[:2]: None for key in TABLE}
    found = {(name, kind): header_of(SCOUT if name == "Scout" else MAVERICK, kind) for name, kind in keys}
    return found | {("Qwen3", "Q4_K_M"): header_of(QWEN3_30B, "Q4_K_M")}


def check(header: ModelHeader, machine: Machine, result: Placement | Shortfall) -> None:
    """Check what holds of every plan: nothing is lost, nothing is counted twice, no device is overfilled."""
    by_class, by_device = result.by_class(), result.by_device()
    assert sum(by_class.values()) == sum(by_device.values()) == sum(use.bytes for use in result.uses)
    placed_twice = header.total_bytes(TensorPart.EMBEDDINGS) if header.tied and by_class.get(MemoryClass.OUTPUT) else 0
    weights = sum(by_class.get(part.value, 0) for part in TensorPart)
    assert weights == sum(weights.bytes for weights in header.weights) + placed_twice
    devices = {device.name: device for device in (*machine.gpus, machine.host)}
    over = sum(max(0, size - devices[name].room) for name, size in by_device.items())
    assert over == (result.missing_bytes if isinstance(result, Shortfall) else 0)


@pytest.mark.parametrize("row", TABLE, ids=" ".join)
def test_the_table(headers: dict[tuple[str, str], ModelHeader], row: tuple[str, str, str]) -> None:
    name, quantization, machine = row
    header = headers[name, quantization]
    result = plan(header, None, MACHINES[machine], PlanRequest(kv_type=KvType.Q8_0))
    check(header, MACHINES[machine], result)
    expected = TABLE[row]
    if expected is None:
        assert isinstance(result, Shortfall)
        assert result.missing_bytes > 0
        return
    assert isinstance(result, Placement)
    gpu_layers, fewest, most, least, largest = expected
    assert result.gpu_layers == gpu_layers
    assert fewest <= result.expert_layers <= most
    assert least <= result.context_tokens <= largest


def test_what_every_token_reads_stays_on_the_gpu(headers: dict[tuple[str, str], ModelHeader]) -> None:
    result = plan(headers["Scout", "Q4_K_M"], None, MACHINES["12 GB"], PlanRequest())
    assert isinstance(result, Placement)
    on_host = {use.item for use in result.uses if use.device == "RAM"}
    assert on_host == {
        MemoryClass.EXPERTS,
        MemoryClass.EMBEDDINGS,
        MemoryClass.COMPUTE,
        MemoryClass.LOGITS,
        MemoryClass.REST,
    }
    assert Reason.EXPERTS_ON_CPU in {remark.reason for remark in result.remarks}
    assert result.mapping == "read"


def test_a_projector_takes_its_place(headers: dict[tuple[str, str], ModelHeader]) -> None:
    scout, machine = headers["Scout", "Q4_K_M"], MACHINES["H100"]
    projector = llama4_projector()
    blind, seeing = (plan(scout, each, machine, PlanRequest(kv_type=KvType.Q8_0)) for each in (None, projector))
    assert isinstance(blind, Placement)
    assert isinstance(seeing, Placement)
    assert seeing.by_class()[MemoryClass.PROJECTOR] > projector.file_bytes
    assert 430 * K <= seeing.context_tokens < blind.context_tokens


@pytest.mark.parametrize("context_tokens", [32_768, 200_000, 1_000_000])
def test_a_requested_context_is_kept_or_not(headers: dict[tuple[str, str], ModelHeader], context_tokens: int) -> None:
    for machine in MACHINES.values():
        result = plan(headers["Scout", "Q4_K_M"], None, machine, PlanRequest(context_tokens))
        check(headers["Scout", "Q4_K_M"], machine, result)
        assert result.context_tokens == context_tokens


def test_exact_types_are_preferred_where_they_cost_no_speed(headers: dict[tuple[str, str], ModelHeader]) -> None:
    scout = headers["Scout", "Q4_K_M"]
    kinds = [plan(scout, None, MACHINES["H100"], PlanRequest(tokens)).kv_type for tokens in (64 * K, 450 * K)]
    assert kinds == [KvType.F16, KvType.Q8_0]
    # q4_0 only where nothing else holds it.
    tight = imagined([12], 64, 8)
    largest = plan(scout, None, tight, PlanRequest(kv_type=KvType.Q8_0))
    more = plan(scout, None, tight, PlanRequest(largest.context_tokens * 2))
    assert isinstance(more, Placement)


def ways_of(
    header: ModelHeader, machine: Machine, request: PlanRequest, projector: ModelHeader | None = None
) -> dict[WayKind, Way]:
    """Return the ways that could be asked for instead; each is what the planner makes of such a request."""
    wanted = plan(header, projector, machine, request)
    found = ways(header, projector, machine, request, wanted)
    for way in found:
        assert way.place == plan(header, projector, machine, way.request)
        assert way.on_gpus == isinstance(wanted, Placement)
    kinds = {way.kind: way for way in found}
    assert len(kinds) == len(found)
    return kinds


def test_a_shortfall_says_what_would_help(headers: dict[tuple[str, str], ModelHeader]) -> None:
    scout = headers["Scout", "Q8_0"]
    result = plan(scout, None, MACHINES["CPU"], PlanRequest(2 * M, KvType.Q8_0))
    assert isinstance(result, Shortfall)
    assert [remark.reason for remark in result.remarks] == [Reason.MORE_MEMORY]
    found = ways_of(scout, MACHINES["CPU"], PlanRequest(2 * M, KvType.Q8_0))
    assert list(found) == [WayKind.SMALLER_KV, WayKind.SMALLER_CONTEXT, WayKind.LEFT_ON_DISK] or list(found) == [
        WayKind.SMALLER_CONTEXT,
        WayKind.LEFT_ON_DISK,
    ]
    host = MACHINES["CPU"].host
    for more, kind in ((result.missing_bytes, Placement), (result.missing_bytes - 1, Shortfall)):
        larger = Machine((), msgspec.structs.replace(host, free_bytes=host.free_bytes + more), 1)
        assert isinstance(plan(scout, None, larger, PlanRequest(2 * M, KvType.Q8_0)), kind)


def test_a_smaller_type_is_named_where_it_would_fit(headers: dict[tuple[str, str], ModelHeader]) -> None:
    scout = headers["Scout", "Q8_0"]
    request = PlanRequest(400 * K, KvType.F16)
    assert isinstance(plan(scout, None, MACHINES["CPU"], request), Shortfall)
    way = ways_of(scout, MACHINES["CPU"], request)[WayKind.SMALLER_KV]
    assert (way.request, way.on_gpus) == (PlanRequest(400 * K, KvType.Q8_0), False)


def test_choices_by_hand_are_kept(headers: dict[tuple[str, str], ModelHeader]) -> None:
    scout, machine = headers["Scout", "Q3_K_M"], MACHINES["H100"]
    apart = plan(scout, None, machine, PlanRequest(64 * K, expert_layers=20, slice_tokens=1024, threads=3))
    assert isinstance(apart, Placement)
    assert (apart.expert_layers, apart.slice_tokens, apart.threads) == (20, 1024, 3)
    (pattern,) = apart.cpu_tensors
    assert pattern.startswith(r"^blk\.(0|1|2|")
    assert r"|19)\.ffn_" in pattern
    some = plan(scout, None, machine, PlanRequest(64 * K, gpu_layers=20))
    assert isinstance(some, Placement)
    assert some.gpu_layers == 20
    assert Reason.LAYERS_ON_CPU in {remark.reason for remark in some.remarks}
    check(scout, machine, some)


@pytest.mark.parametrize(
    ("asked", "gpu_layers", "expert_layers"),
    [
        (PlanRequest(gpu_layers=-1, expert_layers=48), ALL, 48),
        (PlanRequest(gpu_layers=500, expert_layers=500), ALL, 48),
        (PlanRequest(gpu_layers=0), 0, 0),
        (PlanRequest(gpu_layers=30, expert_layers=21), 30, 21),
        (PlanRequest(expert_layers=21), ALL, 21),
    ],
)
def test_any_choice_by_hand_makes_a_plan(
    headers: dict[tuple[str, str], ModelHeader], asked: PlanRequest, gpu_layers: int, expert_layers: int
) -> None:
    header, machine = headers["Maverick", "Q2_K"], imagined([160], 512, 8)
    result = plan(header, None, machine, asked)
    check(header, machine, result)
    assert isinstance(result, Placement)
    assert (result.gpu_layers, result.expert_layers) == (gpu_layers, expert_layers)


def test_maverick_moves_experts_of_the_layers_that_have_them(headers: dict[tuple[str, str], ModelHeader]) -> None:
    result = plan(headers["Maverick", "Q4_K_M"], None, MACHINES["H100"], PlanRequest())
    assert isinstance(result, Placement)
    (pattern,) = result.cpu_tensors
    layers = pattern.partition("(")[2].partition(")")[0].split("|")
    assert layers == [str(layer) for layer in range(1, result.expert_layers, 2)]


def test_a_split_puts_on_each_gpu_what_was_counted_there(headers: dict[tuple[str, str], ModelHeader]) -> None:
    """llama.cpp gives layer i of n to the first GPU whose share, summed up to it in float32, exceeds i / n."""
    for sizes in ([80, 80], [24, 80], [48, 24, 24]):
        result = plan(headers["Scout", "Q3_K_M"], None, imagined(sizes, 64, 8), PlanRequest(64 * K, KvType.Q8_0))
        assert isinstance(result, Placement)
        ends = np.cumsum(np.array(result.tensor_split, np.float32)) / np.float32(sum(result.tensor_split))
        of_layer = [
            int(np.searchsorted(ends, np.float32(layer) / np.float32(result.gpu_layers), side="right"))
            for layer in range(result.gpu_layers)
        ]
        assert [of_layer.count(gpu) for gpu in range(len(sizes))] == list(result.tensor_split)
        assert result.cpu_tensors  # else llama.cpp would keep four copies of each mask


# ---- just below and just above what stays on the graphics cards

ALL_WAYS = {WayKind.SMALLER_KV, WayKind.WITHOUT_IMAGES, WayKind.SMALLER_CONTEXT}

# Model, whether it sees images, sizes of the GPUs, a context that they hold, one that they do not; what would keep it
# there.
EDGES = [
    ("Scout", "Q4_K_M", True, [80], 462_848, 463_872, ALL_WAYS),
    ("Scout", "Q4_K_M", True, [80], 462_848, 524_288, ALL_WAYS),
    ("Scout", "Q4_K_M", True, [80, 80], 2_618_368, 2_626_560, ALL_WAYS),
    ("Scout", "Q2_K", True, [24, 24], 161_792, 163_840, ALL_WAYS),
    ("Qwen3", "Q4_K_M", False, [24], 110_592, 112_640, {WayKind.SMALLER_KV, WayKind.SMALLER_CONTEXT}),
]


@pytest.mark.parametrize(("name", "quantization", "sees", "gpus", "below", "above", "kinds"), EDGES)
def test_just_above_the_edge_the_ways_to_stay_are_named(
    headers: dict[tuple[str, str], ModelHeader],
    name: str,
    quantization: str,
    sees: bool,
    gpus: list[float],
    below: int,
    above: int,
    kinds: set[WayKind],
) -> None:
    header, machine = headers[name, quantization], imagined(gpus, 256, 16)
    projector = llama4_projector() if sees else None
    held = plan(header, projector, machine, PlanRequest(below))
    assert isinstance(held, Placement)
    assert (held.gpu_layers, held.expert_layers, held.kv_type) == (ALL, 0, KvType.Q8_0)
    assert not ways_of(header, machine, PlanRequest(below), projector)

    beyond = plan(header, projector, machine, PlanRequest(above))
    assert isinstance(beyond, Placement)
    assert beyond.expert_layers > 0
    found = ways_of(header, machine, PlanRequest(above), projector)
    assert set(found) == kinds
    for way in found.values():
        assert (way.place.gpu_layers, way.place.expert_layers) == (ALL, 0)
        assert way.place.speed.writing > beyond.speed.writing
        assert way.place.context_tokens + way.fewer_tokens == above
    fewer = found[WayKind.SMALLER_CONTEXT].place
    assert below <= fewer.context_tokens < below + 1024
    assert found[WayKind.SMALLER_KV].place.kv_type is KvType.Q4_0
    if sees:
        assert MemoryClass.PROJECTOR not in found[WayKind.WITHOUT_IMAGES].place.by_class()


def test_far_from_the_edge_there_is_no_way_to_stay(headers: dict[tuple[str, str], ModelHeader]) -> None:
    scout = headers["Scout", "Q4_K_M"]
    for request in (PlanRequest(), PlanRequest(32 * K)):
        assert not ways_of(scout, MACHINES["4090"], request)
    assert not ways_of(scout, MACHINES["H100"], PlanRequest(64 * K, expert_layers=4)), "a person moved them"
    assert not ways_of(scout, MACHINES["CPU"], PlanRequest(32 * K))


# ---- how weights come onto the cards


@pytest.mark.parametrize(
    ("gpus", "ram", "mapping"), [([80], 256, "read"), ([80, 80], 64, "direct"), ([80], 16, "direct")]
)
def test_a_file_is_uploaded_while_it_is_read_and_kept_in_memory_if_it_fits(
    headers: dict[tuple[str, str], ModelHeader], gpus: list[float], ram: float, mapping: str
) -> None:
    result = plan(headers["Scout", "Q4_K_M"], None, imagined(gpus, ram, 16), PlanRequest(131_072))
    assert isinstance(result, Placement)
    assert result.mapping == mapping
    why = {"read": Reason.UPLOADED, "direct": Reason.UPLOADED_DIRECTLY}[mapping]
    assert why in {remark.reason for remark in result.remarks}


def test_where_a_device_cannot_take_weights_while_they_are_read_the_file_is_mapped(
    headers: dict[tuple[str, str], ModelHeader],
) -> None:
    """The plan maps the file as llama.cpp itself does; so Metal takes the file's own pages."""
    machine = MACHINES["H100"]
    machine = msgspec.structs.replace(
        machine, gpus=tuple(msgspec.structs.replace(gpu, uploads=False) for gpu in machine.gpus)
    )
    for asked, mapping in ((PlanRequest(131_072), "mapped"), (PlanRequest(131_072, mapping=Mapping.DIRECT), "direct")):
        result = plan(headers["Scout", "Q4_K_M"], None, machine, asked)
        assert isinstance(result, Placement)
        assert result.mapping == mapping
        assert not {Reason.UPLOADED, Reason.UPLOADED_DIRECTLY} & {remark.reason for remark in result.remarks}


# ---- copies of the local layers


def test_snapshots_are_counted_in_main_memory_and_take_no_more_than_is_left(
    headers: dict[tuple[str, str], ModelHeader],
) -> None:
    scout = headers["Scout", "Q4_K_M"]
    planned = {}
    for ram in (256, 20, 4):
        result = plan(scout, None, imagined([80], ram, 16), PlanRequest(131_072, KvType.Q8_0, 512))
        check(scout, imagined([80], ram, 16), result)
        assert isinstance(result, Placement)
        uses = {use.item: use.bytes for use in result.uses if use.device == "RAM"}
        assert uses.get(MemoryClass.SNAPSHOTS, 0) == result.snapshot_bytes
        planned[ram] = result.snapshot_bytes or 0
    one = 36 * (8192 + 512) * 2 * 8 * 34 * 4  # layers, cells, keys and values, heads, bytes of a head of 128 in q8_0
    assert planned[256] == 4 * one
    assert one < planned[20] < 4 * one
    assert planned[4] == 0, "one does without"


def test_models_without_local_layers_take_no_snapshots() -> None:
    for shape in (SMOLLM2, QWEN3_30B):
        result = plan(header_of(shape, "Q4_K_M"), None, MACHINES["CPU"], PlanRequest(8192))
        assert isinstance(result, Placement)
        assert result.snapshot_bytes == 0
    scout = header_of(SCOUT, "Q4_K_M")
    within_a_chunk = plan(scout, None, MACHINES["CPU"], PlanRequest(8192))
    assert isinstance(within_a_chunk, Placement)
    assert within_a_chunk.snapshot_bytes == 0
    unknown = plan(msgspec.structs.replace(scout, recurrent=True), None, MACHINES["CPU"], PlanRequest(32_768))
    assert isinstance(unknown, Placement)
    assert unknown.snapshot_bytes is None


# ---- how many tokens are read at a time


def test_longer_slices_are_weighed_against_context(headers: dict[tuple[str, str], ModelHeader]) -> None:
    scout, machine = headers["Scout", "Q4_K_M"], MACHINES["H100"]
    free = plan(scout, None, machine, PlanRequest(kv_type=KvType.Q8_0))
    assert isinstance(free, Placement)
    (why,) = [remark for remark in free.remarks if remark.reason is Reason.SLICES_OVER_CONTEXT]
    assert why.params["slice_tokens"] == free.slice_tokens > SLICES[0]
    most = free.context_tokens + int(why.params["fewer_tokens"])
    # For a person's own number all of it is there, with shorter slices.
    asked = plan(scout, None, machine, PlanRequest(most, KvType.Q8_0))
    assert isinstance(asked, Placement)
    assert (asked.context_tokens, asked.slice_tokens, asked.expert_layers) == (most, SLICES[0], 0)
    assert Reason.SHORT_SLICES in {remark.reason for remark in asked.remarks}
    gained = free.speed.reading / asked.speed.reading - 1
    assert gained > float(why.params["fewer_tokens"]) / most
    assert float(why.params["gain"]) > 0.05


def test_where_memory_is_plenty_slices_are_as_long_as_a_stop_may_wait(
    headers: dict[tuple[str, str], ModelHeader],
) -> None:
    scout, roomy = headers["Scout", "Q2_K"], imagined([140], 256, 16)
    for context_tokens in (16 * K, 131_072, 1_000_000):
        found = plan(scout, None, roomy, PlanRequest(context_tokens, KvType.Q8_0))
        assert isinstance(found, Placement)
        assert found.expert_layers == 0
        assert found.slice_tokens == 4096 or found.speed.slice_s > 0.25
        assert found.speed.slice_s <= 1 or found.slice_tokens == SLICES[0]
        others = [
            plan(scout, None, roomy, PlanRequest(context_tokens, KvType.Q8_0, slice_tokens=each)) for each in SLICES
        ]
        speeds = [other.speed.reading for other in others if isinstance(other, Placement)]
        assert speeds == sorted(speeds), "longer slices read faster"
    short = plan(scout, None, roomy, PlanRequest(1024))
    assert isinstance(short, Placement)
    assert short.slice_tokens <= 1024


def test_a_longer_slice_moves_nothing_off_a_card_that_holds_all(headers: dict[tuple[str, str], ModelHeader]) -> None:
    scout, machine = headers["Scout", "Q4_K_M"], MACHINES["H100"]
    for context_tokens in range(400 * K, 520 * K, 20 * K):
        shortest = plan(scout, None, machine, PlanRequest(context_tokens, KvType.Q8_0, slice_tokens=SLICES[0]))
        weighed = plan(scout, None, machine, PlanRequest(context_tokens, KvType.Q8_0))
        assert isinstance(shortest, Placement)
        assert isinstance(weighed, Placement)
        if not shortest.expert_layers:
            assert not weighed.expert_layers
        assert weighed.speed.reading * weighed.speed.writing_full >= (
            shortest.speed.reading * shortest.speed.writing_full
        )


def test_with_experts_apart_longer_slices_spare_copies_of_them(headers: dict[tuple[str, str], ModelHeader]) -> None:
    result = plan(headers["Scout", "Q4_K_M"], None, MACHINES["4090"], PlanRequest(131_072, KvType.Q8_0))
    assert isinstance(result, Placement)
    (why,) = [remark for remark in result.remarks if remark.reason is Reason.LONG_SLICES]
    assert why.params["slice_tokens"] == result.slice_tokens >= 2048
    assert float(why.params["reading_rate"]) == result.speed.reading > 2 * float(why.params["least_rate"])
    assert result.gpu_layers == ALL


def test_a_processor_alone_reads_in_the_shortest_slices(headers: dict[tuple[str, str], ModelHeader]) -> None:
    result = plan(headers["Scout", "Q2_K"], None, MACHINES["CPU"], PlanRequest(131_072))
    assert isinstance(result, Placement)
    assert result.slice_tokens == SLICES[0]
    assert not {Reason.SHORT_SLICES, Reason.SHORT_SLICES_SUFFICE} & {remark.reason for remark in result.remarks}


def test_the_planner_counts_the_logits_that_the_engine_asks_for() -> None:
    assert OUTPUTS == 1 + MAX_DRAFT


# ---- any model, any machine


@st.composite
def small_headers(draw: st.DrawFn) -> ModelHeader:
    layers = draw(st.integers(1, 12))
    mixture = draw(st.booleans())
    expert_bytes = draw(st.integers(1, 40)) * (GIB // 100)
    weights = [
        Weights(-1, TensorPart.EMBEDDINGS, GIB // 20, 1, ("F16",)),
        Weights(-1, TensorPart.OTHER, 4096, 1, ("F32",)),
    ]
    tied = draw(st.booleans())
    if not tied:
        weights.append(Weights(-1, TensorPart.OUTPUT, GIB // 20, 1, ("F16",)))
    for layer in range(layers):
        weights.append(Weights(layer, TensorPart.ATTENTION, draw(st.integers(1, 9)) * (GIB // 200), 1, ("F16",)))
        part = TensorPart.EXPERTS if mixture else TensorPart.FEED_FORWARD
        weights.append(Weights(layer, part, expert_bytes, 1, ("Q4_K",)))
    return ModelHeader(
        kind=FileKind.MODEL, architecture=draw(st.sampled_from(["llama", "llama4", "gemma3"])), untrusted_name="x",
        quantization="Q4_K_M", file_bytes=sum(each.bytes for each in weights), files=("x",), parameters=10**9,
        context_trained=draw(st.sampled_from([512, 4096, 200_000, 10_485_760])), layers=layers, width=1024,
        vocabulary=32_000, heads=(8,) * layers, kv_heads=(draw(st.sampled_from([1, 2, 8])),) * layers, key_length=128,
        value_length=128, window=1024, feed_forward=4096, experts=16 if mixture else 0, experts_used=int(mixture),
        expert_feed_forward=2048 * mixture, shared_expert_feed_forward=0, moe_step=int(mixture), recurrent=False,
        tokenizer="gpt2", pre_tokenizer="llama4", has_template=True, tied=tied, projector="", weights=tuple(weights),
    )  # fmt: skip


GIGABYTES = st.floats(1, 24)
KINDS = st.sampled_from([*KvType, None])


@settings(max_examples=60, deadline=None)
@given(small_headers(), st.lists(GIGABYTES, max_size=3), GIGABYTES, KINDS, st.sampled_from([0, 512, 4000]))
def test_every_plan_adds_up(
    header: ModelHeader, gpus: list[float], ram: float, kv_type: KvType | None, context_tokens: int
) -> None:
    machine = imagined(gpus, ram, 4)
    asked = PlanRequest(min(context_tokens, header.context_trained), kv_type)
    result = plan(header, None, machine, asked)
    check(header, machine, result)
    assert result.context_tokens <= header.context_trained
    if isinstance(result, Placement):
        assert 0 <= result.gpu_layers <= header.layers + 1
        assert sum(result.tensor_split) in (0, result.gpu_layers)
        assert result.speed.writing >= result.speed.writing_full > 0
        assert result.speed.reading > 0


@settings(max_examples=60, deadline=None)
@given(small_headers(), st.lists(GIGABYTES, max_size=2), GIGABYTES, st.floats(0, 8), st.floats(0, 8), KINDS)
def test_more_memory_never_holds_less(
    header: ModelHeader, gpus: list[float], ram: float, more_gpu: float, more_ram: float, kv_type: KvType | None
) -> None:
    """It may hold longer slices instead of more context; whoever asks for as much gets it."""
    machine, more = (
        imagined(sizes, memory, 4)
        for sizes, memory in ((gpus, ram), ([size + more_gpu for size in gpus], ram + more_ram))
    )
    smaller, larger = (plan(header, None, each, PlanRequest(kv_type=kv_type)) for each in (machine, more))
    if not isinstance(smaller, Placement):
        return
    assert isinstance(larger, Placement)
    same = PlanRequest(smaller.context_tokens, smaller.kv_type, smaller.slice_tokens)
    held = plan(header, None, more, same)
    assert isinstance(held, Placement)
    assert held.gpu_layers >= smaller.gpu_layers
    if kv_type is not None and larger.slice_tokens == smaller.slice_tokens:
        assert larger.context_tokens >= smaller.context_tokens


@settings(max_examples=30, deadline=None)
@given(small_headers(), GIGABYTES)
def test_a_smaller_type_never_means_less_context(header: ModelHeader, ram: float) -> None:
    """Without a GPU: there a model of very few layers loses more to the copy in f16 than its small cache gains."""
    found = [plan(header, None, imagined([], ram, 4), PlanRequest(kv_type=kind)) for kind in KvType]
    room = [result.context_tokens if isinstance(result, Placement) else 0 for result in found]
    assert all(exact <= smaller for exact, smaller in itertools.pairwise(room))


def test_a_tied_table_that_is_repacked_is_there_twice_and_read_once() -> None:
    """A CPU that repacks it multiplies with the copy; rows are looked up in the file's own."""
    header = header_of(SMOLLM2, "Q4_K_M")
    host = MachineDevice("RAM", False, 64 * GIB, 60 * GIB, 50e9)
    plain = plan(header, None, Machine((), host, 4), PlanRequest(8 * K))
    repacking = plan(header, None, Machine((), host, 4, (RepackedWeights("q6_K", False, 1.0),)), PlanRequest(8 * K))
    assert isinstance(plain, Placement)
    assert isinstance(repacking, Placement)
    embeddings = header.total_bytes(TensorPart.EMBEDDINGS)
    assert repacking.by_class() == plain.by_class() | {MemoryClass.OUTPUT: embeddings}
    assert repacking.speed.writing == pytest.approx(plain.speed.writing)
    assert (plain.mapping, repacking.mapping) == (Mapping.MAPPED, Mapping.READ)


def mapped(header: ModelHeader, machine: Machine, **wish: object) -> Placement:
    result = plan(header, None, machine, msgspec.structs.replace(PlanRequest(32 * K, KvType.Q8_0), **wish))
    assert isinstance(result, Placement)
    return result


def test_weights_on_the_disk_take_no_memory_and_are_not_repacked(headers: dict[tuple[str, str], ModelHeader]) -> None:
    header = headers["Scout", "Q4_K_M"]
    host = MachineDevice("RAM", False, 24 * GIB, 20 * GIB, 40e9)
    growing = (RepackedWeights("q4_K", True, 2.0), RepackedWeights("q4_K", False, 2.0))
    machine = Machine((), host, 2, growing, disk_bandwidth=1e9)
    refused = plan(header, None, machine, PlanRequest(32 * K, KvType.Q8_0))
    assert isinstance(refused, Shortfall)
    result = mapped(header, machine, mapping=Mapping.MAPPED)
    assert result.mapping is Mapping.MAPPED
    by_device = result.by_device()
    assert by_device["disk"] == sum(weights.bytes for weights in header.weights)
    on_host = {use.item for use in result.uses if use.device == "RAM"}
    assert on_host == {MemoryClass.KV, MemoryClass.COMPUTE, MemoryClass.LOGITS, MemoryClass.SNAPSHOTS, MemoryClass.REST}
    assert by_device["RAM"] < host.room
    would_run = ways_of(header, machine, PlanRequest(32 * K, KvType.Q8_0))[WayKind.LEFT_ON_DISK]
    assert would_run.place == result


def test_what_is_read_from_the_disk_is_what_memory_cannot_keep(headers: dict[tuple[str, str], ModelHeader]) -> None:
    header = headers["Scout", "Q4_K_M"]
    read, speeds = [], []
    for gigabytes in (8, 24, 48, 60, 128):
        host = MachineDevice("RAM", False, gigabytes * GIB, gigabytes * GIB, 40e9)
        result = mapped(header, Machine((), host, 4, disk_bandwidth=2e9), mapping=Mapping.MAPPED)
        disk = result.speed.disk
        assert disk is not None
        assert not disk.assumed
        read.append(disk.token_bytes)
        speeds.append(result.speed.writing)
        assert result.speed.writing <= 2e9 / max(1, disk.token_bytes)
        reasons = {remark.reason for remark in result.remarks}
        assert (Reason.READ_FROM_DISK in reasons) == (Reason.KEPT_IN_MEMORY not in reasons) == (disk.slice_bytes > 0)
    assert read == sorted(read, reverse=True)
    assert speeds == sorted(speeds)
    assert read[-1] == 0 < read[-2]
    # The shared parts do not fit in 8 GB either: all that a token uses comes from the disk, 9.9 GB of Q4_K_M.
    assert 9e9 < read[0] < 11e9
    expert_bytes = header.total_bytes(TensorPart.EXPERTS)
    assert read[1] < expert_bytes / header.experts


def test_with_a_small_gpu_experts_may_stay_on_the_disk(headers: dict[tuple[str, str], ModelHeader]) -> None:
    header, machine = headers["Scout", "Q6_K"], MACHINES["12 GB"]
    assert isinstance(plan(header, None, machine, PlanRequest(32 * K, KvType.Q8_0)), Shortfall)
    result = mapped(header, machine, mapping=Mapping.MAPPED)
    assert result.gpu_layers == ALL
    assert {use.item for use in result.uses if use.device == "disk"} == {MemoryClass.EXPERTS, MemoryClass.EMBEDDINGS}
    assert result.speed.disk is not None
    assert result.speed.disk.assumed


def test_where_there_is_a_gpu_nothing_is_repacked() -> None:
    header = header_of(SMOLLM2, "Q4_K_M")
    gpu, host = MachineDevice("GPU", True, 24 * GIB, 24 * GIB), MachineDevice("RAM", False, 64 * GIB, 60 * GIB)
    repacked = (RepackedWeights("q4_K", False, 2.0), RepackedWeights("q6_K", False, 2.0))
    for asked in (PlanRequest(8 * K), PlanRequest(8 * K, gpu_layers=4)):
        with_kinds, without = (plan(header, None, Machine((gpu,), host, 4, kinds), asked) for kinds in (repacked, ()))
        assert with_kinds == without
