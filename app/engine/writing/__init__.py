"""An answer written token by token, and what holds it to a form: quotations, values, whole sentences, a JSON Schema.

Invariants:

- The sampler chooses the token that llama.cpp's chain would, and the same one for the same seed. Nothing that a person
  asked to keep is cut: with top-k 0, all tokens take part but those that together have less than 2^-24 of the
  probability. Held by: tests/engine/writing/test_sampler.py::test_the_same_seed_chooses_as_llama_cpp_does,
  tests/engine/writing/test_sampler.py::test_what_is_left_out_can_not_matter.
- A value that is held to a kind is one of its kind, whatever the model would write: from every beginning there is a way
  on, in characters of which each has a token. Held by:
  tests/engine/writing/test_held_value.py::test_there_is_always_a_way_on.
- An answer in the documents' own words consists of whole sentences that are green by themselves. Held by:
  tests/engine/writing/test_held_sentences.py::test_whatever_a_model_of_random_weights_prefers_all_is_green.
- A schema holds the answer and not the thought before it; what llguidance cannot hold is named. Held by:
  tests/engine/writing/test_held_schema.py::test_the_schema_binds_the_answer_and_not_the_thought,
  tests/engine/writing/test_held_schema.py::test_what_cannot_be_held_is_named_with_its_place.
- An answer that goes on begins exactly where it ended. Held by:
  tests/engine/writing/test_generation.py::test_an_answer_goes_on_from_exactly_where_it_ended.
"""
