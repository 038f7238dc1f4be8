"""Files into pages, each in a process of its own that reaches nothing else.

`reader.py` is the desk's side, `worker.py` the process, `formats/contract.py` what a format gets and returns.

Invariants:

- Untrusted bytes are decoded in a reader only, after its codecs were imported and its sandbox was closed. Held by:
  contract "what decodes untrusted bytes stays in the reader", contract "the desk's side of the readers has no decoder",
  tests/documents/formats/test_contract.py::test_after_preload_no_file_is_opened_and_nothing_imported.
- What a reader says is checked before the desk believes it. Held by:
  tests/documents/test_hostile.py::test_a_document_that_cannot_be_is_not_believed.
- A crash or a hang costs one document. Held by: tests/documents/test_reader.py::test_a_crash_costs_one_document,
  tests/documents/test_reader.py::test_a_reader_that_stands_still_is_given_up.
- A person's file is never written. A copy with highlights is made by the reader, comes back over its pipe, and is
  written under another name. Held by:
  tests/documents/pdf/test_highlights.py::test_the_reader_writes_them_in_its_sandbox_and_leaves_the_file_alone.
- What is in a mail or a ZIP goes from reader to reader in memory, four levels deep at most; its name is a label, by
  which nothing is opened. Held by: tests/documents/test_members.py::test_what_is_taken_out_has_no_name,
  tests/documents/test_members.py::test_what_is_not_there_or_too_deep_is_refused,
  tests/documents/test_zip_folder.py::test_names_are_labels_and_lead_nowhere.
- The same content gives the same text in every format, and what a page does not show is no text of it. Held by:
  tests/documents/test_one_source.py.
- A note is found on a drawing by its words and those around them (`marked_words.py`). Held by:
  tests/documents/test_marked_words.py::test_each_of_several_places_is_told_from_the_others.
"""
