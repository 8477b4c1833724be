from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Literal

__all__: list[str]

Outcome = Literal["VALID", "NOT-NOW", "POLICY", "NOT-VALID", "UNREADABLE"]
Verdict = Literal[
    "MALFORMED",
    "UNSUPPORTED",
    "UNSIGNED",
    "UNKNOWN-KEY",
    "NOT-FOR-VENDOR",
    "INVALID",
    "REVOKED",
    "NOT-YET",
    "EXPIRED",
    "VALID",
]
HostMatch = Literal["not-locked", "matches", "differs"]
Role = Literal[
    "serves",
    "adds-to",
    "other-exclusive-serves",
    "replaced",
    "not-yet-in-force",
    "no-longer-in-force",
    "duplicate",
    "no-base-to-upgrade",
    "cannot-be-served",
]
Reason = Literal[
    "no-such-feature",
    "version-too-low",
    "not-in-force",
    "not-enough-licenses",
    "balance-too-low",
    "active-token-limit",
    "not-metered",
    "not-drawable",
    "not-modelled",
    "undetermined",
    "nothing-to-return",
    "time-goes-back",
    "end-of-time",
]
HostIds = Iterable[tuple[str, str]]

class KeywrightError(Exception):
    """An error of keywright. `code` names its kind, for programs."""

    code: str

class KeysError(KeywrightError):
    """The embedded keys are damaged."""

class ListError(KeywrightError):
    """A trust bundle or a revocation list is not accepted."""

class TooLargeError(KeywrightError):
    """The license files are too large."""

class ModelError(KeywrightError):
    """The licenses contradict each other: a dependency cycle, a chain that is too long, or two shared levels."""

class Denied(KeywrightError):
    """A request is not granted. `code` is the reason, for example `not-enough-licenses`."""

    code: Reason

class Application:
    """The keys that an application accepts licenses of."""

    def __init__(self, keys: str | bytes, *, development: bool = False) -> None:
        """`keys` is what `keywright keys embed` printed."""
    @property
    def vendor(self) -> str: ...
    @property
    def version(self) -> int: ...
    def install_bundle(self, bundle: bytes, *, today: date | None = None) -> None:
        """Replaces the keys by those of a newer trust bundle of the vendor."""
    def install_revocations(self, revocations: bytes, *, today: date | None = None) -> None:
        """Adds a revocation list of the vendor."""
    def check(
        self, files: Sequence[str | bytes], *, at: date | None = None, hosts: HostIds = ()
    ) -> License:
        """Verifies the license files of one customer for a day, by default today."""
    def check_many(
        self, customers: Sequence[Sequence[str | bytes]], *, at: date | None = None, hosts: HostIds = ()
    ) -> list[License]:
        """Verifies the license files of many customers. Other threads of Python run meanwhile."""

class License:
    """The verified license files of one customer."""

    @property
    def outcome(self) -> Outcome: ...
    @property
    def files(self) -> list[LicenseFile]: ...
    @property
    def at(self) -> date: ...
    def session(self, now: datetime | None = None) -> Session:
        """Starts a session at a local time, by default now."""

class LicenseFile:
    """A verified license file."""

    @property
    def outcome(self) -> Outcome: ...
    @property
    def policies(self) -> list[tuple[str, str]]:
        """The policies that are not met, each with the reason."""
    @property
    def blocks(self) -> list[Block]: ...

class Block:
    """A verified block."""

    @property
    def feature(self) -> str | None: ...
    @property
    def verdict(self) -> Verdict: ...
    @property
    def reason(self) -> str:
        """The reason of the verdict. It contains text of the file."""
    @property
    def host(self) -> HostMatch: ...
    @property
    def line(self) -> int: ...
    @property
    def grants(self) -> bool: ...
    def directive(self, name: str) -> str | None:
        """The value of a directive, if the signature of the block matches."""

class Entitlement:
    """What the licenses grant of a feature of a vendor."""

    @property
    def feature(self) -> str: ...
    @property
    def vendor(self) -> str | None: ...
    @property
    def usable(self) -> int | None:
        """The number of checkouts that can be out at the same time; `None` if there is no limit."""
    @property
    def is_exact(self) -> bool:
        """False if `usable` is a lower bound only."""

class Session:
    """The checkouts of one process."""

    @property
    def features(self) -> list[str]: ...
    def entitlements(self) -> list[Entitlement]:
        """What the licenses grant on the day of the session, without the checkouts that are out."""
    def available(self, feature: str) -> int | None:
        """How many more checkouts can be granted now; `None` if there is no limit."""
    def role(self, file: int, block: int) -> Role | None:
        """The role of a block on the day of the session."""
    def checkout(
        self,
        feature: str,
        count: int = 1,
        *,
        version: str | None = None,
        user: str = "",
        host: str = "",
        custom: str = "",
    ) -> int:
        """Takes licenses. Returns the number of the checkout."""
    def checkin(self, checkout: int) -> None:
        """Returns the licenses of a checkout."""
    def consume(self, feature: str, tokens: int) -> None:
        """Consumes tokens of METERED blocks."""
    def advance(self, now: datetime) -> None:
        """Moves the time forward. Blocks come into force and end."""

class Finding:
    """A finding of the linter."""

    @property
    def code(self) -> str: ...
    @property
    def severity(self) -> Literal["note", "warning", "error"]: ...
    @property
    def message(self) -> str: ...
    @property
    def help(self) -> str | None: ...
    @property
    def line(self) -> int: ...
    @property
    def column(self) -> int: ...

def verify(
    keys: str | bytes, files: Sequence[str | bytes], *, at: date | None = None, hosts: HostIds = ()
) -> License:
    """Verifies license files with the keys that `keywright keys embed` printed."""

def lint(text: str | bytes, *, at: date | None = None) -> list[Finding]:
    """Lints a license file with the default rules."""

def payload(text: str | bytes) -> list[bytes]:
    """Returns the signed payload of each block that can be read."""
