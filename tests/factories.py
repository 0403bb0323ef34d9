"""Builders: a house with its people, and cases anywhere in the process, with only the facts that matter."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, column, select, update

from models.actors import ENGINE, Actor
from models.casebook import (
    answers,
    assigned,
    decisions,
    meetings,
    policies,
    referrals,
    setup,
    subscriptions,
    ways,
)
from models.casebook.frame import open_frame
from models.commands.cases import GiveAnswer, Judgement, NameWorkers, TakeDecision
from models.commands.meetings import Convene, MakeCommitment, RecordMeeting
from models.commands.referrals import DescribeReferral, DescribeRelation, DescribeSubject, MotivateCriteria
from models.credentials import Seal
from models.events import EventKind, Subscribe
from models.itemwords import Category
from models.lookups import cases
from models.lookups import duties as duty_lookup
from models.lookups import meetings as meeting_lookup
from models.policy import Policy
from models.tables.base import Base, new_id
from models.tables.cases import Case, Involvement
from models.tables.duties import Duty, Rung
from models.tables.guests import Guest
from models.tables.items import InfoItem
from models.tables.meetings import Meeting
from models.tables.people import Organisation, Person
from models.transactions import Database, Work, unit_of_work
from models.ways import AddWay, WayKind
from models.words import DecisionKind as D
from models.words import DutyKind, OrganisationKind, Phase, RelationKind, Role

Row = TypeVar("Row", bound=Base)

LID1, LID2 = OrganisationKind.LID1, OrganisationKind.LID2
FAR = date(2099, 1, 1)

#: who works where: key, organisation, roles
PEOPLE: tuple[tuple[str, str, tuple[Role, ...]], ...] = (
    ("triagist", "huis", (Role.TRIAGE_OFFICER, Role.ADVISER)),
    ("regisseur", "huis", (Role.PROCESS_DIRECTOR,)),
    ("regisseur2", "huis", (Role.PROCESS_DIRECTOR,)),
    ("manager", "huis", (Role.MANAGER,)),
    ("beheerder", "huis", (Role.ADMINISTRATOR,)),
    ("privacy", "huis", (Role.PRIVACY_OFFICER,)),
    ("politie", "politie", (Role.CONTACT, Role.TRIAGE_MEMBER)),
    ("om", "om", (Role.CONTACT, Role.TRIAGE_MEMBER)),
    ("gemeente", "gemeente", (Role.CONTACT, Role.TRIAGE_MEMBER)),
    ("reclassering", "reclassering", (Role.CONTACT,)),
    ("ggz", "ggz", (Role.CONTACT,)),
)
#: who is there besides, where a test wants every role and more than one contact of an organisation
MORE_PEOPLE: tuple[tuple[str, str, tuple[Role, ...]], ...] = (
    ("auditor", "huis", (Role.AUDITOR,)),
    ("begeleider", "huis", (Role.TRAJECTORY_COACH,)),
    ("fg", "huis", (Role.DATA_PROTECTION,)),
    ("contactpunt", "gemeente", (Role.CONTACT_POINT,)),
    ("wijkagent", "politie", (Role.CONTACT,)),
    ("triagelid", "politie", (Role.TRIAGE_MEMBER,)),
    ("teamchef", "politie", (Role.PARTNER_LEAD,)),
    ("psychiater", "ggz", (Role.CONTACT,)),
    ("secretariaat", "ggz", ()),
)
ORGANISATIONS = {
    "politie": ("Politie", LID1),
    "om": ("Openbaar Ministerie", LID1),
    "gemeente": ("Gemeente Westerveen", LID1),
    "reclassering": ("Reclassering", LID2),
    "ggz": ("GGZ Westerveen", LID2),
    "corporatie": ("Woningcorporatie De Brug", OrganisationKind.THIRD_PARTY),
}


@dataclass
class AHouse:
    """A founded house: actors and organisations by key, tokens by key."""

    id: UUID
    slug: str
    actors: dict[str, Actor] = field(default_factory=dict)
    organisations: dict[str, UUID] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    ready: dict[Phase, UUID] = field(default_factory=dict)  #: cases that stand ready, one for each phase

    def person(self, key: str) -> UUID:
        """The id of somebody."""
        found = self.actors[key].person_id
        assert found is not None
        return found


async def a_house(owner: Database, *, policy: Policy | None = None) -> AHouse:
    """A fictional house with everybody a case needs."""
    slug = f"huis-{new_id().hex[-8:]}"
    async with unit_of_work(ENGINE, owner) as work:
        house, itself = setup.found_house(work, f"Zorg- en Veiligheidshuis {slug}", slug)
        await work.session.flush()
        made = AHouse(house.id, slug)
        organisations = {"huis": itself}
        for key, (name, kind) in ORGANISATIONS.items():
            organisations[key] = setup.add_organisation(work, house.id, name, kind)
        await work.session.flush()
        made.organisations = {key: one.id for key, one in organisations.items()}
        for key, where, roles in PEOPLE:
            at = organisations[where]
            email = f"{key}@{slug}.example"
            person = setup.designate(work, at, f"{key.title()} Fictief", email, roles, valid_until=FAR)
            await work.session.flush()
            made.tokens[key] = setup.issue_token(work, person, lasts=timedelta(days=4000))
            made.actors[key] = Actor(house.id, at.id, at.kind, person.id, frozenset(roles))
        if policy is not None:
            setup.set_policy(work, house.id, 1, policy)
    return made


async def a_lead(owner: Database, house: AHouse, where: str, *roles: Role) -> None:
    """Somebody who leads at a participant; perhaps with other roles as well. Known as `leiding_<where>`."""
    key, at = f"leiding_{where}", house.organisations[where]
    kind = ORGANISATIONS[where][1]
    async with unit_of_work(ENGINE, owner) as work:
        organisation = await work.session.get_one(Organisation, at)
        held = (Role.PARTNER_LEAD, *roles)
        email = f"{key}@{house.slug}.example"
        made = setup.designate(work, organisation, f"Leiding {where.title()}", email, held, valid_until=FAR)
        await work.session.flush()
        house.tokens[key] = setup.issue_token(work, made, lasts=timedelta(days=4000))
        house.actors[key] = Actor(house.id, at, kind, made.id, frozenset(held))


async def a_coach(owner: Database, house: AHouse) -> None:
    """Somebody of the house who coaches; known as `begeleider`. Who is there already stays."""
    if "begeleider" in house.actors:
        return
    async with unit_of_work(ENGINE, owner) as work:
        at, roles = await work.session.get_one(Organisation, house.organisations["huis"]), (Role.TRAJECTORY_COACH,)
        email = f"begeleider@{house.slug}.example"
        made = setup.designate(work, at, "Begeleider Fictief", email, roles, valid_until=FAR)
        await work.session.flush()
        house.tokens["begeleider"] = setup.issue_token(work, made, lasts=timedelta(days=4000))
        house.actors["begeleider"] = Actor(house.id, at.id, at.kind, made.id, frozenset(roles))


async def a_deputy(owner: Database, house: AHouse, director: str = "regisseur", key: str = "vervanger") -> Actor:
    """A colleague of an absent regisseur, a regisseur too, who stands in for them from now."""
    async with unit_of_work(ENGINE, owner) as work:
        at = await work.session.get_one(Organisation, house.organisations["huis"])
        roles = (Role.PROCESS_DIRECTOR,)
        person = setup.designate(work, at, "Vervanger Fictief", f"{key}@{house.slug}.example", roles, valid_until=FAR)
        await work.session.flush()
        house.tokens[key] = setup.issue_token(work, person, lasts=timedelta(days=4000))
        away = update(Person).where(Person.id == house.person(director))
        await work.session.execute(away.values(absent_from=work.now - timedelta(days=1), deputy_id=person.id))
        replaces = frozenset({house.person(director)})
        house.actors[key] = Actor(house.id, at.id, at.kind, person.id, frozenset(roles), replaces=replaces)
    return house.actors[key]


async def with_more_people(owner: Database, house: AHouse) -> AHouse:
    """The same house, with everybody of `MORE_PEOPLE`."""
    async with unit_of_work(ENGINE, owner) as work:
        for key, where, roles in MORE_PEOPLE:
            at = await work.session.get(Organisation, house.organisations[where])
            assert at is not None
            person = setup.designate(
                work, at, f"{key.title()} Fictief", f"{key}@{house.slug}.example", roles, valid_until=FAR
            )
            await work.session.flush()
            house.tokens[key] = setup.issue_token(work, person, lasts=timedelta(days=4000))
            house.actors[key] = Actor(house.id, at.id, at.kind, person.id, frozenset(roles))
    return house


async def named(database: Database, story: "Story", by: str, *keys: str) -> None:
    """The organisation of somebody names who works on a case."""
    async with unit_of_work(story.house.actors[by], database) as work:
        persons = tuple(story.house.person(key) for key in keys)
        await assigned.name(work, story.case_id, NameWorkers(persons=persons))


def described(**facts: Any) -> DescribeReferral:
    """A complete referral of the police about Hendrik B. (a test number from the range 9999)."""
    complete: dict[str, Any] = {
        "municipality": "Westerveen", "themes": ("verward gedrag",), "reason": "veertien meldingen in zes weken",
        "goal": "één plan met zorg en politie", "situation": "dreiging in de buurt, mijdt zorg", "tried": "wijkteam",
        "consequences": ("onveilig_voor_personen",), "life_domains": ("wonen", "gezondheid"), "discussed": False,
        "discussed_reason": "veiligheid van de melder", "criteria": MotivateCriteria(
            a="problemen bij betrokkene", b="meerdere leefgebieden", c="bedreiging van buren",
            d="straf en zorg samen nodig"), "quality_statement": True,
        "subjects": (DescribeSubject(name="Hendrik B.", bsn="999990044"),),
    }  # fmt: skip
    return DescribeReferral(**complete | {"relations": _circle(facts.get("subjects", ()))} | facts)


def _circle(subjects: Sequence[DescribeSubject]) -> tuple[DescribeRelation, ...]:
    """Whoever belongs to the direct circle is a relative of the first betrokkene, unless a test says otherwise."""
    first = next((n for n, one in enumerate(subjects, 1) if one.standing == "betrokkene"), 0)
    return tuple(
        DescribeRelation(of=n, to=first, kind=RelationKind.RELATIVE)
        for n, one in enumerate(subjects, 1) if first and one.standing == "directe_kring"
    )  # fmt: skip


@dataclass
class Story:
    """Drives one case through the casebook as its people would."""

    database: Database
    house: AHouse
    case_id: UUID

    async def decide(self, key: str, kind: D, **fields: Any) -> None:
        """Take a decision as somebody."""
        fields.setdefault("reason", "omdat het nodig is")
        async with unit_of_work(self.house.actors[key], self.database) as work:
            await decisions.decide(work, self.case_id, TakeDecision(kind=kind, **fields))

    async def answer(self, key: str, kind: DutyKind, outcome: str, **fields: Any) -> None:
        """Answer the (own) open duty of this kind."""
        async with unit_of_work(self.house.actors[key], self.database) as work:
            duty = await self._own(work, key, kind)
            await answers.answer(work, duty.id, GiveAnswer(outcome=outcome, **fields))

    async def _own(self, work: Any, key: str, kind: DutyKind) -> Duty:
        open_ = await duty_lookup.open_in_case(work, self.case_id, {kind})
        mine = [one for one in open_ if one.owner_organisation_id == self.house.actors[key].organisation_id]
        return (mine or open_)[0]

    async def judge(self, *, met: bool = True, others: tuple[UUID, ...] = ()) -> None:
        """The triage officer judges the four criteria, of the person of the case and of others of the report."""
        judged = tuple(
            Judgement(subject_id=one, criterion=c, met=met, motivation="zie melding")
            for one in (None, *others) for c in "abcd"
        )  # fmt: skip
        await self.answer("triagist", DutyKind.JUDGE_CRITERIA, "getoetst", judgements=judged)

    @asynccontextmanager
    async def acting(self, key: str) -> AsyncIterator[Work]:
        """A unit of work as somebody."""
        async with unit_of_work(self.house.actors[key], self.database) as work:
            yield work

    def organisations(self, *keys: str) -> tuple[UUID, ...]:
        """The ids of these organisations."""
        return tuple(self.house.organisations[key] for key in keys)

    async def convene(self, *keys: str, days: float = 7) -> Meeting:
        """The regisseur sets a meeting, so many days from now; without names everybody involved is invited."""
        async with self.acting("regisseur") as work:
            starts_at = work.now + timedelta(days=days)
            command = Convene(starts_at=starts_at, place="Stadhuis", organisations=self.organisations(*keys))
            return await meetings.convene(work, self.case_id, command)

    async def record(self, *pledges: tuple[str, str], present: tuple[str, ...] = ("politie", "gemeente")) -> Meeting:
        """The regisseur records the meeting that was planned; a pledge is an organisation and what it will do."""
        async with self.acting("regisseur") as work:
            meeting = await meeting_lookup.coming(work, self.case_id)
            assert meeting is not None
            wanted = tuple(self.pledge(work, key, body) for key, body in pledges)
            there = self.organisations(*present)
            return await meetings.record(
                work, meeting.id, RecordMeeting(outcome="één plan", present=there, commitments=wanted)
            )

    def pledge(self, work: Work, key: str, body: str, **facts: Any) -> MakeCommitment:
        """What an organisation will do, within thirty days."""
        due_on = (work.now + timedelta(days=30)).date()
        complete = {"domain": "zorg", "due_on": due_on} | facts
        return MakeCommitment(organisation_id=self.house.organisations[key], body=body, **complete)

    async def adopt(self) -> None:
        """From a recorded meeting to an adopted plan."""
        if DutyKind.APPOINT_CASE_DIRECTOR in await self.open_kinds():
            await self.decide("gemeente", D.APPOINT_CASE_DIRECTOR, person_id=self.house.person("gemeente"))
        await self.answer("regisseur", DutyKind.PUBLISH_OUTCOME, "gedaan")
        await self.answer("regisseur", DutyKind.MINUTES, "gedaan", note="verslag van het overleg")
        await self.decide("regisseur", D.ADOPT_PLAN)

    async def all(self, table: type[Row], *conditions: ColumnElement[bool], key: str = "regisseur") -> list[Row]:
        """All rows of this case in a table, as somebody sees them, in the order they came."""
        async with self.acting(key) as work:
            statement = select(table).where(column("case_id") == self.case_id, *conditions).order_by(column("id"))
            return list(await work.session.scalars(statement))

    async def all_involved(self) -> list[Involvement]:
        """How every organisation stands or stood to the case."""
        return await self.all(Involvement, key="triagist")

    async def duties(self, *kinds: DutyKind, key: str = "triagist") -> list[Duty]:
        """The duties of these kinds, also the ended ones."""
        return await self.all(Duty, Duty.kind.in_(kinds), key=key)

    async def duty(self, kind: DutyKind, key: str = "triagist") -> Duty:
        """The newest duty of a kind."""
        return (await self.duties(kind, key=key))[-1]

    async def armed(self, duty: Duty, key: str = "triagist") -> list[Rung]:
        """The rungs of a duty that may still fire."""
        return await self.all(
            Rung, Rung.duty_id == duty.id, Rung.fired_at.is_(None), Rung.dropped_at.is_(None), key=key
        )

    async def facts(self, key: str = "triagist") -> Case:
        """The case as it stands, as somebody sees it."""
        async with unit_of_work(self.house.actors[key], self.database) as work:
            found = await work.session.get(Case, self.case_id)
            assert found is not None
            return found

    async def open_kinds(self, key: str = "triagist") -> list[DutyKind]:
        """What is open, as somebody sees it."""
        async with unit_of_work(self.house.actors[key], self.database) as work:
            return [one.kind for one in await duty_lookup.open_in_case(work, self.case_id)]


async def ways_and_systems(database: Database, house: AHouse, holder: str = "politie") -> dict[str, str]:
    """A confirmed way of somebody, and a system that is subscribed and was tried out; as ids by their collection."""
    async with unit_of_work(house.actors["beheerder"], database) as work:
        version, policy = await cases.house_policy(work, house.id)
        allowed = {"webhook_hosts": ("systeem.politie.example", "systeem.ggz.example")}
        await policies.set_policy(work, house.id, version + 1, policy.model_copy(update=allowed))
    async with unit_of_work(house.actors["beheerder"], database) as work:
        about = house.organisations["politie"]
        url = "https://systeem.politie.example/"
        wanted = Subscribe(organisation_id=about, url=url, kinds=(EventKind.DUTY_OPENED,))
        subscribed, _secret = await subscriptions.subscribe(work, wanted, Seal(Seal.new_key()))
        await work.session.flush()
        event = await subscriptions.try_out(work, subscribed.id)
    async with unit_of_work(house.actors[holder], database) as work:
        way = await ways.add(work, house.person(holder), AddWay(kind=WayKind.TEAMS, address="veiligheid"))
        way.code_hash = way.code_until = None
        way.verified_at = work.now
    return {"kanalen": str(way.id), "abonnementen": str(subscribed.id), "bezorgingen": str(event)}


def an_item(work: Work, story: Story, supplier: str, **facts: Any) -> InfoItem:
    """A row of information of an organisation, added as it is; `excluded` and `only_for` are keys of organisations."""
    lists = {name: list(story.organisations(*facts.pop(name, ()))) for name in ("excluded", "only_for")}
    complete: dict[str, Any] = {
        "id": new_id(), "house_id": story.house.id, "case_id": story.case_id, "category": Category.CARE,
        "supplier_id": story.house.organisations[supplier], "ground": "WGS 1.5, eerste lid", "body": "tekst",
        "first_processed_at": work.now,
    }  # fmt: skip
    made = InfoItem(**complete | lists | facts)
    work.session.add(made)
    return made


async def a_report(database: Database, house: AHouse, *, by: str = "politie", **facts: Any) -> Story:
    """A submitted report: the case is in INTAKE."""
    async with unit_of_work(house.actors[by], database) as work:
        referral = await referrals.draft(work, described(**facts))
        case = await referrals.submit(work, referral.id)
        return Story(database, house, case.id)


async def a_case(database: Database, house: AHouse, phase: Phase, **facts: Any) -> Story:
    """A case that has come as far as this phase, the usual way; one that stands ready when it needs no facts."""
    if not facts and phase in house.ready:
        return Story(database, house, house.ready.pop(phase))
    story = await a_report(database, house, **facts)
    await onward(story, Phase.INTAKE, phase)
    return story


async def onward(story: Story, come_from: Phase, phase: Phase) -> None:
    """The usual way, from one phase to another."""
    for step in _WAY[_REACHED[come_from] : _REACHED[phase]]:
        await step(story)


async def an_eventful_case(database: Database, house: AHouse) -> Story:
    """From report to closure with everything that makes a message: a phone answer, an incident, a meeting called off,
    and a decision registered in somebody's name."""
    story = await a_case(database, house, Phase.PLAN)
    async with story.acting("regisseur") as work:
        called = {"spoke_to": "de behandelaar", "spoke_at": work.now}
    await story.answer("regisseur", DutyKind.ACCEPT_COMMITMENT, "aanvaard", **called)
    await story.decide("politie", D.INCIDENT)
    await story.answer("regisseur", DutyKind.INCIDENT, "niets")
    await story.convene("politie")
    await story.decide("regisseur", D.SCALE_DOWN, deciders=(house.person("politie"),))
    await onward(story, Phase.CLOSING, Phase.CLOSED)
    return story


