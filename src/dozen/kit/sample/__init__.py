"""Demo data that looks real: people, what they write, how they look, whom they follow.

`avatars` and `pictures` need Pillow and are imported when asked for: `from dozen.kit.sample import avatars`.
"""

from dozen.kit.sample import graph, people, prose
from dozen.kit.sample.people import SamplePerson
from dozen.kit.sample.prose import SamplePost

__all__ = ["SamplePerson", "SamplePost", "graph", "people", "prose"]
