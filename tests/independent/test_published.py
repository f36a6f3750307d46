"""The independent recalculations give the numbers that have been published or printed."""
# ruff: noqa: SIM300  (symbols are written as in the methodology)

import pytest

from independent import id_am002, id_am003, mn_am002, pw_am001, vn_am001
from independent.rules import whole_tonnes

# Rounding


def test_a_part_year_is_cut_to_whole_tonnes():
    assert whole_tonnes(328 * 5 / 12) == 136
    assert 136 + 5 * 328 == 1776


@pytest.mark.parametrize(
    ("er", "tonnes"),
    [(25.81, 25), (26.0, 26), (26 - 1e-12, 26), (26 - 1e-6, 25), (0.0, 0), (-0.5, 0), (-25.8, 0)],
)
def test_whole_tonnes(er, tonnes):
    assert whole_tonnes(er) == tonnes


# ID_AM002


@pytest.mark.parametrize(
    ("cop", "cooling_out", "chilled_out", "converted"),
    [(6.5, 36, 8, 6.106), (5.9, 38, 6, 6.258), (6.2, 37, 7, 6.2)],
)
def test_id_am002_conversion_to_standard_temperatures(cop, cooling_out, chilled_out, converted):
    assert id_am002.converted_cop(cop, cooling_out, chilled_out) == pytest.approx(converted, abs=0.0005)


@pytest.mark.parametrize(
    ("capacity", "cop"),
    [
        (299.9, 4.92),
        (300, 5.33),
        (449.9, 5.33),
        (450, 5.59),
        (500, 5.59),
        (549.9, 5.59),
        (550, 5.69),
        (824.9, 5.69),
        (825, 5.85),
        (1249.9, 5.85),
    ],
)
def test_id_am002_reference_cop_by_capacity(capacity, cop):
    assert id_am002.reference_cop(capacity) == cop


@pytest.mark.parametrize("capacity", [0, 1250, 2000])
def test_id_am002_has_no_reference_cop_beyond_its_classes(capacity):
    with pytest.raises(ValueError, match=r"capacity|reference COP"):
        id_am002.reference_cop(capacity)


def test_id_am002_project_emissions_of_id009_in_2017():
    _, PE, _ = id_am002.reference_project_reductions([[347.2]], [6.2], [37], [7], [500], "grid", 0.814)
    assert PE == [pytest.approx(282.6, abs=0.05)]


def test_id_am002_without_captive_electricity_both_sources_are_the_grid_alone():
    chiller = ([[347.2]], [6.2], [36], [8], [500])
    grid = id_am002.reference_project_reductions(*chiller, "grid", 0.814)
    both = id_am002.reference_project_reductions(*chiller, "both", 0.814, EI_grid=[42826.880], h_gen=[0.0], RC_gen=2.0)
    assert both == grid


def test_id_am002_unit_slip_of_the_imports_leaves_the_grid_alone():
    chiller = ([[347.2]], [6.2], [37], [7], [500])
    grid = id_am002.reference_project_reductions(*chiller, "grid", 0.814)
    for EI_grid, close in [(42_826_880.0, True), (42_826.880, False)]:
        slipped = id_am002.reference_project_reductions(
            *chiller, "both", 0.814, EI_grid=[EI_grid], h_gen=[4000.0], RC_gen=2.0
        )
        assert (slipped[1][0] == pytest.approx(grid[1][0], rel=1e-4)) is close


def test_id_am002_saving_of_the_500_usrt_chiller():
    # 33.2 kW over 8,322 h at 0.741 tCO2/MWh is 205 t; with a reference COP of 5.59 it asks for a COP of 6.25.
    load = 500 * 3.5163
    EC_PJ = load / 6.25 * 8322 / 1000
    _, _, ER = id_am002.reference_project_reductions([[EC_PJ]], [6.25], [37], [7], [500], "grid", 0.741)
    assert ER == [pytest.approx(205, abs=1)]


# ID_AM003


