"""What an item must say and a text should not: secrecy, the circle, and words that are warned about."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.items import GROUNDS, SECRET, circle_errors, names_place, repeats, secrecy_errors, sensitive
from models.itemwords import Category, Regime, SecrecyRoute, Sensitive
from models.policy import Policy

R = SecrecyRoute


@given(st.sampled_from(Regime), st.none() | st.sampled_from(R), st.sampled_from(["", " ", "omdat het moet"]))
def test_a_secret_has_a_route_and_good_care_a_reason(regime: Regime, route: R | None, reason: str) -> None:
    errors = {field for field, _ in secrecy_errors(regime, route, reason)}

    if regime not in SECRET:
        assert errors == ({"route"} if route or reason.strip() else set())
    elif route is None:
        assert errors == {"route"}
    else:
        assert errors == ({"route_reason"} if route is R.GOOD_CARE and not reason.strip() else set())


@given(st.sampled_from(Category), st.sampled_from(["", "wonen"]), st.booleans())
def test_of_a_professional_only_name_and_contact_are_kept(category: Category, domain: str, named: bool) -> None:  # noqa: FBT001
    errors = circle_errors(category, "S. de Wit", has_subject=named, life_domain=domain)

    fine = category is Category.IDENTITY and not domain and not named
    assert bool(errors) is not fine
    assert circle_errors(category, " ", has_subject=named, life_domain=domain) == []


def test_every_regime_has_the_ground_of_the_law() -> None:
    assert set(GROUNDS) == set(Regime)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Hij bezoekt de MOSKEE op vrijdag", [Sensitive.RELIGION]),
        ("heeft de Syrische nationaliteit en is homoseksueel", [Sensitive.NATIONALITY, Sensitive.ORIENTATION]),
        ("vingerafdrukken afgenomen", [Sensitive.BIOMETRICS]),
        ("een christelijke school", [Sensitive.RELIGION]),
        ("bejoodzaam", []),  # inside a word says nothing
        ("stabiel", []),
        ("", []),
    ],
)
def test_words_that_no_field_is_for_are_noticed(text: str, kinds: list[Sensitive]) -> None:
    terms = Policy().sensitive_terms | {Sensitive.RELIGION: ("moskee", "christel", "jood")}

    assert sensitive([text], terms) == kinds


@given(st.text())
def test_a_warning_never_breaks_on_a_text(text: str) -> None:
    assert set(sensitive([text, text], Policy().sensitive_terms)) <= set(Sensitive)


def test_a_passage_is_found_again_whatever_its_spaces_and_capitals() -> None:
    source = "Opname in mei op eigen verzoek. Ja."

    assert repeats("Besproken:  opname in MEI\nop eigen verzoek; verder niets", source)
    assert not repeats("Ja, er is over een opname gesproken", source)


@pytest.mark.parametrize(("text", "found"), [("bij Kanariestraat  12", True), ("bij de straat", False), ("12", False)])
def test_a_place_is_found_and_a_bare_number_is_not_one(text: str, found: bool) -> None:  # noqa: FBT001
    assert names_place(text, ["kanariestraat 12", "12"]) is found
