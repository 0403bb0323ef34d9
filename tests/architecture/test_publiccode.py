"""publiccode.yml: what catalogues of public software read about us is complete and true."""

import tomllib
from typing import Annotated, Literal

import yaml
from pydantic import AnyUrl, BaseModel, ConfigDict, Field

from tests.architecture.source import ROOT


class Part(BaseModel):
    """A part of the file; a key that the standard does not know is a mistake."""

    model_config = ConfigDict(extra="forbid")


class Description(Part):
    shortDescription: Annotated[str, Field(max_length=150)]  # noqa: N815  the standard's spelling
    longDescription: Annotated[str, Field(min_length=150, max_length=10_000)]  # noqa: N815
    features: Annotated[list[str], Field(min_length=1)]


class Legal(Part):
    license: Literal["EUPL-1.2"]


class Contact(Part):
    name: str
    email: str


class Maintenance(Part):
    type: Literal["internal", "contract", "community", "none"]
    contacts: Annotated[list[Contact], Field(min_length=1)]


class Localisation(Part):
    localisationReady: bool  # noqa: N815
    availableLanguages: list[str]  # noqa: N815


class PublicCode(Part):
    publiccodeYmlVersion: Literal["0.7"]  # noqa: N815
    name: str
    url: AnyUrl
    platforms: Annotated[list[str], Field(min_length=1)]
    developmentStatus: Literal["concept", "development", "beta", "stable", "obsolete"]  # noqa: N815
    softwareType: Literal["standalone/web"]  # noqa: N815
    categories: list[str]
    supports: list[AnyUrl]
    description: dict[str, Description]
    legal: Legal
    maintenance: Maintenance
    localisation: Localisation


def published() -> PublicCode:
    return PublicCode.model_validate(yaml.safe_load((ROOT / "publiccode.yml").read_text(encoding="utf-8")))


def test_the_file_says_what_the_standard_asks() -> None:
    assert published().name == "Pols"


def test_it_is_described_in_every_language_it_speaks() -> None:
    assert set(published().description) == set(published().localisation.availableLanguages) == {"nl", "en"}


def test_the_licence_is_the_one_of_the_distribution() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert project["license"] == published().legal.license
    assert "EUROPEAN UNION PUBLIC LICENCE v. 1.2" in (ROOT / "LICENSE").read_text(encoding="utf-8")
