"""Which language: chosen in its own name, changed at any moment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from bot.dialogue.steps import Conversation, Own, Talk, Words, _, choice, lines, look, own, p_, say, speak
from bot.mentoring.effects import Outcome
from bot.mentoring.lookups import Languages, Offered


class Mother(NamedTuple):
    """A language in its own words: "draft" and "choose your language"."""

    draft: str
    choose: str


# Not in the catalogs: who reads these does not read the language that the chat speaks at that moment.
IN_ITS_OWN_WORDS = {
    "en": Mother("draft", "Choose your language"),
    "fr": Mother("brouillon", "Choisis ta langue"),
    "nl": Mother("ontwerp", "Kies je taal"),
    "de": Mother("Entwurf", "Wähle deine Sprache"),
    "ar": Mother("مسودة", "اختاري لغتكِ"),
    "uk": Mother("чернетка", "Обери свою мову"),
    "tr": Mother("taslak", "Dilini seç"),
    "es": Mother("borrador", "Elige tu idioma"),
    "ru": Mother("черновик", "Выбери свой язык"),
    "pt": Mother("rascunho", "Escolhe a tua língua"),
    "ro": Mother("ciornă", "Alege limba ta"),
    "pl": Mother("szkic", "Wybierz swój język"),
    "fa": Mother("پیش‌نویس", "زبان خود را انتخاب کن"),
    "ps": Mother("مسوده", "خپله ژبه وټاکه"),
    "ti": Mother("ንድፊ", "ቋንቋኺ ምረጺ"),
    "so": Mother("qabyo", "Dooro luqaddaada"),
    "bg": Mother("чернова", "Избери своя език"),
    "sq": Mother("skicë", "Zgjidh gjuhën tënde"),
    "it": Mother("bozza", "Scegli la tua lingua"),
    "ckb": Mother("ڕەشنووس", "زمانەکەت هەڵبژێرە"),
    "ln": Mother("brouillon", "Pona lokota na yo"),
    "sw": Mother("rasimu", "Chagua lugha yako"),
}
GREETED = 4  # languages that the first question speaks at once


def choose_language(key: str, offered: Sequence[Offered], *, drafts: bool) -> Conversation[str]:
    """Ask for a language in several languages at once, and speak it from here on. `drafts` marks what is a draft."""
    prompt = lines(*(own(words_of(one.code).choose) for one in offered[:GREETED]))
    names = {one.code: label(one, drafts) for one in offered}
    code = yield from choice(key, prompt, names, columns=1 if drafts else 2)
    yield from speak(code)
    return code


def label(one: Offered, drafts: bool) -> Own:
    """The language's own name, with its own word for a draft."""
    return own(f"{one.name} ({words_of(one.code).draft})" if one.draft and drafts else one.name)


def words_of(code: str) -> Mother:
    """A language in its own words; English ones for a language that this table does not know yet."""
    return IN_ITS_OWN_WORDS.get(code, IN_ITS_OWN_WORDS["en"])


def language(_about: str) -> Conversation[Outcome]:
    """Change the language; what was open goes on in the new one."""
    offered = yield from look("languages", Languages())
    code = yield from choose_language("language", offered, drafts=True)
    if any(one.draft for one in offered if one.code == code):
        yield from say(still_a_draft())
    return Outcome()


def still_a_draft() -> Words:
    """What we owe to who reads a language that no native speaker has read yet."""
    return _("This language is a draft. Some sentences may sound strange.")


TALK = Talk(
    "language",
    _("Language"),
    language,
    words=p_("typed words", "language|languages|change language|other language|english|in english"),
    command="language",
    open_to_all=True,
    aside=True,
)
