"""Who stands in for whom, and which absence is refused."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from models.absence import Absence, PersonFacts, errors, may_stand_in, stand_in
from models.actors import Actor
from models.words import OrganisationKind, Role

NOW = datetime(2026, 5, 4, 10, tzinfo=UTC)
DAY = timedelta(days=1)
HOUSE, OTHER = UUID(int=1), UUID(int=2)
A, B, C, D, E = (
    PersonFacts(UUID(int=n), HOUSE, OrganisationKind.HOUSE, frozenset({Role.PROCESS_DIRECTOR})) for n in range(11, 16)
)


def away(one: PersonFacts, deputy: PersonFacts | None = None, **facts: object) -> PersonFacts:
    """Since yesterday, without an end."""
    gone = replace(one, absent_from=NOW - DAY, deputy_id=deputy.id if deputy else None)
    return replace(gone, **facts)  # type: ignore[arg-type]


def replaced(*people: PersonFacts, now: datetime = NOW) -> UUID | None:
    """Who stands in for the first of these."""
    found = stand_in(people[0], {one.id: one for one in people}, now)
    return found.id if found else None


@pytest.mark.parametrize(
    ("people", "expected"),
    [
        pytest.param((A, B), None, id="who is there needs nobody"),
        pytest.param((away(A), B), None, id="nobody was named"),
        pytest.param((away(A, B), B), B.id, id="the deputy"),
        pytest.param((away(A, B), away(B, C), C), C.id, id="the deputy of the deputy"),
        pytest.param((away(A, B), away(B, C), away(C, D), D), D.id, id="three steps"),
        pytest.param((away(A, B), away(B, C), away(C, D), away(D, E), E), None, id="a fourth step is nobody's plan"),
        pytest.param((away(A, B), away(B)), None, id="the deputy is away and named nobody"),
        pytest.param((away(A, B), away(B, A)), None, id="a circle of who is away"),
        pytest.param((away(A, B), replace(B, active=False)), None, id="the deputy left"),
        pytest.param((away(A, B), replace(B, fit=False)), None, id="the training of the deputy is over"),
        pytest.param((away(A, B), away(B, C, fit=False), C), None, id="a link that is no deputy any more"),
        pytest.param((away(A, B), replace(B, organisation_id=OTHER)), None, id="the deputy works elsewhere now"),
        pytest.param((away(A, B),), None, id="the deputy is not there at all"),
        pytest.param((away(A, B, absent_from=NOW + DAY), B), None, id="it has not begun"),
        pytest.param((away(A, B, absent_until=NOW), B), None, id="it is over from the moment it ends"),
        pytest.param((away(A, B, absent_until=NOW + DAY), B), B.id, id="it is not over"),
    ],
)
def test_somebody_stands_in_while_the_other_is_away_and_nobody_when_that_cannot_be(
    people: tuple[PersonFacts, ...], expected: UUID | None
) -> None:
    assert replaced(*people) == expected


@pytest.mark.parametrize(
    ("kind", "roles", "asked", "may"),
    [
        (OrganisationKind.HOUSE, {Role.PROCESS_DIRECTOR}, Role.PROCESS_DIRECTOR, True),
        (OrganisationKind.HOUSE, {Role.MANAGER}, Role.PROCESS_DIRECTOR, False),
        (OrganisationKind.HOUSE, {Role.MANAGER}, None, True),
        (OrganisationKind.LID2, set(), None, True),
        (OrganisationKind.LID1, {Role.CONTACT}, Role.TRIAGE_MEMBER, False),
        (OrganisationKind.LID1, {Role.TRIAGE_MEMBER}, Role.TRIAGE_MEMBER, True),
        (OrganisationKind.LID2, {Role.TRIAGE_MEMBER}, Role.TRIAGE_MEMBER, False),
    ],
)
def test_of_the_house_who_stands_in_holds_the_role_that_is_asked(
    kind: OrganisationKind, roles: set[Role], asked: Role | None, *, may: bool
) -> None:
    assert may_stand_in(PersonFacts(A.id, HOUSE, kind, frozenset(roles)), asked) is may


def wrong(wanted: Absence, *colleagues: PersonFacts) -> list[str]:
    """The fields that are refused, for the absence of A."""
    return [one.field for one in errors(A, wanted, {one.id: one for one in (A, *colleagues)}, NOW)]


@pytest.mark.parametrize(
    ("wanted", "colleagues", "fields"),
    [
        pytest.param(Absence(NOW), (), [], id="from now, nobody knows until when"),
        pytest.param(Absence(NOW - 9 * DAY, NOW + DAY, B.id), (B,), [], id="entered afterwards"),
        pytest.param(Absence(NOW - 9 * DAY, NOW), (), ["tot"], id="over already"),
        pytest.param(Absence(NOW + DAY, NOW + DAY), (), ["tot"], id="no time at all"),
        pytest.param(Absence(NOW + 2 * DAY, NOW + DAY), (), ["tot"], id="ends before it begins"),
        pytest.param(Absence(NOW, None, A.id), (), ["vervanger"], id="oneself"),
        pytest.param(Absence(NOW, None, B.id), (), ["vervanger"], id="nobody known here"),
        pytest.param(Absence(NOW, None, B.id), (replace(B, organisation_id=OTHER),), ["vervanger"], id="of elsewhere"),
        pytest.param(Absence(NOW, None, B.id), (replace(B, active=False),), ["vervanger"], id="who left"),
        pytest.param(Absence(NOW, None, B.id), (replace(B, fit=False),), ["vervanger"], id="not trained any more"),
        pytest.param(Absence(NOW, None, B.id), (away(B, C), C), [], id="away too, with a deputy of their own"),
        pytest.param(Absence(NOW, None, B.id), (away(B, A),), ["vervanger"], id="a circle"),
        pytest.param(Absence(NOW, None, B.id), (away(B, C), away(C, A)), ["vervanger"], id="a longer circle"),
        pytest.param(
            Absence(NOW, NOW + DAY, B.id),
            (away(B, A, absent_from=NOW + DAY),),
            [],
            id="one after the other is no circle",
        ),
        pytest.param(
            Absence(NOW + DAY, None, B.id), (away(B, A, absent_until=NOW + DAY),), [], id="back before the other leaves"
        ),
    ],
)
def test_an_absence_is_refused_with_the_field_that_is_wrong(
    wanted: Absence, colleagues: tuple[PersonFacts, ...], fields: list[str]
) -> None:
    assert wrong(wanted, *colleagues) == fields


def test_who_stands_in_for_a_regisseur_leads_only_when_a_regisseur_too() -> None:
    colleague = Actor(person_id=B.id, roles=frozenset({Role.PROCESS_DIRECTOR}), replaces=frozenset({A.id}))
    manager = replace(colleague, roles=frozenset({Role.MANAGER}))

    assert (colleague.leads(A.id), colleague.leads(B.id), colleague.leads(C.id), colleague.leads(None)) == (
        True, True, False, False,
    )  # fmt: skip
    assert (manager.leads(A.id), manager.leads(B.id)) == (False, True)
