"""The catalogue: it is what its generator writes, its headers are true, and its terms reach every Llama 4."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from app.core.model import FileKind
from app.core.paths import resources
from app.core.work import Cancel
from app.engine.architectures import ARCHITECTURES
from app.models.gguf.reader import HeaderReader, is_sound
from app.models.hub.catalogue import CompactHeader, CompactWeights, catalogue, expand, load
from app.models.offers import Offer, RemoteFile
from app.ui.jobs import Done
from tests.endings import as_events
from tests.models import catalogue as writer
from tests.models import headers
from tests.models.headers import MAVERICK, SCOUT
from tests.models.published import GEMMA3_4B, QWEN3_4B, QWEN3_30B, SMOLLM2, header_of

PUBLISHED_GB = {
    (QWEN3_4B, "Q4_K_M"): 2.50,
    (QWEN3_4B, "Q8_0"): 4.28,
    (QWEN3_30B, "Q4_K_M"): 18.6,
    (GEMMA3_4B, "Q4_K_M"): 2.49,
    (SMOLLM2, "Q4_K_M"): 1.06,
}
"""Sizes of the files, as their repositories show them."""


def test_the_catalogue_is_what_its_generator_writes() -> None:
    assert (resources() / "models.json").read_bytes() == writer.text()


def test_every_offer_is_sound_and_can_be_run() -> None:
    offers = catalogue().offers
    assert len({offer.key for offer in offers}) == len(offers)
    for offer in offers:
        assert offer.size_bytes > 1_000_000_000
        assert not any(file.sha256 for file in offer.all_files)
        assert not any(part.startswith(".") for file in offer.all_files for part in file.path.split("/"))
        if offer.header is None:
            assert offer.quantization.startswith("UD-")
            continue
        assert offer.header.architecture in ARCHITECTURES
        assert is_sound(offer.header, sum(file.size_bytes for file in offer.files))
        assert offer.header.quantization == offer.quantization
        if offer.projector is not None:
            assert offer.projector_header is not None
            assert offer.projector_header.kind is FileKind.PROJECTOR
            assert is_sound(offer.projector_header, offer.projector.size_bytes)
    assert not any("behemoth" in offer.key.lower() for offer in offers)


THINKING = re.compile(r"think|reason|gpt-oss|\br1\b|qwq|magistral|marco-o1|deepseek|nemotron|hybrid", re.IGNORECASE)
"""How models are called that think before they answer, or may."""

THINKING_FAMILIES = ("gpt-oss", "qwen3", "qwen35", "glm4", "seed_oss", "smollm3", "lfm2")


def test_nothing_is_offered_that_thinks() -> None:
    """The headers that are kept have no templates, but names, and the family. Of Qwen 3 all think, but for the models
    that are called Instruct-2507; of the other families here at least some do."""
    for offer in catalogue().offers:
        names = (offer.repository, offer.untrusted_name, *(file.path for file in offer.files))
        family = "" if offer.header is None else offer.header.architecture
        assert not any(THINKING.search(name) for name in names), names
        if family.startswith(THINKING_FAMILIES):
            assert "Instruct-2507" in offer.repository, names


@pytest.mark.parametrize(
    ("shape", "quantization"), [(SCOUT, "Q4_K_M"), (MAVERICK, "Q3_K_M")], ids=lambda each: str(each)
)
def test_the_headers_are_those_of_files_of_that_shape(tmp_path: Path, shape: headers.Shape, quantization: str) -> None:
    path = headers.write_header(tmp_path / "model.gguf", shape, quantization)
    (read,) = [event.result for event in as_events(HeaderReader().read(path, Cancel())) if isinstance(event, Done)]
    known = expand(writer.compact(header_of(shape, quantization)))
    forgotten = {"files": (), "file_bytes": 0, "untrusted_template": ""}
    assert msgspec.structs.replace(read, **forgotten) == msgspec.structs.replace(known, **forgotten)
    assert abs(read.file_bytes - known.file_bytes) < 20_000_000


@pytest.mark.parametrize(("model", "gigabytes"), PUBLISHED_GB.items(), ids=lambda each: str(each))
def test_computed_sizes_are_the_published_ones(model: tuple[object, str], gigabytes: float) -> None:
    shape, quantization = model
    assert header_of(shape, quantization).file_bytes / 1e9 == pytest.approx(gigabytes, rel=0.005)  # type: ignore[arg-type]


def test_llama_4_comes_with_the_text_that_has_to_be_accepted() -> None:
    known = catalogue()
    scout = next(offer for offer in known.offers if offer.untrusted_name == "Llama 4 Scout")
    licence = known.licence_of(scout)
    assert licence is not None
    assert licence.must_accept
    assert licence.credit == "Built with Llama"
    assert licence.text.startswith(
        "LLAMA 4 COMMUNITY LICENSE AGREEMENT\n\nLlama 4 Version Effective Date: April 5, 2025"
    )
    assert licence.text.rstrip().endswith("any dispute arising out of this Agreement.")


def test_any_model_of_that_family_has_its_terms_whatever_its_repository_says() -> None:
    known = catalogue()
    scout = next(offer for offer in known.offers if offer.header is not None)
    copy = msgspec.structs.replace(scout, repository="someone/scout-uncensored", licence="mit")
    licence = known.licence_of(copy)
    assert licence is not None
    assert licence.id == "llama4"


def test_terms_that_are_not_known_are_named_and_no_terms_are_none() -> None:
    known = catalogue()
    offer = Offer("someone/model", "model", "Q4_0", (RemoteFile("someone/model", "m.gguf", 1),))
    assert known.licence_of(offer) is None
    licence = known.licence_of(msgspec.structs.replace(offer, licence="cc-by-nc-4.0"))
    assert licence is not None
    assert (licence.name, licence.text, licence.must_accept) == ("cc-by-nc-4.0", "", False)
    apache = known.licence_of(msgspec.structs.replace(offer, licence="Apache-2.0"))
    assert apache is not None
    assert apache.name == "Apache License 2.0"


def test_a_catalogue_with_a_field_that_nobody_knows_is_no_catalogue(tmp_path: Path) -> None:
    contents = msgspec.json.decode(writer.text())
    contents["models"][0]["colour"] = "green"
    (tmp_path / "models.json").write_bytes(msgspec.json.encode(contents))
    with pytest.raises(ValueError, match="colour"):
        load(tmp_path)


@pytest.mark.parametrize("layers", ["3-1", "x", "600", "0-", "1,,2", "-1"])
def test_layers_that_there_cannot_be_are_refused(layers: str) -> None:
    weights = CompactWeights("experts", 1, 1, ("f16",), layers)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=layers):
        expand(CompactHeader("llama", "a", "F16", 1, 1, (weights,)))
