"""The part of the credits that may leave the host country, where a cap of the country is known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from jcm_calc.api.issuance.allocation import Share, share_of
from jcm_calc.base.languages import Message, _
from jcm_calc.base.problems import Problem, listed
from jcm_calc.reference_data import TransferCap, partner_countries, transfer_caps
from jcm_calc.units import dates


def cap_problems(
    project: Mapping[str, Any], country: str, years: Mapping[int, tuple[int, Sequence[Share]]]
) -> tuple[list[Problem], list[Problem]]:
    """Return what breaks the cap of a host country, and what has to be said of it.

    ``years`` has the whole tonnes of each calendar year and their parts.
    """
    caps = [cap for cap in transfer_caps(country) if cap.in_force <= dates.today()]
    if not caps:
        return [], []
    subject = _("transfer cap of {country}").format(country=Message(partner_countries()[country]))
    accounts = {part.account for _tonnes, parts in years.values() for part in parts}
    host, of_list = set(project.get("host_accounts") or ()), str(project.get("transfer_list") or "")
    problems = []
    if unknown := sorted(host - accounts):
        complaint = _("{names} is not an account of the allocation; there are {known}")
        told = complaint.format(names=listed(unknown), known=listed(sorted(accounts)))
        problems.append(Problem("project host_accounts", told))
    if of_list and of_list not in [cap.of_list for cap in caps]:
        complaint = _("got {given}; must be one of {known}")
        known = ", ".join(cap.of_list for cap in caps)
        problems.append(Problem("project transfer_list", complaint.format(given=repr(of_list), known=known)))
    if problems or not host:
        said = _(
            "at most {shares} of the credits may leave the country ({evidence}): name the accounts of its side in "
            "host_accounts of the project to have it checked"
        )
        shares = listed([_("{share} (list {name})").format(share=cap.share, name=cap.of_list) for cap in caps])
        remark = Problem(subject, said.format(shares=shares, evidence=caps[0].evidence))
        return problems, [] if problems else [remark]
    exceeded = list(_exceeded([cap for cap in caps if of_list in ("", cap.of_list)], host, years))
    certain = [told for cap, told in exceeded if of_list or cap == caps[0]]
    rest = [told for cap, told in exceeded if not of_list and cap != caps[0]]
    return [Problem(subject, told) for told in certain], [Problem(subject, told) for told in rest]


def _exceeded(
    caps: Sequence[TransferCap], host: set[str], years: Mapping[int, tuple[int, Sequence[Share]]]
) -> Iterator[tuple[TransferCap, str]]:
    for year, (tonnes, parts) in years.items():
        leaving = sum(part.tonnes for part in parts if part.account not in host)
        for cap in caps:
            if leaving > tonnes * share_of(cap.share):
                told = _(
                    "{year}: {leaving:,} of {tonnes:,} t leave the country; list {name} allows {share}: {evidence}"
                )
                amounts = {"year": year, "leaving": leaving, "tonnes": tonnes}
                yield cap, told.format(name=cap.of_list, share=cap.share, evidence=cap.evidence, **amounts)
