"""Who sees what and who may decide: the first fence, row by row and for anybody at all."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from models.actors import ANONYMOUS, ENGINE, Actor
from models.process import DECISIONS, Deciders
from models.refusals import MayNotDecide
from models.rights import TABLE_PHASES, CaseFacts, works_on
from models.tables.base import new_id
from models.tables.cases import LID1_ONLY
from models.visibility import (
    Decider,
    DutyOwner,
    ItemFacts,
    Parties,
    finds,
    keeps_secret,
    knows_conditions,
    lists_duty,
    may_decide,
    may_register,
    reads_answer,
    reads_case,
    reads_circle,
    reads_item,
    reads_referral,
    reads_subject,
    sees_case,
    sees_duty,
    sees_line,
    sees_process,
    supplied,
)
from models.words import DutyKind, Phase, Role, Standing
from models.words import OrganisationKind as K

HOUSE, ELSEWHERE = new_id(), new_id()
DESK, POLICE, OM, GGZ, THIRD = (new_id() for _ in range(5))
DIRECTOR = new_id()

P = Phase
REPORT = {P.INTAKE, P.SCREENING, P.ADVICE}
LATER = set(Phase) - REPORT - {P.CLOSED}


def somebody(organisation: UUID, kind: K, *roles: Role, person: UUID | None = None) -> Actor:
    return Actor(HOUSE, organisation, kind, person or new_id(), frozenset(roles))


OFFICER = somebody(DESK, K.HOUSE, Role.TRIAGE_OFFICER)
LEADER = somebody(DESK, K.HOUSE, Role.PROCESS_DIRECTOR, person=DIRECTOR)
COLLEAGUE = somebody(DESK, K.HOUSE, Role.PROCESS_DIRECTOR)
MANAGER = somebody(DESK, K.HOUSE, Role.MANAGER)
ADMINISTRATOR = somebody(DESK, K.HOUSE, Role.ADMINISTRATOR)
PRIVACY = somebody(DESK, K.HOUSE, Role.PRIVACY_OFFICER)
REPORTER = somebody(POLICE, K.LID1, Role.CONTACT)
AT_TABLE = somebody(OM, K.LID1, Role.CONTACT, Role.TRIAGE_MEMBER)
PRIVATE = somebody(GGZ, K.LID2, Role.CONTACT, Role.TRIAGE_MEMBER)
OUTSIDER = somebody(THIRD, K.THIRD_PARTY, Role.CONTACT)

ACTORS = {
    "officer": OFFICER, "leader": LEADER, "colleague": COLLEAGUE, "manager": MANAGER, "administrator": ADMINISTRATOR,
    "privacy": PRIVACY, "reporter": REPORTER, "table": AT_TABLE, "private": PRIVATE, "third": OUTSIDER,
}  # fmt: skip


def a_case(phase: Phase, *standings: Standing, **facts: Any) -> CaseFacts:
    """A case of the police in our house, led by the regisseur, to which the actor stands like this."""
    return CaseFacts(HOUSE, phase, DIRECTOR, POLICE, frozenset(standings), **facts)


SEES: dict[str, set[Phase]] = {
    "officer": set(Phase), "leader": set(Phase), "colleague": set(Phase), "manager": set(Phase),
    "administrator": set(), "privacy": set(Phase), "reporter": set(Phase), "table": set(TABLE_PHASES), "private": set(),
    "third": set(),
}  # fmt: skip
READS: dict[str, set[Phase]] = {
    "officer": REPORT, "leader": LATER, "colleague": set(), "manager": set(), "administrator": set(),
    "privacy": set(), "reporter": REPORT, "table": {P.INTAKE, P.SCREENING}, "private": set(), "third": set(),
}  # fmt: skip


@pytest.mark.parametrize("who", list(ACTORS))
@pytest.mark.parametrize("phase", list(Phase))
def test_who_sees_a_case_and_who_reads_it_follows_the_phase(who: str, phase: Phase) -> None:
    assert sees_case(ACTORS[who], a_case(phase)) is (phase in SEES[who])
    assert reads_case(ACTORS[who], a_case(phase)) is (phase in READS[who])


@pytest.mark.parametrize("who", ["reporter", "table", "private"])
@pytest.mark.parametrize("phase", sorted(LATER))
def test_a_participant_who_is_involved_reads_the_case(who: str, phase: Phase) -> None:
    assert reads_case(ACTORS[who], a_case(phase, Standing.INVOLVED))


# Who of an organisation works on a case (R6)

AT_TABLE_ONLY = somebody(GGZ, K.LID1, Role.TRIAGE_MEMBER)
CONTACT_POINT = somebody(GGZ, K.LID2, Role.CONTACT_POINT)


@pytest.mark.parametrize("phase", sorted(LATER))
@pytest.mark.parametrize("actor", [AT_TABLE_ONLY, CONTACT_POINT], ids=["triagelid", "contactpunt"])
def test_an_account_of_an_involved_organisation_reads_nothing_without_the_role_of_contact(
    phase: Phase, actor: Actor
) -> None:
    case = a_case(phase, Standing.INVOLVED)

    assert not reads_case(actor, case)
    assert not sees_duty(actor, case, owner=DutyOwner(GGZ)) or phase in TABLE_PHASES
    assert not supplied(actor, case, ItemFacts(GGZ))


@pytest.mark.parametrize("standing", list(Standing))
def test_when_others_of_the_organisation_were_named_a_contact_does_not_even_know_of_the_case(
    standing: Standing,
) -> None:
    case = a_case(P.MONITORING, standing, assigned=False)

    assert not sees_case(PRIVATE, case)
    assert not reads_case(PRIVATE, case)
    assert not sees_duty(PRIVATE, case, owner=DutyOwner(GGZ))
    assert not sees_line(PRIVATE, case, organisation_id=GGZ)
    assert not reads_item(PRIVATE, case, ItemFacts(GGZ))
    assert not reads_answer(PRIVATE, case, organisation_id=GGZ, registered_by=DIRECTOR)


def test_the_casusregisseur_works_on_the_case_whoever_was_named() -> None:
    case = a_case(P.MONITORING, Standing.INVOLVED, assigned=False, case_director_id=AT_TABLE_ONLY.person_id)

    assert reads_case(AT_TABLE_ONLY, case)
    assert sees_duty(AT_TABLE_ONLY, case, owner=DutyOwner(GGZ))
    assert not reads_case(AT_TABLE_ONLY, replace(case, standings=frozenset())), "leaving ends it (R7)"


def test_a_duty_is_also_seen_by_who_is_named_in_it_and_by_the_role_it_asks() -> None:
    case = a_case(P.MONITORING, Standing.INVOLVED, assigned=False)

    assert sees_duty(PRIVATE, case, owner=DutyOwner(GGZ, person_id=PRIVATE.person_id))
    assert sees_duty(PRIVATE, case, owner=DutyOwner(GGZ, role=Role.TRIAGE_MEMBER))
    assert not sees_duty(PRIVATE, case, owner=DutyOwner(GGZ, role=Role.CONTACT_POINT))
    assert not sees_duty(PRIVATE, case, owner=DutyOwner(OM, person_id=PRIVATE.person_id))


def test_the_contactpunt_sees_what_its_organisation_owes_about_informing_and_nothing_else() -> None:
    case = a_case(P.MONITORING)

    assert sees_duty(CONTACT_POINT, case, owner=DutyOwner(GGZ), kind=DutyKind.INFORM_PERSON)
    assert sees_duty(CONTACT_POINT, case, owner=DutyOwner(GGZ), kind=DutyKind.RECHECK_INFORMING)
    assert not sees_duty(CONTACT_POINT, case, owner=DutyOwner(GGZ), kind=DutyKind.COMMITMENT)


@pytest.mark.parametrize("phase", list(Phase))
def test_who_was_only_asked_sees_the_case_and_the_person_and_nothing_more(phase: Phase) -> None:
    case = a_case(phase, Standing.ASKED)

    assert sees_case(PRIVATE, case)
    assert reads_subject(PRIVATE, case)
    assert not reads_case(PRIVATE, case)
    assert not reads_referral(PRIVATE, case)
    assert not sees_process(PRIVATE, case)


def test_a_third_party_sees_nothing_whatever_the_register_says() -> None:
    case = a_case(P.MONITORING, Standing.INVOLVED, Standing.ASKED)

    assert not sees_case(OUTSIDER, case)
    assert not reads_subject(OUTSIDER, case)


@pytest.mark.parametrize("who", list(ACTORS))
def test_closed_is_shielded_for_everybody(who: str) -> None:
    case = a_case(P.CLOSED, Standing.INVOLVED)

    assert not reads_case(ACTORS[who], case)
    assert not reads_item(ACTORS[who], case, ItemFacts(POLICE))
    assert not reads_answer(ACTORS[who], case, organisation_id=POLICE, registered_by=DIRECTOR)


def test_unshielded_is_read_by_who_led_it_and_who_was_involved() -> None:
    case = a_case(P.CLOSED, Standing.INVOLVED, unshielded=True)

    readers = {who for who, actor in ACTORS.items() if reads_case(actor, case)}

    assert readers == {"leader", "reporter", "table", "private"}


def test_the_report_stays_readable_for_who_made_it() -> None:
    assert reads_referral(REPORTER, a_case(P.CLOSED))
    assert not reads_referral(replace(REPORTER, organisation_id=OM), a_case(P.CLOSED))


def test_a_condition_hides_an_item_from_the_organisation_it_excludes_only() -> None:
    case = a_case(P.MONITORING, Standing.INVOLVED)

    assert not reads_item(PRIVATE, case, ItemFacts(POLICE, {GGZ}))
    assert reads_item(AT_TABLE, case, ItemFacts(POLICE, {GGZ}))
    assert reads_item(LEADER, case, ItemFacts(POLICE, {GGZ}))


def test_a_supplier_reads_their_own_item_also_when_excluded() -> None:
    asked = a_case(P.SCREENING, Standing.ASKED)

    assert reads_item(PRIVATE, asked, ItemFacts(GGZ, {GGZ}))
    assert not reads_item(PRIVATE, asked, ItemFacts(POLICE))


def test_an_item_for_the_named_only_is_read_by_them_and_its_supplier() -> None:
    case, item = a_case(P.MONITORING, Standing.INVOLVED), ItemFacts(POLICE, only_for={OM})

    assert {who for who, actor in ACTORS.items() if reads_item(actor, case, item)} == {"reporter", "table"}


def test_an_item_that_tells_where_somebody_is_is_read_by_who_may_know_that_and_its_supplier() -> None:
    case, item = a_case(P.MONITORING, Standing.INVOLVED), ItemFacts(POLICE, finds=False)

    assert {who for who, actor in ACTORS.items() if reads_item(actor, case, item)} == {"reporter"}


def test_for_whom_an_item_is_not_is_known_to_its_supplier_and_who_leads() -> None:
    case, item = a_case(P.MONITORING, Standing.INVOLVED), ItemFacts(POLICE, {GGZ})

    assert {who for who, actor in ACTORS.items() if knows_conditions(actor, case, item)} == {"reporter", "leader"}


def test_a_secret_address_is_known_to_the_named_organisations_and_persons_and_to_nobody_else() -> None:
    def found(*, secret: bool) -> set[str]:
        return {
            who for who, actor in ACTORS.items()
            if finds(actor, secret=secret, organisations={GGZ}, persons={DIRECTOR})
        }  # fmt: skip

    assert found(secret=True) == {"private", "leader"}
    assert found(secret=False) == set(ACTORS)


@pytest.mark.parametrize(
    ("phase", "who"), [(P.SCREENING, {"officer", "reporter"}), (P.MONITORING, {"leader", "reporter"})]
)
def test_who_may_know_a_secret_address_is_decided_by_who_leads_and_who_reported(phase: Phase, who: set[str]) -> None:
    case = a_case(phase, Standing.INVOLVED)

    assert {one for one, actor in ACTORS.items() if keeps_secret(actor, case)} == who


def test_an_owner_sees_their_duty_and_others_see_it_with_the_process() -> None:
    case = a_case(P.MONITORING)

    assert sees_duty(PRIVATE, case, owner=DutyOwner(GGZ))
    assert not sees_duty(PRIVATE, case, owner=DutyOwner(POLICE))
    assert sees_duty(MANAGER, case, owner=DutyOwner(POLICE))
    assert not sees_duty(ADMINISTRATOR, case, owner=DutyOwner(DESK))


@pytest.mark.parametrize("kind", [DutyKind.INFORM_PERSON, DutyKind.RECHECK_INFORMING])
def test_informing_the_person_is_listed_for_the_reporter_who_owes_it_and_who_leads(kind: DutyKind) -> None:
    case = a_case(P.MONITORING, Standing.INVOLVED)
    early = replace(case, phase=P.REGIE, director_id=None)

    def listed(case: CaseFacts) -> set[str]:
        return {who for who, actor in ACTORS.items() if lists_duty(actor, case, owner=DutyOwner(POLICE), kind=kind)}

    assert listed(case) == {"reporter", "leader", "manager"}
    assert listed(early) == {"reporter", "officer", "manager"}
    assert not sees_duty(PRIVATE, case, owner=DutyOwner(POLICE), kind=kind)
    assert sees_duty(PRIVATE, case, owner=DutyOwner(POLICE), kind=DutyKind.INFORMATION)


def test_who_has_no_case_of_their_own_is_read_after_admission_by_who_reported_and_who_leads() -> None:
    after = a_case(P.MONITORING, Standing.INVOLVED)

    assert {who for who, actor in ACTORS.items() if reads_circle(actor, after)} == {"reporter", "leader"}
    assert {who for who, actor in ACTORS.items() if reads_circle(actor, a_case(P.SCREENING))} == {
        "officer",
        "reporter",
        "table",
    }


def test_a_reporter_who_is_not_involved_sees_their_own_lines_of_the_history() -> None:
    case = a_case(P.MONITORING)

    assert sees_line(REPORTER, case, organisation_id=POLICE)
    assert not sees_line(REPORTER, case, organisation_id=OM)
    assert not sees_line(REPORTER, case, organisation_id=None)
    assert sees_line(REPORTER, a_case(P.MONITORING, Standing.INVOLVED), organisation_id=OM)


def test_an_answer_is_read_by_who_leads_who_wrote_it_and_who_gave_it() -> None:
    case, wrote = a_case(P.MONITORING, Standing.INVOLVED), somebody(DESK, K.HOUSE, Role.TRIAGE_OFFICER)

    def reads(actor: Actor) -> bool:
        assert wrote.person_id is not None
        return reads_answer(actor, case, organisation_id=GGZ, registered_by=wrote.person_id)

    assert {who for who, actor in ACTORS.items() if reads(actor)} == {"leader", "private"}
    assert reads(wrote)


def test_who_was_named_in_a_decision_sees_the_case_to_object_and_reads_nothing() -> None:
    case = a_case(P.CLOSED, may_object=True)

    assert sees_case(AT_TABLE, case)
    assert not reads_case(AT_TABLE, case)
    assert not sees_case(OUTSIDER, case)


# Anybody at all


def anybody() -> st.SearchStrategy[Actor]:
    ids = st.sampled_from([DESK, POLICE, OM, GGZ, THIRD, None])
    return st.builds(
        Actor, st.sampled_from([HOUSE, ELSEWHERE, None]), ids, st.sampled_from([*K, None]),
        st.sampled_from([DIRECTOR, new_id(), None]), st.frozensets(st.sampled_from(list(Role))),
    )  # fmt: skip


def any_case() -> st.SearchStrategy[CaseFacts]:
    return st.builds(
        CaseFacts, st.just(HOUSE), st.sampled_from(list(Phase)), st.sampled_from([DIRECTOR, None]),
        st.sampled_from([POLICE, GGZ]), st.frozensets(st.sampled_from(list(Standing))), st.booleans(), st.booleans(),
        assigned=st.booleans(), case_director_id=st.sampled_from([DIRECTOR, None]),
    )  # fmt: skip


def sight(actor: Actor, case: CaseFacts) -> dict[str, bool]:
    """Everything the fence can allow."""
    return {
        "case": sees_case(actor, case), "content": reads_case(actor, case), "process": sees_process(actor, case),
        "referral": reads_referral(actor, case), "subject": reads_subject(actor, case),
        "circle": reads_circle(actor, case),
        "item": reads_item(actor, case, ItemFacts(GGZ, {OM})),
        "duty": sees_duty(actor, case, owner=DutyOwner(GGZ)), "line": sees_line(actor, case, organisation_id=GGZ),
        "answer": reads_answer(actor, case, organisation_id=GGZ, registered_by=DIRECTOR),
    }  # fmt: skip


@given(anybody(), any_case())
def test_nobody_ever_sees_anything_of_another_house(actor: Actor, case: CaseFacts) -> None:
    assume(actor.house_id != HOUSE)

    assert not any(sight(actor, case).values())


@given(any_case())
def test_without_a_person_nothing_is_seen(case: CaseFacts) -> None:
    assert not any(sight(ENGINE, case).values())
    assert not any(sight(ANONYMOUS, case).values())


@given(anybody(), any_case())
def test_who_reads_also_sees(actor: Actor, case: CaseFacts) -> None:
    seen = sight(actor, case)

    assert seen["case"] or not any(seen[what] for what in ("content", "process", "line", "answer"))
    assert seen["case"] or not seen["item"] or actor.organisation_id == GGZ, "what one supplied is one's own"
    assert seen["referral"] or not seen["content"]


@given(anybody(), any_case())
def test_leaving_ends_access_at_once(actor: Actor, case: CaseFacts) -> None:
    """What remains is what the phase gives to anybody in that seat, and the report to who made it."""
    assume(actor.organisation_kind is not K.HOUSE and actor.organisation_id != case.reporter_organisation_id)
    assume(case.phase not in TABLE_PHASES)

    left = replace(case, standings=frozenset(), may_object=False)

    seen = sight(actor, left)
    assert not any(seen[what] for what in seen.keys() - {"duty", "item"})
    own = actor.is_participant and actor.house_id == HOUSE and actor.organisation_id == GGZ
    assert seen["item"] is (own and works_on(actor, left) and not left.is_shielded)
    assert not sees_duty(actor, left, owner=DutyOwner(POLICE if actor.organisation_id != POLICE else OM))


@given(anybody(), any_case())
def test_closed_is_never_read(actor: Actor, case: CaseFacts) -> None:
    seen = sight(actor, replace(case, phase=Phase.CLOSED, unshielded=False))

    assert not any(seen[what] for what in ("content", "item", "answer"))


# Deciding

PARTIES = Parties(DIRECTOR, POLICE, frozenset({POLICE, GGZ}))


def decider(organisation: UUID, kind: K, *roles: Role, person: UUID | None = None) -> Decider:
    return Decider(person or new_id(), organisation, kind, frozenset(roles))


DECIDERS = {
    "officer": decider(DESK, K.HOUSE, Role.TRIAGE_OFFICER),
    "leader": decider(DESK, K.HOUSE, Role.PROCESS_DIRECTOR, person=DIRECTOR),
    "colleague": decider(DESK, K.HOUSE, Role.PROCESS_DIRECTOR),
    "adviser": decider(DESK, K.HOUSE, Role.ADVISER),
    "manager": decider(DESK, K.HOUSE, Role.MANAGER),
    "reporter": decider(POLICE, K.LID1, Role.TRIAGE_MEMBER),
    "contact": decider(OM, K.LID1, Role.CONTACT),
    "table": decider(OM, K.LID1, Role.TRIAGE_MEMBER),
    "involved": decider(GGZ, K.LID2, Role.CONTACT, Role.TRIAGE_MEMBER),
    "third": decider(THIRD, K.THIRD_PARTY, Role.TRIAGE_MEMBER),
}
MAY: dict[Deciders, set[str]] = {
    Deciders.DESK: {"officer"},
    Deciders.REPORTER: {"reporter"},
    Deciders.LID1: {"reporter", "table"},
    Deciders.LID1_NOT_REPORTER_ALONE: {"table"},
    Deciders.DIRECTOR: {"leader", "manager"},
    Deciders.MANAGER: {"officer", "manager"},
    Deciders.INVOLVED: {"reporter", "involved"},
    Deciders.ADVISER: {"officer", "adviser"},
    Deciders.ANYONE_INVOLVED: {"officer", "leader", "colleague", "adviser", "manager", "reporter", "involved"},
    Deciders.RULE: set(),
}


def allowed(needed: Deciders, who: list[Decider], parties: Parties = PARTIES) -> bool:
    try:
        may_decide(needed, who, parties)
    except MayNotDecide:
        return False
    return True


@pytest.mark.parametrize("needed", list(Deciders))
def test_who_may_take_which_decision(needed: Deciders) -> None:
    assert {who for who, one in DECIDERS.items() if allowed(needed, [one])} == MAY[needed]


@pytest.mark.parametrize("needed", list(Deciders))
def test_nobody_decides_without_a_name(needed: Deciders) -> None:
    assert not allowed(needed, [])


def test_everybody_who_is_named_must_be_allowed() -> None:
    assert not allowed(Deciders.LID1, [DECIDERS["table"], DECIDERS["involved"]])


def test_the_reporter_admits_with_another_public_participant_or_by_policy_alone() -> None:
    needed = Deciders.LID1_NOT_REPORTER_ALONE

    assert allowed(needed, [DECIDERS["reporter"], DECIDERS["table"]])
    assert allowed(needed, [DECIDERS["reporter"]], replace(PARTIES, reporter_may_decide_alone=True))


def test_while_there_is_no_regisseur_the_triage_officer_or_the_manager_does_their_part() -> None:
    nobody = replace(PARTIES, director_id=None)

    assert {who for who, one in DECIDERS.items() if allowed(Deciders.DIRECTOR, [one], nobody)} == {"officer", "manager"}


def test_the_tables_and_the_process_agree_on_what_only_public_participants_decide() -> None:
    lid1 = {kind for kind, spec in DECISIONS.items() if spec.deciders.name.startswith("LID1")}

    assert {word.strip(" '") for word in LID1_ONLY.split(",")} == set(lid1)


@given(
    st.builds(
        Decider, st.uuids(), st.sampled_from([DESK, POLICE, OM, GGZ, THIRD]), st.sampled_from(list(K)),
        st.frozensets(st.sampled_from(list(Role))),
    ),
    st.sampled_from([Deciders.LID1, Deciders.LID1_NOT_REPORTER_ALONE]),
)  # fmt: skip
def test_only_public_participants_ever_take_the_decisions_of_the_law(who: Decider, needed: Deciders) -> None:
    public = who.organisation_kind is K.LID1 and Role.TRIAGE_MEMBER in who.roles

    assert public or not allowed(needed, [who])


REGISTERS = {"officer": True, "manager": True, "leader": True, "colleague": False, "table": False, "reporter": False}


@pytest.mark.parametrize("who", list(REGISTERS))
def test_who_did_not_decide_registers_only_for_the_house(who: str) -> None:
    named = [DECIDERS["involved"]]

    if REGISTERS[who]:
        may_register(ACTORS[who], named, PARTIES)
    else:
        with pytest.raises(MayNotDecide, match="alleen uw eigen besluit"):
            may_register(ACTORS[who], named, PARTIES)


def test_who_decided_registers() -> None:
    me = somebody(GGZ, K.LID2, Role.CONTACT)
    assert me.person_id is not None

    may_register(me, [decider(GGZ, K.LID2, Role.CONTACT, person=me.person_id)], PARTIES)
