"""The declarations of one version of a methodology, and the graph of its equations. They compute nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from jcm_calc.base.languages import Message, _, with_translations
from jcm_calc.base.problems import InputError, Problem, listed
from jcm_calc.declarations import graph as _graph
from jcm_calc.declarations import revision
from jcm_calc.declarations.faults import faults
from jcm_calc.declarations.graph import Graph, Node
from jcm_calc.declarations.group import Group, declares, evidence_of
from jcm_calc.declarations.items import DeclarationError, Effect, Equation, Parameter, SchemeRule, Version
from jcm_calc.declarations.names import spelt_out
from jcm_calc.declarations.scheme import SCHEME_RULES
from jcm_calc.evidence import Evidence

VERSION = re.compile(r"\d+(\.\d+)*")


class Declarations(Group):
    """What one version of an approved methodology declares; see `jcm_calc.Methodology`."""

    @declares
    def __init__(
        self,
        number: str,
        *,
        version: str,
        title: str,
        titles: Mapping[str, str] | None = None,
        country: str,
        sectoral_scope: int,
        indices: Mapping[str, str],
        optional: str = "",
        terms: Mapping[str, str] | None = None,
        identity: Mapping[str, Evidence] | None = None,
        approved: date | None = None,
        until: date | None = None,
        versions: Iterable[Version] = (),
        note: str = "",
    ) -> None:
        version_key(version)
        if not isinstance(sectoral_scope, int):
            raise DeclarationError(f"{number}: sectoral_scope {sectoral_scope!r} must be a number from 1")
        self.number = number
        self.version = version
        super().__init__(indices)
        self.terms = effects(number, terms or {})
        self.title = with_translations(title, titles or {})
        self.country = country
        self.optional = optional
        self.sectoral_scope = sectoral_scope
        self.identity = {item: evidence_of(evidence) for item, evidence in (identity or {}).items()}
        self.approved = approved
        self.until = until
        self.other_versions = tuple(versions)
        self.note: str = Message(note)
        self.corrected_by = ""
        self.package = ""  # of a version that a rule book holds, where it comes from
        self.later: tuple[Version, ...] = ()  # versions that are known to exist and are newer
        self.in_use: Mapping[str, tuple[str, ...]] = {}  # by version the projects that are listed with it
        self.without_evidence: Declarations | None = None  # of a copy that evidence files confirm, what they confirm
        self.scheme: tuple[SchemeRule, ...] = SCHEME_RULES
        self.treatments: dict[tuple[str, str], Evidence] = {}
        self._graphs: dict[Any, Graph] = {}

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.number} ver {self.version}: {self.title}>"

    def __str__(self) -> str:
        return f"{self.number} ver {self.version}"

    # Versions

    def revised(
        self,
        version: str,
        *,
        unchanged: Evidence,
        identity: Mapping[str, Evidence],
        title: str = "",
        terms: Mapping[str, str] | None = None,
        approved: date | None = None,
        until: date | None = None,
        note: str | None = None,
    ) -> Declarations:
        """Return a later version, of which what changed is then declared, and what fell away removed.

        What is declared again replaces what the earlier version had.

        Parameters
        ----------
        version : str
        unchanged : Evidence
            That everything else is as in this version. Where it is weaker than the evidence of a
            statement that is taken over, the statement has no more than its grade.
        identity : mapping
            The evidence of number, title, version and so on.
        title, note : str, optional
            Those of this version by default.
        terms : mapping, optional
            Those of this version by default.
        approved, until : date, optional
            See `Methodology`.

        Examples
        --------
        >>> import jcm_calc
        >>> from jcm_calc.evidence import unconfirmed
        >>> m = jcm_calc.methodology("ID_AM003")
        >>> guess = unconfirmed("made up")
        >>> later = m.revised("2.0", unchanged=guess, identity={"version": guess})
        >>> later.default("COP_RE,i", "", value=1.9, lowers="RE", text="one value for all", evidence=guess)
        >>> later.remove("application")
        >>> later["RE_i"]
        RE_i,p = EC_PJ,i,p × COP_PJ,i ÷ COP_RE,i × EF_elec [unconfirmed]
        """
        if version_key(version) <= version_key(self.version):
            raise DeclarationError(f"{self}: the version {version} that revises it must be a later one")
        later = revision.duplicate(self.without_evidence or self)
        later.version, later.approved, later.until = version, approved, until
        later.title = with_translations(title, {}) if title else self.title
        later.identity = dict(identity)
        later.terms = effects(str(later), self.terms if terms is None else terms)
        later.note = self.note if note is None else Message(note)
        later.completeness, later.waivers, later.package, later.later = {}, [], "", ()
        revision.reassess(later, lambda known: revision.taken_over(known, self.version, unchanged))
        later.other_versions = self.versions
        later.inherited = revision.everything(later)
        return later

    def corrected(self, by: str) -> Declarations:
        """Return the same version, of which what turned out different in its document is then declared again.

        Parameters
        ----------
        by : str
            Who has read the document; it is shown with the methodology.

        Examples
        --------
        >>> import jcm_calc
        >>> from jcm_calc.evidence import unconfirmed
        >>> m = jcm_calc.methodology("ID_AM004").corrected(by="an example")
        >>> @m.equation("ER_p", "tCO2", text="emission reductions", evidence=unconfirmed("made up"))
        ... def ER(RE, PE):
        ...     return (RE - PE) / 2
        >>> m["ER"]
        ER_p = (RE_p − PE_p) ÷ 2 [unconfirmed]
        """
        found = revision.duplicate(self.without_evidence or self)
        found.corrected_by = by
        corrected = _("Corrected by {name}.").format(name=by)
        found.note = Message("{} {}").format(corrected, self.note) if self.note else corrected
        found.completeness = {}
        found.inherited = revision.everything(found)
        return found

    @property
    def notices(self) -> tuple[str, ...]:
        """What users of this version have to know: who has corrected it, which version is newer, and whose this one is.

        Examples
        --------
        >>> import jcm_calc
        >>> for notice in jcm_calc.methodology("ID_AM009").notices:
        ...     print(notice)
        superseded: version 3.0 is newer
        as of June 2026 no project uses version 1.0
        """
        found = []
        if self.corrected_by:
            corrected = _("corrected by {name} in package {package}") if self.package else _("corrected by {name}")
            found.append(corrected.format(name=self.corrected_by, package=self.package))
        if self.later:
            superseded = _("superseded: version {version} is newer")
            found.append(superseded.format(version=self.later[-1].number))
            if self.in_use:
                found.append(self._used())
        return tuple(found)

    def _used(self) -> Message:
        """Return which projects use this version."""
        users = self.in_use.get(self.version, ())
        if not users:
            return _("as of June 2026 no project uses version {version}").format(version=self.version)
        used = _("as of June 2026 version {version} is that of {projects}")
        return used.format(version=self.version, projects=listed(users, limit=8))

    @property
    def heading(self) -> str:
        """Number, version and notices, for the first line of whatever is calculated with it."""
        notices = Message("; ").join(self.notices)
        return Message("{} ({})").format(str(self), notices) if notices else str(self)

    def remove(self, *names: str, criteria: Iterable[int | str] = ()) -> None:
        """Delete what the version has no longer.

        Parameters
        ----------
        *names : str
            Of parameters, facts, coordinates, choices and equations; an equation in all its cases.
        criteria : iterable
            The numbers of criteria.
        """
        self._still_open()
        revision.remove(self, names, criteria)

    # Graph

    def operands(self, choices: Mapping[str, str]) -> dict[str, Node]:
        """Return everything an argument can name under the chosen cases."""
        rules = {
            rule.name: rule
            for rule in self.rules
            if all(choices.get(key) == option for key, option in rule.when.items())
        }
        return {**self.inputs, **self.coordinates, **rules}

    def graph(
        self,
        choices: Mapping[str, str],
        replaced: Iterable[str] = (),
        targets: Iterable[str] = _graph.RESULTS,
        absent: str = "",
    ) -> Graph:
        """Return what is needed to reach the targets; see `jcm_calc.declarations.graph.build`.

        From here on the methodology is in use and cannot be changed.
        """
        key = (tuple(sorted(choices.items())), frozenset(replaced), tuple(targets), absent)
        if key not in self._graphs:
            self.check()
            built = _graph.build(self, choices, key[1], key[2], absent)
            self.freeze()
            self._graphs[key] = built
        return self._graphs[key]

    def named(self, name: str) -> str | None:
        """Return the declared name of a parameter, fact, choice, coordinate or equation; None if there is none.

        Parameters
        ----------
        name : str
            The name or the document's symbol, with or without Greek letters: ``eta_RE`` is ``η_RE``.

        Examples
        --------
        >>> import jcm_calc
        >>> m = jcm_calc.methodology("ID_AM009")
        >>> m.named("eta_PJ"), m.named("η_PJ,i"), m.named("eta_EJ")
        ('η_PJ', 'η_PJ', None)
        """
        if name in self.inputs or name in self.facts or name in self.choices:
            return name
        symbols, wanted = self.symbols(), spelt_out(name)
        if name in symbols:
            return name
        return next(
            (own for own, symbol in symbols.items() if wanted in (spelt_out(own), spelt_out(symbol))),
            next((choice for choice in self.choices if spelt_out(choice) == wanted), None),
        )

    def by_symbol(self) -> dict[str, Parameter]:
        """Return the parameters and facts by the symbol of the document.

        Examples
        --------
        >>> import jcm_calc
        >>> jcm_calc.methodology("ID_AM003").by_symbol()["EC_PJ,i,p"].name
        'EC_PJ'
        """
        return {one.symbol: one for one in (*self.facts.values(), *self.inputs.values())}

    def names(self) -> dict[str, str]:
        """Return the name of each symbol of a parameter, fact or coordinate: whatever can be given or looked up by."""
        return {symbol: one.name for symbol, one in self.by_symbol().items()} | {
            name: name for name in self.coordinates
        }

    def by_name(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is given under names of any spelling by the declared names.

        Raises
        ------
        InputError
            If two of them are the same.
        """
        found: dict[str, Any] = {}
        problems = []
        for name, one in given.items():
            own = self.named(name) or name
            if own in found:
                problems.append(Problem(name, _("is given twice, as {own} too").format(own=own)))
            found[own] = one
        InputError.raise_for(str(self), problems)
        return found

    def check(self) -> None:
        """Refuse what is used and not declared, all of it at once.

        Raises
        ------
        DeclarationError
            With every name, how it may have been meant, and the line of the function that uses it.
        """
        if not self._frozen and (found := list(faults(self))):
            raise DeclarationError(f"{self}: {'; '.join(found)}")

    def symbols(self) -> dict[str, str]:
        """Return the document's symbol of every name."""
        named: Iterable[Any] = [*self.inputs.values(), *self.facts.values(), *self.rules]
        return {item.name: item.symbol for item in named} | {name: name for name in self.coordinates}

    def written(self, name: str, choices: Mapping[str, str] | None = None) -> str:
        """Return an equation as text in the document's symbols."""
        rule = self.operands(choices or {})[name]
        if not isinstance(rule, Equation):
            raise KeyError(f"{name} is no equation of {self}")
        return rule.written(self.symbols())

    def section(self, rule: Equation) -> str:
        """Return the section of an equation in the standard outline of a methodology."""
        for target, section in (
            ("RE", _("methodology, section F (establishment and calculation of reference emissions)")),
            ("PE", _("methodology, section G (calculation of project emissions)")),
        ):
            if rule.name in _graph.reachable(self, rule.when, frozenset(), (target,)):
                return section
        return _("methodology, section H (calculation of emission reductions)")

    @property
    def versions(self) -> tuple[Version, ...]:
        """Every known version, the earliest first."""
        own = Version(self.version, self.approved, "", self.identity["version"], self.until)
        return tuple(sorted((*self.other_versions, own), key=lambda version: version_key(version.number)))


def effects(subject: str, terms: Mapping[str, str]) -> dict[str, Effect]:
    """Return what each term of ER does.

    Examples
    --------
    >>> effects("XX_AM001", {"LK": "deduction", "U": "rebate"})
    Traceback (most recent call last):
    jcm_calc.declarations.frozen.DeclarationError: XX_AM001: terms={'U': 'rebate'} must be deduction, addition, discount
    """
    if odd := {name: effect for name, effect in terms.items() if effect not in list(Effect)}:
        raise DeclarationError(f"{subject}: terms={odd} must be {', '.join(Effect)}")
    return {name: Effect(effect) for name, effect in terms.items()}


def version_key(number: str) -> tuple[int, ...]:
    """Return a key by which versions sort: 2.0 before 10.0.

    Examples
    --------
    >>> sorted(["10.0", "2.0", "2.1"], key=version_key)
    ['2.0', '2.1', '10.0']
    """
    if not isinstance(number, str) or not VERSION.fullmatch(number):
        raise DeclarationError(f'the version {number!r} must be a text such as "1.0"')
    return tuple(int(part) for part in number.split("."))
