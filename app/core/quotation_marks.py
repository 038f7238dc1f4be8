"""The quotation marks of all languages that Octavo knows, each opening one with those that may close it."""

from __future__ import annotations

QUOTATION_MARKS: dict[str, str] = {
    '"': '"',
    "“": "”",
    "”": "”",  # Swedish, Finnish
    "„": "“”",
    "‘": "’",
    "‚": "‘’",
    "«": "»",
    "»": "«»",  # German »…«, Swedish »…»
    "‹": "›",
    "›": "‹›",
    "「": "」",
    "『": "』",
    "｢": "｣",
    "《": "》",
    "〝": "〟〞",
}
"""Some open in one language and close in another: what stands beside them decides. No mark of one character is in it
that is an apostrophe first of all: ' and an opening ’."""
