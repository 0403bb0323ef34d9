"""What follows of itself about meetings: who should come, who must be there, and when each case has its turn. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from models.policy import Quorum
from models.words import DutyKind, OrganisationKind, SeriesKind

#: what waits for a meeting of a kind: due before or at its day, the case stands on its agenda
DUE_AT: Mapping[SeriesKind, frozenset[DutyKind]] = {
    SeriesKind.TRIAGE: frozenset({DutyKind.ADMISSION}),
    SeriesKind.FOCUS: frozenset({DutyKind.SET_MEETING, DutyKind.HOLD_MEETING}),
    SeriesKind.CONFERENCE: frozenset({DutyKind.SET_MEETING, DutyKind.HOLD_MEETING, DutyKind.EVALUATION}),
}


class Because(StrEnum):
    """Why an organisation should come to the meeting of a case, or should not."""

    REPORTER = "melder"
    REGIONAL = "regionaal"  #: works in the whole region
    LOCAL = "lokaal"  #: works in the municipality of the case
    ELSEWHERE = "andere_gemeente"  #: is involved, and works in other municipalities


@dataclass(frozen=True, slots=True)
class Candidate:
    """An involved organisation with why it comes; `comes`: as long as nobody says otherwise."""

    organisation_id: UUID
    because: Because

    @property
    def comes(self) -> bool:
        """Invited of itself."""
        return self.because is not Because.ELSEWHERE


def candidates(
    involved: Iterable[UUID], *, reporter: UUID, municipality: str, local: Mapping[UUID, Collection[str]]
) -> list[Candidate]:
    """Why each involved organisation comes (domain rules 2.6). Who is not involved cannot: nobody else is named here.

    Where the municipality of the case is not known, nobody is left out for it.
    """
    listed = dict.fromkeys(involved)
    return [Candidate(one, _because(one, reporter, municipality, local.get(one, ()))) for one in listed]


def _because(one: UUID, reporter: UUID, municipality: str, works_in: Collection[str]) -> Because:
    if one == reporter:
        return Because.REPORTER
    if not works_in:
        return Because.REGIONAL
    named = {name.casefold() for name in works_in}
    return Because.LOCAL if not municipality or municipality.casefold() in named else Because.ELSEWHERE


def lacking(quorum: Quorum | None, present: Mapping[UUID, OrganisationKind], names: Mapping[UUID, str]) -> str:
    """What of the quorum is not there, in words; nothing when it is met, or when there is no rule."""
    if quorum is None:
        return ""
    kinds = list(present.values())
    missing = [
        f"{wanted - there} {word}{'s' if wanted - there > 1 else ''}"
        for wanted, there, word in (
            (quorum.public, kinds.count(OrganisationKind.LID1), "publieke deelnemer"),
            (quorum.private, kinds.count(OrganisationKind.LID2), "private deelnemer"),
        )
        if there < wanted
    ]
    missing += sorted(names.get(one, "een organisatie van vroeger") for one in quorum.organisations - present.keys())
    return ", ".join(missing)


def turns(begins: datetime, minutes: Sequence[int], taken: Iterable[tuple[datetime, int]] = ()) -> list[datetime]:
    """When each next case has its turn: one after another, behind what has its time already. What is there stays."""
    at = max([begins, *(start + timedelta(minutes=lasts) for start, lasts in taken)])
    found = []
    for lasts in minutes:
        found.append(at)
        at += timedelta(minutes=lasts)
    return found
