"""Monitored parameters: what `jcm_calc.calculate` takes, with its origin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from jcm_calc.base import notebook
from jcm_calc.base.languages import Message, _, ngettext
from jcm_calc.base.problems import InputError, Problem, listed
from jcm_calc.inputs.metered import METERS
from jcm_calc.inputs.periods import Period
from jcm_calc.readings import clock, record
from jcm_calc.readings.cross_checks import CrossCheckOutcome
from jcm_calc.readings.files import ReadFile
from jcm_calc.readings.findings import ReadingsFinding
from jcm_calc.readings.periods import span
from jcm_calc.readings.plan import Device, Meter, MonitoringPlan

if TYPE_CHECKING:
    import pandas as pd

    from jcm_calc.inputs.monitored_table import MonitoredTable

# What is said of a finding, in tables and records.
FINDING = (
    *("code", "severity", "meter", "from", "to", "what", "note", "treatment", "reason"),
    *("read", "used", "effect", "unit", "effect_on_ER", "question"),
)


@dataclass(frozen=True, repr=False)
class Monitored:
    """Amounts of each meter and period, what was found on the way, and what was done about it.

    Attributes
    ----------
    plan : MonitoringPlan
    periods : tuple of Period
        The report sheets: a calendar year or part of one each.
    units : mapping
        The unit of each meter's parameter.
    indices : mapping
        The indices of each parameter, in the methodology's order.
    read, amounts : mapping
        For each meter, the amount in each period, as read and after treatment.
    findings : tuple of ReadingsFinding
    comparisons : tuple of CrossCheckOutcome
        What cross-checks found.
    files : tuple of ReadFile
    blocks : DataFrame
        Amount and time covered by meter and local day or half-day.
    steps : DataFrame
        What readings stand for, also outside the periods: meter, start and stop as instants, amount, and
        what a register showed before. Every step where there are few, else the sum of each block.
    outside : mapping
        Of meters with readings outside the periods, how many they are, and the instants from and to.
    """

    plan: MonitoringPlan
    periods: tuple[Period, ...]
    units: Mapping[str, str]
    indices: Mapping[str, str]
    read: Mapping[str, Sequence[float]]
    amounts: Mapping[str, Sequence[float]]
    findings: tuple[ReadingsFinding, ...]
    comparisons: tuple[CrossCheckOutcome, ...]
    files: tuple[ReadFile, ...]
    blocks: pd.DataFrame
    steps: pd.DataFrame
    outside: Mapping[str, tuple[int, int, int]] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<Monitored {self._summary()}>"

    def _repr_html_(self) -> str:
        found = self.findings_table()[["meter", "from", "to", "what", "note", "treatment", "effect", "unit"]]
        amounts = self.table().drop(columns=["days", "hours"])
        tables = [(_("Amounts"), amounts), *([(_("Findings"), found)] if self.findings else [])]
        return notebook.page(_("Readings: {summary}").format(summary=self._summary()), tables=tables)

    def _summary(self) -> str:
        """Say in one line which meters and periods there are, and what was found."""
        parts: list[str] = [listed(self.plan.meters, limit=4), listed(self.periods, limit=4)]
        count = len(self.findings)
        parts.append(ngettext("{count:,} finding", "{count:,} findings", count).format(count=count))
        if self.open:
            parts.append(_("{count:,} without a treatment").format(count=len(self.open)))
        return Message("; ").join(parts)

    @property
    def open(self) -> tuple[ReadingsFinding, ...]:
        """Findings for which no treatment is chosen: nothing can be calculated while there are any."""
        return tuple(finding for finding in self.findings if finding.open)

    @property
    def questions(self) -> tuple[ReadingsFinding, ...]:
        """Findings that leave something open for a person to settle."""
        return tuple(finding for finding in self.findings if finding.question)

    @property
    def counting(self) -> list[str]:
        """The meters that count, and do not only serve a cross-check."""
        return [meter.name for meter in self.plan.counting]

    # Tables

    def table(self) -> pd.DataFrame:
        """Return the amounts by meter and period, as read and after treatment."""
        import pandas as pd

        rows = [
            {
                "meter": name,
                "parameter": meter.parameter,
                **meter.labels,
                "p": str(period),
                "days": period.days,
                "hours": (end - start) / clock.HOUR,
                "read": self.read[name][number],
                "amount": self.amounts[name][number],
                "unit": self.units[name],
            }
            for name, meter in self.plan.meters.items()
            for number, period in enumerate(self.periods)
            for start, end in [span(period, self.plan.where)]
        ]
        return pd.DataFrame(rows)

    def findings_table(self) -> pd.DataFrame:
        """Return a row for each finding: meter, from, to, what, treatment, effect."""
        import pandas as pd

        grades = ["" if one.evidence is None else str(one.evidence.grade) for one in self.findings]
        found = pd.DataFrame([self._finding(one) for one in self.findings], columns=list(FINDING))
        return found.rename(columns={"effect_on_ER": "effect on ER [tCO2]"}).assign(grade=grades)

    def shown(self, moment: int) -> str:
        """Return what a clock in the project's zone shows at an instant."""
        return clock.local(moment, self.plan.where).strftime("%Y-%m-%d %H:%M")

    def monthly(self) -> pd.DataFrame:
        """Return the amounts by month and meter, after treatment; each step and effect counts where it begins."""
        import pandas as pd

        sums = self.blocks.groupby(["month", "meter"])["amount"].sum().unstack("meter")
        effects = pd.DataFrame(
            [(self.shown(one.start)[:7], one.meter, one.effect or 0.0) for one in self.findings],
            columns=["month", "meter", "effect"],
        )
        more = effects.groupby(["month", "meter"])["effect"].sum().unstack("meter")
        total: pd.DataFrame = sums.add(more, fill_value=0.0).rename_axis(columns=None)
        return total

    def availability(self) -> pd.DataFrame:
        """Return the share of each local day for which a meter has readings."""
        return self.blocks.groupby(["day", "meter"])["covered"].sum().unstack("meter").fillna(0.0).clip(upper=1.0)

    # To a calculation

    @cached_property
    def tables(self) -> list[MonitoredTable]:
        """The tables for `jcm_calc.calculate`, one for each set of indices, with their provenance.

        Raises
        ------
        InputError
            While a finding has no treatment, with all of them.
        """
        from jcm_calc.inputs.monitored_table import MonitoredTable

        if self.open:
            raise InputError(_("the readings"), self.open_problems())
        found = []
        for frame, of in by_indices(self.plan.counting, self.periods, self.units, self.indices, self.amounts):
            frame[METERS] = [listed(names, limit=4) for names in of]
            meters = list(dict.fromkeys(name for names in of for name in names))
            files = listed((file.name for file in self.files), limit=3) or "a DataFrame"
            frame.attrs["source"] = f"meters {listed(meters, limit=4)} ({files})"
            found.append(MonitoredTable.of(frame, self.provenance(meters)))
        return found

    def open_problems(self) -> list[Problem]:
        """Return every finding that has no treatment, with those that are permitted."""
        complaint = _("{kind} from {start} to {end}: {note}; choose one of {treatments}")
        none, permitted = _("none in these data correction rules"), self.plan.rules.treatments
        return [
            Problem(
                one.meter,
                complaint.format(
                    kind=one.kind,
                    start=self.shown(one.start),
                    end=self.shown(one.end),
                    note=one.note,
                    treatments=listed(permitted.get(one.kind, ()), limit=9) or none,
                ),
                one.code,
            )
            for one in self.open
        ]

    def provenance(self, meters: Sequence[str] = ()) -> dict[str, Any]:
        """Return files with SHA-256, meters, amounts, findings with their treatments, and rules, ready for JSON."""
        whole = {
            "files": [
                {"file": file.name, "sha256": file.sha256, "rows": file.rows} for file in self.files if not file.query
            ],
            "queries": [
                {"database": one.name, "query": one.query, "sha256": one.sha256, "rows": one.rows}
                for one in self.files
                if one.query
            ],
            "meters": {name: self._meter(meter) for name, meter in self.plan.meters.items()},
            "amounts": [
                {"meter": name, "p": str(period), "read": read, "amount": amount, "unit": self.units[name]}
                for name in self.plan.meters
                for period, read, amount in zip(self.periods, self.read[name], self.amounts[name], strict=True)
            ],
            "rule_set": self.plan.rules.name,
            "rules": self._rules(),
            "stops": [
                {"meter": one.meter, "from": self.shown(one.start), "to": self.shown(one.end), "reason": one.reason}
                for one in self.plan.stops
            ],
            "findings": [self._finding(one) for one in self.findings],
            "cross_checks": [one.as_data() for one in self.comparisons],
        }
        return record.restricted(whole, meters or self.plan.meters)

    def _meter(self, meter: Meter) -> dict[str, str]:
        """Return what is said of a meter in the record of readings."""
        steps = {
            f"every {one.step / clock.MINUTE:g} min" if one.step else "as read"
            for one in self.plan.readings
            if not one.meters or meter.name in one.meters
        }
        return {
            "parameter": meter.parameter,
            "labels": ", ".join(f"{letter}={label}" for letter, label in meter.labels.items()),
            "devices": _described(meter),
            "frequency": ", ".join(sorted(steps)),
        }

    def _rules(self) -> dict[str, dict[str, Any]]:
        """Return the rules by which findings were treated, with their evidence."""
        rules = {}
        for one in self.findings:
            if (
                not self.plan.meters[one.meter].check_only
                and one.evidence
                and one.treatment not in ("", "final and initial reading")
            ):
                rules[f"{one.kind}: {one.treatment}"] = {
                    "grade": str(one.evidence.grade),
                    "note": one.evidence.note,
                    "certainty": one.evidence.certainty,
                    "source": str(one.evidence.source or ""),
                }
        return rules

    def _finding(self, one: ReadingsFinding) -> dict[str, Any]:
        severity = "open" if one.open else one.severity
        begin, end = self.shown(one.start), self.shown(one.end)
        said = (one.code, severity, one.meter, begin, end, one.kind, one.note, one.treatment, one.reason)
        numbers = (one.read, one.used, one.effect, self.units[one.meter], one.tonnes)
        return dict(zip(FINDING, (*said, *numbers, one.question), strict=True))

    def sources(self) -> dict[str, dict[str, str]]:
        """Return, for each parameter, how it was monitored: columns (h) to (k) of the report sheet."""
        return record.sources(self.provenance(self.counting))