async def _screen(story: Story) -> None:
    await story.decide("triagist", D.COMPLETE)


async def _admit(story: Story) -> None:
    await story.judge()
    await story.decide("om", D.ADMIT)


async def _prepare(story: Story) -> None:
    house = story.house
    await story.decide("manager", D.ASSIGN_DIRECTOR, person_id=house.person("regisseur"))
    involved = tuple(house.organisations[key] for key in ("politie", "gemeente", "ggz"))
    await story.decide("om", D.CHOOSE_INVOLVED, organisations=involved)
    async with unit_of_work(house.actors["regisseur"], story.database) as work:
        await meetings.convene(work, story.case_id, Convene(starts_at=work.now + timedelta(days=7), place="Stadhuis"))
    await story.decide("regisseur", D.PREPARED)


async def _confer(story: Story) -> None:
    house = story.house
    async with unit_of_work(house.actors["regisseur"], story.database) as work:
        meeting = (await meeting_lookup.meetings_of(work, story.case_id))[0]
        due = (work.now + timedelta(days=30)).date()
        wanted = (
            MakeCommitment(organisation_id=house.organisations["politie"], domain="straf", body="toezicht", due_on=due),
            MakeCommitment(organisation_id=house.organisations["ggz"], domain="zorg", body="intake", due_on=due),
        )
        present = (house.organisations["politie"], house.organisations["gemeente"])
        await meetings.record(work, meeting.id, RecordMeeting(outcome="één plan", present=present, commitments=wanted))
    await story.decide("gemeente", D.APPOINT_CASE_DIRECTOR, person_id=house.person("gemeente"))
    await story.answer("regisseur", DutyKind.PUBLISH_OUTCOME, "gedaan")
    await story.answer("regisseur", DutyKind.MINUTES, "gedaan", note="verslag van het overleg")
    await story.decide("regisseur", D.ADOPT_PLAN)


