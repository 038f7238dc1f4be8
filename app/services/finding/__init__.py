"""Passages found: by words, by meaning, and by what a question says. `search.py` puts them together.

Invariants:

- A search asks nothing of how far indexing is: a book that is not ready is searched by its words, and that is said.
  Held by: tests/services/finding/test_search.py::test_a_book_that_is_not_indexed_is_searched_by_words,
  tests/services/finding/test_search.py::test_a_search_says_whether_it_was_by_words_alone.
- An embedder that dies leaves the words. Held by:
  tests/services/finding/test_search.py::test_an_embedder_that_dies_leaves_the_words.
- Only pages on the desk are searched for a question. Held by:
  tests/services/finding/test_conversation_search.py::test_only_pages_on_the_desk_count.
- The words by which a question says what it is about are in one table (`question_words.py`). Held by:
  tests/services/finding/test_conversation_search.py.
- No reranker orders what was found; see `app/decisions/004-no-reranker.md`. Not tested: a benchmark measures it
  (`tests/tools/benchmarks/test_finding.py`).
"""
