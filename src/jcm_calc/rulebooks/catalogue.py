"""The methodologies that there are: all of them, some of them, and those that a word leads to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from jcm_calc.base import notebook
from jcm_calc.base.languages import _, ngettext
from jcm_calc.base.problems import InputError, Problem, shown, suggestion, warn
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.declarations.statements import Stated, declared
from jcm_calc.reference_data import AS_OF, LIST_DAY, STATUSES, listed_projects, partner_countries, versions_in_use
from jcm_calc.rulebooks import BrokenModuleWarning, broken, every, identity, is_covered, known, modules, words_in

PROJECT_COLUMNS = [
    *("number", "country", "title", "methodologies", "status", "registered", "planned", "calculable", "page"),
    *("grade", "source"),
]
COLUMNS = ["number", "version", "title", "country", "scope"]


class Catalogue(pd.DataFrame):
    """A DataFrame of methodologies, which a notebook shows with whole titles."""

    def _repr_html_(self) -> str:
        count = ngettext("{count} methodology", "{count} methodologies", len(self)).format(count=len(self))
        return notebook.page(count, tables=[("", pd.DataFrame(self))])


def methodologies(words: str = "", *, country: str | None = None, scope: int | None = None) -> Catalogue:
    """Return the methodologies that can be calculated, by number.

    Parameters
    ----------
    words : str
        What they are about, such as ``"chiller"``; see `jcm_calc.search`.
    country : str, optional
        The partner country, by name or ISO code.
    scope : int, optional
        The sectoral scope.

    Returns
    -------
    DataFrame
        Version, title, country, sectoral scope, and how many of its equations, defaults and criteria are not
        confirmed.

    Warns
    -----
    BrokenModuleWarning
        For every module of a methodology package that cannot be used; the other methodologies are listed.

    Raises
    ------
    InputError
        If there is no such partner country.

    Examples
    --------
    >>> import jcm_calc
    >>> len(jcm_calc.methodologies()) >= 38
    True
    >>> jcm_calc.methodologies("chiller", country="Indonesia").index.tolist()
    ['ID_AM002', 'ID_AM010', 'ID_AM022']
    """
    code = None if country is None else _code(country)
    _check_words(words)
    for module in broken():
        warn(str(module), BrokenModuleWarning)
    rows = [
        {**identity(item), "unconfirmed": _unconfirmed(item)}
        for item in every()
        if code in (None, item.country) and scope in (None, item.sectoral_scope) and words_in(item, words)
    ]
    return _catalogue(rows, "unconfirmed")


def projects(*, country: str | None = None, methodology: str | None = None, status: str | None = None) -> pd.DataFrame:
    """Return the projects of the scheme, by number, from the list of June 2026.

    Parameters
    ----------
    country : str, optional
        The partner country, by name or ISO code.
    methodology : str, optional
        The number of a methodology that they use, in any version.
    status : {"registered", "validation", "withdrawn"}, optional

    Returns
    -------
    DataFrame
        Country, title, methodologies with their versions, status, day of registration, planned emission reductions
        in tCO2 a year, whether every methodology can be calculated in the version of the project, page, grade and
        source. Its ``attrs["as_of"]`` is the day of the list.

    Raises
    ------
    InputError
        If there is no such partner country, methodology or status.

    Examples
    --------
    >>> import jcm_calc
    >>> jcm_calc.projects(methodology="TH_AM001", status="registered")["methodologies"].to_dict()  # doctest: +ELLIPSIS
    {'TH001': 'TH_AM001 1.0', 'TH005': 'TH_AM001 1.0', ...}
    """
    code = None if country is None else _code(country)
    if status not in (None, *STATUSES):
        complaint = _("got {got}; must be {names}").format(got=shown(status), names=", ".join(STATUSES))
        raise InputError(_("the catalogue"), [Problem("status", complaint)])
    number = None if methodology is None else _number(methodology)
    found = [
        one
        for one in listed_projects().values()
        if code in (None, one.country)
        and status in (None, one.status)
        and number in (None, *(used for used, _version in one.uses))
    ]
    rows = [
        {
            **{name: getattr(one, name) for name in ("number", "country", "title", "status", "registered", "planned")},
            "methodologies": "; ".join(f"{used} {version}" for used, version in one.uses),
            "calculable": is_covered(one),
            "page": one.page,
            "grade": str(one.evidence.grade),
            "source": str(one.evidence.source),
        }
        for one in found
    ]
    frame = pd.DataFrame(rows, columns=PROJECT_COLUMNS).set_index("number")
    frame.attrs["as_of"] = LIST_DAY.isoformat()
    return frame


def _number(methodology: str) -> str:
    """Return the number of a methodology that is implemented, known, or used by a project of the list."""
    number = str(methodology).strip().upper()
    numbers = {*modules(), *versions_in_use(), *(one.number for one in known())}
    if number not in numbers:
        message = _("got {got}; must be the number of a methodology that is known as of {month}{hint}")
        hint = suggestion(number, sorted(numbers))
        complaint = message.format(got=shown(methodology), month=AS_OF, hint=hint)
        raise InputError(_("the catalogue"), [Problem("methodology", complaint)])
    return number


def _code(country: str) -> str:
    """Return the ISO code of a partner country that is named in either way."""
    countries = partner_countries()
    codes = {word.casefold(): code for code, name in countries.items() for word in (code, name)}
    codes |= {one.country.casefold(): one.country for one in every()}
    try:
        return codes[str(country).strip().casefold()]
    except KeyError:
        message = _("there is no partner country {got}{hint}")
        hint = suggestion(str(country), [*countries, *countries.values()])
        raise InputError(
            _("the catalogue"), [Problem("country", message.format(got=shown(country), hint=hint))]
        ) from None


def search(words: str) -> Catalogue:
    """Find methodologies by words, also those that exist and cannot be calculated here.

    Parameters
    ----------
    words : str
        Each of them has to begin a word of the title, or of what the methodology says of its units, parameters
        and equations; of those that cannot be calculated only the title is known.

    Returns
    -------
    DataFrame
        By number: version, title, country, sectoral scope, where the words were found, and whether it can be
        calculated. Those with the words in the title are first.

    Examples
    --------
    >>> import jcm_calc
    >>> jcm_calc.search("solar battery")["found in"].to_dict()
    {'ID_AM017': 'title', 'MN_AM004': 'title'}
    """
    _check_words(words)
    rows = [{**identity(m), "found in": place, "calculable": True} for m in every() if (place := words_in(m, words))]
    rows += [
        {**identity(one), "found in": place, "calculable": False} for one in known() if (place := words_in(one, words))
    ]
    rows.sort(key=lambda row: row["found in"] != _("title"))
    return _catalogue(rows, "found in", "calculable")


def _check_words(words: object) -> None:
    if not isinstance(words, str):
        complaint = _("got {got}; must be a text such as {example}").format(got=shown(words), example="'chiller'")
        raise InputError.of("words", complaint)


def _catalogue(rows: Sequence[Mapping[str, object]], *more: str) -> Catalogue:
    return Catalogue(pd.DataFrame(rows, columns=[*COLUMNS, *more]).set_index("number"))


def _unconfirmed(item: Declarations) -> int:
    """Count what a methodology declares and is not confirmed."""
    found = declared(item, Stated.EQUATION, Stated.VALUE, Stated.CRITERION)
    return sum(one.evidence is not None and not one.evidence.confirmed for one in found)
