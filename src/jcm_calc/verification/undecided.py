"""Findings of the catalogue that no check makes, with the reason."""

UNDECIDED = {
    "C4": ("Apportioning by another rule", "needs the users of a shared meter and their shares"),
    "D3": ("Data vintage not uniform", "needs the data behind a factor, which no input carries"),
    "D4": ("Factor from part of a year", "needs the data behind a factor, which no input carries"),
    "D5": ("Weights other than registered", "needs the data behind a factor, which no input carries"),
    "D8": ("Condition for own data not met", "needs the data behind a factor, which no input carries"),
    "D9": ("One fuel’s factor for a mix", "needs the fuels of each building or unit"),
    "D12": ("Capacity or hours other than registered", "no methodology here fixes hours or days beforehand"),
    "D13": ("Wrong number of years in an average", "needs the data behind a factor, which no input carries"),
    "F3": ("Missing documents differ between reports", "needs the text of other documents"),
    "F10": (
        "Measured once instead of yearly",
        "needs the day on which a value was determined",
    ),
    "F11": ("Short test stretched over a year", "needs the test behind a value, which no input carries"),
    "G4": ("Credited before in service", "the methodology that has dates of service applies them itself, to the day"),
    "H4": ("Percentages do not follow from the totals", "needs the text of other documents"),
    "I5": ("Survey answers contradict", "needs survey data, which no input carries"),
    "I6": ("Population differs", "needs survey data, which no input carries"),
    "I7": ("Precision not shown or not met", "needs survey data, which no input carries"),
    "I8": ("Sampling other than planned", "needs survey data, which no input carries"),
    "K6": ("Outdated form", "needs the dates on which forms were valid"),
}
