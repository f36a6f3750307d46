"""Findings of the catalogue that no check makes, with the reason."""

from jcm_calc.languages import _

UNDECIDED = {
    "C4": (_("Apportioning by another rule"), _("needs the users of a shared meter and their shares")),
    "D3": (_("Data vintage not uniform"), _("needs the data behind a factor, which no input carries")),
    "D4": (_("Factor from part of a year"), _("needs the data behind a factor, which no input carries")),
    "D5": (_("Weights other than registered"), _("needs the data behind a factor, which no input carries")),
    "D8": (_("Condition for own data not met"), _("needs the data behind a factor, which no input carries")),
    "D9": (_("One fuel’s factor for a mix"), _("needs the fuels of each building or unit")),
    "D12": (_("Capacity or hours other than registered"), _("no methodology here fixes hours or days beforehand")),
    "D13": (_("Wrong number of years in an average"), _("needs the data behind a factor, which no input carries")),
    "F3": (_("Missing documents differ between reports"), _("needs the text of other documents")),
    "F10": (
        _("Measured once instead of yearly"),
        _("needs the day on which a value was determined"),
    ),
    "F11": (_("Short test stretched over a year"), _("needs the test behind a value, which no input carries")),
    "G4": (
        _("Credited before in service"),
        _("the methodology that has dates of service applies them itself, to the day"),
    ),
    "H4": (_("Percentages do not follow from the totals"), _("needs the text of other documents")),
    "I5": (_("Survey answers contradict"), _("needs survey data, which no input carries")),
    "I6": (_("Population differs"), _("needs survey data, which no input carries")),
    "I7": (_("Precision not shown or not met"), _("needs survey data, which no input carries")),
    "I8": (_("Sampling other than planned"), _("needs survey data, which no input carries")),
    "K6": (_("Outdated form"), _("needs the dates on which forms were valid")),
}
