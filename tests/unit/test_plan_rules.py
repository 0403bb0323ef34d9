"""What waits for what in a plan, the catalogue of a house, and a person as the sector's message wants them."""

from uuid import UUID

import pytest
from pydantic import ValidationError

from api.v1.outcome_schema import person_of
from models.lookups.whereabouts import Whereabouts
from models.plan import Step, in_circle, runs, waits_for
from models.policy import Intervention, Policy
from models.tables.referrals import Subject

A, B, C = (UUID(int=n) for n in (1, 2, 3))


def test_what_waits_for_another_runs_once_that_has_ended() -> None:
    waiting, over = Step(B, frozenset({A})), Step(A, ended=True)

    assert runs([Step(A), waiting]) == {A}
    assert runs([over, waiting]) == {A, B}


def test_what_was_replaced_is_waited_for_in_its_replacement() -> None:
    dropped, instead = Step(A, ended=True), Step(C, replaces_id=A)

    assert waits_for([dropped, instead, Step(B, frozenset({A}))])[B] == {C}


def test_what_waits_for_its_condition_does_not_run() -> None:
    assert runs([Step(A, conditional=True, awaits_condition=True), Step(B, conditional=True)]) == {B}


def test_a_circle_is_found_also_by_way_of_a_replacement() -> None:
    assert in_circle([Step(A, frozenset({B})), Step(B, frozenset({C})), Step(C)]) == set()
    assert in_circle([Step(A, frozenset({B})), Step(B, frozenset({A}))]) == {A, B}
    assert in_circle([Step(A, frozenset({B})), Step(B, ended=True), Step(C, frozenset({A}), replaces_id=B)]) == {A, C}


@pytest.mark.parametrize(
    "wrong",
    [
        (Intervention(name="x", domain="zorg"), Intervention(name="x", domain="straf")),
        (Intervention(name="x", domain="zorg", clashes_with=("onbekend",)),),
        (Intervention(name="x", domain="zorg", clashes_with=("x",)),),
    ],
    ids=["twice", "unknown", "itself"],
)
def test_a_catalogue_that_does_not_hang_together_is_refused(wrong: tuple[Intervention, ...]) -> None:
    with pytest.raises(ValidationError):
        Policy(interventions=wrong)


def test_two_interventions_clash_whichever_of_the_two_says_so() -> None:
    one = Intervention(name="contactverbod", domain="straf", clashes_with=("systeemtherapie",))
    policy = Policy(interventions=(one, Intervention(name="systeemtherapie", domain="zorg")))

    assert policy.clash("contactverbod", "systeemtherapie")
    assert policy.clash("systeemtherapie", "contactverbod")
    assert not policy.clash("contactverbod", "contactverbod")
    assert not policy.clash(None, "systeemtherapie")


def test_the_first_list_has_every_domain_and_every_name_once() -> None:
    found = Policy().interventions

    assert {one.domain for one in found} == {"straf", "zorg", "bestuur", "civiel"}
    assert len({one.name for one in found}) == len(found)


def test_a_person_is_told_in_parts_or_not_at_all() -> None:
    somebody = Subject(id=A, name="Monique van der Berg", bsn="999990019")

    told, missing = person_of(somebody, Whereabouts(address="Dorpsstraat 12, 1234AB Westerveen"), "https://pols")

    assert missing == []
    assert told is not None
    assert (told.naam.voornamen, told.naam.voorvoegsel, told.naam.geslachtsnaam) == ("Monique", "van der", "Berg")
    assert (told.adres.straatnaam, told.adres.huisnummer, told.adres.postcode) == ("Dorpsstraat", 12, "1234 AB")
    assert person_of(somebody, Whereabouts(), "https://pols") == (None, ["adres"])
    bare = Subject(id=A, name="Monique", bsn=None)
    assert person_of(bare, Whereabouts(), "https://pols")[1] == ["naam", "adres", "burgerservicenummer"]
