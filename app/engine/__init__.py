"""The model in a process of its own: the port that the desk speaks to, its client, and the process itself.

`protocol.py` has the port, the orders and their replies; `client.py` is the desk's side, `worker.py` and `session.py`
are the child's; `prompt.py` lays prompts out. `engine.remote` speaks the same port with a server.

Invariants:

- Rules and documents come first and never depend on what follows them, so a book that was read once stays read. Held
  by: tests/engine/test_prompt.py::test_nothing_above_the_conversation_depends_on_it,
  tests/engine/test_prompt.py::test_a_next_turn_continues_the_last_prompt.
- What a book or a person wrote is tokenized without special tokens: only the pieces of the chat format may become
  control tokens. Held by: tests/engine/test_prompt.py::test_a_forged_turn_gives_no_control_token.
- An answer's tokens are kept as they were generated, because its text may be tokenized into others. Held by:
  tests/engine/kv/test_reuse.py::test_a_second_question_after_a_written_answer.
- A model judges a sentence in a small context that holds neither the answer nor the books; the large context is left as
  it was. Held by: tests/engine/test_judging.py.
- An engine that dies costs one sentence; after three deaths in a row it is not started again until a load. Held by:
  tests/engine/test_client.py::test_it_gives_up_after_three_deaths_and_a_load_forgives.
- A load that finds the graphics card lost is done again on the processor, and the next answer says so. Held by:
  tests/engine/test_full_memory.py::test_a_card_that_is_lost_is_replaced_by_the_processor_which_says_so.
- Every engine, here or on a server, passes one suite. Held by: tests/contracts/test_engine.py.
"""
