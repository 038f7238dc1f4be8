"""An engine on another machine: the port of `engine.protocol` over an OpenAI-compatible server.

`session.py` is one server with its model; `transport.py` alone speaks HTTP.

Invariants:

- Each of several addresses gets its own key alone; a policy that forbids one forbids all. Held by:
  tests/engine/remote/test_several_addresses.py.
- Only `transport.py` opens a socket, in a process of its own: one origin, no redirects, no proxies, no cookies. Held
  by: contract "the remote engine speaks to its server in a process of its own", tests/engine/remote/test_secrets.py.
- An address without encryption is refused before anything is sent, unless it is this machine. Held by:
  tests/engine/remote/test_hostile.py::test_an_address_without_encryption_is_refused_before_anything_is_sent.
- Prompts go as tokens; one with images goes as messages, which the server's own template lays out. So books are read
  again when the first image comes, not afterwards. Held by:
  tests/engine/remote/test_images.py::test_a_later_question_begins_with_the_same_bytes.
- What looks like a control token is taken apart before it is sent. Held by:
  tests/engine/remote/test_texts.py::test_no_part_holds_a_control_token_of_any_known_format,
  tests/engine/remote/test_images.py::test_nothing_in_a_book_becomes_a_control_token.
- What a server does not state is found out once a day, by short requests with nothing of a book in them. Held by:
  tests/engine/remote/test_guided.py::test_what_a_server_obeys_is_found_out_once, tests/engine/remote/test_traits.py,
  tests/features/tables/test_side_by_side.py::test_a_server_is_tried_once_for_all_lanes_of_a_grid.
- Of several engines with a cache each, one is asked all of a document. Held by: tests/engine/remote/test_engines.py.
- An answer's limit counts the answer, a thought's the thought. Held by:
  tests/engine/remote/test_limits.py,
  tests/engine/remote/test_images.py::test_the_limit_of_an_answer_about_an_image_counts_the_answer.
- What a server does not say of its cache is not 0. Held by:
  tests/engine/remote/test_limits.py::test_what_a_server_does_not_say_of_its_cache_is_not_zero.
- Every kind of server passes the suite of the engine on this machine. Held by: tests/contracts/test_engine.py.
"""
