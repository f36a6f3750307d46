"""From evidence files to a methodology whose statements are confirmed by them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache, lru_cache
from pathlib import Path

import platformdirs

from jcm_calc.base.languages import Message, _
from jcm_calc.base.problems import InputError, Problem, shown, suggestion
from jcm_calc.base.toml import parse_toml, read_text
from jcm_calc.declarations.interval import Interval
from jcm_calc.declarations.items import DeclarationError, Kind, Parameter, Table, Value
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.declarations.revision import duplicate
from jcm_calc.declarations.rows import same_days, spans
from jcm_calc.evidence import Evidence, Grade, confirmed
from jcm_calc.inputs.confirmation.file import EvidenceEntry, EvidenceFile, read_evidence
from jcm_calc.inputs.confirmation.statements import Statement, statements
from jcm_calc.inputs.confirmation.supplied import is_bin, values_of

One = str | os.PathLike[str] | EvidenceFile
EvidenceFiles = One | Sequence[One] | None
KEPT = 32
CHANGED = _("{value:g} is {grade} in the methodology package")


class EvidenceError(InputError):
    """Evidence that can be read, but contradicts the methodology, another file, or what it was written for."""


def evidence_folder() -> Path:
    """Return the folder of the user whose evidence files are taken where none is named."""
    return _evidence_folder(os.environ.get("XDG_CONFIG_HOME"), os.environ.get("HOME"))


@cache
def _evidence_folder(*_places: str | None) -> Path:
    """Find the folder once for each place that the environment names."""
    return Path(platformdirs.user_config_dir("jcm_calc", appauthor=False)) / "evidence"


def evidence_files(m: Declarations, given: EvidenceFiles) -> tuple[EvidenceFile, ...]:
    """Return the evidence files that are named; where none is, those of the user's folder that are about it."""
    if given is None:
        folder = evidence_folder()
        found = sorted(folder.glob("*.toml")) if os.path.isdir(folder) else []
        return named_files([path for path in found if _about(path, m)])
    return named_files(several(given))


def about(m: Declarations, files: tuple[EvidenceFile, ...] | None) -> tuple[EvidenceFile, ...] | None:
    """Return those of several files, for several methodologies, that are about one; None where none is named."""
    return None if files is None else tuple(one for one in files if one.about(m.number, m.version))


def named_files(paths: Iterable[One]) -> tuple[EvidenceFile, ...]:
    """Read evidence files, and complain of all of them at once."""
    files, problems = [], list[Problem]()
    for one in paths:
        try:
            files.append(one if isinstance(one, EvidenceFile) else read_evidence(one))
        except InputError as error:
            problems += error.problems
    InputError.raise_for(_("evidence"), problems)
    # neither the order in which they are named nor a name given twice changes anything
    return tuple(dict.fromkeys(sorted(files, key=lambda file: file.text)))


def several(given: EvidenceFiles) -> tuple[One, ...]:
    """Return what is named, one or several."""
    if given is None:
        return ()
    files = [given] if isinstance(given, str | os.PathLike | EvidenceFile) else given
    if not isinstance(files, Sequence) or not all(isinstance(one, str | os.PathLike | EvidenceFile) for one in files):
        complaint = _("got {got}; must be the path of an evidence file, or a list of paths")
        raise InputError.of("evidence", complaint.format(got=shown(given)))
    return tuple(files)


def _about(path: Path, m: Declarations) -> bool:
    found = parse_toml(path.name, read_text(path))
    said = found.get("methodology", ""), found.get("version", "")
    return said in ((m.number, m.version), ("", ""))


def with_evidence(m: Declarations, files: Sequence[EvidenceFile]) -> Declarations:
    """Return a methodology with what evidence files confirm and supply, and with nothing of what others confirm."""
    m = m.without_evidence or m
    if not files:
        return m
    found, problems = _applied(m, tuple(files))
    EvidenceError.raise_for(str(m), problems)
    return found


def confirm_again(m: Declarations, files: Sequence[EvidenceFile]) -> None:
    """Refuse what has changed since the files were applied, such as a global that an equation looks up."""
    _found, problems = _applied.__wrapped__(m.without_evidence or m, tuple(files))
    EvidenceError.raise_for(str(m), problems)


@lru_cache(maxsize=KEPT)
def _applied(m: Declarations, files: tuple[EvidenceFile, ...]) -> tuple[Declarations, tuple[Problem, ...]]:
    m.freeze()  # what is kept here of a methodology must stay true of it
    applying = _Applying(m)
    for file in files:
        applying.take(file)
    applying.settle()
    applying.found.freeze()
    return applying.found, tuple(applying.problems)


