"""The clips that the video room's tests write."""

from tests.recognition.videos.conftest import couple, write_clip  # noqa: F401 (fixtures)
