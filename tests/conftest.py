"""Property tests draw the same examples for the same code; `--hypothesis-profile=search` draws new ones each time."""

from hypothesis import settings

settings.register_profile("same", derandomize=True)
settings.register_profile("search")
settings.load_profile("same")
