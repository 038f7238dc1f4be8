"""Model hubs: what they offer, and downloads, in a process of their own for each call.

`client.py` is the desk's side, `worker.py` the process; `session.py` alone speaks HTTP.

Invariants:

- Only the process of the hub, and that of a remote engine, speaks with a network, and it ends with its work. Held by:
  contract "what speaks with the network is imported by its process alone",
  tests/models/hub/test_hub.py::test_the_desk_itself_loads_nothing_that_speaks_http.
- What is asked for carries nothing of this machine. Held by:
  tests/models/hub/test_hub.py::test_what_is_asked_for_carries_nothing_of_this_machine.
- The token is in no command line, environment or log, and goes to the hub alone. Held by:
  tests/models/hub/test_hub.py::test_the_token_is_in_no_command_line_environment_or_log,
  tests/models/hub/test_download.py::test_the_token_does_not_follow_to_the_other_host.
- The process sees no file of the person, and writes into one staging folder. Held by:
  tests/models/hub/test_hub.py::test_the_process_sees_no_file_of_the_person,
  tests/models/hub/test_download.py::test_an_offer_that_was_tampered_with_writes_nowhere.
- A download goes on after any interruption, and a file is fetched only over an encrypted connection. Held by:
  tests/models/hub/test_download.py::test_kill_of_the_whole_desk,
  tests/models/hub/test_download.py::test_a_hub_that_sends_on_to_an_address_without_encryption.
"""
