"""The report of a result: one self-contained HTML file."""

from __future__ import annotations

import base64
import json
import math
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from itertools import groupby, product
from typing import TYPE_CHECKING, Any

import numpy as np
from markupsafe import Markup

from jcm_calc import plots
from jcm_calc.base.files import check_ending, save
from jcm_calc.base.groups import grouped
from jcm_calc.base.languages import _
from jcm_calc.base.problems import listed
from jcm_calc.inputs.project import LABELS, Sources, as_text, checked
from jcm_calc.plots.svg import SvgAxes
from jcm_calc.readings import record
from jcm_calc.reports.explanation import Explanation, Step, explain
from jcm_calc.reports.html import amounts, display
from jcm_calc.reports.html.pages import page
from jcm_calc.units import with_unit

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from jcm_calc.evidence import Evidence
    from jcm_calc.inputs.case import PublishedFigure
    from jcm_calc.results.calculation import Calculation
    from jcm_calc.results.credits import Item

# A longer table of values is for the manifest and the workbook.
ROWS = 200
# With the words for a reader who does not see the picture.
PICTURES: dict[str, tuple[Callable[..., Axes], str]] = {
    _("Emissions by period"): (plots.emissions, _("bars of reference and project emissions of each period")),
    _("From RE to whole tonnes"): (plots.waterfall, _("a waterfall from RE over PE to ER and whole tonnes")),
    _("By unit"): (plots.contributions, _("bars of the emission reductions of each unit")),
    _("Sensitivity"): (plots.sensitivity, _("bars of the change of ER where one input changes")),
}


def write(
    path: str | os.PathLike[str],
    result: Calculation,
    project: Mapping[str, Any] | None,
    sources: Sources | None,
    published: Sequence[PublishedFigure],
    overwrite: bool,
) -> None:
    """Write the report; see `Result.to_html`."""
    check_ending(path, ".html")
    save(path, html(result, project, sources, published).encode(), overwrite=overwrite)


def html(
    result: Calculation,
    project: Mapping[str, Any] | None,
    sources: Sources | None,
    published: Sequence[PublishedFigure],
) -> str:
    """Return the report."""
    said, monitoring = checked(result.methodology, project, sources)
    manifest, readings = result.manifest(), record.of_tables(result.call["tables"])
    monitored = record.how_monitored(readings, monitoring, result.methodology.names())
    explanation = explain(result, "ER", {})
    return page(
        "report.html",
        written=_today(),
        period=_period(result),
        totals={name: float(amounts.sum()) for name, amounts in result.emissions.items()},
        values=list(_values(result)),
        elsewhere=_elsewhere(result, explanation),
        project={key: as_text(value) for key, value in said.items()},
        labels=LABELS,
        pictures=list(_pictures(result)),
        inputs=[row for row in result.quantities() if row["name"] in result.methodology.inputs],
        facts=list(_facts(result)),
        sources={name: monitored[name] for name in result.methodology.inputs if name in monitored},
        readings=readings,
        published=published,
        width=amounts.width(result.candidate_combinations()),
        evidence=_by_evidence(result.items),
        confirmed=[(item, item.evidence.confirmation) for item in result.items if item.evidence.confirmation],
        manifest=manifest,
        manifest_text=json.dumps(manifest, indent=2, ensure_ascii=False),
        **display.summary(result),
        **explanation.content("from-"),
    )