async def _accept(story: Story) -> None:
    await story.answer("ggz", DutyKind.ACCEPT_COMMITMENT, "aanvaard")


async def _scale_down(story: Story) -> None:
    await story.decide("politie", D.SCALE_DOWN)


async def _close(story: Story) -> None:
    await story.answer("politie", DutyKind.INFORM_PERSON, "geinformeerd")
    for kind, outcome in (
        (DutyKind.FINAL_EVALUATION, "gedaan"), (DutyKind.REREFERRAL_CRITERIA, "gedaan"),
        (DutyKind.HANDOVER, "niet_nodig"), (DutyKind.CLOSING_LETTER, "verzonden"),
    ):  # fmt: skip
        await story.answer("regisseur", kind, outcome, note="vastgelegd")
    await story.decide("om", D.CLOSE)


_WAY = (_screen, _admit, _prepare, _confer, _accept, _scale_down, _close)
_REACHED = {
    Phase.INTAKE: 0, Phase.SCREENING: 1, Phase.REGIE: 2, Phase.FOCUSOVERLEG: 3, Phase.PLAN: 4, Phase.MONITORING: 5,
    Phase.CLOSING: 6, Phase.CLOSED: 7,
}  # fmt: skip


async def a_guest(story: Story) -> str:
    """An incidental third party at the last meeting of a case, who did not sign yet."""
    async with story.acting("regisseur") as work:
        await open_frame(work, story.case_id)
        meeting = (await meeting_lookup.meetings_of(work, story.case_id))[0]
        guest = Guest(
            id=new_id(), house_id=story.house.id, case_id=story.case_id, meeting_id=meeting.id, name="K. de Boer",
            organisation_id=story.house.organisations["corporatie"], function="consulent", expertise="woningen",
            public_role="Woningwet 19", proposed_at=work.now, proposed_by=story.house.person("regisseur"),
        )  # fmt: skip
        work.session.add(guest)
    return str(guest.id)
