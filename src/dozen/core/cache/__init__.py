"""Things that may be forgotten: values, a block's own objects, and who asked how often."""

from dozen.core.cache.limiter import Limiter, Verdict
from dozen.core.cache.lru import Lru
from dozen.core.cache.store import MOST_VALUE, Cache
from dozen.kit.errors import TooMany

__all__ = ["MOST_VALUE", "Cache", "Limiter", "Lru", "TooMany", "Verdict"]
