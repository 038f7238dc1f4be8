"""Web pages, e-books and texts with markup: HTML, EPUB, Kindle, FictionBook, Markdown, LaTeX, notebooks, subtitles.

Invariants:

- What a page does not show is not read, and what it may show is: of a selector that is not understood, a script or a
  sheet that is not at hand nothing is known, and the text counts as seen. Held by:
  tests/documents/web/test_visibility.py::test_what_is_not_seen_is_left_out_and_flagged,
  tests/documents/web/test_visibility.py::test_what_may_be_seen_stays.
- No TeX source of a formula and no password is text of a page. Held by:
  tests/documents/web/test_xhtml.py::test_what_a_program_drew_beside_a_formula_is_not_read_twice,
  tests/documents/web/test_xhtml.py::test_the_tools_of_a_page_and_secrets_are_no_text.
- Nothing is fetched, no entity is followed, and nesting has a limit. Held by:
  tests/documents/web/test_html.py::test_no_entity_is_followed,
  tests/documents/web/test_html.py::test_deep_nesting_is_refused.
- The main part of a page is chosen, but the only text of a page is never lost. Held by:
  tests/documents/web/test_html.py::test_the_only_text_is_never_lost.
- A format without marks of its own is read in time, however odd it is. Held by:
  tests/documents/web/test_latex.py::test_odd_markup_is_read_in_time,
  tests/documents/web/test_markdown.py::test_thousands_of_signs_are_read_in_one_go.
"""
