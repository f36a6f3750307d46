"""Every way in: whatever carries a value, its unit is converted or the input is refused."""

import numpy as np
import pandas as pd
import pint
import pint_pandas  # noqa: F401  (registers the dtype)
import pytest

from jcm_calc import InputError, calculate

FREEZER = {"COP_PJ": 1.63, "application": "individual quick freezer", "EF_elec": 0.8}
LABELS = pd.Index(["a", "b"], name="i")
# 135 MWh and 15 MWh at 0.8 tCO2/MWh are 150 x 0.8 = 120 t
KWH = [135_000.0, 15_000.0]
PROJECT_EMISSIONS = 120.0


def with_attrs(attrs):
    frame = pd.DataFrame({"EC_PJ": KWH}, LABELS)
    frame.attrs["units"] = attrs
    return frame


@pytest.mark.parametrize(
    "energy",
    [
        pd.Series(KWH, LABELS, name="EC_PJ [kWh]"),
        pd.Series(KWH, LABELS, name="EC_PJ,i,p (kWh)"),
        pd.Series(KWH, LABELS, name="electricity [kWh]"),
        pd.Series(KWH, LABELS, dtype="pint[kWh]"),
        pd.Series([135e6, 15e6], LABELS, dtype="pint[Wh]", name="EC_PJ"),
        pd.Series(pd.array([135.0, 15.0], dtype="pint[MWh]"), LABELS),
        pd.Series(pd.Categorical(pd.array(KWH)), LABELS, name="EC_PJ [kWh]"),
        with_attrs({"EC_PJ": "kWh"}),
        with_attrs("kWh")["EC_PJ"],
        with_attrs({"EC_PJ": pint.UnitRegistry().kWh})["EC_PJ"],
        pd.DataFrame({"i": ["a", "b"], "EC_PJ": pd.Series(KWH, dtype="pint[kWh]")}),
        pd.Series(KWH, LABELS, dtype="pint[kWh]").array.quantity[:, np.newaxis],
        [[pint.UnitRegistry().Quantity(135e3, "kWh")], [pint.UnitRegistry().Quantity(15, "MWh")]],
    ],
)
def test_the_unit_that_a_carrier_states_is_converted_and_recorded(energy):
    from jcm_calc import replay

    result = calculate("ID_AM003", **FREEZER, EC_PJ=energy)
    assert result.PE.magnitude == pytest.approx(PROJECT_EMISSIONS)
    assert replay(result.manifest()).PE.magnitude == pytest.approx(PROJECT_EMISSIONS)


@pytest.mark.parametrize(
    "energy",
    [
        *(
            pd.Series(KWH, LABELS, name=name)
            for name in ("kWh", "EC_PJ_kWh", "EC_PJ kWh", "COP_PJ [kWh]", ("EC_PJ", "kWh"))
        ),
        pd.Index(KWH, name="kWh"),
        pd.Series(KWH, LABELS, dtype="pint[km]"),
        pd.Series(KWH, LABELS, dtype="pint[kWh]", name="EC_PJ [MWh]"),
        [pd.Series(KWH, dtype="pint[kWh]").array.quantity],
        [[np.ma.masked], [15.0]],
        np.ma.masked_array([[135.0], [15.0]], [[True], [False]]),
    ],
)
def test_what_may_state_a_unit_is_refused_with_the_name_of_the_parameter(energy):
    with pytest.raises(InputError) as refused:
        calculate("ID_AM003", **FREEZER, EC_PJ=energy)
    assert "EC_PJ" in str(refused.value)


def test_a_temperature_and_a_capacity_of_pint_pandas_are_converted():
    chillers = pd.DataFrame(
        {
            "i": ["a"],
            "EC_PJ": pd.Series([100_000.0], dtype="pint[kWh]"),
            "COP_PJ": [6.0],
            "capacity": pd.Series([1758.15], dtype="pint[kW]"),  # 500 USRt of 3.5163 kW
            "T_cooling_out": pd.Series([98.6], dtype="pint[degF]"),  # 37 degC
            "T_chilled_out": pd.Series([44.6], dtype="pint[degF]"),  # 7 degC
        }
    )
    plain = pd.DataFrame(
        {
            "i": ["a"],
            "EC_PJ": [100.0],
            "COP_PJ": [6.0],
            "capacity": [500.0],
            "T_cooling_out": [37.0],
            "T_chilled_out": [7.0],
        }
    )
    one, other = (calculate("ID_AM002", table, power_source="grid", EF_grid=0.8) for table in (chillers, plain))
    assert one.ER.magnitude == pytest.approx(other.ER.magnitude, rel=1e-12)
