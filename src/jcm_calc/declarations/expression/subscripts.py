"""A symbol of a document as a base with subscripts: the same parts for every typeset form."""

from __future__ import annotations

import re
from typing import NamedTuple


class Symbol(NamedTuple):
    """The letters of a symbol and their subscripts.

    Attributes
    ----------
    base : str
    subscripts : tuple of str
    """

    base: str
    subscripts: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Symbol:
        """Split a symbol as the documents write it on one line.

        A name of several words, such as that of a constant, has no subscript.

        Examples
        --------
        >>> Symbol.parse("COP_PJ,tc,i")
        Symbol(base='COP', subscripts=('PJ', 'tc', 'i'))
        >>> Symbol.parse("kWh_per_MWh")
        Symbol(base='kWh_per_MWh', subscripts=())
        """
        base, *below = re.split("[_,]", text)
        if not base or "_" in text.partition("_")[2]:
            return cls(text)
        return cls(base, tuple(part for part in below if part))

    @property
    def slanted(self) -> bool:
        """Whether the base is set as a quantity; a chemical formula or a word is upright."""
        return self.base.isalpha()
