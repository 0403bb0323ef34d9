"""The matrix of rights: what must hold for anybody, in any phase, however the rows are filled."""

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import rights
from models.actors import Actor
from models.rights import MATRIX, MEANING, Capacity, CaseFacts, Right
from models.tables.base import new_id
from models.words import GlassKind, OrganisationKind, Phase, Role, Standing

HOUSE, REPORTER, OTHER, DESK, DIRECTOR = (new_id() for _ in range(5))

actors = st.builds(
    Actor,
    house_id=st.sampled_from([HOUSE, new_id(), None]),
    organisation_id=st.sampled_from([REPORTER, OTHER, DESK]),
    organisation_kind=st.sampled_from([*OrganisationKind, None]),
    person_id=st.sampled_from([DIRECTOR, new_id(), None]),
    roles=st.frozensets(st.sampled_from(Role), max_size=4),
    replaces=st.frozensets(st.just(DIRECTOR)),
)
cases = st.builds(
    CaseFacts,
    house_id=st.just(HOUSE),
    phase=st.sampled_from(Phase),
    director_id=st.sampled_from([DIRECTOR, None]),
    reporter_organisation_id=st.just(REPORTER),
    standings=st.frozensets(st.sampled_from(Standing)),
    unshielded=st.booleans(),
    may_object=st.booleans(),
    glass=st.sampled_from([*GlassKind, None]),
)


def test_every_right_is_in_the_matrix_and_every_capacity_gives_one() -> None:
    assert set(MATRIX) == set(MEANING) == set(Right)
    assert {one for grants in MATRIX.values() for one in grants} == set(Capacity)


@given(actors, cases)
def test_nobody_of_another_house_and_no_third_party_has_any_right(actor: Actor, case: CaseFacts) -> None:
    if actor.house_id == HOUSE and actor.organisation_kind is not OrganisationKind.THIRD_PARTY:
        return
    assert not any(rights.has(right, actor, case) for right in Right)


@given(actors, cases)
def test_only_public_participants_at_the_table_decide(actor: Actor, case: CaseFacts) -> None:
    if rights.has(Right.DECIDE, actor, case):
        assert actor.organisation_kind is OrganisationKind.LID1
        assert Role.TRIAGE_MEMBER in actor.roles


@given(actors, cases)
def test_who_reads_a_case_also_knows_of_it_and_who_it_is_about(actor: Actor, case: CaseFacts) -> None:
    if rights.has(Right.CONTENT, actor, case):
        assert rights.has(Right.KNOW, actor, case)
        assert rights.has(Right.REPORT, actor, case)
        assert rights.has(Right.SUBJECT, actor, case)


@given(actors, cases)
def test_a_shielded_case_is_read_for_supervision_only(actor: Actor, case: CaseFacts) -> None:
    if case.is_shielded and rights.has(Right.CONTENT, actor, case):
        assert rights.by(Right.CONTENT, actor, case) == (Capacity.SUPERVISOR,)


@given(actors, cases)
def test_who_stands_in_for_a_regisseur_is_one_and_may_no_more_than_who_is_away(actor: Actor, case: CaseFacts) -> None:
    if Capacity.DEPUTY not in rights.capacities(actor, case):
        return
    assert actor.has(Role.PROCESS_DIRECTOR)
    assert case.director_id in actor.replaces
    away = replace(actor, person_id=case.director_id, replaces=frozenset())
    assert {right for right in Right if rights.has(right, actor, case)} <= {
        right for right in Right if rights.has(right, away, case)
    }


@given(actors, cases)
def test_a_functional_administrator_alone_reads_nothing(actor: Actor, case: CaseFacts) -> None:
    if actor.organisation_kind is OrganisationKind.HOUSE and actor.roles == {Role.ADMINISTRATOR}:
        assert rights.capacities(actor, case) == frozenset()


@given(actors, cases)
def test_emergency_access_gives_reading_and_never_leading_or_deciding(actor: Actor, case: CaseFacts) -> None:
    without = CaseFacts(
        case.house_id, case.phase, case.director_id, case.reporter_organisation_id, case.standings, case.unshielded,
        case.may_object,
    )  # fmt: skip
    for right in (Right.DIRECT, Right.DECIDE, Right.BREAK_GLASS, Right.SUPERVISE):
        assert rights.by(right, actor, case) == rights.by(right, actor, without)


@given(actors, cases, st.sampled_from(Right))
def test_an_explanation_says_what_the_matrix_says_and_always_something(
    actor: Actor, case: CaseFacts, right: Right
) -> None:
    said = rights.explain(right, actor, case)

    assert said.allowed == rights.has(right, actor, case)
    assert said.because
    assert all(said.because)


def _of(kind: OrganisationKind, *roles: Role, organisation: UUID = DESK) -> Actor:
    return Actor(HOUSE, organisation, kind, new_id(), frozenset(roles))


def _explained() -> Iterator[tuple[str, Right, Actor, CaseFacts, bool, str]]:
    running = CaseFacts(HOUSE, Phase.MONITORING, DIRECTOR, REPORTER)
    closed = CaseFacts(HOUSE, Phase.CLOSED, DIRECTOR, REPORTER, frozenset({Standing.INVOLVED}))
    lid2 = _of(OrganisationKind.LID2, Role.CONTACT, organisation=OTHER)
    leads = Actor(HOUSE, DESK, OrganisationKind.HOUSE, DIRECTOR, frozenset({Role.PROCESS_DIRECTOR}))
    yield "leads", Right.CONTENT, leads, running, True, "als procesregisseur van deze casus"
    yield "stands nowhere", Right.CONTENT, lid2, running, False, "staat in geen enkele hoedanigheid"
    yield "shielded", Right.CONTENT, lid2, closed, False, "afgeschermd (WGS 2.31"
    yield "too late", Right.CONTENT, _of(OrganisationKind.HOUSE, Role.TRIAGE_OFFICER), running, False, "niet in de fase"
    yield "not for partners", Right.SUPERVISE, lid2, closed, False, "dit recht heeft alleen: privacy officer"


@pytest.mark.parametrize(("right", "actor", "case", "allowed", "words"), [one[1:] for one in _explained()],
                         ids=[one[0] for one in _explained()])  # fmt: skip
def test_why_somebody_may_or_may_not_is_said_in_words(
    right: Right, actor: Actor, case: CaseFacts, *, allowed: bool, words: str
) -> None:
    said = rights.explain(right, actor, case)

    assert said.allowed is allowed
    assert words in said.because[0]
