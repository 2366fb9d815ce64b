"""A small scripted bot behind the simulator page: it answers what a phone does, from a table, in three languages."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from bot.channels.simulator import Simulator
from bot.errors import TryLater
from bot.messages import Button, Delivery, Document, Drawing, Incoming, Message, Sending

LANGUAGES = Message(
    "Hello! In which language shall we talk?\n\nBonjour · Hallo · مرحبا · Вітаю · Merhaba",
    options=tuple(
        Button(f"lang:{code}", label)
        for code, label in {
            "en": "English", "fr": "Français", "nl": "Nederlands", "ar": "العربية", "uk": "Українська", "tr": "Türkçe",
        }.items()
    ),
    columns=2,
    pick="Languages",
)  # fmt: skip

BACK = {"en": ("Back", "Skip", "Stop"), "fr": ("Retour", "Passer", "Arrêter"), "ar": ("رجوع", "تخطّي", "توقّف")}


def nav(language: str) -> tuple[Button, ...]:
    return tuple(Button(f"nav:{n}", label) for n, label in enumerate(BACK[language]))


WELCOME = {
    "en": Message(
        "Welcome. I am Sorora.\n\nHere you can see what you can do already, describe one goal, and find a woman "
        "who has walked the road before you. You can stop at any moment.",
    ),
    "fr": Message(
        "Bienvenue. Je suis Sorora.\n\nIci, tu peux voir ce que tu sais déjà faire, décrire un objectif et trouver une "
        "femme qui a fait ce chemin avant toi. Tu peux arrêter à tout moment.",
        language="fr",
    ),
    "ar": Message(
        "\u200fأهلاً بكِ. أنا سورورا.\n\n\u200fهنا ترين ما تستطيعين فعله، وتصفين هدفاً واحداً، وتجدين امرأة سارت في "
        "الطريق قبلكِ. يمكنكِ التوقّف في أي لحظة. رقم الطوارئ: \u2066112\u2069",
        language="ar",
    ),
}
FIELDS = {
    "en": Message(
        "In which field would you like to work?",
        options=tuple(
            Button(f"field:{n}", label, hint)
            for n, (label, hint) in enumerate({
                "Care": "Hospital, home care", "Cooking": "Kitchen, restaurant", "Children": "School, childcare",
                "Computers": "Office, software", "Cleaning": "Homes, offices", "My own business": "",
            }.items())
        ),
        columns=2, nav=nav("en"), pick="Choose", typed="You can type: back, skip, stop", language="en",
    ),
    "fr": Message(
        "Dans quel domaine voudrais-tu travailler ?",
        options=tuple(
            Button(f"field:{n}", label, hint)
            for n, (label, hint) in enumerate({
                "Les soins": "Hôpital, aide à domicile", "La cuisine": "Restaurant, collectivité",
                "Les enfants": "École, crèche", "L’informatique": "Bureau, logiciels",
                "Le nettoyage": "Bureaux, maisons", "Ma propre activité": "",
            }.items())
        ),
        columns=2, nav=nav("fr"), pick="Choisir", typed="Tu peux écrire : retour, passer, stop", language="fr",
    ),
    "ar": Message(
        "\u200fفي أي مجال تريدين العمل؟",
        options=tuple(
            Button(f"field:{n}", label, hint)
            for n, (label, hint) in enumerate({
                "الرعاية": "مستشفى، رعاية منزلية", "الطبخ": "مطعم، مطبخ", "الأطفال": "مدرسة، حضانة",
                "الحاسوب": "مكتب، برمجة", "التنظيف": "بيوت، مكاتب", "مشروعي الخاص": "",
            }.items())
        ),
        columns=2, nav=nav("ar"), pick="اختاري", typed="يمكنكِ كتابة: رجوع، تخطّي، توقّف", language="ar",
    ),
}  # fmt: skip
SURE = {
    "en": ("How sure are you that you can do it?\n\n1: not sure yet\n5: very sure", "Type: back, stop"),
    "fr": ("À quel point es-tu sûre d’y arriver ?\n\n1 : pas encore sûre\n5 : très sûre", "Écris : retour, stop"),
    "ar": ("\u200fكم أنتِ واثقة من قدرتكِ على ذلك؟\n\n\u200f1: لستُ واثقة بعد\n\u200f5: واثقة جداً", "اكتبي: رجوع، توقّف"),
}
GOAL = {
    "en": ("Your goal", "Speak Dutch at the school gate", "15 March 2027", "described",
           ("Join the Tuesday table", "Talk with one mother", "Help at the school feast"), "Write to Imani today"),
    "fr": ("Ton objectif", "Parler néerlandais à l’école", "15 mars 2027", "décrit",
           ("Aller à la table du mardi", "Parler avec une maman", "Aider à la fête de l’école"), "Écrire à Imani"),
    "ar": ("هدفكِ", "التحدّث بالهولندية في المدرسة", "15 مارس 2027", "موصوف",
           ("طاولة اللغة يوم الثلاثاء", "الحديث مع أمّ واحدة", "المساعدة في حفل المدرسة"), "الكتابة إلى إيماني اليوم"),
}  # fmt: skip


def sure(language: str) -> Message:
    options = tuple(Button(f"sure:{n}", str(n)) for n in range(1, 6))
    text, typed = SURE[language]
    return Message(text, options, columns=5, nav=nav(language), pick="1 – 5", typed=typed, language=language)


def goal(language: str) -> Message:
    head, title, by, state, pieces, step = GOAL[language]
    data: dict[str, object] = {"title": title, "by": by, "state": state, "step": step,
            "milestones": [{"label": piece, "by": by, "done": n == 0} for n, piece in enumerate(pieces)]}  # fmt: skip
    lines = "\n".join(f"• {piece}" for piece in pieces)
    return Message(f"{head}\n{title}\n{lines}", picture=Drawing("goal", data, language), language=language)


class Script:
    """An Inbox that answers at once on the simulator it is given; keeps what it received, once each."""

    def __init__(self) -> None:
        self.simulator: Simulator
        self.received: list[Incoming] = []
        self.away = False
        self.language = "en"
        self.cards: dict[str, str] = {}
        self._sent = 0

    async def receive(self, incoming: Incoming) -> None:
        if self.away:
            raise TryLater("the scripted bot is away")
        if incoming.provider_id in {before.provider_id for before in self.received}:
            return
        self.received.append(incoming)
        for message in self._answers(incoming):
            await self.say(incoming.address, message)

    async def delivered(self, delivery: Delivery) -> None:
        raise NotImplementedError

    async def set_aside(self, channel: str, provider_id: str, raw: bytes, reason: str) -> None:
        raise NotImplementedError

    async def say(self, address: str, message: Message) -> str:
        self._sent += 1
        result = await self.simulator.send(Sending(self._sent, "simulator", address, message))
        self.cards[address] = result.provider_id
        return result.provider_id

    def _answers(self, incoming: Incoming) -> list[Message]:
        kind, _, value = (incoming.button or "").partition(":")
        answers: dict[str, Callable[[], list[Message]]] = {
            "lang": lambda: self._begin(value),
            "field": lambda: [replace(sure(self.language), edits=self.cards[incoming.address])],
            "sure": lambda: [goal(self.language)],
        }
        if kind in answers:
            return answers[kind]()
        if incoming.text == "/start":
            return [LANGUAGES]
        if incoming.text == "journey":
            return [
                Message(
                    "Your journey, to print.",
                    document=Document("journey.pdf", "application/pdf", b"%PDF-1.4 fictional"),
                )
            ]
        if incoming.text is not None:
            return [Message(f"You wrote: {incoming.text}", language=self.language)]
        return [Message("Thank you. I keep it.", language="en")]

    def _begin(self, language: str) -> list[Message]:
        self.language = language if language in WELCOME else "en"
        return [WELCOME[self.language], FIELDS[self.language]]
