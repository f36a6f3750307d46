"""A status made by hand: one of everything that a status can hold."""

from __future__ import annotations

from datetime import date, datetime
from math import nan

from jcm_calc.inputs.periods import Period
from jcm_calc.results.eligibility import Answer
from jcm_calc.results.status import (
    Action,
    Basis,
    CalibrationStatus,
    CriterionStatus,
    DocumentToShow,
    FindingStatus,
    Forecast,
    MeterStatus,
    MonthCoverage,
    MonthForecast,
    MonthReductions,
    Need,
    Plan,
    ProjectStatus,
    TreatmentOption,
)


def _coverage(*shares: float, first: int = 1) -> tuple[MonthCoverage, ...]:
    lengths = (31, 29, 31, 30, 31, 30, 31, 31, 30)
    days = {1: (nan,) * 9}  # the crediting period began on 10 January
    return tuple(
        MonthCoverage(date(2024, month, 1), share, (days.get(month, ()) + (share,) * length)[:length])
        for month, (share, length) in enumerate(zip(shares, lengths, strict=True), first)
    )


EXAMPLE = ProjectStatus(
    case="case.toml",
    title="A made-up plant",
    methodology="ID_AM003 ver 1.0",
    day=date(2024, 9, 30),
    year=Period.parse("2024-01-10/2024-12-31"),
    so_far=Period.parse("2024-01-10/2024-08-31"),
    meters=(
        MeterStatus("S1", "EC_PJ", "MWh", True, date(2024, 9, 30), 0, 89.41, _coverage(*[1.0] * 9)),
        MeterStatus("S2", "EC_PJ", "MWh", True, date(2024, 8, 31), 30, None, _coverage(*[1.0] * 7, 0.9, 0.0)),
        MeterStatus("check", "EC_PJ", "MWh", False, None, 264, None, _coverage(*[0.0] * 9)),
    ),
    findings=(
        FindingStatus(
            "S2",
            "gap",
            "F2",
            datetime(2024, 8, 14, 9),
            datetime(2024, 8, 17, 9),
            "no readings for 72 h",
            0.0,
            "MWh",
            options=(
                TreatmentOption("comparable period", 1.1352, 0.217),
                TreatmentOption("count as zero", 0.0, 0.0),
                TreatmentOption("substitute", needs="value and reason"),
            ),
        ),
        FindingStatus(
            "S1",
            "duplicate",
            "A10",
            datetime(2024, 2, 10, 6),
            datetime(2024, 2, 10, 18),
            "12 readings are repeated",
            0.42,
            "MWh",
            "count once",
            -0.041,
        ),
    ),
    calibrations=(
        CalibrationStatus("S2", "A-1048", date(2023, 6, 20), date(2024, 6, 20), -102),
        CalibrationStatus("S1", "A-1047", date(2023, 11, 5), date(2024, 11, 5), 36),
    ),
    criteria=(
        CriterionStatus("1", "The project installs refrigerators with natural refrigerant.", Answer.MET),
        CriterionStatus("2", "The refrigerators are checked each year.", Answer.NOT_SHOWN, ("checks_per_year",)),
    ),
    documents=(DocumentToShow("default", "COP_RE", "section F", "1.32", "not confirmed"),),
    ER=39.2,
    months=tuple(
        MonthReductions(date(2024, month, 1), days, er, planned)
        for month, days, er, planned in (
            (1, 22, 3.1, 5.5),
            (2, 29, 4.6, 7.3),
            (3, 31, 5.0, 7.8),
            (4, 30, 5.1, 7.5),
            (5, 31, 5.4, 7.8),
            (6, 30, 5.3, 7.5),
            (7, 31, 5.5, 7.8),
            (8, 31, 5.2, 7.8),
        )
    ),
    plan=Plan(89.5, 59.0, "[project] estimate"),
    forecast=Forecast(
        Basis.SEASONAL,
        59.8,
        55.1,
        64.5,
        method="the months left have the reductions of the same months in 2022 and 2023",
        years=(2022, 2023),
        tonnes=59,
        tonnes_low=55,
        tonnes_high=64,
        months=(
            MonthForecast(date(2024, 9, 1), 44.3, 43.5, 45.2),
            MonthForecast(date(2024, 10, 1), 49.5, 47.7, 51.4),
            MonthForecast(date(2024, 11, 1), 54.7, 51.6, 58.0),
            MonthForecast(date(2024, 12, 1), 59.8, 55.1, 64.5),
        ),
    ),
    actions=(
        Action(Need.BELOW_PLAN, "ER", "34 % below the plan for the same days", 19.8, None, "below plan 2024"),
        Action(Need.READINGS, "S2", "no readings since 2024-08-31", 1.9, None, "readings S2 2024-08-31"),
        Action(
            Need.FINDING, "S2", "gap from 2024-08-14 09:00: choose a treatment", 0.217, None, "gap S2 2024-08-14T09:00"
        ),
        Action(
            Need.CALIBRATION,
            "S2",
            "the calibration was due on 2024-06-20",
            0.1,
            date(2024, 6, 20),
            "calibration S2 A-1048 2024-06-20 overdue",
        ),
        Action(Need.CRITERION, "2", "state checks_per_year in [facts]", None, None, "criterion 2"),
    ),
)
