"""Who may come in, and how: from the settings to the doors, and the account that an operator gives."""

from pathlib import Path

from api.oidc import Known, Relying, key_of
from api.ways import Accounts, Ways
from deployments.settings import Settings
from models.actors import ENGINE
from models.casebook import accounts
from models.credentials import Seal
from models.transactions import Database, unit_of_work


def ways_in(settings: Settings) -> Ways:
    """The ways in that the settings open. Raises OSError or ValueError when a key cannot be read."""
    return Ways(
        accounts=Accounts(Seal.of(settings.account_key_file)) if settings.account_key_file else None,
        provider=_provider(settings) if settings.oidc_issuer else None,
        token_form=not settings.production,
    )


def _provider(settings: Settings) -> Relying:
    if not settings.oidc_client_id or settings.oidc_key_file is None:
        raise ValueError("a provider needs POLS_OIDC_CLIENT_ID and POLS_OIDC_KEY_FILE")
    base = settings.base_url.rstrip("/")
    return Relying(
        Known(
            settings.oidc_issuer, settings.oidc_client_id, key_of(settings.oidc_key_file), f"{base}/aanmelden/terug",
            f"{base}/aanmelden", settings.oidc_scopes, tuple(settings.oidc_acr.split()),
            tuple(settings.oidc_amr.split()),
        )
    )  # fmt: skip


def own_key(state: Path, name: str = "account.key") -> Path:
    """A key of the embedded stack, made the first time and readable for its owner only."""
    file = state / name
    if not file.exists():
        file.touch(mode=0o600)
        file.write_bytes(Seal.new_key())
    return file


async def invite(url: str, email: str, house: str) -> str:
    """Give somebody a local account, or a new one; answers the secret of the invitation. Raises Refusal."""
    database = Database(url, pool_size=1)
    try:
        async with unit_of_work(ENGINE, database) as work:
            return await accounts.invite(work, email, house=house)
    finally:
        await database.close()
