"""Questions and answers in one column of slots (`slots.py`), of which only those near the window are widgets.

Invariants:

- No step takes longer than three frames, and what one reads stays where it is. Not tested:
  `tests/tools/benchmarks/test_conversation.py` measures each step.
- A streamed answer ends as the same text that is shown at once, and what is done is not written again. Held by:
  tests/ui/chat/test_stream.py::test_the_streamed_text_ends_as_the_same_text_shown_at_once,
  tests/ui/chat/test_stream.py::test_closed_blocks_are_not_written_again.
- The end is followed only while the person is there. Held by:
  tests/ui/chat/test_stream.py::test_the_end_is_followed_only_while_the_person_is_there.
- What is made again and again is not connected to a method of Qt's own, such as `widget.update`: PySide keeps a little
  of each such connection for good. `Theme.repaint_on_change` connects by name. Not tested: a leak shows after hours
  only.
"""
