"""Why a request, or one event of it, is not taken."""

from __future__ import annotations

from cdp_lake.errors import CdpLakeError


class RefusedRequest(CdpLakeError):
    """Raised when nothing of a request is taken: the HTTP status, a reason in one word, and what its sender can do."""

    def __init__(self, status: int, reason: str, message: str, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.status, self.reason, self.retry_after = status, reason, retry_after


def malformed(reason: str, message: str) -> RefusedRequest:
    """A body that its protocol cannot have."""
    return RefusedRequest(400, reason, message)


def too_large(message: str) -> RefusedRequest:
    """A request above a limit of its sender."""
    return RefusedRequest(413, "too_large", message)
