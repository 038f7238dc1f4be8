"""The KV cache: what of it may be reused, how it is kept in memory, and how it is saved to disk.

`reuse.py` decides, `held_sequence.py` and `cached_sequence.py` carry out, `saved_states.py` and `checkpoints.py` save.

Invariants:

- Only `reuse.py` decides whether a position may be continued from. Held by: tests/engine/kv/test_reuse_rules.py,
  tests/engine/kv/test_reuse.py::test_trusting_equal_tokens_alone_would_be_wrong.
- A question, its answer and the next one evaluate only what is new, whatever the attention. Held by:
  tests/engine/kv/test_attending.py::test_only_what_is_new_is_evaluated.
- llama.cpp trusts the state that it is given, so it gets authenticated bytes only, for the same model, KV type, prompt
  layout, build and tokens. Held by: tests/engine/kv/test_saved_states.py::test_only_the_very_same_context_gets_it,
  tests/engine/kv/test_saved_states.py::test_one_flipped_bit_is_refused.
- After a restore one token is evaluated again and compared with what was saved. A state that differs is passed over and
  stays on disk; only bytes that are not authentic are deleted. Held by:
  tests/engine/kv/test_saved.py::test_a_reading_that_gives_something_else_is_refused_and_told,
  tests/engine/kv/test_restore_check.py.
- Saving on the way changes no later logit. Held by:
  tests/engine/kv/test_saved.py::test_what_is_saved_on_the_way_changes_no_logit.
- What is evaluated aside leaves no trace. Held by: tests/engine/kv/test_aside.py.
- What is kept on disk is encrypted, and its file names say nothing. Held by:
  tests/engine/kv/test_book_tokens.py::test_neither_text_nor_name_nor_tokens_can_be_read,
  tests/engine/kv/test_encrypted_file.py.
"""
