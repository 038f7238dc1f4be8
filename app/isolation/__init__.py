"""Child processes: how they are started, spoken to, watched, limited and locked in.

`child.py` says how a child died, `client.py` is the desk's side of all readers, `sandbox.py` has the ladder of
sandboxes, `worker_main.py` is what every reader does, `fork_server.py` makes readers by forks.

A fork inherits the program with its libraries, nothing of a file or a person. Forks of one server share the layout of
memory (`fork_server.py`).

Invariants:

- A reader is locked in before it gets a file, and gets files once. Held by:
  tests/isolation/test_client.py::test_a_reader_that_waits_is_locked_in_before_there_is_a_file,
  tests/isolation/test_client.py::test_each_file_gets_a_reader_of_its_own.
- A reader reaches nothing but its document: no path, socket, program or process. Held by:
  tests/isolation/test_escape.py::test_every_way_out_is_shut,
  tests/isolation/test_sandbox.py::test_a_locked_child_reaches_nothing_but_its_document,
  tests/isolation/test_fork_server.py::test_a_fork_reaches_neither_its_sibling_nor_the_server.
- Nothing of an earlier file, of the desk's environment or of its descriptors is in a forked reader. Held by:
  tests/isolation/test_fork_server.py::test_a_fork_has_nothing_of_an_earlier_file_or_of_the_desk,
  tests/isolation/test_fork_server.py::test_a_fork_has_its_pipe_and_its_file_and_no_other_descriptor.
- A forked reader that ends of its own accord is the last of its server. Held by:
  tests/isolation/test_fork_server.py::test_a_server_is_replaced_after_a_crash_and_after_so_many_files.
- After the lock nothing is imported and no file is opened; what is loaded late is loaded by `get_ready`. Held by:
  tests/documents/formats/test_contract.py::test_after_preload_no_file_is_opened_and_nothing_imported.
- Only `handover.py` may import `socket`: connected sockets without a name or a port. Held by: contract "no sockets, no
  http outside the processes of the hub and of the remote engine".
- A child's messages are checked against their types, and garbage ends it. Held by:
  tests/isolation/test_child.py::test_garbage_on_the_pipe_ends_the_child.
- A child ends with the process that started it. Held by:
  tests/isolation/test_limits.py::test_a_child_ends_with_the_process_that_started_it.
- Nothing of the person is in a child's environment. Held by:
  tests/isolation/test_sandbox.py::test_nothing_of_the_person_is_in_the_environment.
"""
