"""Quotations held to the books while the model writes them, and drafts from the prompt.

Invariants:

- A quotation that is held to the books has their words or is none: where the model gives the books' next words no
  weight, it is closed if it is whole, or let go. Held by:
  tests/engine/writing/test_generation.py::test_a_quotation_is_never_bent_to_the_books.
- A quotation that is closed with a page passes `documents/citations/checker.py`. Whoever changes
  `citations/normal_form.py` looks at `index.py`, too. Held by:
  tests/engine/quotes/test_constrained.py::test_what_may_be_quoted_is_verified_later,
  tests/engine/quotes/test_constrained.py::test_wherever_it_ends_it_is_verified.
- `QuotableText.begins_word` is the rule for where a quotation begins, and `beginnings.py` decides its plain cases for
  millions of bytes at once: a change of one is a change of both. Held by:
  tests/engine/quotes/test_index.py::test_every_beginning_is_found_and_nothing_else.
- The way on in the books is found by bisection (`occurrences.py`); nothing looks through the whole text for each token
  that might be written. Held by: tests/engine/quotes/test_index.py::test_words_are_found_however_far_they_are_followed.
- A draft never crosses the border of a chunk, where it would overwrite keys that a rollback needs. Held by:
  tests/engine/quotes/test_prompt_lookup.py::test_no_draft_crosses_the_border_of_a_chunk.
"""
