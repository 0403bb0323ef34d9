"""Secrets from files: `POLS_…_FILE`, or the directory in which systemd puts credentials (`LoadCredential=`)."""

import os
import stat
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

DIRECTORY = "CREDENTIALS_DIRECTORY"


def secrets_of(settings: type[BaseSettings]) -> list[str]:
    """The settings that are secrets, by their type."""
    return [name for name, one in settings.model_fields.items() if one.annotation is SecretStr]


def file_of(name: str) -> Path | None:
    """The file that holds a secret: named by POLS_<NAME>_FILE, or pols_<name> among the credentials of the service."""
    if named := os.environ.get(f"POLS_{name.upper()}_FILE"):
        return Path(named)
    given = os.environ.get(DIRECTORY)
    path = Path(given) / f"pols_{name}" if given else None
    return path if path is not None and path.is_file() else None


def open_to_all(settings: type[BaseSettings]) -> list[Path]:
    """The secret files that everybody on this machine may read or write."""
    found = (file_of(name) for name in secrets_of(settings))
    return [path for path in found if path is not None and path.stat().st_mode & stat.S_IRWXO]


def write_new(path: Path, secret: bytes) -> None:
    """A secret in a file of its own that only its owner reads. Raises FileExistsError."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secret)


class SecretFiles(PydanticBaseSettingsSource):
    """Reads the secrets; what stands around them, such as the end of the line, is no part of them."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """One secret; nothing when it is not in a file. Raises ValueError when the file that was named is not there."""
        path = file_of(field_name) if field.annotation is SecretStr else None
        if path is None:
            return None, field_name, False
        try:
            return path.read_text(encoding="utf-8").strip(), field_name, False
        except (OSError, UnicodeDecodeError):
            raise ValueError(f"the file of {field_name} cannot be read") from None

    def __call__(self) -> dict[str, Any]:
        """All of them."""
        fields = self.settings_cls.model_fields.items()
        values = {name: self.get_field_value(field, name)[0] for name, field in fields}
        return {name: value for name, value in values.items() if value is not None}
