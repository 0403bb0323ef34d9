"""What every verb on a case works with: the locked case, the policy, and one batch for all it opens."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from uuid import UUID

from models import projection
from models.casebook import trail
from models.clocks import Hold
from models.lookups import cases, duties
from models.lookups.cases import LedgerLine
from models.policy import Policy
from models.refusals import NotAllowed
from models.tables.base import new_id
from models.tables.cases import Case, Involvement, Visit
from models.tables.duties import Duty
from models.tables.engine import JournalEntry
from models.tables.trail import History
from models.transactions import Work
from models.words import DutyKind, Standing, WorkKind

#: done in the name of the regisseur, whoever's act left it: letters are theirs, namens the sponsor
BY_DIRECTOR = frozenset({WorkKind.LETTER})


@dataclass(slots=True)
class Frame:
    """A case opened for change inside one unit of work. `batch_id` ties what one act opens together."""

    work: Work
    case: Case
    house_organisation_id: UUID
    policy: Policy
    visit: Visit | None = None
    batch_id: UUID = field(default_factory=new_id)
    _owed: set[tuple[WorkKind, UUID]] = field(default_factory=set)
    _holds: dict[UUID, list[LedgerLine]] | None = None
    _duties: list[Duty] | None = None
    _standings: list[Involvement] | None = None

    @property
    def visit_id(self) -> UUID:
        """The current visit; a case always has one."""
        if self.case.visit_id is None:
            msg = f"case {self.case.id} has no visit"
            raise RuntimeError(msg)
        return self.case.visit_id

    async def still_open(self, kinds: Collection[DutyKind] | None = None) -> list[Duty]:
        """The open duties of the case, oldest due first; of these kinds when given. Read once: the case is locked."""
        if self._duties is None:
            self._duties = await duties.open_in_case(self.work, self.case.id)
        self._duties = [one for one in self._duties if not (one.answered_at or one.lapsed_at or one.withdrawn_at)]
        return [one for one in self._duties if kinds is None or one.kind in kinds]

    def opened(self, found: Iterable[Duty]) -> None:
        """These duties are open from now."""
        if self._duties is not None:
            self._duties = sorted([*self._duties, *found], key=lambda one: (one.due_at, one.id))

    async def standing(self, standing: Standing) -> list[Involvement]:
        """Who stands to the case now in this way."""
        if self._standings is None:
            self._standings = await cases.standings(self.work, self.case.id)
        return self.standings_of(standing)

    def standings_of(self, standing: Standing) -> list[Involvement]:
        """The same, where it was read when the case was opened."""
        return [one for one in self._standings or () if one.until is None and one.standing is standing]

    def stands(self, found: Iterable[Involvement]) -> None:
        """These stand to the case from now."""
        if self._standings is not None:
            self._standings.extend(found)

    async def holds_for(self, duty: Duty) -> tuple[list[Hold], bool]:
        """The stretches that do not count for this duty, and whether its clock stands still by one of its own."""
        if self._holds is None:
            self._holds = await cases.holds_of(self.work, [self.case.id])
        mine = [one.seen_from(duty.id) for one in self._holds.get(self.case.id, ()) if one.concerns(duty.id)]
        return projection.counting(duty.kind, mine, self.work.now)

    def forget_holds(self) -> None:
        """The ledger changed; read it again."""
        self._holds = None

    def owe(self, kind: WorkKind, about_id: UUID | None = None, *, again: bool = False) -> None:
        """Leave outside work for the flow: one entry per kind and subject in a visit; `again`: one more of this act."""
        about = about_id or self.batch_id
        key = f"{kind}:{about}:{self.batch_id}" if again else f"{kind}:{about}"
        if (kind, about) in self._owed:
            return
        self._owed.add((kind, about))
        actor = self.work.actor
        person_id = self.case.director_id if kind in BY_DIRECTOR else actor.person_id
        self.work.session.add(
            JournalEntry(
                house_id=self.case.house_id, case_id=self.case.id, visit_id=self.visit_id, key=key, kind=kind,
                about_id=about, actor_person_id=person_id, on_behalf_of=actor.on_behalf_of,
                opened_at=self.work.now, next_try_at=self.work.now,
            )
        )  # fmt: skip

    def note(
        self, what: str, object_kind: str = "casus", object_id: UUID | None = None, *,
        referral_id: UUID | None = None, item_id: UUID | None = None, commitment_id: UUID | None = None,
        **facts: object,
    ) -> None:  # fmt: skip
        """Write the history line people read and the audit line that proves it.

        A line about an information item is for who reads that item, and moves nothing that others see of the case; so
        is one about a commitment that is not for everybody.
        """
        work, actor, case = self.work, self.work.actor, self.case
        if actor.person_id != case.director_id and actor.leads(case.director_id):
            facts["vervangt"] = facts.get("vervangt") or case.director_id
        if item_id is None and commitment_id is None:
            case.last_event_at = work.now
        work.session.add(
            History(
                house_id=case.house_id, case_id=case.id, at=work.now, what=what, person_id=actor.person_id,
                organisation_id=actor.organisation_id, on_behalf_of=actor.on_behalf_of, facts=_plain(facts),
                item_id=item_id, commitment_id=commitment_id,
            )
        )  # fmt: skip
        audit(
            work, what, object_kind, object_id or case.id, case_id=case.id, referral_id=referral_id,
            house_id=case.house_id,
        )  # fmt: skip


def audit(
    work: Work, action: str, object_kind: str, object_id: UUID | None, *, case_id: UUID | None = None,
    referral_id: UUID | None = None, house_id: UUID | None = None, result: str = trail.DONE, **facts: object,
) -> None:  # fmt: skip
    """Add one line to the log: who, for whom, in which role, for what purpose, from where. No content."""
    about = referral_id or (object_id if object_kind == "aanmelding" else None)
    trail.write(
        work, action, object_kind, object_id, case_id=case_id, referral_id=about, house_id=house_id, result=result,
        facts=_plain(facts),
    )  # fmt: skip


async def open_frame(work: Work, case_id: UUID) -> Frame:
    """Lock the case and gather what the verb needs. Raises NotFound."""
    opened = await cases.case_for_update(work, case_id)
    return Frame(work, opened.case, opened.house_organisation_id, opened.policy, opened.visit)


def must_direct(frame: Frame) -> None:
    """Only the regisseur of the case, or who stands in, on behalf of the sponsor, does this. Raises NotAllowed."""
    actor = frame.work.actor
    if not actor.is_staff or not actor.leads(frame.case.director_id):
        raise NotAllowed("Dit doet de procesregisseur van deze casus.")


def _plain(facts: dict[str, object]) -> dict[str, object]:
    return {key: _text(value) for key, value in facts.items() if value is not None}


def _text(value: object) -> object:
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_text(one) for one in value]
    return value if isinstance(value, (bool, int, dict)) else str(value)