def _today() -> str:
    """Return the day in UTC; `SOURCE_DATE_EPOCH` fixes it where files have to be the same on every day."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    return str((datetime.now(UTC) if epoch is None else datetime.fromtimestamp(int(epoch), UTC)).date())


def _period(result: Calculation) -> str:
    """Return the monitoring period: the first and the last one where there are several."""
    first, *rest = map(str, result.inputs.periods)
    return f"{first} – {rest[-1]}" if rest else first


@dataclass(frozen=True)
class Values:
    """The values of parameters with the same indices: a row for each combination of labels."""

    indices: tuple[str, ...]
    names: list[str]
    units: list[str]
    rows: list[list[str]]
    count: int


def _values(result: Calculation) -> Iterator[Values]:
    """Yield every value of the parameters that have several; no rows of a table that is too long for a page."""
    axes, nodes = result.inputs.axes, result.methodology.inputs
    several = [row["name"] for row in result.quantities() if row["count"] > 1 and row["name"] in nodes]
    spanned = [letter for letter, axis in axes.items() if axis.size > 1]
    groups = grouped((tuple(one for one in spanned if one in nodes[name].indices), name) for name in several)
    for indices, names in groups.items():
        count = math.prod(axes[letter].size for letter in indices)
        rows = []
        if count <= ROWS:
            columns = [_texts(result, name) for name in names]
            labels = product(*(map(str, axes[letter].labels) for letter in indices))
            rows = [[*label, *values] for label, *values in zip(labels, *columns, strict=True)]
        yield Values(indices, names, ["" if nodes[n].unit == "category" else nodes[n].unit for n in names], rows, count)


def _texts(result: Calculation, name: str) -> list[str]:
    """Return the values of a quantity as text, in the order of its axes."""
    values, classes = result.full(name).ravel().tolist(), result.inputs.classes.get(name)
    if classes is not None:
        return [classes[int(value)] for value in values]
    return ["n/a" if math.isnan(value) else f"{value:,.{amounts.ENTERED}g}" for value in values]


def _elsewhere(result: Calculation, followed: Explanation) -> list[tuple[str, list[Step]]]:
    """Return the equations of every other unit and period, if they fit on a page: those that differ there."""
    axes = {letter: list(map(str, result.inputs.axes[letter].labels)) for letter in followed.place}
    if math.prod(map(len, axes.values())) > display.UNITS:
        return []
    found = []
    for labels in list(product(*axes.values()))[1:]:
        place = dict(zip(axes, labels, strict=True))
        steps = [
            step
            for step in explain(result, "ER", place).equations
            if step.equation and set(place) & set(step.equation.indices)
        ]
        found.append((", ".join(f"{letter} = {label}" for letter, label in place.items()), steps))
    return found


def _by_evidence(items: Iterable[Item]) -> dict[str, list[tuple[Evidence, str, list[Item]]]]:
    """Return items by their kind, those with the same evidence and section together."""
    return {
        kind: [
            (evidence, section, list(same))
            for (evidence, section), same in groupby(found, key=lambda item: (item.evidence, item.section))
        ]
        for kind, found in grouped((item.kind, item) for item in items).items()
    }


def _facts(result: Calculation) -> Iterator[tuple[str, str, str]]:
    """Yield name, text and value of each fact that was given."""
    for name, given in result.inputs.facts.items():
        fact = result.methodology.facts[name]
        values = [_entered(one, fact.unit) for one in np.unique(given).tolist()]
        yield name, fact.text, with_unit(listed(values), "" if fact.textual or fact.unit == "date" else fact.unit)


def _entered(value: Any, unit: str) -> str:
    """Write a fact as it was given."""
    if unit == "yes/no":
        return "yes" if value else "no"
    if unit == "date":
        return str(date.fromordinal(int(value)))
    return value if isinstance(value, str) else f"{value:,.{amounts.ENTERED}g}"


def _pictures(result: Calculation) -> Iterator[tuple[str, str, Markup]]:
    """Yield title, words and address of each plot."""
    for title, (plot, words) in PICTURES.items():
        if plot is plots.contributions and len(result.by_unit()) == 1:
            continue
        yield title, words, _address(partial(plot, result))
    m, choices = result.methodology, dict[str, Any](result.inputs.choices)
    words = _("which quantity is calculated from which; what is unconfirmed has a dashed border")
    yield _("Equations"), words, _address(partial(plots.equations, m, **choices))


def _address(draw: Callable[..., Axes]) -> Markup:
    """Draw a picture and return it as an address that holds the picture itself."""
    axes = SvgAxes()
    draw(ax=axes)
    encoded = base64.b64encode(axes.svg().encode()).decode()
    return Markup("data:image/svg+xml;base64,{}").format(encoded)
