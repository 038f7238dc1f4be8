"""Videos decoded in a process of their own, which has no other file and no network.

`reader.py` is the desk's side, `worker.py` the process, `container.py` opens a video with FFmpeg.

Invariants:

- FFmpeg never guesses a format: a container is opened only if `kinds.py` knows its first bytes, with its format named,
  no protocol allowed, and every other file refused. Left to guess, it takes a text for a playlist and opens what that
  names. Held by:
  tests/features/videos/reading/test_hostile_videos.py::test_a_playlist_under_a_videos_name_opens_nothing,
  tests/features/videos/reading/test_hostile_videos.py::test_a_video_that_lies_in_another_file_is_not_fetched_from_there.
- Decoders that are not in `container.CODECS` never run on a file. Held by:
  tests/features/videos/reading/test_video_decoding.py::test_an_unusual_codec_is_not_run.
- Decoding and scaling have one thread each, set in every call, since the sealed process may start none. Held by:
  tests/features/videos/reading/test_hostile_videos.py::test_the_sandbox_holds_around_the_decoders_and_they_work_in_it.
- A survey of a video ends in time and keeps what it has. Held by:
  tests/features/videos/reading/test_video_decoding.py::test_a_survey_that_takes_too_long_keeps_what_it_has.
- Times count from the first frame that can be decoded. Held by:
  tests/features/videos/reading/test_video_decoding.py::test_times_count_from_the_first_frame_and_may_vary.
- What the process says is checked. Held by:
  tests/features/videos/reading/test_video_reader.py::test_a_survey_that_cannot_be_is_not_believed.
"""
