"""The templates of the WhatsApp stand-in: submitted, looked at by Meta, and sent only as they were approved."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from tests.e2e.whatsapp_rules import Json, Refusal, units

NAME = re.compile(r"[a-z0-9_]{1,512}")
LANGUAGES = frozenset("af ar bg de en en_US es fa fr it nl pl pt_BR pt_PT ro ru sq sw tr uk".split())
CATEGORIES = ("UTILITY", "MARKETING", "AUTHENTICATION")
VARIABLE = re.compile(r"\{\{\w+\}\}")
PAYLOAD = 128


@dataclass
class Shelf:
    """All templates of one account, by name and language."""

    templates: dict[tuple[str, str], Json] = field(default_factory=dict)
    page: int = 3  # fewer than Meta gives at once, so that pages are turned

    def submit(self, body: Json) -> Json:
        """A new template, PENDING. Raises Refusal for one that Meta would not take."""
        name, language = str(body.get("name")), str(body.get("language"))
        if not NAME.fullmatch(name) or language not in LANGUAGES or body.get("category") not in CATEGORIES:
            raise Refusal(100, "Invalid parameter")
        if (name, language) in self.templates:
            raise Refusal(100, "Content in this language already exists", subcode=2388024)
        _check(body["components"])
        number = str(700000 + len(self.templates))
        self.templates[name, language] = {**body, "id": number, "status": "PENDING"}
        return {"id": number, "status": "PENDING", "category": body["category"]}

    def decide(self, status: str = "APPROVED", name: str = "", language: str = "") -> None:
        """Meta has looked at all templates, those of this name, or in this language."""
        for (one, code), template in self.templates.items():
            if name in ("", one) and language in ("", code):
                template["status"] = status

    def listed(self, query: Any) -> Json:
        """One page of the list, with the fields that were asked for."""
        start = int(query.get("after") or 0)
        fields = query.get("fields", "name,status").split(",")
        found = [{key: one[key] for key in (*fields, "id")} for one in self.templates.values()]
        end = start + self.page
        more = {"next": "https://graph.facebook.com/…"} if end < len(found) else {}
        return {"data": found[start:end], "paging": {"cursors": {"after": str(end)}, **more}}

    def sent(self, content: Json) -> tuple[str, tuple[tuple[str, str], ...]]:
        """What a template that is sent looks like: its text, and (data, title) of its buttons. Raises Refusal."""
        key = content.get("name", ""), (content.get("language") or {}).get("code", "")
        template = self.templates.get(key)
        if template is None:
            raise Refusal(132001, f"Template name does not exist in the translation: {key}", 404)
        if template["status"] != "APPROVED":
            raise Refusal(132015, "Template is paused or not approved")
        parts = {part["type"]: part for part in template["components"]}
        given = content.get("components", [])
        words = [value for part in given if part["type"] == "body" for value in part["parameters"]]
        if len(words) != len(VARIABLE.findall(parts["BODY"]["text"])):
            raise Refusal(132000, "Number of parameters does not match the expected number of params")
        labels = [one["text"] for one in parts.get("BUTTONS", {}).get("buttons", ())]
        data = dict(enumerate(labels))  # without a payload Meta sends the label back
        for part in (one for one in given if one["type"] == "button"):
            place, (one,) = int(part["index"]), part["parameters"]
            payload = one.get("payload", "") if one["type"] == "payload" else ""
            if part.get("sub_type") != "quick_reply" or place not in data or not 1 <= units(payload) <= PAYLOAD:
                raise Refusal(132012, "Parameter format does not match format in the created template")
            data[place] = payload
        return parts["BODY"]["text"], tuple((data[place], label) for place, label in enumerate(labels))


def _check(components: list[Json]) -> None:
    kinds = [part.get("type") for part in components]
    if kinds not in (["BODY"], ["BODY", "BUTTONS"]):
        raise Refusal(100, "Invalid parameter: components")
    body = components[0]["text"]
    if not 1 <= units(body) <= 1024 or body.startswith("{{") or body.endswith("}}"):
        raise Refusal(100, "Invalid parameter: body")
    buttons = components[1]["buttons"] if len(components) > 1 else [{"type": "QUICK_REPLY", "text": "x"}]
    labels = [one.get("text", "") for one in buttons]
    wrong = [one for one in buttons if one.get("type") != "QUICK_REPLY" or not 1 <= units(one.get("text", "")) <= 25]
    if wrong or not 1 <= len(buttons) <= 10 or len(set(labels)) != len(labels):
        raise Refusal(100, "Invalid parameter: buttons")
