"""`octavo mcp`: other programs on this machine ask the desk, over standard input and output.

`serving.py` takes requests, `tools.py` answers them, `wire.py` alone knows JSON-RPC (see
`app/decisions/006-mcp-by-hand.md`).

Invariants:

- One request after the other is done by the main thread; another one listens and cancels. Held by:
  tests/features/programs/test_mcp.py::test_a_question_can_be_cancelled.
- The official client understands all of it. Held by:
  tests/features/programs/test_mcp_client.py::test_it_lists_searches_reads_and_asks.
- Other programs get the same verdict on a sentence as a person. Held by:
  tests/features/programs/test_findings.py::test_other_programs_get_one_verdict_for_each_sentence.
"""
