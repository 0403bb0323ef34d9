"""Secrets come from files, are shown nowhere, and are refused when everybody may read them."""

import pickle
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from deployments.secret_files import secrets_of
from deployments.settings import Settings
from tasks.mail import Relay

WORD = "verzonnen-geheim"
URL = f"postgresql+asyncpg://pols_web:{WORD}@127.0.0.1/pols"


@pytest.fixture
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment that says nothing about Pols."""
    for name in [*(f"POLS_{one.upper()}" for one in Settings.model_fields), "CREDENTIALS_DIRECTORY"]:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(f"{name}_FILE", raising=False)
    return monkeypatch


def kept(path: Path, content: str = f"{URL}\n", mode: int = 0o400) -> Path:
    path.write_text(content, encoding="utf-8")
    path.chmod(mode)
    return path


def test_every_setting_that_opens_something_is_a_secret() -> None:
    telling = {
        name for name in Settings.model_fields if name.endswith(("_url", "_password", "_key", "_token", "_secret"))
    }

    assert set(secrets_of(Settings)) == (telling - {"base_url"}) | {"channels"}  # a file with the tokens of providers
    assert len(telling) > 4


@pytest.mark.parametrize("name", secrets_of(Settings))
def test_a_secret_is_read_from_the_file_that_is_named(
    name: str, nothing_set: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    nothing_set.setenv(f"POLS_{name.upper()}_FILE", str(kept(tmp_path / "geheim")))

    secret = getattr(Settings(), name)

    assert isinstance(secret, SecretStr)
    assert secret.get_secret_value() == URL


def test_a_secret_is_found_among_the_credentials_of_the_service(
    nothing_set: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    kept(tmp_path / "pols_mail_password", WORD)
    nothing_set.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))

    settings = Settings()

    assert settings.mail_password.get_secret_value() == settings.relay().password == WORD
    assert settings.database_web_url.get_secret_value() == ""


def test_the_environment_goes_before_a_file(nothing_set: pytest.MonkeyPatch, tmp_path: Path) -> None:
    nothing_set.setenv("POLS_MAIL_PASSWORD_FILE", str(kept(tmp_path / "geheim", "uit het bestand")))
    nothing_set.setenv("POLS_MAIL_PASSWORD", WORD)

    assert Settings().mail_password.get_secret_value() == WORD


@pytest.mark.parametrize("mode", [0o644, 0o604, 0o602, 0o777])
def test_a_file_that_everybody_may_read_is_refused_in_production(
    nothing_set: pytest.MonkeyPatch, tmp_path: Path, mode: int
) -> None:
    path = kept(tmp_path / "geheim", WORD, mode)
    nothing_set.setenv("POLS_MAIL_PASSWORD_FILE", str(path))

    with pytest.raises(ValidationError, match="chmod o=") as refused:
        Settings()

    assert WORD not in str(refused.value)
    nothing_set.setenv("POLS_PRODUCTION", "false")
    assert Settings().mail_password.get_secret_value() == WORD


def test_a_file_that_is_not_there_is_said_so(nothing_set: pytest.MonkeyPatch, tmp_path: Path) -> None:
    nothing_set.setenv("POLS_MAIL_PASSWORD_FILE", str(tmp_path / "nergens"))

    with pytest.raises(Exception, match="mail_password"):
        Settings()


def test_a_secret_is_shown_nowhere(nothing_set: pytest.MonkeyPatch) -> None:
    for name in secrets_of(Settings):
        nothing_set.setenv(f"POLS_{name.upper()}", URL)
    settings = Settings()

    shown = [
        repr(settings),
        str(settings),
        settings.model_dump_json(),
        repr(settings.model_dump()),
        repr(settings.relay()),
    ]

    assert [one for one in shown if WORD in one] == []
    assert "Relay" in repr(Relay("h", 25, "s", password=WORD))
    assert WORD in pickle.dumps(settings.relay()).decode("latin-1"), "it is not there at all: this would prove nothing"


def test_a_mistake_in_another_setting_does_not_show_the_secrets(nothing_set: pytest.MonkeyPatch) -> None:
    nothing_set.setenv("POLS_DATABASE_WEB_URL", URL)
    nothing_set.setenv("POLS_MAIL_PORT", "geen getal")

    with pytest.raises(ValidationError) as refused:
        Settings()

    assert WORD not in str(refused.value) + repr(refused.value)
