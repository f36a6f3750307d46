"""Names as people type them, with Greek letters spelt out."""

from __future__ import annotations

import unicodedata
from functools import lru_cache


@lru_cache(maxsize=4096)
def spelt_out(name: str) -> str:
    """Return a name without the letters that most keyboards lack.

    Examples
    --------
    >>> spelt_out("η_RE"), spelt_out("ρ_i"), spelt_out("ΔT"), spelt_out(" COP_PJ ")
    ('eta_RE', 'rho_i', 'DeltaT', 'COP_PJ')
    """
    return "".join(map(_letter, unicodedata.normalize("NFKC", name).strip()))


def _letter(sign: str) -> str:
    kind, _, letter = unicodedata.name(sign, "").rpartition(" LETTER ")
    if not kind.startswith("GREEK") or " " in letter:
        return sign
    plain = letter.replace("LAMDA", "LAMBDA").lower()
    return plain.capitalize() if "CAPITAL" in kind else plain
