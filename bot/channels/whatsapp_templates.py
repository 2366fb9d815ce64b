"""WhatsApp's templates: what may be sent to her when she has not written for 24 hours, and how they come to Meta.

A template says that there is something, never what: nothing of what another woman wrote, no name. Its buttons are the
message's own where it has as many (`stands`: then it goes in place of the message); else its one button only says that
she is here now, and the message itself follows.

Rules: https://developers.facebook.com/docs/whatsapp/business-management-api/message-templates
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pywa_async.client import WhatsApp as Client

from bot.dialogue.steps import Text, p_
from bot.i18n import Catalogs
from bot.messages import Message, Sending

WINDOW = timedelta(hours=24)  # after her last message, by Meta's clock
MARGIN = timedelta(minutes=10)  # how long before its end nothing is sent into it any more
RING_AGAIN = timedelta(days=1)  # she is told at most once in this time that something waits
READ = "read"  # data of a template's button that only says that she is here now
PAGE = 200  # templates asked for at once
CATEGORY = "UTILITY"


@dataclass(frozen=True, slots=True)
class Template:
    """One template. kinds: the notices and nudges that it goes for. stands: it goes in place of a message that has as
    many buttons; otherwise the message waits behind it."""

    name: str
    body: Text
    buttons: tuple[Text, ...]
    kinds: tuple[str, ...] = ()
    stands: bool = False


# limit: 20
SHOW = p_("button", "Show me")

# NOTE: A message that comes unasked. It must be plain information about what she asked for, without advertising.
NEWS = Template("sorora_news", p_("template", "Hello! There is something new for you here."), (SHOW,))
# Few templates, for each must be approved in each language. A kind that stands nowhere has NEWS.
TEMPLATES = (
    NEWS,
    Template(
        "sorora_check_in",
        p_("template", "Hello! This is the weekly check-in that you chose. How was your week?"),
        (
            # limit: 20
            p_("button", "Good"),
            # limit: 20
            p_("button", "So-so"),
            # limit: 20
            p_("button", "Hard"),
        ),
        ("check_in",),
        stands=True,
    ),
    Template(
        "sorora_reminder",
        p_("template", "Hello! You asked to be reminded of something today."),
        (SHOW,),
        (
            "milestone_due", "plan_moment", "goal_after_2w", "goal_after_1m", "goal_after_3m", "goal_after_6m",
            "meeting_tomorrow", "meeting_soon",
        ),
    ),
    Template("sorora_message", p_("template", "Hello! There is a message for you."), (SHOW,), ("words",)),
    Template(
        "sorora_answer",
        p_("template", "Hello! Something here waits for your answer."),
        (SHOW,),
        (
            "request_reminder", "pair_agree", "pair_agree_again", "pair_trial", "pair_ending", "introduction_ask",
            "meeting_proposed", "mentor_unanswered", "team_applicant", "team_report", "team_waiting", "team_digest",
        ),
        stands=True,
    ),
)  # fmt: skip
BY_NAME: Mapping[str, Template] = {template.name: template for template in TEMPLATES}
OF_KIND: Mapping[str, Template] = {kind: template for template in TEMPLATES for kind in template.kinds}

# Languages in which Meta takes templates, by ours (…/message-templates/supported-languages). Pashto, Tigrinya and
# Somali are not among them.
LANGUAGES: Mapping[str, str] = {
    "ar": "ar", "bg": "bg", "de": "de", "en": "en", "es": "es", "fa": "fa", "fr": "fr", "it": "it", "nl": "nl",
    "pl": "pl", "pt": "pt_PT", "ro": "ro", "ru": "ru", "sq": "sq", "sw": "sw", "tr": "tr", "uk": "uk",
}  # fmt: skip


# --- sending ------------------------------------------------------------------------------------------------------


def window_open(sending: Sending, now: datetime) -> bool:
    """Whether she wrote so lately that a free message reaches her at `now` (UTC)."""
    heard = sending.heard_at
    return not sending.closed and (heard is None or now - heard < WINDOW - MARGIN)


def template_of(message: Message) -> Template:
    """The template of a message's class."""
    return OF_KIND.get(message.template, NEWS)


