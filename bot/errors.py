"""Everything that can go wrong by name. Each message tells its reader what to do and quotes nobody's words.

SororaError
├── SettingError      a setting is missing or wrong (the operator mends it; exit code 2)
├── KeyTrouble        what is encrypted cannot be read with the keys at hand
├── TryLater          something outside does not answer now; the same call may work later
├── MediaGone         a voice note or photo is no longer on its platform
└── Unreadable        bytes that are not what the platform's documentation promises
"""

from __future__ import annotations


class SororaError(Exception):
    """Base of all errors of the programme."""


class SettingError(SororaError):
    """A setting is missing or wrong. One sentence that names it and says what to do."""


class KeyTrouble(SororaError):
    """Encrypted data cannot be read: a key is missing from SORORA_KEYS, or the data was damaged."""


class TryLater(SororaError):
    """The database or a platform does not answer now. The sender should try again."""


class MediaGone(SororaError):
    """A voice note or photo can no longer be fetched from its platform."""


class Unreadable(SororaError):
    """Bytes from outside that cannot be understood. They are put aside and never stop what comes behind."""
