"""Plots draw what was calculated; whether they please is looked at."""

from pathlib import Path

import kernels
import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from reports.test_display import hostile_result
from reports.test_explanation import results

from jcm_calc import calculate, methodologies, methodology, plots, uncertainty
from jcm_calc.api.case_file import read_case
from jcm_calc.plots import drawing

mpl.use("Agg")

pytestmark = pytest.mark.filterwarnings("ignore::jcm_calc.base.problems.InputWarning")
RESULTS = (plots.emissions, plots.waterfall, plots.contributions, plots.sensitivity)
USE = np.array([[100.0, 150.0], [200.0, 250.0]])


@pytest.fixture(autouse=True)
def _closed():
    yield
    import matplotlib.pyplot as plt

    plt.close("all")


@pytest.fixture
def fleet():
    return calculate(
        "ID_AM003", EC_PJ=USE, COP_PJ=[1.63, 2.19], application=["individual quick freezer", "cold storage"],
        EF_elec=0.8, p=["2023", "2024"],
    )  # fmt: skip


@pytest.fixture(scope="module")
def monitored():
    return read_case(Path(__file__).parents[2] / "docs/examples/metered_year/case.toml").monitor()


@pytest.fixture
def drawn(fleet):
    return uncertainty(fleet, {"EF_elec": "±10 %", "COP_PJ": "±2 %"}, draws=5000)


def check_texts(ax):
    """Nothing that is written runs out of the picture, and the legend does not cover the title."""
    figure = ax.figure
    figure.canvas.draw()
    whole, used = figure.bbox_inches.padded(0.03), figure.get_tightbbox()
    assert whole.x0 <= used.x0 <= used.x1 <= whole.x1
    assert whole.y0 <= used.y0 <= used.y1 <= whole.y1
    legend = ax.get_legend()
    if legend:
        assert not legend.get_window_extent().overlaps(ax._left_title.get_window_extent())


def lengths(ax, direction="height"):
    return [getattr(bar, f"get_{direction}")() for bars in ax.containers for bar in bars]


@pytest.mark.parametrize("number", methodologies().index)
def test_every_methodology_and_its_results_can_be_drawn(number):
    for result in results(number, 1):
        for plot in RESULTS:
            ax = plot(result)
            assert "an estimate" in ax.get_xlabel()
            check_texts(ax)
    m = methodology(number)
    ax = plots.equations(m)
    check_texts(ax)
    assert len({text.get_position() for text in ax.texts}) == len(ax.texts)


def test_bars_are_as_high_as_the_emissions(fleet):
    heights = lengths(plots.emissions(fleet))
    np.testing.assert_allclose(heights, [*fleet.RE.magnitude, *fleet.PE.magnitude, *fleet.ER.magnitude])


def test_emissions_that_are_none_take_no_room():
    ax = plots.emissions(calculate("PW_AM001", EG=[[500.0, 400.0]], p=["2024", "2025"]))
    reference, reductions = ax.containers
    assert "PE is 0" in ax.get_xlabel()
    for place, (left, right) in enumerate(zip(reference, reductions, strict=True)):
        assert (left.get_x() + right.get_x() + right.get_width()) / 2 == pytest.approx(place)


def test_the_waterfall_ends_at_the_whole_tonnes(fleet):
    ax = plots.waterfall(fleet)
    re, pe, er = (fleet.full(name).sum() for name in ("RE", "PE", "ER"))
    tonnes = fleet.by_year()["tonnes"].sum()
    np.testing.assert_allclose(lengths(ax), [re, -pe, er, tonnes - er, tonnes])
    assert ax.texts[-1].get_text() == f"{tonnes:,}"


def test_a_period_in_two_years_has_no_whole_tonnes():
    ax = plots.waterfall(calculate("PW_AM001", EG=500, p="2023-07-01/2024-06-30", split="whole"))
    assert len(lengths(ax)) == 3


