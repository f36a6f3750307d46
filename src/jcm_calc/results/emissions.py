"""What every calculation gives, whether its arrays are in memory or not: RE, PE and ER, and the table by year."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd
    from pint import Quantity

    from jcm_calc.declarations.methodology import Declarations


class Emissions(ABC):
    """Reference emissions, project emissions and emission reductions: what `Result` and `LazyResult` share."""

    @property
    @abstractmethod
    def methodology(self) -> Declarations:
        """The methodology that is applied."""

    @property
    def RE(self) -> Quantity[Any]:  # noqa: N802
        """Reference emissions over p, tCO2."""
        return self["RE"]

    @property
    def PE(self) -> Quantity[Any]:  # noqa: N802
        """Project emissions over p, tCO2."""
        return self["PE"]

    @property
    def ER(self) -> Quantity[Any]:  # noqa: N802
        """Emission reductions over p, tCO2, signed and unrounded."""
        return self["ER"]

    @abstractmethod
    def __getitem__(self, name: str) -> Quantity[Any]:
        """Return a parameter, an intermediate or a result as a Quantity."""

    @abstractmethod
    def by_year(self) -> pd.DataFrame:
        """Return RE, PE, other terms of ER, ER and whole tonnes of each calendar year: an estimate."""