def test_id_am003_frozen_food_plant():
    RE, PE, ER = id_am003.reference_project_reductions([[135]], [1.63], ["individual quick freezer"], 0.814)
    assert id_am003.reference_electricity(135, 1.63, 1.32) == pytest.approx(166.70, abs=0.005)
    assert RE == [pytest.approx(135.70, abs=0.005)]
    assert PE == [pytest.approx(109.89, abs=0.005)]
    assert ER == [pytest.approx(25.81, abs=0.005)]
    assert round(RE[0]) == 136
    assert whole_tonnes(ER[0]) == 25
    assert ER[0] / RE[0] == pytest.approx(0.1902, abs=0.00005)


def test_id_am003_frozen_food_plant_with_the_catalogue_quotient():
    RE, _, ER = id_am003.reference_project_reductions([[135]], [70 / 43], ["individual quick freezer"], 0.814)
    assert id_am003.reference_electricity(135, 70 / 43, 1.32) == pytest.approx(166.49, abs=0.005)
    assert round(RE[0]) == 136
    assert whole_tonnes(ER[0]) == 25


@pytest.mark.parametrize(("EF_elec", "RE_printed"), [(0.741, 123.5), (0.8, 133.4), (0.855, 142.5)])
def test_id_am003_other_factors_do_not_print_136(EF_elec, RE_printed):
    RE, _, _ = id_am003.reference_project_reductions([[135]], [1.63], ["individual quick freezer"], EF_elec)
    assert RE == [pytest.approx(RE_printed, abs=0.05)]
    assert round(RE[0]) != 136


def test_id_am003_cold_storage_saves_22_per_cent_at_a_cop_of_2_19():
    RE, _, ER = id_am003.reference_project_reductions([[1000]], [2.19], ["cold storage"], 0.814)
    assert ER[0] / RE[0] == pytest.approx(0.22, abs=0.001)


# MN_AM002


def bornuur(eta_RE):
    return mn_am002.reference_project_reductions([[15200]], [[5088]], [2.3], eta_RE, [0.67], 0.099, 1.1501)


def test_mn_am002_bornuur_of_the_study():
    RE, PE, ER = bornuur(0.50)
    assert RE == [pytest.approx(3009.6, abs=1e-9)]
    assert PE == [pytest.approx(2259.429, abs=0.0005)]
    assert ER == [pytest.approx(750.171, abs=0.0005)]
    assert whole_tonnes(ER[0]) == 750


def test_mn_am002_bornuur_coal_and_electricity():
    _, coal, _ = mn_am002.reference_project_reductions([[15200]], [[0]], [2.3], 0.50, [0.67], 0.099, 1.1501)
    _, electricity, _ = mn_am002.reference_project_reductions([[0]], [[5088]], [2.3], 0.50, [0.67], 0.099, 1.1501)
    assert coal == [pytest.approx(2245.970, abs=0.0005)]
    assert electricity == [pytest.approx(13.459, abs=0.0005)]


@pytest.mark.parametrize(("eta_RE", "ER_printed"), [(0.60, 248.6), (0.61, 207.5), (0.62, 167.7)])
def test_mn_am002_other_reference_efficiencies(eta_RE, ER_printed):
    _, _, ER = bornuur(eta_RE)
    assert ER == [pytest.approx(ER_printed, abs=0.05)]


# PW_AM001


@pytest.mark.parametrize(("EG", "tonnes"), [(555.34, 295), (555.35, 296), (557.22, 296), (557.23, 297)])
def test_pw_am001_first_issuance_of_pw001(EG, tonnes):
    _, _, ER = pw_am001.reference_project_reductions([[EG * 220.5 / 370.5], [EG * 150 / 370.5]])
    assert whole_tonnes(ER[0]) == tonnes


def test_pw_am001_plan_of_pw001():
    RE, PE, ER = pw_am001.reference_project_reductions([[2991]])
    assert RE == ER
    assert PE == [0.0]
    assert ER == [pytest.approx(1594, abs=0.5)]


