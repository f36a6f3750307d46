"""Whole tonnes to accounts: tonnes that were agreed, shares that are rounded down or up, and what is left.

No single rounding fits the amounts that were published, so the rounding is part of what the
participants agree on. Whatever they agree on adds up to the total exactly.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil as rounded_up
from math import floor as cut
from typing import Any, NamedTuple

from jcm_calc.base.languages import Message, _
from jcm_calc.base.problems import Problem, listed
from jcm_calc.inputs.schema import got, under
from jcm_calc.reference_data import TransferCap, partner_countries, transfer_caps
from jcm_calc.units import dates

SHARE = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)\s*(%)?|(\d{1,9})\s*/\s*(\d{1,9})", re.ASCII)
ROUNDINGS = ("down", "up")
REST = "rest"
EXPECTED = _("whole tonnes such as 201, a share such as '70 % down', '1/2 up' or '50 %', or 'rest'")


@dataclass(frozen=True, slots=True)
class Share:
    """What one account gets of the tonnes of a year."""

    account: str
    tonnes: int
    asked: str  #: What was asked for: ``"70 % down"``, ``"rest"``, ``"201"``.
    exact: Fraction | None = None  #: Of a share, the tonnes before rounding.


@dataclass(frozen=True)
class Year:
    """A calendar year of a request: emissions in tCO2, whole tonnes, and the part of each account."""

    year: int
    emissions: Mapping[str, float]
    tonnes: int
    parts: tuple[Share, ...]

    @property
    def other_terms(self) -> float:
        """By how much ER is less than RE − PE: leakage, discounts and other declared terms, tCO2."""
        return self.emissions["RE"] - self.emissions["PE"] - self.emissions["ER"]


def share_of(text: str) -> Fraction:
    """Read a share from 0 to 1 exactly: ``"70 %"``, ``"1/2"``, ``"0.1"``; a ValueError refuses another text."""
    match = SHARE.fullmatch(text.strip())
    if match is None or (match[4] and not int(match[4])):
        raise ValueError(got(text, _("a share such as '70 %', '1/2' or '0.7'")))
    share = Fraction(int(match[3]), int(match[4])) if match[4] else Fraction(match[1]) / (100 if match[2] else 1)
    if share > 1:
        raise ValueError(got(text.strip(), _("a share of at most the whole")))
    return share


def floor(tonnes: int, share: str) -> int:
    """Return a share of whole tonnes, cut.

    Examples
    --------
    >>> floor(288, "70 %")  # of 201.6 t
    201
    """
    return cut(tonnes * share_of(share))


def ceil(tonnes: int, share: str) -> int:
    """Return a share of whole tonnes, rounded up.

    Examples
    --------
    >>> ceil(151, "1/2")  # of 75.5 t
    76
    """
    return rounded_up(tonnes * share_of(share))


def largest_remainder(tonnes: int, shares: Mapping[str, str]) -> dict[str, int]:
    """Split whole tonnes by shares: each is rounded down, and what is left goes to the largest remainders.

    Where remainders are equal, the account that is named first comes first.

    Raises
    ------
    ValueError
        If the shares do not add up to the whole.

    Examples
    --------
    >>> largest_remainder(288, {"Japan": "70 %", "Viet Nam": "10 %", "company": "20 %"})
    {'Japan': 202, 'Viet Nam': 29, 'company': 57}
    """
    exact = {account: tonnes * share_of(share) for account, share in shares.items()}
    if sum(exact.values()) != tonnes or not shares:
        percent = float(sum(map(share_of, shares.values())) * 100)
        raise ValueError(_("the shares add up to {percent:g} %; must be 100 %").format(percent=percent))
    parts = {account: cut(amount) for account, amount in exact.items()}
    left = tonnes - sum(parts.values())
    for account in sorted(exact, key=lambda account: parts[account] - exact[account])[:left]:
        parts[account] += 1
    return parts


def allocate(tonnes: int, wanted: Mapping[str, Any], problems: list[Problem], subject: str) -> tuple[Share, ...]:
    """Split the whole tonnes of a year among accounts; complaints about ``subject`` are appended to ``problems``.

    Shares without rounding are split by the largest remainder, and are then all that there is.
    """
    known = len(problems)
    entries = _read(tonnes, wanted, problems, subject)
    if len(problems) == known:
        try:
            return _settled(tonnes, wanted, entries)
        except ValueError as error:
            problems.append(Problem(subject, str(error)))
    return ()


def parts_of_year(allocation: Mapping[Any, Any], year: int, tonnes: int, problems: list[Problem]) -> tuple[Share, ...]:
    """Split the whole tonnes of a year by its own allocation, or by the one for all years; see `allocate`."""
    by_year = any(isinstance(one, Mapping) for one in allocation.values())
    wanted = allocation.get(year, allocation.get(str(year))) if by_year else allocation
    subject = _("allocation {year}").format(year=year)
    if not tonnes and not wanted:
        return ()
    if isinstance(wanted, Mapping) and wanted:
        return allocate(tonnes, wanted, problems, subject)
    problems.append(Problem(subject, _("missing: who gets the {tonnes:,} t of this year").format(tonnes=tonnes)))
    return ()


def unknown_years(allocation: Mapping[Any, Any], years: Collection[int]) -> Iterator[Problem]:
    """Complain of an allocation by year for a year of which there is no result."""
    known = [str(year) for year in sorted(years)]
    if any(isinstance(one, Mapping) for one in allocation.values()):
        for key in allocation:
            if str(key) not in known:
                complaint = _("no result has this year; there are {names}").format(names=", ".join(known))
                yield Problem(_("allocation {year}").format(year=key), complaint)


def malformed(allocation: Mapping[Any, Any], place: str) -> list[Problem]:
    """Return what is not an allocation, whatever the tonnes are: names of accounts, tonnes and shares."""
    found: list[Problem] = []
    by_year = any(isinstance(one, Mapping) for one in allocation.values())
    for subject, wanted in {under(place, key): one for key, one in allocation.items()}.items() if by_year else ():
        if isinstance(wanted, Mapping):
            _read(0, wanted, found, subject)
        else:
            found.append(Problem(subject, got(wanted, _("a table of accounts, as the other years have"))))
    if not by_year:
        _read(0, allocation, found, place)
    return found


def _read(tonnes: int, wanted: Mapping[str, Any], problems: list[Problem], subject: str) -> dict[str, _Entry]:
    """Return what was asked for each account."""
    _check_names(wanted, problems, subject)
    entries = {}
    for account, asked in wanted.items():
        try:
            entries[account] = _entry(tonnes, asked)
        except ValueError as error:
            problems.append(Problem(Message("{}, {}").format(subject, account), str(error)))
    return entries


def _check_names(wanted: Mapping[str, Any], problems: list[Problem], subject: str) -> None:
    seen: dict[str, str] = {}
    for account in wanted:
        name = " ".join(str(account).split()).casefold()
        if not isinstance(account, str) or not name:
            problems.append(Problem(subject, got(account, _("the name of an account"))))
        elif name in seen:
            same = _("{account!r} and {other!r} are the same account")
            problems.append(Problem(subject, same.format(account=account, other=seen[name])))
        seen[name] = str(account)


class _Entry(NamedTuple):
    """What was asked for one account: tonnes where they are known already, and the exact share."""

    asked: str
    tonnes: int | None = None
    exact: Fraction | None = None


def _entry(tonnes: int, asked: Any) -> _Entry:
    if isinstance(asked, str):
        text = " ".join(asked.split())
        if text == REST:
            return _Entry(text)
        *share, last = text.split(" ") or [""]
        rounding = last if last in ROUNDINGS else ""
        exact = tonnes * share_of(" ".join(share) if rounding else text)
        known = {"down": cut, "up": rounded_up}[rounding](exact) if rounding else None
        return _Entry(text, known, exact)
    try:
        count = None if isinstance(asked, bool) else operator.index(asked)
    except TypeError:
        count = None
    if count is None or count < 0:
        raise ValueError(got(asked, EXPECTED))
    return _Entry(str(count), count)


def _settled(tonnes: int, wanted: Mapping[str, Any], entries: Mapping[str, _Entry]) -> tuple[Share, ...]:
    """Return the parts, which add up."""
    by_remainder = [account for account, entry in entries.items() if entry.tonnes is None and entry.exact is not None]
    resting = [account for account, entry in entries.items() if entry.asked == REST]
    if by_remainder and len(by_remainder) < len(entries):
        message = _(
            "shares without rounding ({names}) are split by the largest remainder and stand alone: add "
            "'down' or 'up' to each, or give shares for all accounts"
        )
        raise ValueError(message.format(names=listed(by_remainder)))
    if len(resting) > 1:
        raise ValueError(_("{names} cannot each get the rest").format(names=listed(resting)))
    if by_remainder:
        settled = largest_remainder(tonnes, {account: str(wanted[account]) for account in by_remainder})
    else:
        settled = {account: entry.tonnes for account, entry in entries.items() if entry.tonnes is not None}
        left = tonnes - sum(settled.values())
        if resting and left >= 0:
            settled[resting[0]] = left
        elif left:
            over = _("the parts add up to {total:,} t, and there are {tonnes:,} whole tonnes: {left:,} t are left over")
            much = _("the parts add up to {total:,} t, and there are {tonnes:,} whole tonnes: {left:,} t too many")
            message = over if left > 0 else much
            raise ValueError(message.format(total=sum(settled.values()), tonnes=tonnes, left=abs(left)))
    return tuple(Share(account, settled[account], entry.asked, entry.exact) for account, entry in entries.items())


# The part that may leave the host country


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
        message = complaint.format(names=listed(unknown), known=listed(sorted(accounts)))
        problems.append(Problem("project host_accounts", message))
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
    certain = [message for cap, message in exceeded if of_list or cap == caps[0]]
    rest = [message for cap, message in exceeded if not of_list and cap != caps[0]]
    return [Problem(subject, message) for message in certain], [Problem(subject, message) for message in rest]


def _exceeded(
    caps: Sequence[TransferCap], host: set[str], years: Mapping[int, tuple[int, Sequence[Share]]]
) -> Iterator[tuple[TransferCap, str]]:
    for year, (tonnes, parts) in years.items():
        leaving = sum(part.tonnes for part in parts if part.account not in host)
        for cap in caps:
            if leaving > tonnes * share_of(cap.share):
                message = _(
                    "{year}: {leaving:,} of {tonnes:,} t leave the country; list {name} allows {share}: {evidence}"
                )
                amounts = {"year": year, "leaving": leaving, "tonnes": tonnes}
                yield cap, message.format(name=cap.of_list, share=cap.share, evidence=cap.evidence, **amounts)
