"""Writes what a bundle consists of as a CycloneDX bill of materials (1.6, JSON).

    python packaging/bundle/sbom.py BUNDLE --site-packages FOLDER --out FILE.cdx.json [--name PACKAGE]

The same bundle gives the same bytes: there is no time in it, and its serial number is derived from what it says.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, Property, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component as Entry
from cyclonedx.model.component import ComponentType
from cyclonedx.model.license import LicenseExpression
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from inventory import Component, Inventory, arguments, take_stock
from packageurl import PackageURL


def main(given: list[str]) -> int:
    parser = arguments(str(__doc__).splitlines()[0])
    parser.add_argument("--out", type=Path, required=True)
    told = parser.parse_args(given)
    try:
        told.out.write_text(bill_of(take_stock(told.bundle, told.site_packages, add_on=told.name)), encoding="utf-8")
    except (OSError, ValueError) as error:
        print(f"Octavo: {error}", file=sys.stderr)
        return 1
    return 0


def bill_of(inventory: Inventory) -> str:
    """Return the bill as JSON, by the schema of CycloneDX 1.6."""
    own = _entry(inventory.own)
    bom = Bom()
    bom.metadata.component = own
    entries = {component.name: _entry(component) for component in inventory.components}
    within: dict[str, list[Entry]] = {}
    for component in inventory.components:
        entry = _entry(component)
        bom.components.add(entry)
        for holder in component.holders:
            within.setdefault(holder, []).append(entry)
    bom.register_dependency(own, [_entry(component) for component in inventory.components if not component.holders])
    for name, inside in within.items():
        bom.register_dependency(entries[name], inside)
    read: dict[str, Any] = json.loads(make_outputter(bom, OutputFormat.JSON, SchemaVersion.V1_6).output_as_string())
    del read["serialNumber"], read["metadata"]["timestamp"]
    said = json.dumps(read, sort_keys=True)
    read["serialNumber"] = f"urn:uuid:{uuid5(NAMESPACE_URL, said)}"
    return json.dumps(read, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _entry(component: Component) -> Entry:
    references = [ExternalReference(type=ExternalReferenceType.DISTRIBUTION, url=XsUri(component.source))]
    if not component.source.startswith("http"):
        references = []
    if component.origin is not None:
        made = HashType(alg=HashAlgorithm.SHA_256, content=component.origin.sha256)
        references.append(
            ExternalReference(
                type=ExternalReferenceType.DISTRIBUTION, url=XsUri(component.origin.address), hashes=[made]
            )
        )
    return Entry(
        name=component.name,
        version=component.version or None,
        type=ComponentType(component.kind),
        bom_ref=component.purl,
        purl=PackageURL.from_string(component.purl),
        author=component.author or None,
        description=component.note or None,
        licenses=[LicenseExpression(component.licence)] if component.licence else [],
        external_references=references,
        properties=[Property(name="octavo:file", value=file) for file in component.files],
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
