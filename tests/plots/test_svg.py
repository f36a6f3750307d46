"""The pictures of a report: the same as the plots, written as SVG without matplotlib."""

import re
import sys
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.textpath import TextPath
from reports.test_display import hostile_result
from reports.test_explanation import results

from jcm_calc import calculate, methodologies, methodology, plots
from jcm_calc.plots.svg import SvgAxes, _width

SVG = "{http://www.w3.org/2000/svg}"
RESULTS = (plots.emissions, plots.waterfall, plots.contributions, plots.sensitivity)
pytestmark = pytest.mark.filterwarnings("ignore::jcm_calc.base.problems.InputWarning")


def drawn(plot, subject, **options):
    axes = SvgAxes()
    plot(subject, ax=axes, **options)
    return ElementTree.fromstring(axes.svg())


def bars(picture, color):
    """Left end, upper end, width and height of the bars of a colour, without the square of the legend."""
    found = [one for one in picture.findall(f"{SVG}rect") if one.get("fill") == color and one.get("stroke") is None]
    return [[float(one.get(key)) for key in ("x", "y", "width", "height")] for one in found]


def texts(picture):
    return ["".join(one.itertext()) for one in picture.iter(f"{SVG}text")]


@pytest.fixture(scope="module")
def fleet():
    use = np.array([[100.0, 150.0], [200.0, 250.0]])
    return calculate(
        "ID_AM003", EC_PJ=use, COP_PJ=[1.63, 2.19], application=["individual quick freezer", "cold storage"],
        EF_elec=0.8, p=["2023", "2024"],
    )  # fmt: skip


def test_bars_are_as_long_as_what_they_show(fleet):
    picture = drawn(plots.emissions, fleet)
    for name, color in (("RE", "#0072B2"), ("PE", "url(#h0)"), ("ER", "#009E73")):
        one, other = (height for *_, height in bars(picture, color))
        assert other / one == pytest.approx(fleet.emissions[name][1] / fleet.emissions[name][0], abs=0.01)
    (_, top, _, high), (_, second, _, less) = bars(picture, "#0072B2")
    assert top + high == pytest.approx(second + less, abs=0.2)  # all begin at 0
    assert {"303.7", "240.0", "63.7", "404.3", "320.0", "84.3"} <= set(texts(picture))


def test_losses_reach_below_zero_and_the_tornado_both_ways():
    worse = calculate("ID_AM003", EC_PJ=[[100.0]], COP_PJ=[1.0], application=["cold storage"], EF_elec=0.8, p="2024")
    (box,) = bars(drawn(plots.emissions, worse), "#009E73")
    (reference,) = bars(drawn(plots.emissions, worse), "#0072B2")
    assert box[1] == pytest.approx(reference[1] + reference[3], abs=0.2)  # hangs from 0, on which RE is built
    boxes = bars(drawn(plots.sensitivity, worse), "#0072B2")
    assert min(left for left, *_ in boxes) < max(left for left, *_ in boxes)


@pytest.mark.parametrize("number", methodologies().index)
def test_every_methodology_is_drawn_within_its_picture(number):
    m = methodology(number)
    pictures = [drawn(plots.equations, m)]
    pictures += [drawn(plot, result) for result in results(number, 1) for plot in RESULTS]
    for picture in pictures:
        width, height = map(float, picture.get("viewBox").split()[2:])
        for element in picture.iter(f"{SVG}text"):
            for line in element.findall(f"{SVG}tspan[@x]"):
                text, x, y = "".join(line.itertext()), float(line.get("x")), float(line.get("y"))
                long = (
                    _width(text, float(element.get("font-size")))
                    * {"start": 0, "middle": 0.5, "end": 1}[element.get("text-anchor")]
                )
                assert 0.95 * long <= x <= width  # subscripts are smaller than this takes them to be
                assert 0 < y < height
    assert not re.search(r"[\\${}]", "".join(texts(pictures[0])))


def test_widths_are_about_those_of_the_font():
    for text in ("Emission reductions by unit", "individual quick freezer", "1,234,567.8", "WMmw@%", "tCO₂/MWh"):
        assert _width(text, 10) == pytest.approx(TextPath((0, 0), text, size=10).get_extents().width, rel=0.17)


@pytest.mark.parametrize("plot", RESULTS)
def test_names_of_others_are_texts(plot):
    picture = drawn(plot, hostile_result())
    assert {element.tag for element in picture.iter()} <= {
        SVG + tag for tag in ("svg", "defs", "pattern", "path", "rect", "polyline", "g", "text", "tspan")
    }


@given(st.text(max_size=20), st.sampled_from([r"$\mathit{EC}_{\text{PJ},i}$", r"$\eta_{\text{RE}}$", ""]))
def test_a_text_is_written_as_it_is(text, symbol):
    axes = SvgAxes()
    axes.set_size(4, 3)
    axes.set_title(f"{text.replace('$', chr(92) + '$')} {symbol}")
    (title,) = [one for one in ElementTree.fromstring(axes.svg()).iter(f"{SVG}text") if one.get("font-size") == "11"]
    shown = "".join(title.itertext())
    plain = "".join(sign if sign.isprintable() else " " for sign in text.replace("\n", ""))
    assert shown.startswith(plain)
    assert shown[len(plain) :] == {"": " ", r"$\eta_{\text{RE}}$": " ηRE"}.get(symbol, " ECPJ,i")


@given(st.floats(-1e12, 1e12), st.floats(-1e12, 1e12))
def test_ticks_are_few_and_round(one, other):
    axes = SvgAxes()
    axes.set_size(6, 3)
    axes.set_ylim(*sorted((one, other + 1e-3 if one == other else other)))
    low, high = axes.yaxis.limits
    if high - low < 1e-6 * max(abs(low), abs(high)):
        return
    ticks = [at for at, _ in axes.yaxis.marks(axes.yaxis.limits, 200)]
    assert 2 <= len(ticks) <= 9
    assert all(low - 1e-6 * (high - low) <= at <= high + 1e-6 * (high - low) for at in ticks)


def test_a_report_needs_no_matplotlib(monkeypatch, tmp_path, fleet):
    for name in [name for name in sys.modules if name.partition(".")[0] == "matplotlib"]:
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    fleet.to_html(tmp_path / "report.html")
    assert (tmp_path / "report.html").read_text("utf-8").count("data:image/svg+xml;base64,") >= 5
