"""WhatsApp through Meta's Cloud API: sending, media, signatures, the business profile.

pywa speaks the API, but receives nothing: its webhook reads only the first message of a body and answers 200 before the
message is safe (DESIGN.md, "Parts, and why"). How messages look is in whatsapp_bubbles, how webhooks are read in
whatsapp_events, what errors mean in whatsapp_faults.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import httpx
import msgspec
import structlog
from pywa_async.client import WhatsApp as Client
from pywa_async.errors import WhatsAppError

from bot.channels import whatsapp_events
from bot.channels import whatsapp_templates as templates
from bot.channels.downloads import download
from bot.channels.parts import bare, file_name, joined_ids
from bot.channels.whatsapp_bubbles import cut, present
from bot.channels.whatsapp_events import CHANNEL, Events
from bot.channels.whatsapp_faults import CLOSED, UNSURE, needs_operator, no_answer, verdict
from bot.clock import Clock
from bot.errors import MediaGone, SettingError, TryLater
from bot.messages import LARGEST_MEDIA, Bubble, Document, Drawing, Media, Message, Result, Sending, Verdict

API = "https://graph.facebook.com"
HOSTS = ("fbsbx.com", "whatsapp.net", "fbcdn.net", "facebook.com")  # where Meta keeps media (lookaside.fbsbx.com)
PARTLY = 1000  # messages sent in part that are remembered
ABOUT = 139
DESCRIPTION = 512
# What may be uploaded as a document (…/cloud-api/reference/media#supported-media-types); text of any other kind goes as
# text/plain, and its file name says what it is.
DOCUMENTS = frozenset({"text/plain", "application/pdf"})
OFFICE = ("application/vnd.ms-", "application/msword", "application/vnd.openxmlformats-officedocument.")
# What may be uploaded as an image (at most 5 MB) or audio (16 MB, more than LARGEST_MEDIA), from the MIME type it came
# with. Of Ogg only Opus is taken, and only when it is called so.
LARGEST_IMAGE = 5 * 1024 * 1024
IMAGES = {"image/jpeg": "image/jpeg", "image/jpg": "image/jpeg", "image/png": "image/png"}
OPUS = {"audio/ogg": "audio/ogg; codecs=opus", "audio/opus": "audio/ogg; codecs=opus"}
AUDIO = OPUS | {
    "audio/mpeg": "audio/mpeg", "audio/mp3": "audio/mpeg", "audio/mp4": "audio/mp4", "audio/x-m4a": "audio/mp4",
    "audio/m4a": "audio/mp4", "audio/aac": "audio/aac", "audio/amr": "audio/amr",
}  # fmt: skip
MEDIA_TYPES = IMAGES | AUDIO

log = structlog.get_logger(__name__)


class WhatsApp:
    """The WhatsApp channel (messages.Channel), and what its webhook needs besides.

    lease: after a crash the status webhook that carries our id is waited for, 15 minutes at most, before a message goes
    out again. per_second: 80 a number. per_chat: the pair rate; Meta lets bursts of up to 45 messages to one person
    pass and then wants 6 s for each of them. burst is half of that, for a message may be several of theirs; without it,
    who answers twenty questions with quick thumbs would wait six seconds for each.

    client: pywa's, for what is asked of Meta beside the chat. draw: renders a PNG, run in a thread. patience: seconds
    to wait for an answer. api_url: where Meta's API is reached, another one for a gateway or a test. Silences the
    loggers of the HTTP client and of pywa: they write phone numbers, words and the URLs of media. Raises SettingError
    for an empty app secret or verify token.
    """

    name = CHANNEL
    lease = 900.0
    per_second = 60.0
    per_chat = 6.0
    burst = 20

    def __init__(
        self,
        token: str,
        phone_id: str,
        business_id: str,
        app_secret: str,
        verify_token: str,
        draw: Callable[[Drawing], bytes],
        clock: Clock,
        api_url: str = API,
        patience: float = 20.0,
    ) -> None:
        if not app_secret or not verify_token:
            raise SettingError(
                "Set SORORA_WHATSAPP_APP_SECRET and SORORA_WHATSAPP_VERIFY_TOKEN: empty ones let all in."
            )
        for logger in ("httpx", "httpcore", "pywa", "pywa_async"):
            logging.getLogger(logger).setLevel(logging.CRITICAL)
        self._token = token
        self._phone_id = phone_id
        self._secret = app_secret.encode()
        self._verify_token = verify_token.encode()
        self._draw = draw
        self._clock = clock
        self._api_url = httpx.URL(api_url.rstrip("/"))
        self._calls = self._http(patience)
        self._downloads = self._http(patience)
        self.client = Client(phone_id=phone_id, token=token, waba_id=business_id, session=self._calls)
        self._partly: dict[int, list[str]] = {}  # wamids by Sending.id
        self._operator_told: datetime | None = None

    def _http(self, patience: float) -> httpx.AsyncClient:
        # A transport of its own would also switch off the proxies of the environment: only where it is needed.
        transport = None if self._api_url == httpx.URL(API) else _Rerouted(self._api_url)
        return httpx.AsyncClient(transport=transport, timeout=patience, follow_redirects=False)

    async def close(self) -> None:
        """Close the connections."""
        await self._calls.aclose()
        await self._downloads.aclose()

    # Sending

    def present(self, message: Message) -> tuple[Bubble, ...]:
        """See whatsapp_bubbles.present."""
        return present(message)

    async def send(self, sending: Sending) -> Result:
        """Send one message; see messages.Channel.send. SENT: the API accepted it, and provider_id is the id of
        the bubble with the buttons, the ids of any others behind it (parts.joined_ids). Whether it arrives is told by
        the status webhook.

        Only the last bubble carries sending.id as its tracker, so a status with our id means that all of the message
        was accepted; those before carry "id.number" (read as no id of ours). When a message of several bubbles fails in
        the middle, a retry of the same process goes on behind what was accepted; after a crash it starts from the
        first, and the bubbles before the last may be seen twice. Where an answer was lost, RETRY asks for two minutes:
        time for the status webhook to tell that the message went through after all.

        She must have written within 24 hours; else a template goes (see `_ring`).
        """
        try:
            return await self._deliver(sending)
        except WhatsAppError as error:
            result = verdict(error)
            if needs_operator(error):
                self._tell_operator(error.code)
        except httpx.HTTPError as error:
            result = no_answer(error)
        except (AttributeError, KeyError, IndexError, TypeError, ValueError) as error:
            # An answer of another shape than documented, or cut short. It may well have been accepted.
            result = Result(Verdict.RETRY, after=UNSURE, reason=f"answer not understood ({type(error).__name__})")
        if result.verdict is not Verdict.RETRY:
            self._partly.pop(sending.id, None)
        return result

    async def _deliver(self, sending: Sending) -> Result:
        bubbles = present(sending.message)
        odd = next(filter(None, map(_odd, bubbles)), "")
        if odd:
            return Result(Verdict.REFUSED, reason=odd)
        if not bubbles:
            return Result(Verdict.SENT)
        if not templates.window_open(sending, self._clock.now()):
            return await self._ring(sending)
        try:
            ids = await self._say_all(sending, bubbles)
        except WhatsAppError as error:
            if error.code != CLOSED:
                raise
            return await self._ring(sending)
        # What comes unasked may come back, where the window was closed after all.
        return Result(Verdict.SENT, provider_id=ids, keep=bool(sending.message.template))

    async def _say_all(self, sending: Sending, bubbles: tuple[Bubble, ...]) -> str:
        """Send what was not sent yet of these bubbles; gives the ids of all (parts.joined_ids)."""
        done = self._partly.setdefault(sending.id, [])
        while len(self._partly) > PARTLY:
            del self._partly[next(iter(self._partly))]
        for number, bubble in list(enumerate(bubbles))[len(done) :]:
            last = number == len(bubbles) - 1
            done.append(await self._say(sending.address, bubble, str(sending.id) if last else f"{sending.id}.{number}"))
        self._partly.pop(sending.id, None)
        return joined_ids(bubbles, done)

    async def _ring(self, sending: Sending) -> Result:
        """Send the template of the message's class in its language: SENT where its buttons are those of the message,
        else HELD, and once a day at most. REFUSED where there is none."""
        message, template = sending.message, templates.template_of(sending.message)
        stands = templates.stands_for(template, message)
        if not stands and sending.rung_at is not None and self._clock.now() - sending.rung_at < templates.RING_AGAIN:
            return Result(Verdict.HELD)
        code = templates.LANGUAGES.get(message.language)
        if code is None:
            return Result(Verdict.REFUSED, reason=f"WhatsApp has no templates in {message.language}")
        said = templates.content(template, code, templates.payloads(template, message))
        # A status of a template that only rings says nothing of the message, so it does not carry its id.
        tracker = str(sending.id) if stands else f"{sending.id}.t"
        try:
            wamid = await self._post(sending.address, "template", said, tracker)
        except WhatsAppError as error:
            result = verdict(error)
            if result.verdict is not Verdict.REFUSED:
                raise
            return Result(Verdict.REFUSED, reason=f"template {template.name} in {code}: WhatsApp error {error.code}")
        return Result(Verdict.SENT if stands else Verdict.HELD, provider_id=wamid, template=template.name)

    async def _say(self, address: str, bubble: Bubble, tracker: str) -> str:
        """Send one bubble and give its wamid. "" where nothing was left to send: a picture that could not be drawn."""
        media = ""
        if bubble.picture is not None:
            png = await self._drawn(bubble.picture)
            if not png:
                bubble = msgspec.structs.replace(bubble, picture=None)
                if not bubble.text:
                    return ""
            else:
                media = await self._upload("picture.png", "image/png", png)
        elif bubble.document is not None:
            file = bubble.document
            media = await self._upload(file.name, _accepted_mime(file), file.body)
        elif (sent := bubble.photo or bubble.voice) is not None:
            media = await self._upload(file_name("file", sent.mime), MEDIA_TYPES[bare(sent.mime)], sent.body)
        kind, content = _content(bubble, media)
        return await self._post(address, kind, content, tracker)

    async def _post(self, address: str, kind: str, content: dict[str, Any], tracker: str) -> str:
        """Send one message of Meta's and give its wamid."""
        # Not Client.send_message: it takes user ids with letters in them for groups, and fails after the message was
        # accepted when the answer leaves out what it repeats of the recipient.
        by_phone = address.isdigit()
        answer = await self.client.api.send_message(
            sender=self._phone_id,
            to=address if by_phone else None,
            recipient=None if by_phone else address,
            recipient_type="individual",
            typ=kind,
            msg=content,
            biz_opaque_callback_data=tracker,
        )
        return str(answer["messages"][0]["id"])

    async def _drawn(self, picture: Drawing) -> bytes:
        """The PNG. Nothing where it cannot be drawn: the text beside it says the same."""
        try:
            return await asyncio.to_thread(self._draw, picture)
        except Exception as error:  # whatever it is: a woman must not wait for a text because of a picture
            log.error("a picture could not be drawn", kind=picture.kind, error=type(error).__name__)
            return b""

    async def _upload(self, name: str, mime: str, body: bytes) -> str:
        answer = await self.client.api.upload_media(self._phone_id, body, mime, name)
        return str(answer["id"])

    def _tell_operator(self, code: int) -> None:
        """Once an hour, not once a message."""
        now = self._clock.now()
        if self._operator_told is None or now - self._operator_told >= timedelta(hours=1):
            self._operator_told = now
            log.error("WhatsApp lets nothing out: check SORORA_WHATSAPP_TOKEN and the account at Meta", code=code)

    async def set_profile(self, about: str, description: str) -> bool:
        """Set the about line (139) and the description (512) of the number, cut where longer. False, and a log line,
        where WhatsApp did not take them."""
        try:
            await self.client.update_business_profile(
                about=cut(about, ABOUT), description=cut(description, DESCRIPTION)
            )
        except (WhatsAppError, httpx.HTTPError, ValueError, KeyError, TypeError, AttributeError) as error:
            log.warning("the WhatsApp profile was not set", error=type(error).__name__)
            return False
        return True

    # Media

    async def fetch(self, media: Media) -> bytes:
        """Download a voice note or photo; see messages.Channel.fetch. Only from Meta's hosts (or that of
        api_url), without redirects, since the token goes along."""
        if not (media.ref.isascii() and media.ref.isalnum()):
            raise MediaGone("this is no id of a WhatsApp file")
        try:
            found = await self.client.api.get_media_url(media.ref)
            url, size = httpx.URL(found["url"]), int(found.get("file_size") or 0)
        except WhatsAppError as error:
            if verdict(error).verdict is Verdict.RETRY and (error.code, error.subcode) != (100, 33):
                raise TryLater(f"WhatsApp did not give the file (error {error.code}); try again") from None
            raise MediaGone("WhatsApp no longer has this file") from None
        except (httpx.HTTPError, httpx.InvalidURL, AttributeError, KeyError, TypeError, ValueError) as error:
            raise TryLater(f"WhatsApp did not give the file ({type(error).__name__}); try again") from None
        if size > LARGEST_MEDIA or not self._trusted(url):
            raise MediaGone("the file is over 10 MB or not on WhatsApp's hosts")
        headers = {"Authorization": f"Bearer {self._token}"}
        return await download(self._downloads, url, "WhatsApp", headers=headers, later=(401, 403, 429))

    def _trusted(self, url: httpx.URL) -> bool:
        if (url.scheme, url.host, url.port) == (self._api_url.scheme, self._api_url.host, self._api_url.port):
            return True
        own = any(url.host == host or url.host.endswith("." + host) for host in HOSTS)
        return url.scheme == "https" and url.port in (None, 443) and own

    # Receiving

    def read(self, raw: bytes) -> Events:
        """See whatsapp_events.read."""
        return whatsapp_events.read(raw, self._phone_id)

    def authentic(self, body: bytes, header: str) -> bool:
        """Whether `header` (X-Hub-Signature-256) is the HMAC-SHA256 of the raw body under the app secret."""
        expected = "sha256=" + hmac.new(self._secret, body, hashlib.sha256).hexdigest()
        return hmac.compare_digest(expected.encode(), header.encode("utf-8", "replace"))

    def challenged(self, query: Mapping[str, str]) -> str | None:
        """The answer to Meta's question whether this webhook is ours; None where it does not know our verify token."""
        given = query.get("hub.verify_token", "").encode("utf-8", "replace")
        if query.get("hub.mode") != "subscribe" or not hmac.compare_digest(given, self._verify_token):
            return None
        return query.get("hub.challenge", "")