@pytest.mark.parametrize("count", [1, 2, 20])
@pytest.mark.parametrize("reported", [0, 2])
def test_the_forecast_has_the_whole_tonnes_of_each_year(count, reported):
    years = [str(year) for year in range(2025, 2025 + count)]
    amounts = [500.9 - 3.7 * number for number in range(count)]
    plan = calculate("PW_AM001", EG=[amounts], p=years)
    # the last year of the report is after those of the plan, where that has one
    own = [str(2025 + number) for number in range(reported)]
    report = calculate("PW_AM001", EG=[[450.0] * reported], p=own) if reported else None
    ax = plots.forecast(plan, report)
    check_texts(ax)
    tonnes = [int(amount * 0.533) for amount in amounts]
    expected = tonnes + [int(450 * 0.533)] * reported
    assert lengths(ax) == expected
    every = sorted({*years, *own})
    centres = {}
    for bars, labels in zip(ax.containers, (years, own), strict=False):
        for bar, label in zip(bars, labels, strict=True):
            centres.setdefault(label, []).append(bar.get_x() + bar.get_width() / 2)
    for place, label in enumerate(every):
        shared = set(years) & set(own)
        assert np.mean(centres[label]) == pytest.approx(place, abs=0 if label in shared or not reported else 0.2)
    named = " ".join(text.get_text() for text in ax.get_legend().get_texts())
    assert (f"{sum(tonnes) / count:,.1f} t a year" in named) == (count > 1)
    assert f"{sum(tonnes):,} t" in ax.get_title(loc="left")


def test_a_day_without_readings_is_a_gap_in_the_line_and_the_last_day_is_drawn():
    import jcm_calc

    hours = pd.DataFrame({"time": pd.date_range("2024-01-01", periods=24 * 31, freq="h"), "kW": 10.0})
    hours = hours[hours["time"].dt.day != 9]
    source = {
        "frame": hours,
        "kind": "power",
        "step": "1 h",
        "stamp": "start",
        "time": "time",
        "columns": {"INV": "kW"},
    }
    meters = {"INV": {"parameter": "EG", "unit": "kW"}}
    found = jcm_calc.monitor(meters, {"timezone": "Asia/Tokyo", "sources": [source]}, p="2024-01-01/2024-01-31")
    ax = plots.readings(found, "INV")
    (line,) = (patch for patch in ax.patches if hasattr(patch, "get_data"))
    values, edges, _ = line.get_data()
    assert len(edges) == 32
    assert edges[-1] - edges[0] == 31
    assert np.nonzero(~(np.nan_to_num(values) > 0))[0].tolist() == [8]
    check_texts(plots.availability(found))


def test_units_stand_by_their_weight_and_small_ones_together():
    many = calculate("PW_AM001", EG=np.arange(1.0, 31.0).reshape(30, 1))
    found = lengths(plots.contributions(many), "width")
    assert len(found) == drawing.MOST
    assert found[:-1] == sorted(found[:-1], reverse=True)
    assert sum(found) == pytest.approx(many.full("ER").sum())


def test_the_tornado_has_the_most_important_input_on_top(fleet):
    ax = plots.sensitivity(fleet, by=0.2)
    smaller, larger = ([bar.get_width() for bar in bars] for bars in ax.containers)
    spans = np.maximum(np.abs(smaller), np.abs(larger))
    assert spans.tolist() == sorted(spans, reverse=True)
    words, _, symbol = ax.get_yticklabels()[0].get_text().partition("  ")
    assert symbol == r"$\mathit{COP}_{\text{PJ},i}$"
    assert fleet.methodology.inputs["COP_PJ"].text.startswith(words.removesuffix("…"))
    labels = [label.get_text() for label in ax.get_yticklabels()]
    assert not any(r"$\mathit{COP}_{\text{RE},i}$" in one for one in labels)  # the document fixes it
    assert ax.get_ylim()[0] > ax.get_ylim()[1]
    found = fleet.sensitivity(0.2).query("of == 'project'")
    changes = found[["smaller", "larger"]].abs().to_numpy().max()
    assert drawing.amount(changes) in {text.get_text().removeprefix("−") for text in ax.texts}


def test_inputs_without_effect_are_counted_and_not_drawn():
    result = calculate("ID_AM003", EC_PJ=[[0.0], [0.0]], COP_PJ=1.63, application="cold storage", EF_elec=0.8)
    ax = plots.sensitivity(result)
    assert not lengths(ax, "width")
    own = result.sensitivity().query("of == 'project'")
    assert f"{len(own)} without effect" in ax.get_xlabel()


