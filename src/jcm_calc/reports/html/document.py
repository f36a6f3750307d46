"""The report of a result: one HTML file that needs nothing besides itself."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from io import StringIO
from typing import TYPE_CHECKING, Any

import numpy as np
from markupsafe import Markup

from jcm_calc import plots
from jcm_calc.base.files import check_ending, save
from jcm_calc.base.languages import _
from jcm_calc.base.problems import listed, require
from jcm_calc.inputs.project import LABELS, Sources, as_text, checked
from jcm_calc.plots.drawing import style
from jcm_calc.readings import record
from jcm_calc.reports.explanation import explain
from jcm_calc.reports.html import amounts, display
from jcm_calc.reports.html.pages import page
from jcm_calc.results.candidates import SHOWN
from jcm_calc.units import with_unit

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from jcm_calc.inputs.case import Comparison
    from jcm_calc.results.calculation import Calculation

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
    published: Sequence[Comparison],
    overwrite: bool,
) -> None:
    """Write the report; see `Result.to_html`."""
    check_ending(path, ".html")
    save(path, html(result, project, sources, published).encode(), overwrite=overwrite)


def html(
    result: Calculation,
    project: Mapping[str, Any] | None,
    sources: Sources | None,
    published: Sequence[Comparison],
) -> str:
    """Return the report."""
    require("matplotlib", "plot")
    said, monitoring = checked(result.methodology, project, sources)
    manifest, readings = result.manifest(), record.of_tables(result.call["tables"])
    told = record.told(readings, monitoring, result.methodology.inputs)
    return page(
        "report.html",
        project={key: as_text(value) for key, value in said.items()},
        labels=LABELS,
        pictures=list(_pictures(result)),
        inputs=[row for row in result.quantities() if row["name"] in result.methodology.inputs],
        facts=list(_facts(result)),
        sources={name: told[name] for name in result.methodology.inputs if name in told},
        readings=readings,
        published=published,
        width=amounts.width(result.candidate_combinations(SHOWN)),
        items=display.by_kind(result.items),
        confirmed=[(item, item.evidence.confirmation) for item in result.items if item.evidence.confirmation],
        manifest=manifest,
        manifest_text=json.dumps(manifest, indent=2, ensure_ascii=False),
        **display.summary(result),
        **explain(result, "ER", {}).content("from-"),
    )


def _facts(result: Calculation) -> Iterator[tuple[str, str, str]]:
    """Yield name, text and value of each fact that was given."""
    for name, given in result.inputs.facts.items():
        fact = result.methodology.facts[name]
        words = {"True": "yes", "False": "no"} if fact.unit == "yes/no" else {}
        values = [words.get(str(bool(one)), str(one)) if words else str(one) for one in np.unique(given).tolist()]
        yield name, fact.text, with_unit(listed(values), "" if fact.textual else fact.unit)


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
    import matplotlib as mpl
    from matplotlib.figure import Figure

    figure, drawn = Figure(layout="constrained"), StringIO()
    # neither the day nor chance: the same result gives the same file
    with style(), mpl.rc_context({"svg.hashsalt": "jcm_calc"}):
        draw(ax=figure)
        figure.savefig(drawn, format="svg", metadata={"Date": None})
    encoded = base64.b64encode(drawn.getvalue().encode()).decode()
    return Markup("data:image/svg+xml;base64,{}").format(encoded)
