"""Verify keywright license files, and check out features in an application.

>>> import keywright
>>> application = keywright.Application(KEYS)
>>> license = application.check([text])
>>> license.outcome
'VALID'
>>> session = license.session()
>>> number = session.checkout("Draw")
>>> session.checkin(number)
"""

from ._keywright import (
    Application,
    Block,
    Denied,
    Entitlement,
    Finding,
    KeysError,
    KeywrightError,
    License,
    LicenseFile,
    ListError,
    ModelError,
    Session,
    TooLargeError,
    lint,
    payload,
    verify,
)

__all__ = [
    "Application",
    "Block",
    "Denied",
    "Entitlement",
    "Finding",
    "KeysError",
    "KeywrightError",
    "License",
    "LicenseFile",
    "ListError",
    "ModelError",
    "Session",
    "TooLargeError",
    "lint",
    "payload",
    "verify",
]