def test_pw_am001_factor_is_that_of_a_diesel_generator_of_49_per_cent():
    assert round(72.6 * 3.6 / 0.49 / 1000, 3) == 0.533


# VN_AM001

DEFAULT = ({"diesel": 43.0}, {"diesel": 0.0741})
LOWER = ({"diesel": 41.4}, {"diesel": 0.0726})
DENSITY = {"diesel": 0.84}


@pytest.mark.parametrize(("factors", "per_litre"), [(DEFAULT, 2.676), (LOWER, 2.525)])
def test_vn_am001_diesel_per_litre(factors, per_litre):
    assert vn_am001.fuel_emissions(1, "kL", "diesel", *factors, DENSITY) == pytest.approx(per_litre, abs=0.0005)


@pytest.mark.parametrize(
    ("NCV", "EF", "per_tonne"),
    [
        (41.4, 0.0726, 3.0056),
        (43.0, 0.0741, 3.1863),
        (46.5, 0.0543, 2.5250),
        (48.0, 0.0561, 2.6928),
        (5.50, 0.0909, 0.5000),
        (11.9, 0.1010, 1.2019),
    ],
)
def test_vn_am001_fuel_per_tonne(NCV, EF, per_tonne):
    assert vn_am001.fuel_emissions(1, "t", "any", {"any": NCV}, {"any": EF}) == pytest.approx(per_tonne, abs=0.00006)


@pytest.mark.parametrize(("factors", "kilolitres"), [(DEFAULT, 108), (LOWER, 114)])
def test_vn_am001_first_issuance_in_diesel(factors, kilolitres):
    # A fleet that burns this much less than before over the same distance.
    _, _, ER = vn_am001.by_distance(
        [[1e6]], [500 / 1e6], [[500 - kilolitres]], ["diesel"], *factors, DENSITY, "kL", "kL"
    )
    assert ER == [pytest.approx(288, abs=0.5 * 2.7)]


def test_vn_am001_lower_factors_scale_every_result_alike():
    assert (41.4 * 72.6) / (43.0 * 74.1) == pytest.approx(0.9433, abs=0.00005)
    for reading in (
        lambda f: vn_am001.by_distance([[1e6, 9e5]], [2e-4], [[185.0, 170.0]], ["diesel"], *f),
        lambda f: vn_am001.by_freight_work(
            [[8e6, 7e6]], [{"diesel": 210.0}], [8.5e6], [[185.0, 170.0]], ["diesel"], *f
        ),
    ):
        for default, lower in zip(reading(DEFAULT), reading(LOWER), strict=True):
            for p in range(2):
                assert lower[p] / default[p] == pytest.approx(0.9433, abs=0.00005)


def test_vn_am001_malaysian_sister_by_freight_work():
    # 45 trucks, 7 per cent less than before for the same freight work, 239 t.
    reference = 239 / 0.07
    history = reference / vn_am001.fuel_emissions(1, "kL", "diesel", *DEFAULT, DENSITY)
    RE, _, ER = vn_am001.by_freight_work(
        [[5e6]], [{"diesel": 2 * history}], [1e7], [[0.93 * history]], ["diesel"], *DEFAULT, DENSITY, "kL", "kL"
    )
    assert RE == [pytest.approx(3414, abs=0.5)]
    assert RE[0] / 45 == pytest.approx(76, abs=0.5)
    assert ER == [pytest.approx(239)]


def test_vn_am001_tonnes_and_kilolitres_agree():
    in_kl = vn_am001.by_distance([[1e6]], [2.5e-4], [[230.0]], ["diesel"], *DEFAULT, DENSITY, "kL", "kL")
    in_t = vn_am001.by_distance([[1e6]], [2.1e-4], [[193.2]], ["diesel"], *DEFAULT)
    for a, b in zip(in_kl, in_t, strict=True):
        assert a == pytest.approx(b)
