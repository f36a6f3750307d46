"""Plots draw what was calculated; whether they please is looked at."""

import kernels
import matplotlib as mpl
import numpy as np
import pytest
from test_display import hostile_result
from test_explanation import results

from jcm_calc import calculate, methodologies, methodology, plots

mpl.use("Agg")

pytestmark = pytest.mark.filterwarnings("ignore::jcm_calc.problems.InputWarning")
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


def lengths(ax, direction="height"):
    return [getattr(bar, f"get_{direction}")() for bars in ax.containers for bar in bars]


@pytest.mark.parametrize("number", methodologies().index)
def test_every_methodology_and_its_results_can_be_drawn(number):
    for result in results(number, 2):
        for plot in RESULTS:
            ax = plot(result)
            assert "an estimate" in ax.get_xlabel()
            ax.figure.canvas.draw()
    m = methodology(number)
    ax = plots.equations(m)
    ax.figure.canvas.draw()
    assert len({text.get_position() for text in ax.texts}) == len(ax.texts)


def test_bars_are_as_high_as_the_emissions(fleet):
    heights = lengths(plots.emissions(fleet))
    np.testing.assert_allclose(heights, [*fleet.RE.magnitude, *fleet.PE.magnitude])


def test_the_waterfall_ends_at_the_whole_tonnes(fleet):
    ax = plots.waterfall(fleet)
    re, pe, er = (fleet.full(name).sum() for name in ("RE", "PE", "ER"))
    tonnes = fleet.by_year()["tonnes"].sum()
    np.testing.assert_allclose(lengths(ax), [re, -pe, er, tonnes - er, tonnes])
    assert ax.texts[-1].get_text() == f"{tonnes:,}"


def test_a_period_in_two_years_has_no_whole_tonnes():
    ax = plots.waterfall(calculate("PW_AM001", EG=500, p="2023-07-01/2024-06-30"))
    assert len(lengths(ax)) == 3


def test_units_stand_by_their_weight_and_small_ones_together():
    many = calculate("PW_AM001", EG=np.arange(1.0, 31.0).reshape(30, 1))
    found = lengths(plots.contributions(many), "width")
    assert len(found) == plots.MOST
    assert found[:-1] == sorted(found[:-1], reverse=True)
    assert sum(found) == pytest.approx(many.full("ER").sum())


def test_the_tornado_has_the_most_important_input_on_top(fleet):
    ax = plots.sensitivity(fleet, by=0.2)
    smaller, larger = ([bar.get_width() for bar in bars] for bars in ax.containers)
    spans = np.maximum(np.abs(smaller), np.abs(larger))
    assert spans.tolist() == sorted(spans, reverse=True)
    assert ax.get_yticklabels()[0].get_text() == r"$\mathit{COP}_{\text{RE},i}$"
    assert ax.get_ylim()[0] > ax.get_ylim()[1]


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
    for one, other in ((plots.BLUE, plots.ORANGE), (plots.ORANGE, plots.GREEN)):
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
    import pandas as pd

    ax = plots.contributions(calculate("PW_AM001", pd.DataFrame(table)))
    ax.figure.canvas.draw()


# Plots leave matplotlib as they found it

SUBJECTS = {
    "emissions": "result",
    "waterfall": "result",
    "contributions": "result",
    "sensitivity": "result",
    "equations": "result.methodology",
}
FIRST = """
import warnings
warnings.simplefilter("ignore")
import jcm_calc
from jcm_calc import plots
result = jcm_calc.calculate("PW_AM001", EG=[[500.0, 400.0], [300.0, 200.0]], p=["2023", "2024"])
"""


def test_every_public_plot_is_tried_below():
    assert set(SUBJECTS) == {
        name for name, one in vars(plots).items()
        if getattr(one, "__module__", "") == plots.__name__ and "Axes" in str(one.__annotations__.get("return"))
        and not name.startswith("_")
    }  # fmt: skip


@pytest.mark.parametrize("interactive", [False, True])
@pytest.mark.parametrize("name", SUBJECTS)
def test_a_plot_changes_no_setting_and_opens_one_figure(name, interactive, fleet):
    import matplotlib.pyplot as plt

    subject = eval(SUBJECTS[name], {"result": fleet})
    plt.figure()
    with mpl.rc_context({"interactive": interactive, "font.size": 7.0, "hatch.linewidth": 3.0}):
        before, opened = dict(mpl.rcParams), plt.get_fignums()
        ax = getattr(plots, name)(subject)
        ax.figure.canvas.draw()
        assert dict(mpl.rcParams) == before
        assert set(plt.get_fignums()) - set(opened) == {ax.figure.number}
        getattr(plots, name)(subject, ax=mpl.figure.Figure().add_subplot())
        assert dict(mpl.rcParams) == before
        assert len(plt.get_fignums()) == len(opened) + 1


@pytest.mark.parametrize("name", SUBJECTS)
def test_a_plot_that_fails_leaves_no_empty_figure(name, fleet):
    import matplotlib.pyplot as plt

    with pytest.raises((KeyError, TypeError)):
        getattr(plots, name)(eval(SUBJECTS[name], {"result": fleet}), no_such="option")
    assert plt.get_fignums() == []


SETTINGS = "import matplotlib as mpl; print(sorted((key, str(value)) for key, value in mpl.rcParams.items()))"


@pytest.fixture(scope="module")
def settings_of_a_kernel():
    """The settings of matplotlib in a kernel that has drawn one figure without this library."""
    *_, shown = kernels.run(["import matplotlib.pyplot as plt", "plt.plot([1, 2]);", SETTINGS])
    return kernels.text(shown)


@pytest.mark.parametrize("name", SUBJECTS)
def test_every_plot_shows_in_a_notebook_and_so_do_those_of_the_user_after_it(name, settings_of_a_kernel):
    """Each plot is the first of a session once: the first figure starts the backend."""
    others = [other for other in SUBJECTS if other != name]
    own = "import matplotlib.pyplot as plt\nplt.plot([1, 2]);"
    cells = [f"plots.{one}({SUBJECTS[one]});" for one in (name, name, *others)]
    first, *shown, settings = kernels.run([FIRST, cells[0], own, *cells[1:], own, SETTINGS])
    assert not kernels.errors(first)
    assert [(kernels.pictures(one), kernels.errors(one)) for one in shown] == [(1, [])] * (len(cells) + 2)
    assert kernels.text(settings) == settings_of_a_kernel
