"""What a line of minutes is filled in with, what it lacks, and who may read what it repeats."""

from uuid import UUID

import pytest

from models.itemwords import Category, Regime, SecrecyRoute
from models.minutes import (
    KINDS,
    Audience,
    LineKind,
    Said,
    Section,
    category_of,
    filled,
    fits,
    missing,
    regime_of,
    within,
)
from models.policy import Policy
from models.tables.base import new_id

POLICE, CARE, TOWN = new_id(), new_id(), new_id()
WORDS = Policy().speaker_regimes


@pytest.mark.parametrize(
    ("names", "regime"),
    [
        (("Politie", ""), Regime.WPG), (("Koninklijke Marechaussee", ""), Regime.WPG),
        (("Openbaar Ministerie", ""), Regime.WJSG), (("Reclassering Nederland", ""), Regime.WJSG),
        (("GGZ Westerveen", ""), Regime.MEDICAL), (("Veilig Thuis Drenthe", ""), Regime.YOUTH),
        (("De Hoeve", "jeugdbescherming"), Regime.YOUTH), (("Gemeente Westerveen", "Wmo"), Regime.AVG),
        (("Stichting Depolitiek", ""), Regime.AVG),
    ],
)  # fmt: skip
def test_a_speaker_speaks_under_the_law_of_their_organisation(names: tuple[str, ...], regime: Regime) -> None:
    assert regime_of(names, WORDS) is regime


def test_a_house_says_itself_under_which_law_a_speaker_speaks() -> None:
    assert regime_of(("De Hoeve", ""), {"de hoeve": Regime.MEDICAL}) is Regime.MEDICAL


@pytest.mark.parametrize(
    ("section", "domain", "regime", "category"),
    [
        (Section.PICTURE, "wonen", Regime.WPG, Category.POLICE),
        (Section.PICTURE, "", Regime.WJSG, Category.JUSTICE),
        (Section.PICTURE, "wonen", Regime.MEDICAL, Category.HEALTH),
        (Section.PICTURE, "wonen", Regime.AVG, Category.HOUSING),
        (Section.PICTURE, "financiën", Regime.AVG, Category.FINANCIAL),
        (Section.PICTURE, "sociaal netwerk", Regime.AVG, Category.RELATIONS),
        (Section.PICTURE, "", Regime.AVG, None),
        (Section.PICTURE, "sterrenbeeld", Regime.AVG, None),
        (Section.READING, "", Regime.AVG, Category.GUIDANCE),
        (Section.DECISION, "", Regime.AVG, Category.GUIDANCE),
        (Section.DECISION, "wonen", Regime.AVG, Category.HOUSING),
    ],
)
def test_what_a_line_is_about_follows_from_the_speaker_and_the_agenda(
    section: Section, domain: str, regime: Regime, category: Category | None
) -> None:
    assert category_of(section, domain, regime) is category


def test_every_life_domain_of_the_standard_policy_says_what_a_line_is_about() -> None:
    silent = [one for one in Policy().life_domains if category_of(Section.PICTURE, one, Regime.AVG) is None]

    assert silent == []


def test_what_was_said_stays_as_it_was_said() -> None:
    said = Said(Section.PICTURE, "x", CARE, Category.RELATIONS, "wonen", Regime.AVG)

    assert filled(said, speaks_under=Regime.MEDICAL, sponsor_id=POLICE) == said


@pytest.mark.parametrize("section", Section)
def test_without_a_speaker_only_what_is_said_together_is_of_the_sponsor(section: Section) -> None:
    whole = filled(Said(section, "x"), speaks_under=None, sponsor_id=POLICE)

    assert whole.supplier_id == (None if section is Section.PICTURE else POLICE)
    assert bool(missing(whole)) is (section is Section.PICTURE)


@pytest.mark.parametrize(
    ("said", "lacks"),
    [
        (Said(Section.PICTURE, "x", POLICE, Category.POLICE, regime=Regime.WPG), []),
        (Said(Section.PICTURE, "x"), ["supplier_id", "category", "regime"]),
        (Said(Section.PICTURE, " ", POLICE, Category.POLICE, regime=Regime.WPG), ["body"]),
        (Said(Section.PICTURE, "x", CARE, Category.HEALTH, regime=Regime.MEDICAL), ["route"]),
        (
            Said(Section.PICTURE, "x", CARE, Category.HEALTH, "", Regime.MEDICAL, SecrecyRoute.GOOD_CARE),
            ["route_reason"],
        ),
        (Said(Section.PICTURE, "x", CARE, Category.HEALTH, "", Regime.MEDICAL, SecrecyRoute.CONSENT), []),
    ],
)
def test_a_line_says_what_it_lacks(said: Said, lacks: list[str]) -> None:
    assert missing(said) == lacks


def test_every_kind_of_line_has_one_section() -> None:
    assert sorted(one for kinds in KINDS.values() for one in kinds) == sorted(LineKind)
    assert {kind: [one for one in Section if fits(kind, one)] for kind in LineKind} == {
        kind: [section] for section, kinds in KINDS.items() for kind in kinds
    }


def _for(excluded: tuple[UUID, ...] = (), only: tuple[UUID, ...] = ()) -> Audience:
    return Audience(frozenset(excluded), frozenset(only))


@pytest.mark.parametrize(
    ("line", "source", "may"),
    [
        (_for(), _for(), True),
        (_for(), _for((POLICE,)), False),
        (_for((POLICE,)), _for((POLICE,)), True),
        (_for((POLICE, TOWN)), _for((POLICE,)), True),
        (_for((TOWN,)), _for((POLICE,)), False),
        (_for(), _for(only=(TOWN,)), False),
        (_for(only=(TOWN,)), _for(only=(TOWN,)), True),
        (_for(only=(TOWN, POLICE)), _for(only=(TOWN,)), False),
        (_for(only=(TOWN, CARE)), _for(only=(TOWN,)), True),
        (_for(only=(TOWN,)), _for((POLICE,)), True),
        (_for(only=(POLICE,)), _for((POLICE,)), False),
    ],
)
def test_a_line_repeats_what_all_its_readers_may_read(line: Audience, source: Audience, *, may: bool) -> None:
    assert within(line, source, CARE) is may