def by_indices(
    meters: Iterable[Meter],
    periods: Sequence[Period],
    units: Mapping[str, str],
    indices: Mapping[str, str],
    amounts: Mapping[str, Sequence[float]],
) -> list[tuple[pd.DataFrame, list[list[str]]]]:
    """Return a table of amounts for each set of indices, and the meters of each of its rows."""
    import pandas as pd

    groups: dict[str, list[Meter]] = {}
    for meter in meters:
        groups.setdefault(indices[meter.parameter], []).append(meter)
    found = []
    for letters, group in groups.items():
        cells: dict[tuple[Any, ...], dict[str, float]] = {}
        of: dict[tuple[Any, ...], list[str]] = {}
        for meter in group:
            heading = f"{meter.parameter} [{units[meter.name]}]"
            for period, amount in zip(periods, amounts[meter.name], strict=True):
                key = tuple(str(period) if letter == "p" else meter.labels[letter] for letter in letters)
                row = cells.setdefault(key, {})
                row[heading] = row.get(heading, 0.0) + amount
                of.setdefault(key, []).append(meter.name)
        frame = pd.DataFrame(list(cells.values()))
        for place, letter in enumerate(letters):
            frame.insert(place, letter, [key[place] for key in cells])
        found.append((frame, [of[key] for key in cells]))
    return found


def _in_use(since: int | None, device: Device) -> bool:
    """Whether a multiplier began with a device, or while it was in use."""
    return since == device.since or (
        since is not None and (device.since or 0) <= since and (device.until is None or since < device.until)
    )


def _described(meter: Meter) -> str:
    texts = []
    for device in meter.devices:
        parts = [f"meter {device.serial or meter.name}"]
        if device.accuracy_class:
            parts.append(f"class {device.accuracy_class}")
        if device.calibrations:
            parts.append("calibrated " + ", ".join(str(one.on) for one in device.calibrations))
        factors = [one for one in meter.multipliers if _in_use(one.since, device)]
        if factors:
            parts.append("multiplier " + ", then ".join(f"{one.factor:g}" for one in factors))
        texts.append(", ".join(parts))
    return ", then ".join(texts)
