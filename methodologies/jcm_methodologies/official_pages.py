"""What methodologies share of which the official summary page was read, or a decision that names them, and no more."""

from jcm_calc.declarations import Group
from jcm_calc.evidence import Evidence, Source, primary, unconfirmed

GENERAL_RULE = unconfirmed("general rule of the scheme; not read for this document")
NOT_READ = unconfirmed("the criteria of the document were not read")
PROJECT_LIST = Source("official list of projects (copy of June 2026)", "www.jcm.go.jp/jc/mn-projects")
STATUS_PAPER = Source(
    "status paper of the ministries on the scheme, December 2015",
    place="methodologies adopted by 14 December 2015",
)
FURTHER = unconfirmed("number and content of further criteria are not known")


def summary_page(number: str, place: str) -> Source:
    """Return the official summary page of a methodology; ``place`` is what follows www.jcm.go.jp/."""
    return Source(f"official summary page of {number}", f"www.jcm.go.jp/{place}")


def decisions(country: str) -> Source:
    """Return the official list of decisions of the Joint Committee with a country, by its code in small letters."""
    return Source("official list of decisions of the Joint Committee", f"www.jcm.go.jp/{country}-jp/jc_decisions")


def shown(page: Source, *, number: str, version: str, proponent: str) -> dict[str, Evidence]:
    """Return the evidence of an identity that the summary page shows; the texts say what is there."""
    return {
        "number": primary(page, number),
        "title": primary(page),
        "country": primary(page),
        "sectoral scope": primary(page),
        "version": primary(page, version),
        "proponent": primary(page, proponent),
    }


def decided(decision: Source, *, scope: Evidence, version: Evidence) -> dict[str, Evidence]:
    """Return the evidence of an identity of which a decision gives number and title."""
    return {
        "number": primary(decision),
        "title": primary(decision),
        "country": primary(decision),
        "sectoral scope": scope,
        "version": version,
    }


def declare_criteria_not_read(group: Group, number: int | str = "others", *, further: bool = False) -> None:
    """Declare that the document has criteria that were not read, so that nothing is requested without them.

    Parameters
    ----------
    group : Group
    number : int or str
    further : bool
        Whether some of the criteria are declared, and how many more there are is not known.
    """
    which = "further eligibility criterion" if further else "eligibility criterion"
    group.attested(
        number,
        "criteria_of_the_document",
        f"Every {which} of the document is met (their texts are not known here)",
        evidence=FURTHER if further else NOT_READ,
    )
