"""What a process must be told, from the environment (`POLS_…`) and from secret files. Built once, at the edge."""

from datetime import datetime
from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from api.security_txt import ADDRESS, SecurityContact
from deployments.scanner import Scanner
from deployments.secret_files import SecretFiles, open_to_all
from models.brake import Limits
from models.credentials import Seal
from models.events import SOURCE
from tasks.bounces import Mailbox
from tasks.channels import Channels
from tasks.mail import Relay

_NONE = SecretStr("")


class Settings(BaseSettings):
    """Every setting of Pols.

    A secret (SecretStr) may be given as a file: `POLS_<NAME>_FILE`, or a credential of systemd called `pols_<name>`.
    """

    model_config = SettingsConfigDict(env_prefix="POLS_", extra="ignore", hide_input_in_errors=True)

    database_web_url: SecretStr = Field(default=_NONE, description="case database as pols_web (postgresql+asyncpg://…)")
    database_engine_url: SecretStr = Field(default=_NONE, description="case database as pols_engine")
    database_owner_url: SecretStr = Field(default=_NONE, description="case database as pols_owner: migrate and set up")
    database_prefect_url: SecretStr = Field(default=_NONE, description="Prefect's own database as pols_prefect")
    base_url: str = Field(default="http://127.0.0.1:8080", description="where people find Pols; used in mail")
    mail_host: str = Field(default="127.0.0.1", description="the mail relay")
    mail_port: int = Field(default=25, description="its port")
    mail_sender: str = Field(default="pols@huis.example", description="who mail comes from")
    mail_secure: bool = Field(default=False, description="STARTTLS with a verified certificate")
    mail_user: str = Field(default="", description="user at the relay")
    mail_password: SecretStr = Field(default=_NONE, description="password at the relay")
    mail_per_minute: int = Field(default=600, ge=0, description="messages a minute, of all workers; 0: no limit")
    bounce_address: str = Field(
        default="", description="envelope sender: where bounces go; {} in it stands for the id of the message"
    )
    calendar_address: str = Field(
        default="", description="who invites: where calendars answer, read with the bounces; empty: the sender"
    )
    bounce_host: str = Field(default="", description="IMAP server (TLS) of the mailbox where bounces come in")
    bounce_port: int = Field(default=993, description="its port")
    bounce_user: str = Field(default="", description="user of that mailbox")
    bounce_password: SecretStr = Field(default=_NONE, description="its password")
    channels: SecretStr = Field(
        default=_NONE, description="the channels beside mail, as TOML (see tasks/channels.py): POLS_CHANNELS_FILE"
    )
    event_key_file: Path | None = Field(
        default=None, description="key that seals the secrets of subscribed systems; without it there are none"
    )
    event_source: str = Field(
        default="urn:nld:oin:00000000000000000000:systeem:pols",
        pattern=SOURCE.pattern + "$",
        description="who events are from: urn:nld:oin:<20 digits>:systeem:<name>",
    )
    production: bool = Field(
        default=True, description="refuses to move the clock, signing in with a token, and secrets open to everybody"
    )
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
    person_requests: int = Field(default=600, ge=0, description="requests a minute of one person; 0 is no limit")
    address_requests: int = Field(default=3000, ge=0, description="requests a minute from one address; 0 is no limit")
    open_requests: int = Field(
        default=20, ge=0, description="an hour from one address, of what needs no sign-in; 0: all"
    )
    connections: int = Field(default=500, ge=10, description="connections and requests at once in one process")
    proxies: str = Field(default="127.0.0.1", description="whose X-Forwarded-For is believed: addresses, by commas")
    access_log: bool = Field(default=False, description="one line per request, without its query")
    scanner: str = Field(default="", description="clamd: unix:/path or tcp://host:port; empty: files are not scanned")
    security_contacts: str = Field(default="", description="for security.txt: mailto: or https: addresses, by commas")
    security_expires: datetime | None = Field(default=None, description="for security.txt: its end, within a year")
    security_policy: str = Field(default="", description="for security.txt: the page on reporting weaknesses")

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource, dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:  # fmt: skip
        """What is given here, then the environment, then the secret files."""
        del dotenv_settings, file_secret_settings
        return init_settings, env_settings, SecretFiles(settings_cls)

    @model_validator(mode="after")
    def _secrets_are_kept(self) -> Self:
        if self.production and (found := open_to_all(type(self))):
            msg = f"everybody on this machine may read {', '.join(map(str, found))}: chmod o= it first"
            raise ValueError(msg)
        return self

    def relay(self) -> Relay:
        """The mail relay of the operator."""
        password = self.mail_password.get_secret_value()
        return Relay(
            self.mail_host, self.mail_port, self.mail_sender, self.mail_secure, self.mail_user, password,
            self.bounce_address,
        )  # fmt: skip

    def bounces(self) -> Mailbox | None:
        """The mailbox where bounces come in, when there is one."""
        password = self.bounce_password.get_secret_value()
        return Mailbox(self.bounce_host, self.bounce_port, self.bounce_user, password) if self.bounce_host else None

    def outside(self) -> Channels:
        """The channels beside mail. Raises ValueError, which says what is wrong with the file."""
        return Channels.read(self.channels.get_secret_value())

    def event_seal(self) -> Seal | None:
        """What the secrets of subscribed systems are sealed with. Raises OSError or ValueError."""
        return Seal.of(self.event_key_file) if self.event_key_file else None

    def limits(self) -> Limits:
        """How much may be asked."""
        return Limits(self.person_requests, self.address_requests, self.open_requests)

    def scan(self) -> Scanner | None:
        """The virus scanner, when there is one."""
        return Scanner(self.scanner) if self.scanner else None

    def security_contact(self) -> SecurityContact | None:
        """Whom to tell about a weakness, when the operator says so. Raises ValueError when it is not complete."""
        if not self.security_contacts:
            return None
        if self.security_expires is None:
            msg = "POLS_SECURITY_EXPIRES says until when POLS_SECURITY_CONTACTS counts"
            raise ValueError(msg)
        contacts = tuple(one.strip() for one in self.security_contacts.split(","))
        canonical = f"{self.base_url.rstrip('/')}{ADDRESS}"
        return SecurityContact(contacts, self.security_expires, canonical, self.security_policy)
