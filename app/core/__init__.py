"""The vocabulary that every layer speaks: plain frozen data, no Qt, no database, no model.

`work.py` is the one way to do long work, `errors.py` has the one exception, and `settings.py` declares every setting
once.

Invariants:

- Below the faces, long work is a generator (`work.py`): it yields progress, returns its result, and raises `AppError`
  or `Stopped`. Only a face makes endings of that; `packaging/shape.py` refuses them elsewhere. Held by:
  tests/core/test_work.py, tests/packaging/test_invariants.py::test_shape_finds_endings_below_the_faces.
- `AppError` is the only error, and each of its codes has a sentence in both languages. Held by:
  tests/test_messages.py::test_every_code_is_a_sentence_in_both_languages.
- A rule of the administrator takes something away and never gives more; a policy file that is damaged, or that others
  may write, is read strictly. Held by: tests/core/test_policy.py,
  tests/services/test_policies.py::test_a_file_that_others_may_write_is_read_strictly_and_still_holds.
- A new rule is a field of `PolicyRules`, a check where it is enforced, and a sentence in `wording/policy.py`. Not
  tested: nothing can tell that a rule is enforced everywhere.
- The entries of the record are chained, so that a change shows; no entry has a person's text but its salted hash. Held
  by: tests/store/test_record.py::test_every_change_shows,
  tests/services/test_audit_log.py::test_an_answer_is_recorded_without_a_word.
"""
