"""Character classes that the rules of this package share: bodies for ``[...]`` in a regular expression.

They are the classes of the published twitter-text rules (version 3), named for what they hold.
"""

from __future__ import annotations

SPACES = "\t-\r \x85\xa0\u1680\u180e\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"

# Marks that only set the direction of writing: part of no word, but no fault either.
DIRECTIONS = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"

# Latin letters beyond ASCII, with the marks that may follow a letter instead of being part of it.
ACCENTED = (
    "\xc0-\xd6\xd8-\xf6\xf8-\u024f\u0253\u0254\u0256\u0257\u0259\u025b\u0263\u0268\u026f\u0272\u0289\u028b"
    "\u02bb\u0300-\u036f\u1e00-\u1eff"
)

CYRILLIC = "\u0400-\u04ff"

PUNCTUATION = r"!'#%&()*+,\\\-./:;<=>?@\[\]^_{|}~$"