@pytest.mark.parametrize("units", [1, 2, 5, 12, 40])
def test_a_plot_of_bars_is_as_high_as_its_bars_need(units):
    result = calculate("PW_AM001", EG=np.arange(1.0, units + 1).reshape(units, 1))
    ax = plots.contributions(result)
    shown = min(units, drawing.MOST)
    assert ax.figure.get_figheight() == pytest.approx(drawing.AROUND + drawing.BAR * shown)
    ax.figure.canvas.draw()
    of_a_bar = ax.containers[0][0].get_window_extent().height / ax.figure.dpi
    assert 0.12 < of_a_bar < 0.25


def test_the_distribution_of_draws_is_drawn_with_what_is_calculated_from_it(drawn):
    for of in ("ER", "RE", "PE"):
        ax = plots.uncertainty(drawn, of=of)
        check_texts(ax)
        assert sum(bar.get_height() for bar in ax.patches if bar.get_width() < 20) == pytest.approx(100)
        told = [text.get_text() for text in ax.get_legend().get_texts()]
        assert f"calculated: {drawing.amount(drawn.plain(of))}" in told
        assert any(drawing.amount(drawn.percentile(97.5, of)) in one for one in told)
        assert any(drawing.amount(drawn.at_least(0.95)) in one for one in told) == (of == "ER")
    with pytest.raises(KeyError, match="EG"):
        plots.uncertainty(drawn, of="EG")


def test_readings_name_meter_and_unit(monitored):
    ax = plots.readings(monitored, "S2")
    check_texts(ax)
    assert ax.get_title(loc="left") == "Meter S2: EC_PJ, as read"
    assert ax.get_ylabel() == "MWh per day"
    calendar = plots.availability(monitored)
    check_texts(calendar)
    assert calendar.get_title(loc="left") == "Days with readings: S1, S2, S3"


def test_a_figure_gets_the_size_that_a_plot_needs_and_axes_keep_theirs(fleet):
    from matplotlib.figure import Figure

    own, given = plots.sensitivity(fleet), Figure()
    assert plots.sensitivity(fleet, ax=given).figure is given
    assert given.get_size_inches().tolist() == own.figure.get_size_inches().tolist()
    theirs = Figure(figsize=(3, 2))
    for name in ("sensitivity", "equations"):
        getattr(plots, name)(eval(SUBJECTS[name], {"result": fleet}), ax=theirs.add_subplot())
    assert theirs.get_size_inches().tolist() == [3, 2]


def test_a_plot_is_drawn_on_the_axes_it_is_given(fleet):
    from matplotlib.figure import Figure

    ax = Figure().add_subplot()
    assert plots.emissions(fleet, ax=ax) is ax


def test_the_graph_shows_the_case_that_is_chosen_and_what_is_unconfirmed():
    m = methodology("ID_AM002")
    drawn = {text.get_text(): text for text in plots.equations(m, power_source="grid").texts}
    assert r"$\mathit{EF}_{\text{grid}}$" in drawn
    assert r"$\mathit{EF}_{\text{captive}}$" not in drawn
    assert drawn[r"$\mathit{COP}_{\text{RE},i}$"].get_bbox_patch().get_linestyle() == "--"
    assert drawn[r"$\mathit{EF}_{\text{grid}}$"].get_bbox_patch().get_linestyle() == "-"
    with pytest.raises(KeyError, match="power_source"):
        plots.equations(m, power_source="sun")


def test_colours_differ_in_grey_and_for_the_colour_blind():
    """The pairs that stand side by side, in grey, and as somebody without red or green cones sees them."""
    deficient = {
        "protan": [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]],
        "deutan": [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]],
    }
    for one, other in ((drawing.BLUE, drawing.ORANGE), (drawing.ORANGE, drawing.GREEN)):
        rgb = [np.array(mpl.colors.to_rgb(colour)) for colour in (one, other)]
        grey = [colour @ [0.2126, 0.7152, 0.0722] for colour in rgb]
        assert abs(grey[0] - grey[1]) > 0.1
        for matrix in deficient.values():
            assert np.linalg.norm(np.array(matrix) @ (rgb[0] - rgb[1])) > 0.3


def test_labels_of_users_are_texts_and_no_mathematics(fleet):
    hostile = hostile_result()
    for plot in RESULTS:
        plot(hostile).figure.canvas.draw()
    table = {"i": ["$x^$", r"$\frac$"], "p": ["2024"] * 2, "EG": [1.0, 2.0]}
    ax = plots.contributions(calculate("PW_AM001", pd.DataFrame(table)))
    ax.figure.canvas.draw()