class _Applying:
    """One methodology, and what several files say of it."""

    def __init__(self, m: Declarations) -> None:
        self.m, self.found = m, duplicate(m)
        self.found.without_evidence = m
        self.known = {statement.key: statement for statement in statements(m)}
        self.taken: dict[tuple[str, str, str], list[tuple[EvidenceEntry, dict[str, float]]]] = {}
        self.problems: list[Problem] = []

    def complain(self, entry: EvidenceEntry, complaint: str) -> None:
        self.problems.append(Problem(entry.place, complaint))

    # What each file says, compared with the methodology

    def take(self, file: EvidenceFile) -> None:
        if not file.about(self.m.number, self.m.version):
            other = _("is about {methodology} ver {version}, but {m} is applied")
            other = other.format(methodology=file.methodology, version=file.version, m=self.m)
            self.problems.append(Problem(file.name, other))
            return
        for entry in file.entries:
            statement = self.known.get(entry.key)
            refusal = self._refusal(entry, statement)
            section = "" if statement is None else statement.section
            values: dict[str, float] = {}
            complaints: list[str] = [refusal] if refusal else []
            if not complaints and statement is not None and entry.kind == "default":
                values, complaints = values_of(self.m, statement, entry.supplied, explained=bool(entry.note))
            for complaint in complaints:
                self.problems.append(Problem(entry.place, complaint, section))
            if not complaints:
                self.taken.setdefault(entry.key, []).append((entry, values))

    def _refusal(self, entry: EvidenceEntry, statement: Statement | None) -> str:
        """Return why an item is not about the methodology as it is; nothing where it is."""
        m, day = self.m, entry.confirmation.day
        if statement is None:
            if entry.kind != "rule" or ": " not in entry.name:
                return self._unknown(entry)
            # a rule by which readings were treated: it is looked for where they are
            other = _("the document says something else: choose another treatment of the readings")
            return "" if entry.agrees else other
        reading = shown(statement.reading, 200)
        if statement.fingerprint != entry.fingerprint or statement.reading != entry.reading:
            complaint = _(
                "is about another reading than the present one, {reading}: read the document again, and take the "
                "item from `jcm evidence new {number} --version {version}`"
            )
            return complaint.format(reading=reading, number=m.number, version=m.version)
        if not entry.agrees:
            complaint = _("the document says something else than {reading}. Declare what it says in {revision}")
            if statement.confirmed:
                complaint = _(
                    "the document says something else than {reading}, and contradicts what was read: {evidence}. "
                    "Declare what it says in {revision}"
                )
            revision = _("a revision module, which `jcm new {number} --revises {version}` begins")
            revision = revision.format(number=m.number, version=m.version)
            return complaint.format(reading=reading, evidence=statement.evidence, revision=revision)
        if entry.kind != "rule" and m.approved is not None and day < m.approved:
            complaint = _("was read on {day}, before {m} was approved on {approved}: give the day of reading")
            return complaint.format(day=day, m=m, approved=m.approved)
        return ""

    def _unknown(self, entry: EvidenceEntry) -> str:
        names = [name for kind, name, _ in self.known if kind == entry.kind]
        case = f" ({entry.case})" if entry.case else ""
        hint = suggestion(entry.name, names) if entry.name not in names else _("; it has it in other cases")
        complaint = _("{m} has no {kind} {name}{case}{hint}")
        return complaint.format(m=self.m, kind=Message(entry.kind), name=entry.name, case=case, hint=hint)

    # What all files say together

    def settle(self) -> None:
        for key, said in self.taken.items():
            said.sort(key=lambda one: (one[0].confirmation.day, one[0].confirmation.person, one[0].confirmation.file))
            statement = self.known.get(key)
            if key[0] == "default" and statement is not None:
                self._default(statement.item, said)
            elif statement is not None:
                self._confirm(statement, _evidence(said[0][0], statement.evidence))
        self.found.treatments = {
            (key[1], entry.fingerprint): confirmed(entry.confirmation)
            for key, said in self.taken.items()
            if key not in self.known
            for entry, _ in reversed(said)
        }

    def _agreed(self, said: Sequence[tuple[EvidenceEntry, dict[str, float]]]) -> dict[str, tuple[float, EvidenceEntry]]:
        """Return each value with the first item that states it; complain where two differ."""
        values: dict[str, tuple[float, EvidenceEntry]] = {}
        whole = next((stated.keys() for entry, stated in said if entry.supplied.whole), None)
        for entry, stated in said:
            if entry.supplied.by != said[0][0].supplied.by:
                complaint = _("the table is by {by}, but {place} says by {first}")
                by, first = entry.supplied.by or "-", said[0][0].supplied.by or "-"
                self.complain(entry, complaint.format(by=by, place=said[0][0].place, first=first))
            for key, value in stated.items():
                first_value, other = values.setdefault(key, (value, entry))
                if first_value != value:
                    where = f"{key}: " if key else ""
                    complaint = _("{where}got {value:g}, but {place} says {first:g}")
                    self.complain(
                        entry, complaint.format(where=where, value=value, place=other.place, first=first_value)
                    )
                elif whole is not None and key not in whole:
                    complaint = _("{key}: another file says that the table has no such class").format(key=key)
                    self.complain(entry, complaint)
        return values

    def _confirm(self, statement: Statement, evidence: Evidence) -> None:
        found = self.found
        if statement.kind == "choice":
            found.choices[statement.name] = replace(found.choices[statement.name], evidence=evidence)
        elif statement.kind == "equation":
            place = self.m.rules.index(statement.item)
            found.rules[place] = replace(found.rules[place], evidence=evidence)
        elif statement.kind == "criterion":
            found.conditions = [
                replace(one, evidence=evidence) if one.number == statement.name else one for one in found.conditions
            ]
        elif statement.kind == "list":
            found.completeness[statement.name] = evidence
        elif statement.kind == "waiver":
            found.waivers = [replace(one, evidence=evidence) if one == statement.item else one for one in found.waivers]
        else:
            found.scheme = tuple(
                replace(one, evidence=evidence) if one.name == statement.name else one for one in found.scheme
            )

    def _default(self, parameter: Parameter, said: Sequence[tuple[EvidenceEntry, dict[str, float]]]) -> None:
        values, supplied = self._agreed(said), said[0][0].supplied
        if not parameter.by and not supplied.by:
            for value, entry in values.values():
                read = _value(value, entry, parameter.value)
                self.found.inputs[parameter.name] = replace(parameter, value=read, evidence=read.evidence)
            return
        own = {str(key): (key, value) for key, value in (parameter.table or Table({})).entries.items()}
        keys = self.m.keys_of(parameter)
        entries: dict[str | Interval, Value] = {}
        given: dict[str | Interval, Value] = {}
        for name, (value, entry) in values.items():
            key = Interval.parse(name) if not keys and is_bin(name) else name
            key = own[str(key)][0] if str(key) in own else key
            given[key] = _value(value, entry, own[str(key)][1] if str(key) in own else None)
        whole = any(entry.supplied.whole for entry, _ in said)
        for key, known in dict(own.values()).items():
            if key in given or not (whole or _overlapped(key, given, keys)):
                entries[key] = given.pop(key, known)
            elif known.evidence.confirmed:
                overlap = _("the bins of the document overlap {key}, which was read: {evidence}")
                self.complain(said[0][0], overlap.format(key=key, evidence=known.evidence))
        try:
            table = Table(entries | given)
            if table.numeric:
                table.bins()
            spans(keys, table.entries)
        except DeclarationError as error:
            self.complain(said[0][0], str(error))
            return
        if supplied.by and supplied.by not in {*self.found.inputs, *self.found.coordinates}:
            self._declare_key(supplied.by, parameter)
        by = supplied.by or parameter.by
        self.found.inputs[parameter.name] = replace(parameter, by=by, value=None, table=table)

    def _declare_key(self, name: str, parameter: Parameter) -> None:
        """Declare the class by which the document has a table, where the library has a single value."""
        indices = parameter.indices.replace("p", "")
        symbol = ",".join((name, *indices))
        text = _("class of {symbol} in the table of the document").format(symbol=parameter.symbol)
        key = Parameter(name, symbol, "category", indices, Kind.CLASS_KEY, text)
        declared = list(self.found.inputs.items())
        place = list(self.found.inputs).index(parameter.name)
        self.found.inputs = dict([*declared[:place], (name, key), *declared[place:]])


def _overlapped(key: str | Interval, given: Iterable[str | Interval], keys: tuple[str, ...]) -> bool:
    """Whether one of the bins or of the dates that the document has takes the place of one of ours."""
    if keys:
        return any(same_days(keys, str(key), str(one)) for one in given)
    return isinstance(key, Interval) and any(
        isinstance(one, Interval) and one.first < key.beyond and key.first < one.beyond for one in given
    )


def _evidence(entry: EvidenceEntry, before: Evidence, changed: str = "") -> Evidence:
    """Return the evidence of a confirmed statement; what was read in a primary document stays what it is."""
    return before if before.grade is Grade.PRIMARY else _read(entry, changed)


def _read(entry: EvidenceEntry, changed: str = "") -> Evidence:
    return confirmed(entry.confirmation, Message("; ").join(part for part in (changed, entry.note) if part))


def _value(value: float, entry: EvidenceEntry, known: Value | None) -> Value:
    """Return a value with the evidence of who has read it, and say what it takes the place of."""
    if known is None:
        return Value(value, _read(entry))
    changed = "" if known.value == value else CHANGED.format(value=known.value, grade=known.evidence.grade)
    return Value(value, _evidence(entry, known.evidence, changed))