def payloads(template: Template, message: Message) -> tuple[str, ...]:
    """The data of the template's buttons: the message's own where the template stands for it, else READ."""
    if stands_for(template, message):
        return tuple(one.data for one in message.options)
    return (READ,) * len(template.buttons)


def stands_for(template: Template, message: Message) -> bool:
    """Whether the template goes in place of this message."""
    return template.stands and len(message.options) == len(template.buttons)


def content(template: Template, code: str, data: tuple[str, ...]) -> dict[str, Any]:
    """The template as it is sent, in Meta's JSON. code: Meta's name of the language; data: of each button."""
    buttons = [
        {
            "type": "button",
            "sub_type": "quick_reply",
            "index": str(place),
            "parameters": [{"type": "payload", "payload": one}],
        }
        for place, one in enumerate(data)
    ]
    return {"name": template.name, "language": {"code": code}, "components": buttons}


# --- at Meta ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Standing:
    """How a template stands at Meta in one language of ours. state: "approved", "pending", "rejected", … as Meta says,
    "missing" where it was not submitted, "other words" where it is there with another text than in this release, and
    "not possible" where Meta takes no templates in this language."""

    template: Template
    language: str
    state: str

    @property
    def good(self) -> bool:
        """Whether it can be sent."""
        return self.state in ("approved", "other words")


def wanted(template: Template, language: str, catalogs: Catalogs) -> dict[str, Any]:
    """A template in one language as it is submitted."""
    buttons = [{"type": "QUICK_REPLY", "text": catalogs.label(label, language)} for label in template.buttons]
    return {
        "name": template.name,
        "language": LANGUAGES[language],
        "category": CATEGORY,
        "components": [
            {"type": "BODY", "text": catalogs.render(template.body, language)},
            {"type": "BUTTONS", "buttons": buttons},
        ],
    }


async def at_meta(client: Client, business_id: str) -> dict[tuple[str, str], tuple[str, str]]:
    """All templates of the account: (state, text of its body) by name and Meta's language. Raises WhatsAppError and
    httpx.HTTPError."""
    found: dict[tuple[str, str], tuple[str, str]] = {}
    after = ""
    while True:
        turn = {"limit": str(PAGE), **({"after": after} if after else {})}
        fields = ("name", "language", "status", "components")
        answer = await client.api.get_templates(business_id, fields=fields, pagination=turn)
        for one in answer["data"]:
            parts = [part.get("text", "") for part in one.get("components", ()) if part.get("type") == "BODY"]
            found[one["name"], one["language"]] = (str(one["status"]).lower(), "".join(parts))
        paging = answer.get("paging", {})
        after = paging.get("cursors", {}).get("after", "") if paging.get("next") else ""
        if not after:
            return found


async def standing(client: Client, business_id: str, catalogs: Catalogs) -> list[Standing]:
    """How each template stands in each language of ours. Raises as `at_meta`."""
    there = await at_meta(client, business_id)
    return [Standing(each, code, state_of(each, code, there, catalogs)) for each, code in every(catalogs)]


def every(catalogs: Catalogs) -> Iterator[tuple[Template, str]]:
    """Each template in each language."""
    return ((template, language) for template in TEMPLATES for language in catalogs.languages)


def state_of(
    template: Template, language: str, there: Mapping[tuple[str, str], tuple[str, str]], catalogs: Catalogs
) -> str:
    """The state of one (see Standing)."""
    if language not in LANGUAGES:
        return "not possible"
    state, body = there.get((template.name, LANGUAGES[language]), ("missing", ""))
    same = body == catalogs.render(template.body, language)
    return state if same or state != "approved" else "other words"


async def push(client: Client, business_id: str, catalogs: Catalogs) -> list[Standing]:
    """Submit what is missing; gives what was, with the state that Meta gives it. Raises as `at_meta`."""
    submitted = []
    for one in await standing(client, business_id, catalogs):
        if one.state == "missing":
            answer = await client.api.create_template(business_id, wanted(one.template, one.language, catalogs))
            submitted.append(Standing(one.template, one.language, str(answer.get("status", "pending")).lower()))
    return submitted
