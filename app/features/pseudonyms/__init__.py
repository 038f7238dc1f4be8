"""Names and numbers are replaced in texts on their way to a server, and put back in what comes back.

`engine.PseudonymEngine` stands before the engine; `pseudonyms.py` has what a conversation uses, `finding.py` what is
found, `stand_ins.py` the words.

Invariants:

- All that asks the engine for a desk asks `PseudonymEngine`: each order, `Measure` and `Weigh` too. Held by:
  tests/features/pseudonyms/test_outbound_review.py::test_the_server_sees_none_of_it_and_the_answer_has_all_of_it,
  tests/features/pseudonyms/test_real_server.py::test_names_are_replaced_in_every_request_of_every_lane,
  tests/features/pseudonyms/test_real_server.py::test_the_sentences_that_are_weighed_have_their_names_replaced.
- What comes back is what was sent, to the letter, even cut in pieces; the desk never sees a stand-in. Held by:
  tests/features/pseudonyms/test_stand_ins.py::test_a_text_comes_back_and_its_names_do_not_leave,
  tests/features/pseudonyms/test_stand_ins.py::test_one_that_is_cut_in_pieces_comes_back_whole.
- A text is replaced the same way each time, so books stay equal to the byte: a name that is found later is not used in
  texts that were sent before, unless a person adds it. Held by:
  tests/features/pseudonyms/test_outbound_review.py::test_books_and_earlier_turns_stay_equal_to_the_byte,
  tests/features/pseudonyms/test_outbound_review.py::test_what_a_person_adds_is_replaced_everywhere_and_what_is_taken_off_goes.
- Until a person has decided, names stay here. Held by:
  tests/features/pseudonyms/test_outbound_review.py::test_until_it_is_decided_names_stay_here.
- Stand-ins are kept with their conversation and go with it. Held by:
  tests/features/pseudonyms/test_outbound_review.py::test_each_conversation_has_its_own_and_they_go_with_it.
- An export with names replaced replaces all texts of a report. Held by:
  tests/features/pseudonyms/test_export.py::test_all_that_it_says_is_replaced.
- The rules miss names, which `tests/tools/benchmarks/leaving_names.py` counts; whoever shows them says so. Held by:
  tests/features/pseudonyms/test_stand_ins.py::test_what_is_found_of_texts_whose_names_are_known.
"""
