"""What a process must be told, from the environment (`POLS_…`). Built once, at the edge."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from tasks.mail import Relay


class Settings(BaseSettings):
    """Every setting of Pols."""

    model_config = SettingsConfigDict(env_prefix="POLS_", extra="ignore")

    database_web_url: str = Field(default="", description="case database as pols_web (postgresql+asyncpg://…)")
    database_engine_url: str = Field(default="", description="case database as pols_engine")
    database_owner_url: str = Field(default="", description="case database as pols_owner: migrate and set up")
    base_url: str = Field(default="http://127.0.0.1:8080", description="where people find Pols; used in mail")
    mail_host: str = Field(default="127.0.0.1", description="the mail relay")
    mail_port: int = Field(default=25, description="its port")
    mail_sender: str = Field(default="pols@huis.example", description="who mail comes from")
    mail_secure: bool = Field(default=False, description="STARTTLS with a verified certificate")
    mail_user: str = Field(default="", description="user at the relay")
    mail_password: str = Field(default="", description="password at the relay")
    production: bool = Field(default=True, description="refuses to move the clock, and to sign in with a token")
    account_key_file: Path | None = Field(
        default=None, description="key that seals second factors of local accounts; without it there are none"
    )
    oidc_issuer: str = Field(default="", description="the OpenID Connect provider; empty when there is none")
    oidc_client_id: str = Field(default="", description="who we are there")
    oidc_key_file: Path | None = Field(default=None, description="our private key there (PEM or JWK)")
    oidc_scopes: str = Field(default="openid email", description="what we ask the provider for")
    oidc_acr: str = Field(default="", description="authentication levels of which one is needed, by spaces")
    oidc_amr: str = Field(default="", description="means of authentication that are all needed, by spaces")
    worker_cases: int = Field(default=4, ge=1, le=64, description="cases conducted at once by one worker")
    lease_seconds: float = Field(default=45.0, ge=1, description="how long a silent worker keeps a case")
    tick_seconds: float = Field(default=5.0, gt=0, description="how often a worker looks whether something is due")
    bundle_seconds: float = Field(default=60.0, ge=0, description="reminders go out at most once in this time")
    reconcile_seconds: float = Field(default=30.0, gt=0, description="how often Prefect is healed from our tables")
    record_tasks: bool = Field(default=False, description="also record task runs in Prefect (costs 40 ms each)")
    anchor_key_file: Path | None = Field(
        default=None, description="Ed25519 key (PEM) that signs the anchors of the log"
    )
    anchor_folder: Path = Field(default=Path(".pols/ankers"), description="where the anchors of the log are kept")
    state: Path = Field(default=Path(".pols"), description="where the embedded stack keeps its data")

    def relay(self) -> Relay:
        """The mail relay of the operator."""
        return Relay(
            self.mail_host, self.mail_port, self.mail_sender, self.mail_secure, self.mail_user, self.mail_password
        )
