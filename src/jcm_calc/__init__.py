"""Emission reductions under the Joint Crediting Mechanism, calculated from its methodologies.

Examples
--------
>>> import jcm_calc
>>> result = jcm_calc.calculate(
...     "ID_AM003", EC_PJ="135 MWh", COP_PJ=1.63, application="individual quick freezer", EF_elec="0.814 tCO2/MWh"
... )
>>> print(f"{result.RE:.2f~P} − {result.PE:.2f~P} = {result.ER:.2f~P}")
135.70 tCO2 − 109.89 tCO2 = 25.81 tCO2
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jcm_calc import plots as plots
    from jcm_calc.api.calculation import calculate as calculate
    from jcm_calc.api.calculation import replay as replay
    from jcm_calc.api.issuance.request import issuance_request as issuance_request
    from jcm_calc.api.methodology import Methodology as Methodology
    from jcm_calc.api.portfolios import portfolio as portfolio
    from jcm_calc.api.result import Result as Result
    from jcm_calc.api.workbook import read_workbook as read_workbook
    from jcm_calc.authoring.official_files.confirming import confirm as confirm
    from jcm_calc.base.languages import in_language as in_language
    from jcm_calc.base.problems import IneligibleWarning as IneligibleWarning
    from jcm_calc.base.problems import InputError as InputError
    from jcm_calc.base.problems import InputWarning as InputWarning
    from jcm_calc.base.problems import Remark as Remark
    from jcm_calc.base.problems import RemarkWarning as RemarkWarning
    from jcm_calc.base.problems import Topic as Topic
    from jcm_calc.evidence import UnconfirmedWarning as UnconfirmedWarning
    from jcm_calc.inputs.confirmation import EvidenceError as EvidenceError
    from jcm_calc.readings import monitor as monitor
    from jcm_calc.results.credits import UnconfirmedError as UnconfirmedError
    from jcm_calc.results.monte_carlo import uncertainty as uncertainty
    from jcm_calc.results.what_if import break_even as break_even
    from jcm_calc.results.what_if import scenarios as scenarios
    from jcm_calc.rulebooks import BrokenModuleError as BrokenModuleError
    from jcm_calc.rulebooks import BrokenModuleWarning as BrokenModuleWarning
    from jcm_calc.rulebooks import MethodologyNotFoundError as MethodologyNotFoundError
    from jcm_calc.rulebooks import methodology as methodology
    from jcm_calc.rulebooks.catalogue import methodologies as methodologies
    from jcm_calc.rulebooks.catalogue import projects as projects
    from jcm_calc.rulebooks.catalogue import search as search
    from jcm_calc.verification.verifying import verify as verify

__version__: str

# The rooms are imported when they are first used: `import jcm_calc` costs next to nothing.
_HOMES = {
    "BrokenModuleError": "rulebooks",
    "BrokenModuleWarning": "rulebooks",
    "EvidenceError": "inputs.confirmation",
    "InputError": "base.problems",
    "IneligibleWarning": "base.problems",
    "InputWarning": "base.problems",
    "Remark": "base.problems",
    "RemarkWarning": "base.problems",
    "Topic": "base.problems",
    "Methodology": "api.methodology",
    "MethodologyNotFoundError": "rulebooks",
    "Result": "api.result",
    "UnconfirmedError": "results.credits",
    "UnconfirmedWarning": "evidence",
    "break_even": "results.what_if",
    "calculate": "api.calculation",
    "confirm": "authoring.official_files.confirming",
    "in_language": "base.languages",
    "issuance_request": "api.issuance.request",
    "methodologies": "rulebooks.catalogue",
    "methodology": "rulebooks",
    "monitor": "readings",
    "portfolio": "api.portfolios",
    "projects": "rulebooks.catalogue",
    "read_workbook": "api.workbook",
    "replay": "api.calculation",
    "scenarios": "results.what_if",
    "search": "rulebooks.catalogue",
    "uncertainty": "results.monte_carlo",
    "verify": "verification.verifying",
}

__all__ = [*_HOMES, "plots"]


def __getattr__(name: str) -> Any:
    from importlib import import_module, metadata

    value: Any
    if name == "__version__":
        value = metadata.version("jcm-calc")
    elif name == "plots":
        value = import_module("jcm_calc.plots")
    elif name in _HOMES:
        value = getattr(import_module(f"jcm_calc.{_HOMES[name]}"), name)
    else:
        raise AttributeError(f"module 'jcm_calc' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
