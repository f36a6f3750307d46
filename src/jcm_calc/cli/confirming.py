"""`jcm evidence`: files in which a reader of the approved document confirms what it says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import click
from rich.text import Text

from jcm_calc.api.case_file import read_case
from jcm_calc.base.files import save
from jcm_calc.base.languages import Message, _, ngettext, translated
from jcm_calc.base.problems import InputError, Problem
from jcm_calc.cli import output
from jcm_calc.cli.codes import DIFFERS
from jcm_calc.declarations.expression import Expression
from jcm_calc.declarations.graph import RESULTS
from jcm_calc.declarations.items import Equation
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.declarations.scheme import SCHEME_RULES
from jcm_calc.inputs.confirmation import EvidenceError, EvidenceFile, Statement, blank_file, statements, with_evidence
from jcm_calc.inputs.confirmation.applying import evidence_files, evidence_folder, named_files
from jcm_calc.inputs.confirmation.file import Supplied
from jcm_calc.inputs.confirmation.statements import of_scheme, order
from jcm_calc.inputs.confirmation.supplied import compared, in_declared_unit, unexplained
from jcm_calc.inputs.schema import page, past_day, words
from jcm_calc.results.credits import BY_DAYS, treatments
from jcm_calc.rulebooks import MethodologyNotFoundError, every, methodology
from jcm_calc.units import dates

NO = "no"


def _methodology(number: str | None, guidelines: bool, version: str | None) -> Declarations | None:
    """Return the methodology that is named, and None for the guidelines of the scheme."""
    if (number is None) != guidelines:
        raise click.UsageError(translated(_("name a methodology, or --guidelines")))
    return methodology(number, version) if number else None


def new_file(
    number: str | None,
    guidelines: bool,
    version: str | None,
    case: Path | None,
    document: Path | None,
    target: Path | None,
    every: bool,
    force: bool,
    as_json: bool,
) -> None:
    """Write an evidence file to be filled in: what is not confirmed yet, or every statement.

    Without a number it is about the rules of the scheme.
    """
    m = _methodology(number, guidelines, version)
    output.check_target(target, force, (".toml",))
    found = list(statements(m) if every and m else open_statements(m))
    if case is not None and m is not None:
        found += _treatments(m, case, every)
    try:
        text = blank_file(m, found, document)
    except OSError as error:
        complaint = _("{path} cannot be read: {reason}").format(path=document, reason=error.strerror)
        raise output.bad("--document", complaint) from None
    if target is not None:
        with output.writing(target):
            save(target, text.encode(), overwrite=force)
    if as_json:
        output.data({"written": target and str(target), "items": [str(one) for one in found], "text": text})
        return
    if target is None:
        output.write(text.rstrip())
        return
    left = ngettext("{count} item to fill in", "{count} items to fill in", len(found)).format(count=len(found))
    message = _("{path}: {counts}; then run: jcm evidence check {path}")
    output.paragraph(message.format(path=target, counts=left if found else _("nothing is left to confirm")))


def open_statements(m: Declarations | None) -> list[Statement]:
    """Return what neither the library nor the files in the user's folder confirm, in the order of the document.

    Without a methodology, the rules of the scheme.
    """
    if m is None:
        return list(map(of_scheme, SCHEME_RULES))
    try:
        confirmed = with_evidence(m, evidence_files(m, None))
    except EvidenceError:  # of files that no longer fit, everything is asked for again
        confirmed = m
    left = {statement.key for statement in statements(confirmed) if not statement.confirmed}
    return sorted((one for one in statements(m) if one.key in left), key=lambda one: order(one.section))


def ask_questions(
    number: str | None,
    guidelines: bool,
    version: str | None,
    document: Path,
    reader: str,
    target: Path | None,
    force: bool,
    as_json: bool,
) -> int:
    """Ask what the document says, item by item, and write the evidence file; return the exit code.

    An answer is the page on which the document says so, ``no`` where it says something else, or nothing.
    """
    m = _methodology(number, guidelines, version)
    target = target or Path(f"{(number or 'guidelines').lower()}.toml")
    output.check_target(target, force, (".toml",))
    asked = [one for one in open_statements(m) if m is None or one.kind != "rule"]
    answers = answered(m, asked)
    with output.writing(target):
        text = blank_file(m, asked, document, answers, reader, str(dates.today()))
        target.write_text(text, encoding="utf-8", newline="\n")
    written = _("{path}: {answered} of {count} items answered")
    _say(written.format(path=target, answered=len(answers), count=len(asked)))
    if m is not None and any(one.kind == "rule" for one in open_statements(m)):
        _say(
            _("The rules of the scheme are asked for once, for every methodology: {command}").format(
                command="jcm evidence ask --guidelines --document GUIDELINES.pdf"
            )
        )
    return check_files([target], as_json)


def answered(
    m: Declarations | None, asked: Sequence[Statement], seen: Mapping[tuple[str, str, str], Sequence[str]] | None = None
) -> dict[tuple[str, str, str], dict[str, Any]]:
    """Ask a person item by item; show what was seen of each in the document."""
    answers: dict[tuple[str, str, str], dict[str, Any]] = {}
    for place, statement in enumerate(asked, 1):
        _say(Message("\n{}/{}  {}").format(place, len(asked), statement.section))
        _say(_("Look for: {sentence}").format(sentence=_sentence(statement)))
        for line in (seen or {}).get(statement.key, ()):
            _say(line)
        if m is not None and isinstance(statement.item, Equation) and (whole := _in_one(m, statement.item)):
            _say(_("or in one: {equation}").format(equation=whole))
        if answer := _default_answer(statement) if statement.kind == "default" else _answer():
            answers[statement.key] = answer
    return answers


def signature() -> tuple[str, str]:
    """Ask who signs, and when; no person and no day where Enter is pressed."""
    person = prompted(_("Name of the person who has looked at each place (Enter: no person yet)"), words)
    if not person:
        return "", ""
    day = prompted(_("Day (Enter: today)"), past_day)
    return person, str(day or dates.today())


def _say(text: str) -> None:
    """Write a question, or what belongs to it, to standard error: standard output is for what is found."""
    output.show(Text(output.clean(text)), err=True)


def _sentence(statement: Statement) -> str:
    """Return what to look for in the document."""
    if statement.kind != "default":
        return Message("{} {}: {}").format(Message(statement.kind), statement.name, statement.reading)
    known = ", ".join(f"{key}: {value.value:g}".removeprefix(": ") for key, value in statement.values.items())
    return _("{reading} (here {values})").format(reading=statement.reading, values=known or _("no value"))


def _in_one(m: Declarations, rule: Equation) -> str:
    """Return an equation with those put in that it is made of, as a document may have it; nothing if there are none."""
    symbols = m.symbols()

    def put_in(name: str) -> str | Expression:
        found = [one for one in m.rules if one.name == name]
        if len(found) != 1 or found[0].total:
            return symbols[name]
        return found[0].expression({own: put_in(own) for own in found[0].arguments})

    # RE and PE have sections of their own, and are never put into ER
    operands = {name: symbols[name] if name in RESULTS else put_in(name) for name in rule.arguments}
    expression = str(rule.expression(operands))
    whole = f"{rule.symbol} = {f'Σ_{rule.total} ({expression})' if rule.total else expression}"
    return "" if all(isinstance(one, str) for one in operands.values()) else whole


def prompted(question: str, check: Callable[[Any], Any]) -> Any:
    """Ask until an answer is understood."""
    while True:
        given = click.prompt(translated(question), default="", show_default=False, err=True).strip()
        try:
            return check(given)
        except ValueError as error:
            _say(str(error))


def _answer() -> dict[str, Any]:
    found = prompted(_("Page where it says so (no: it says something else; Enter: later)"), _page_or_no)
    if found == NO:
        return {"agrees": NO, "page": prompted(_("Page where it says something else"), page)}
    return {"agrees": "yes", "page": found} if found else {}


def _page_or_no(given: str) -> str:
    return NO if given.casefold() == NO else page(given)


def _default_answer(statement: Statement) -> dict[str, Any]:
    """Ask for the value of a default, or for those of its classes, and for the page."""
    parameter = statement.item
    unit = Message(" [{}]").format(parameter.unit) if parameter.unit else ""
    number = _("Value in the document{unit} (Enter: later)").format(unit=unit)
    keys = [""]
    if parameter.by:
        keys = list(statement.values) or prompted(_("Classes or intervals of the table, with ; between them"), _several)
    asked = {key: prompted(Message("{}: {}").format(key, number) if parameter.by else number, str) for key in keys}
    given = {key: value for key, value in asked.items() if value}
    if not given:
        return {}
    found: dict[str, Any] = {"values": given} if parameter.by else {"value": given[""]}
    values, complaints = in_declared_unit(parameter, Supplied(given))
    for complaint in (*complaints, *unexplained(statement, values)):
        _say(complaint)
        found["note"] = prompted(_("What the document says of it (Enter: nothing)"), str)
    return {**found, "page": prompted(_("Page"), page)}


def _several(given: str) -> list[str]:
    return [one.strip() for one in given.split(";") if one.strip()]


def _treatments(m: Declarations, path: Path, every: bool) -> list[Statement]:
    """Return the rules by which the readings and the periods of a case were treated."""
    case = read_case(path)
    if case.methodology != m.number:
        complaint = _("is a case of {given}, not of {number}").format(given=case.methodology, number=m.number)
        raise InputError.of(path.name, complaint)
    found = [BY_DAYS] if case.split == "days" else []
    if case.meters:
        found += treatments(case.monitor().tables)
    return [one for one in found if every or not one.confirmed]


def _by_version(
    files: Iterable[EvidenceFile], of_scheme: Sequence[EvidenceFile]
) -> dict[tuple[str, str], list[EvidenceFile]]:
    """Group files; those about the scheme belong to every methodology, and are alone checked with any."""
    groups: dict[tuple[str, str], list[EvidenceFile]] = {}
    for file in files:
        if file.methodology:
            groups.setdefault((file.methodology, file.version), list(of_scheme)).append(file)
    if of_scheme and not groups:
        some = next(every())
        groups[some.number, some.version] = list(of_scheme)
    return groups


class _Checked(NamedTuple):
    """The evidence files of a version of a methodology, or those of the scheme alone, and what they leave open."""

    m: Declarations
    subject: object
    files: Sequence[EvidenceFile]
    left: Sequence[Statement]
    values: Sequence[tuple[Any, ...]]

    @classmethod
    def of(cls, m: Declarations, files: Sequence[EvidenceFile], alone: bool) -> _Checked:
        """Compare evidence files with a methodology; ``alone`` says that all of them are about the scheme."""
        confirmed = with_evidence(m, files)
        left = [one for one in statements(confirmed) if not one.confirmed and (one.kind == "rule" or not alone)]
        for file in files:
            if file.proposed:
                message = _("{file}: {count} proposals wait for a person and a date in [reader]")
                _say(message.format(file=file.name, count=file.proposed))
        return cls(m, _("rules of the scheme") if alone else m, files, left, list(_compared(m, confirmed)))

    @property
    def filled_in(self) -> int:
        return sum(len(file.entries) for file in self.files)

    def as_data(self) -> dict[str, Any]:
        return {
            "methodology": self.m.number,
            "version": self.m.version,
            "files": [file.name for file in self.files],
            "filled in": self.filled_in,
            "left": list(map(str, self.left)),
            "values": [dict(zip(COMPARED, row, strict=True)) for row in self.values],
        }

    def show(self) -> None:
        message = _("{files}: {subject}, {count} items filled in, {left} left to confirm")
        names = ", ".join(file.name for file in self.files)
        message = message.format(files=names, subject=self.subject, count=self.filled_in, left=len(self.left))
        output.paragraph(message, bold=True)
        if self.values:
            output.table(COMPARED, [[str(cell) for cell in row] for row in self.values])
        output.table([_("kind"), "", _("should be in")], _rows(self.left))


def check_files(paths: Sequence[Path], as_json: bool) -> int:
    """Compare evidence files with the methodologies and with each other; return the exit code."""
    files = named_files(paths)
    scheme_files = [file for file in files if not file.methodology]
    found, problems, missing = list[_Checked](), list[Problem](), list[Problem]()
    for (number, version), own in _by_version(files, scheme_files).items():
        try:
            m = methodology(number, version)
            found.append(_Checked.of(m, own, len(scheme_files) == len(own)))
        except MethodologyNotFoundError as error:
            missing += [Problem(file.name, str(error)) for file in own]
        except EvidenceError as error:
            problems += error.problems
    if missing:
        raise InputError(_("evidence"), [*missing, *problems])
    if as_json:
        stated = [str(problem) for problem in problems]
        output.data({"agrees": not problems, "problems": stated, "files": [one.as_data() for one in found]})
    else:
        for one in found:
            one.show()
    if problems:
        title = ngettext(
            "The evidence differs from the methodology package, or from itself, in {count} item",
            "The evidence differs from the methodology package, or from itself, in {count} items",
            len(problems),
        )
        output.complaints(title.format(count=len(problems)), problems)
    return DIFFERS if problems else 0


COMPARED = (_("symbol"), _("class"), _("in the document"), _("in the library"), _("page"), _("evidence"))


def _compared(m: Declarations, confirmed: Declarations) -> Iterator[tuple[Any, ...]]:
    """Yield each confirmed value next to what the library has."""
    for before in statements(m):
        if before.kind == "default":
            for key, value, here, evidence in compared(before, confirmed.inputs[before.item.name]):
                page_ = evidence.confirmation.page if evidence.confirmation else ""
                yield before.name, key, f"{value:.12g}", here, page_, str(evidence)


def _rows(left: Iterable[Statement]) -> list[list[str]]:
    return [
        [Message(one.kind), Message("{} {}").format(one.name, one.case) if one.case else one.name, one.section]
        for one in left
    ]


def show_folder(as_json: bool) -> None:
    """Say where evidence files are looked for when none is named, and which are there."""
    folder = evidence_folder()
    names = [path.name for path in sorted(folder.glob("*.toml"))]
    if as_json:
        output.data({"folder": str(folder), "files": names})
    else:
        output.write("\n".join([str(folder), *(f"  {name}" for name in names)]))
