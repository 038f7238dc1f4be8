"""Reads the words of a text, in the languages that Octavo knows: sentences, dates, numbers, names, terms, tables.

It knows no book and no desk. `dates.py` finds dates to compare them, `written_dates.py` with the place of each.

Invariants:

- One module cuts sentences for all who quote, check or list them, and no text is made up or told twice. Only the
  embedder has a cutter of its own, since vectors are bound to it. Held by:
  tests/language/test_sentences.py::test_no_text_is_made_up_or_told_twice.
- Names are found by rules that miss some and take some words for names, so whoever shows them says so. Held by:
  tests/language/test_names.py.
- Whoever changes how sentences are cut raises the number in `embedding.packages.embedding_model`, and whoever changes
  what dates or names are found raises `features.chronology.service.RULES`. Not tested: nothing can tell a change that
  matters from one that does not.
- One module says which characters of a page are signs of Markdown or bars of a table, and not shown in one line; each
  character keeps its place. Held by: tests/language/test_one_line.py::test_every_character_keeps_its_place,
  tests/language/test_one_line.py::test_what_is_no_sign_stays.
- No text takes long, whatever it is. Held by: tests/language/test_names.py::test_a_long_run_takes_no_long_time,
  tests/language/test_one_line.py::test_a_long_run_takes_no_long_time,
  tests/language/test_written_dates.py::test_any_text_is_borne.
"""
