"""Counting a GIF's frames and their extent without decoding a single one."""

from __future__ import annotations

import struct
from typing import NamedTuple

from dozen.core.media.errors import AnimationTooLong, BrokenMedia

_MOST_BLOCKS = 1_000_000  # a file of the largest size in full blocks has a tenth of that


class Survey(NamedTuple):
    frames: int
    width: int
    height: int


def survey(data: bytes, *, most_frames: int) -> Survey:
    """Frames, and the canvas that holds all of them. Raises BrokenMedia and AnimationTooLong."""
    try:
        width, height, flags = struct.unpack("<HHB", data[6:11])
        at = 13 + _table(flags)
        frames = blocks = 0
        while at < len(data) and data[at] != 0x3B:
            if data[at] == 0x2C:
                left, top, wide, high, flags = struct.unpack("<HHHHB", data[at + 1 : at + 10])
                width, height = max(width, left + wide), max(height, top + high)
                frames += 1
                if frames > most_frames:
                    raise AnimationTooLong(f"Animations may have at most {most_frames} frames.")
                at += 11 + _table(flags)
            elif data[at] == 0x21:
                at += 2
            else:  # decoders skip what they do not know, a byte at a time
                at += 1
                blocks += 1
                continue
            while at < len(data) and (size := data[at]):
                at += 1 + size
                blocks += 1
                if blocks > _MOST_BLOCKS:
                    raise BrokenMedia("This GIF is built to take very long to open.")
            at += 1
    except (struct.error, IndexError) as error:
        raise BrokenMedia from error
    if not frames:
        raise BrokenMedia("This GIF has no picture.")
    return Survey(frames, width, height)


def _table(flags: int) -> int:
    """Bytes of a colour table."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0
