"""Page marks, quotations and sentences of an answer, checked against the pages.

`verdict.py` decides; `word_for_word.py` says what is proved, `checker.py` looks at marks and quotations.

Invariants:

- Green means proved: each clause of a sentence is a run of one sentence of a page from its beginning, and nothing that
  is left of that, leads to it or follows it turns it. Held by: tests/documents/citations/test_altered_sentences.py,
  tests/documents/citations/test_verdict.py::test_no_altered_sentence_of_ten_pages_is_green,
  tests/documents/citations/test_nearly_proved.py::test_a_sentence_that_nearly_says_it_is_not_green.
- No model makes anything green, and what is nearly a page's sentence is shown as “compare” at most. Held by:
  tests/documents/citations/test_verdict.py::test_nearly_the_pages_sentence_but_not_quite_is_never_green_and_no_model_is_asked.
- Each sentence that states something gets one verdict, and `verdict.py` alone gives it. Held by:
  tests/documents/citations/test_verdict.py::test_every_sentence_gets_one_verdict_in_order.
- A quotation is verified only if a page has it, uncut where its sense turns. Held by:
  tests/documents/citations/test_quotation_checks.py::test_no_false_quotation_is_verified,
  tests/documents/citations/test_quotations.py::test_a_quotation_that_is_cut_where_its_sense_turns_is_told_so.
- A wrong page is repaired and never passes as right. Held by:
  tests/documents/citations/test_sixty_answers.py::test_a_wrong_page_is_repaired_and_never_passes_as_right.
- A value is green only if a sentence says it of all that is asked, and of nothing else; words alone decide. Held by:
  tests/documents/citations/test_held_values.py::test_a_sentence_about_just_what_is_asked_proves_its_value,
  tests/documents/citations/test_json_values.py::test_a_value_is_word_for_word_only_where_its_sentence_says_it_of_its_name.
- Whoever loosens a rule tries it on these tests, and on claims that somebody else wrote
  (`tests/tools/benchmarks/verdicts`). Not tested: it is a duty of people.
"""