# Plots leave matplotlib as they found it

SUBJECTS = {
    "availability": "monitored",
    "contributions": "result",
    "emissions": "result",
    "equations": "result.methodology",
    "forecast": "result",
    "readings": "monitored, 'INV'",
    "sensitivity": "result",
    "uncertainty": "drawn",
    "waterfall": "result",
}
FIRST = """
import warnings
warnings.simplefilter("ignore")
import jcm_calc, pandas as pd
from jcm_calc import plots
result = jcm_calc.calculate("PW_AM001", EG=[[500.0, 400.0], [300.0, 200.0]], p=["2023", "2024"])
drawn = jcm_calc.uncertainty(result, {"EG": "±2 %"}, draws=100)
hours = pd.DataFrame({"time": pd.date_range("2024-01-01", periods=8784, freq="h"), "kW": 10.0})
source = {"frame": hours, "kind": "power", "step": "1 h", "stamp": "start", "time": "time", "columns": {"INV": "kW"}}
monitored = jcm_calc.monitor(
    {"INV": {"parameter": "EG", "unit": "kW"}}, {"timezone": "Asia/Tokyo", "sources": [source]}, p="2024"
)
"""


@pytest.fixture(scope="module")
def subjects():
    """What each plot takes, as a notebook has it."""
    scope = {}
    exec(FIRST, scope)
    return {name: eval(f"[{written}]", scope) for name, written in SUBJECTS.items()}


def test_every_public_plot_is_tried_below():
    assert list(SUBJECTS) == plots.__all__


@pytest.mark.parametrize("interactive", [False, True])
@pytest.mark.parametrize("name", SUBJECTS)
def test_a_plot_changes_no_setting_and_opens_one_figure(name, interactive, subjects):
    import matplotlib.pyplot as plt

    plt.figure()
    with mpl.rc_context({"interactive": interactive, "font.size": 7.0, "hatch.linewidth": 3.0}):
        before, opened = dict(mpl.rcParams), plt.get_fignums()
        ax = getattr(plots, name)(*subjects[name])
        ax.figure.canvas.draw()
        assert dict(mpl.rcParams) == before
        assert set(plt.get_fignums()) - set(opened) == {ax.figure.number}
        for own in (mpl.figure.Figure(), mpl.figure.Figure().add_subplot()):
            getattr(plots, name)(*subjects[name], ax=own)
            assert dict(mpl.rcParams) == before
            assert len(plt.get_fignums()) == len(opened) + 1


@pytest.mark.parametrize("name", SUBJECTS)
def test_a_plot_that_fails_leaves_no_empty_figure(name, subjects, monkeypatch):
    import matplotlib.pyplot as plt
    from matplotlib.axes import Axes

    def fails(self, *given, **options):
        raise ValueError("on purpose")

    monkeypatch.setattr(Axes, "set_title", fails)
    before = dict(mpl.rcParams)
    with pytest.raises(ValueError, match="on purpose"):
        getattr(plots, name)(*subjects[name])
    assert plt.get_fignums() == []
    assert dict(mpl.rcParams) == before


SETTINGS = "import matplotlib as mpl; print(sorted((key, str(value)) for key, value in mpl.rcParams.items()))"


@pytest.fixture(scope="module")
def settings_of_a_kernel():
    """The settings of matplotlib in a kernel that has drawn one figure without this library."""
    *_, shown = kernels.run(["import matplotlib.pyplot as plt", "plt.plot([1, 2]);", SETTINGS])
    return kernels.text(shown)


@pytest.mark.parametrize("name", ["emissions", "equations", "readings"])
def test_every_plot_shows_in_a_notebook_and_so_do_those_of_the_user_after_it(name, settings_of_a_kernel):
    """A plot of each module is the first of a session once: the first figure starts the backend."""
    others = [other for other in SUBJECTS if other != name]
    own = "import matplotlib.pyplot as plt\nplt.plot([1, 2]);"
    cells = [f"plots.{one}({SUBJECTS[one]});" for one in (name, name, *others)]
    first, *shown, settings = kernels.run([FIRST, cells[0], own, *cells[1:], own, SETTINGS])
    assert not kernels.errors(first)
    assert [(kernels.pictures(one), kernels.errors(one)) for one in shown] == [(1, [])] * (len(cells) + 2)
    assert kernels.text(settings) == settings_of_a_kernel