class _Rerouted(httpx.AsyncBaseTransport):
    """Sends what is meant for Meta's API to `api_url` instead: pywa has no setting for it."""

    def __init__(self, api_url: httpx.URL) -> None:
        self._to = api_url
        self._inner = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.host == httpx.URL(API).host:
            path = self._to.raw_path.rstrip(b"/") + request.url.raw_path
            request.url = self._to.copy_with(raw_path=path)
            request.headers["Host"] = self._to.netloc.decode()
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        await self._inner.aclose()


def _accepted_mime(file: Document) -> str:
    if file.mime in DOCUMENTS or file.mime.startswith(OFFICE):
        return file.mime
    return "text/plain"


def _odd(bubble: Bubble) -> str:
    """Why Meta would not take what another woman sent; "" where it does. Better known before than tried for ever."""
    if bubble.photo is not None and (bare(bubble.photo.mime) not in IMAGES or len(bubble.photo.body) > LARGEST_IMAGE):
        return "photo: WhatsApp takes JPEG and PNG of at most 5 MB"
    if bubble.voice is not None and bare(bubble.voice.mime) not in AUDIO:
        return "voice: WhatsApp takes Ogg, MP3, MP4, AAC and AMR"
    return ""


def _content(bubble: Bubble, media: str) -> tuple[str, dict[str, Any]]:
    """The type of a message and what stands under that name in Meta's JSON."""
    attached: dict[str, Any] = {"id": media}
    if bubble.voice is not None:
        # Only Opus in Ogg is shown as a voice note; anything else is played as a file.
        return "audio", {**attached, **({"voice": True} if bare(bubble.voice.mime) in OPUS else {})}
    kind = "document" if bubble.document is not None else "image"
    if bubble.document is not None:
        attached["filename"] = bubble.document.name
    if not bubble.rows and not bubble.menu:
        if not media:
            return "text", {"body": bubble.text, "preview_url": False}
        return kind, {**attached, **({"caption": bubble.text} if bubble.text else {})}
    content: dict[str, Any] = {"type": "list" if bubble.menu else "button", "body": {"text": bubble.text}}
    if media:
        content["header"] = {"type": kind, kind: attached}
    if bubble.footer:
        content["footer"] = {"text": bubble.footer}
    content["action"] = _list(bubble) if bubble.menu else _buttons(bubble)
    return "interactive", content


def _buttons(bubble: Bubble) -> dict[str, Sequence[Any]]:
    return {
        "buttons": [
            {"type": "reply", "reply": {"id": one.data, "title": one.label}} for row in bubble.rows for one in row
        ]
    }


def _list(bubble: Bubble) -> dict[str, Any]:
    rows = [
        {"id": one.data, "title": one.label, **({"description": one.hint} if one.hint else {})} for one in bubble.menu
    ]
    return {"button": bubble.menu_label, "sections": [{"rows": rows}]}
