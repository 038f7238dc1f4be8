"""Refuses a bundle with something in it that may not be passed on with Octavo, or that nobody has accounted for.

    python packaging/bundle/gate.py BUNDLE --site-packages FOLDER [--name PACKAGE]

Says a sentence for each reason; the exit status is then 1.
"""

from __future__ import annotations

import sys

from inventory import Component, Inventory, arguments, take_stock
from license_expression import ExpressionError, LicenseSymbol, LicenseWithExceptionSymbol, get_spdx_licensing
from table import Table, read_table

_SPDX = get_spdx_licensing()


def main(given: list[str]) -> int:
    told = arguments(str(__doc__).splitlines()[0]).parse_args(given)
    try:
        table = read_table()
        reasons = reasons_against(take_stock(told.bundle, told.site_packages, table=table, add_on=told.name), table)
    except (OSError, ValueError) as error:
        reasons = [str(error)]
    for reason in reasons:
        print(f"Octavo: {reason}", file=sys.stderr)
    return 1 if reasons else 0


def reasons_against(inventory: Inventory, table: Table) -> list[str]:
    """Return sentences on why the bundle must not be passed on; none if it may."""
    by_name = {component.name: component for component in inventory.components}
    reasons = [
        f"{file} belongs to no known component. Name it in packaging/bundle/components.toml, or leave it out."
        for file in inventory.unclaimed
    ]
    for component in (inventory.own, *inventory.components):
        holders = [by_name[name] for name in component.holders if name in by_name]
        reason = _reason(component, holders, table.allowed_for(inventory.own.name))
        if not reason and not component.texts:
            reason = "has no text of its licence. Name one in packaging/bundle/components.toml"
        if reason:
            note = f" {component.note}" if component.note else ""
            reasons.append(f"{component.name} {component.version}".rstrip() + f" {reason}.{note}")
    return reasons


def _reason(component: Component, holders: list[Component], allowed: frozenset[str]) -> str:
    if not component.licence:
        return "has no licence that is known. Name it in packaging/bundle/components.toml"
    try:
        parsed = _SPDX.parse(component.licence)
    except ExpressionError as error:
        return f"says that its licence is {component.licence}, which cannot be read ({error})"
    missing = sorted(_not_allowed(parsed, allowed))
    if missing:
        return f"is under {', '.join(missing)}, which is not among the licences that are allowed"
    if holders and _needs_to_be_replaceable(parsed) and not all(_is_lgpl(holder) for holder in holders):
        names = ", ".join(holder.name for holder in holders)
        return f"is under {component.licence} and linked into {names}, where nobody can replace it"
    return ""


def _not_allowed(parsed: object, allowed: frozenset[str]) -> set[str]:
    """Return the licences that stand in the way: of alternatives those of the one that has least."""
    if isinstance(parsed, _SPDX.OR):
        return min((_not_allowed(part, allowed) for part in parsed.args), key=len)
    if isinstance(parsed, _SPDX.AND):
        return set().union(*(_not_allowed(part, allowed) for part in parsed.args))
    assert isinstance(parsed, LicenseSymbol | LicenseWithExceptionSymbol)
    name = parsed.render()
    return set() if name in allowed else {name}


def _needs_to_be_replaceable(parsed: object) -> bool:
    if isinstance(parsed, _SPDX.OR):
        return all(_needs_to_be_replaceable(part) for part in parsed.args)
    if isinstance(parsed, _SPDX.AND):
        return any(_needs_to_be_replaceable(part) for part in parsed.args)
    return isinstance(parsed, LicenseSymbol) and parsed.key.startswith("LGPL-")


def _is_lgpl(component: Component) -> bool:
    return "LGPL-" in component.licence


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
