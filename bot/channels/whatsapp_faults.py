"""What WhatsApp's refusals mean for a message: try again, when, or never.

Codes: https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes.
"""

from __future__ import annotations

import httpx
from pywa_async.errors import WhatsAppError

from bot.messages import Result, Verdict

UNSURE = 120.0  # seconds to wait for the status webhook when nobody knows whether the message was accepted
SOON = 10.0

# Too fast: code to seconds. Pair rate (131056): one message per 6 s and person, after a burst of up to 45. 4 and 80007
# count calls per hour; 131048 and 131064 limit a number whose messages were reported.
THROTTLED = {4: 60.0, 80007: 60.0, 130429: 5.0, 131048: 3600.0, 131056: 6.0, 131064: 3600.0}
# Passing trouble on Meta's side; the message was not accepted. 131053: the picture did not arrive there.
PASSING = frozenset({1, 2, 131000, 131016, 131053, 131057})
# Nothing goes out before the operator has mended something: token, rights, number, payment, account.
OPERATOR = frozenset({0, 3, 10, 33, 190, 368, 131005, 131031, 131037, 131042, 131045, 133010, *range(200, 300)})
OPERATOR_WAIT = 300.0
CLOSED = 131047  # she has not written for 24 hours: only a template may go
GONE = 131026  # not (or no longer) on WhatsApp, or does not let us reach her


def needs_operator(error: WhatsAppError) -> bool:
    """Whether a person with access to Meta's settings must act before anything can be sent."""
    if error.code == 100 and error.subcode == 33:
        return True  # "object does not exist": the phone number id is wrong or the token may not use it
    return error.code in OPERATOR


def verdict(error: WhatsAppError) -> Result:
    """What an answer of the API with an error means. The reason holds the code only: Meta's own sentences may quote a
    phone number."""
    code, status = error.code, error.status_code or 0
    reason = f"WhatsApp error {code}"
    if code in THROTTLED or status == 429:
        return Result(Verdict.RETRY, after=max(_asked_wait(error), THROTTLED.get(code, SOON)), reason=reason)
    if needs_operator(error):
        return Result(
            Verdict.RETRY, after=OPERATOR_WAIT, reason=f"{reason}: look at the token and the WhatsApp account"
        )
    if code in PASSING or error.is_transient:
        return Result(Verdict.RETRY, after=SOON, reason=reason)
    if status >= 500 or status == 408:
        # No answer of the API itself but of something before it: the message may have been accepted behind it.
        return Result(Verdict.RETRY, after=UNSURE, reason=f"WhatsApp answered {status}")
    if code == GONE:
        return Result(Verdict.LEFT, reason=reason)
    return Result(Verdict.REFUSED, reason=reason)


def no_answer(error: httpx.HTTPError) -> Result:
    """What a broken call means. Where no connection came about nothing was sent: soon again. Otherwise the message may
    have been accepted, and its status webhook is waited for."""
    unsent = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout | httpx.ProxyError)
    return Result(Verdict.RETRY, after=SOON if unsent else UNSURE, reason=f"no answer ({type(error).__name__})")


def _asked_wait(error: WhatsAppError) -> float:
    """Seconds of a Retry-After header, 0 without one."""
    header = error.raw_response.headers.get("Retry-After", "") if error.raw_response is not None else ""
    return float(header) if header.isascii() and header.isdigit() else 0.0
