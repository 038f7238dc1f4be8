"""The words that a person reads, for both faces: errors, settings, names of pages, units, verdicts; `i18n.py`
translates.

Invariants:

- Every text has its Japanese, and one thing has one word. Held by: tests/test_messages.py.
- Every code of an error has a sentence in both languages. Held by:
  tests/test_messages.py::test_every_code_is_a_sentence_in_both_languages.
- Every setting has a name and an explanation (`settings.py`); the window and the terminal take them from there. Held
  by: tests/ui/settings/test_settings_flow.py::test_every_setting_has_a_meaning_and_an_editor_that_shows_its_value.
- A kind of file that is refused has words and a way out. Held by:
  tests/documents/formats/test_detect.py::test_every_kind_that_is_refused_has_words_and_a_way_out.
"""
