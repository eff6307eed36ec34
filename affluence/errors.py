"""Every error that a user can meet: what happened, where, and what to do next.

The command line prints ``str(error)`` without a traceback and exits with ``exit_code``.
No message ever holds a telephone number or a name taken from a record.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


class AffluenceError(Exception):
    """Base of all errors shown to a user."""

    exit_code = 1

    def __reduce__(self) -> tuple[object, ...]:
        """An error of another machine is told here in its own words."""
        return _again, (type(self), self.args, self.__dict__)


def _again(kind: type[AffluenceError], args: tuple[object, ...], told: dict[str, object]) -> object:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(told)
    return error


class ConfigError(AffluenceError):
    """The configuration has problems; all of them are listed."""

    exit_code = 2

    def __init__(self, path: Path, problems: Sequence[str]) -> None:
        super().__init__(_to_mend(path, problems))
        self.problems = tuple(problems)


class MessagesError(AffluenceError):
    """The file of letters, e-mails and complaints has problems; all of them are listed."""

    exit_code = 2

    def __init__(self, path: Path, problems: Sequence[str]) -> None:
        super().__init__(_to_mend(path, problems))
        self.problems = tuple(problems)


class RecordsError(AffluenceError):
    """Records cannot be read or are not what they should be."""

    exit_code = 3


class NoRecordsError(RecordsError):
    """A source holds no file, or files without a single usable record."""

    def __init__(self, where: str, what_to_do: str) -> None:
        super().__init__(f"{where}: no usable record. {what_to_do}")


CHECK_ITS_SOURCE = "Check its source: `affluence inspect FILE` tells what is in a file."


class UnreadableFileError(RecordsError):
    """A file is not a text file of call records at all."""

    def __init__(self, path: Path, why: str, what_to_do: str) -> None:
        super().__init__(f"{path}: {why}. {what_to_do}")


class UnknownClockError(RecordsError):
    """The time zone in which the records were written is neither stated nor deducible."""

    def __init__(self, path: Path, found: str) -> None:
        super().__init__(
            f"{path}: the time zone of the records is not clear ({found}). State it as"
            ' clock = "Europe/Paris" or clock = "UTC" in the [platform.<id>.source] section.'
        )


class StateError(AffluenceError):
    """The state folder cannot be used."""

    exit_code = 4


AT_WORK = "another run of affluence is at work here"  # which a StateError says in these words


class ClusterError(AffluenceError):
    """The cluster that the heavy steps are to be worked on cannot do it."""

    exit_code = 11


class CredentialError(AffluenceError):
    """A secret cannot be had; the message names its reference, never the secret."""

    exit_code = 8

    def __init__(self, reference: str, why: str, what_to_do: str) -> None:
        super().__init__(f"secret '{reference}': {why}. {what_to_do}")


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something must not be published, in both languages of whoever has to mend it."""

    french: str
    english: str

    def __str__(self) -> str:
        return f"{self.french}\n    {self.english}"


class RefusedPublicationError(AffluenceError):
    """The site was built but must not be published; the old one stays up.

    Reasons that a webmaster can do something about are `Reason` as text, faults of the program are
    in English alone.
    """

    exit_code = 5

    def __init__(self, reasons: Sequence[str]) -> None:
        self.reasons = tuple(dict.fromkeys(reasons))
        lines = "".join(f"\n  - {reason}" for reason in self.reasons)
        super().__init__(f"publication refused:{lines}")


class ThemeError(AffluenceError):
    """The files of the configured theme cannot be had; the site in place stays up."""

    exit_code = 5

    def __init__(self, why: str, what_to_do: str) -> None:
        super().__init__(f"theme: {why}. {what_to_do}")


class DeliveryError(AffluenceError):
    """The site could not be delivered; the old one stays up.

    ``transient``: trying again later may help.
    """

    exit_code = 6

    def __init__(self, target: str, why: str, what_to_do: str, *, transient: bool = False) -> None:
        super().__init__(f"target '{target}': {why}. {what_to_do}")
        self.target = target
        self.why = why
        self.what_to_do = what_to_do
        self.transient = transient

    @classmethod
    def of_several(cls, failures: Sequence[DeliveryError]) -> DeliveryError:
        """One error that tells all."""
        together = cls.__new__(cls)
        Exception.__init__(together, "\n".join(map(str, failures)))
        together.transient = any(failure.transient for failure in failures)
        return together


class DifferentSiteError(DeliveryError):
    """The site was delivered, but visitors are shown another one."""

    rolled_back_to: str | None = None

    def after_return_to(self, release: str) -> DifferentSiteError:
        """The same, once the release before is in its place again."""
        why = f"{self.why}; release {release} was put back"
        error = DifferentSiteError(self.target, why, self.what_to_do)
        error.rolled_back_to = release
        return error


class ReportFolderError(AffluenceError):
    """The managers' report cannot be written where it is asked for."""

    exit_code = 2

    def __init__(self, folder: Path, why: str, what_to_do: str) -> None:
        super().__init__(f"report in {folder}: {why}; {what_to_do}.")


class DecisionError(AffluenceError):
    """What is asked for does not fit what was built and published so far."""

    exit_code = 10


def _to_mend(path: Path, problems: Sequence[str]) -> str:
    lines = "".join(f"\n  - {problem}" for problem in problems)
    plural = "s" if len(problems) > 1 else ""
    return f"{path}: {len(problems)} problem{plural} to mend:{lines}"
