"""The full story: a mentor applies and is approved, a mentee finds her, they agree, write, meet, review, end.

It is told once, in ids of options and names of talks, and played in a rehearsal (its transcript stands beside this
file), over the strict platforms, and in a browser. Everybody in it is fictional.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from tests.transcripts.ensemble import House, Player

Chapter = Callable[[House], Awaitable[None]]

# What they write, by language. Each is marked, so that it can be found again wherever it should not be.
OWN: Mapping[str, Mapping[str, str]] = {
    "en": {
        "mentee": "Fictive Fatou",
        "mentor": "Made-up Mirela",
        "coordinator": "Fictive Clara",
        "note": "I bake bread. I would like to sell it. (note-1)",
        "question": "Do you bake at home now? (question-1)",
        "reply": "Yes, for my neighbours. (reply-1)",
        "hello": "Hello, I am glad to know you. (hello-1)",
        "back": "Hello! How was your week? (back-1)",
        "story": "I sold my cakes to my neighbours. (story-1)",
        "photo": "My oven today. (photo-1)",
        "place": "The library of Testville",
        "step": "Ask for a stall (step-1)",
        "helped": "She listened to me. (helped-1)",
        "team_question": "Why would you like to be a mentor? (team-1)",
        "team_answer": "I know how it is to begin. (team-2)",
        "number": "My number is 0470 00 00 12. (number-1)",
        "anew": "I would like to tell you about my week. (anew-1)",
        "why": "She sells bread too. (why-1)",
        "reach": "At the market of Testville, on Sundays. (reach-1)",
        "unkind": "You are slow. You never do what I say. (unkind-1)",
        "after": "Answer me! (after-1)",
    },
    "fr": {
        "mentee": "Fatou Fictive",
        "mentor": "Mirela Inventée",
        "coordinator": "Clara Fictive",
        "note": "Je fais du pain. Je voudrais le vendre. (note-1)",
        "question": "Tu fais ton pain à la maison ? (question-1)",
        "reply": "Oui, pour mes voisines. (reply-1)",
        "hello": "Bonjour, je suis contente de te connaître. (hello-1)",
        "back": "Bonjour ! Comment va ta semaine ? (back-1)",
        "story": "J'ai vendu mes gâteaux à mes voisines. (story-1)",
        "photo": "Mon four aujourd'hui. (photo-1)",
        "place": "La bibliothèque de Testville",
        "step": "Demander une place (step-1)",
        "helped": "Elle m'a écoutée. (helped-1)",
        "team_question": "Pourquoi veux-tu être mentore ? (team-1)",
        "team_answer": "Je sais comment c'est de commencer. (team-2)",
        "number": "Mon numéro est le 0470 00 00 12. (number-1)",
        "anew": "Je voudrais te raconter ma semaine. (anew-1)",
        "why": "Elle aussi vend du pain. (why-1)",
        "reach": "Au marché de Testville, le dimanche. (reach-1)",
        "unkind": "Tu es lente. Tu ne fais jamais ce que je dis. (unkind-1)",
        "after": "Réponds-moi ! (after-1)",
    },
    "nl": {
        "mentee": "Fictieve Fatou",
        "mentor": "Verzonnen Mirela",
        "coordinator": "Fictieve Clara",
        "note": "Ik bak brood. Ik wil het graag verkopen. (note-1)",
        "question": "Bak je nu thuis? (question-1)",
        "reply": "Ja, voor mijn buurvrouwen. (reply-1)",
        "hello": "Dag, fijn dat ik je ken. (hello-1)",
        "back": "Dag! Hoe was je week? (back-1)",
        "story": "Ik verkocht taarten aan mijn buurvrouwen. (story-1)",
        "photo": "Mijn oven vandaag. (photo-1)",
        "place": "De bibliotheek van Testville",
        "step": "Een plaats vragen (step-1)",
        "helped": "Ze luisterde naar mij. (helped-1)",
        "team_question": "Waarom wil je mentor zijn? (team-1)",
        "team_answer": "Ik weet hoe het is om te beginnen. (team-2)",
        "number": "Mijn nummer is 0470 00 00 12. (number-1)",
        "anew": "Ik vertel je graag over mijn week. (anew-1)",
        "why": "Zij verkoopt ook brood. (why-1)",
        "reach": "Op de markt van Testville, op zondag. (reach-1)",
        "unkind": "Je bent traag. Je doet nooit wat ik zeg. (unkind-1)",
        "after": "Geef antwoord! (after-1)",
    },
    "ar": {
        "mentee": "فاتو الخيالية",
        "mentor": "ميريلا المتخيّلة",
        "coordinator": "كلارا الخيالية",
        "note": "أخبز الخبز، وأريد أن أبيعه. (note-1)",
        "question": "هل تخبزين في البيت الآن؟ (question-1)",
        "reply": "نعم، لجاراتي. (reply-1)",
        "hello": "مرحبا، يسعدني أن أعرفك. (hello-1)",
        "back": "مرحبا! كيف كان أسبوعك؟ (back-1)",
        "story": "بعتُ كعكي لجاراتي. (story-1)",
        "photo": "فرني اليوم. (photo-1)",
        "place": "مكتبة Testville",
        "step": "أسأل عن مكان (step-1)",
        "helped": "كانت تستمع إليّ. (helped-1)",
        "team_question": "لماذا تريدين أن تكوني مرشدة؟ (team-1)",
        "team_answer": "أعرف كيف تكون البداية. (team-2)",
        "number": "رقمي هو 0470 00 00 12. (number-1)",
        "anew": "أريد أن أحكي لك عن أسبوعي. (anew-1)",
        "why": "هي أيضا تبيع الخبز. (why-1)",
        "reach": "في سوق Testville يوم الأحد. (reach-1)",
        "unkind": "أنت بطيئة، ولا تفعلين أبدا ما أقوله. (unkind-1)",
        "after": "أجيبيني! (after-1)",
    },
}
GOAL = ("care", "job", "ready", "4", "children", "", "take", "ready", "morning", "keep")
COMPETENCIES = 15
LINK = r"\b[a-z2-9]{20}\b"  # the code in a link


def own(player: Player, what: str) -> str:
    """Words of hers, in her language."""
    return OWN[player.language][what]


# --- the chapters ---------------------------------------------------------------------------------------------------


async def a_coordinator_comes(house: House) -> None:
    """She opens the operator's link, says yes, tells her number, and is confirmed."""
    her = house.coordinator
    await her.types(f"/start {await house.invitation()}")
    await her.picks(her.language, "yes")
    await her.types(own(her, "coordinator"))
    await house.confirm(await her.reads(r"\b\d{6}\b"))


async def a_mentor_applies(house: House) -> None:
    """Profile, self-assessment, her story, the code of conduct."""
    her = house.mentor
    await her.types("/start")
    await her.picks(her.language, "all", "woman", "mentor", "menu")
    await her.goes("mentoring")
    await her.picks("yes")
    await her.types(own(her, "mentor"))
    await her.picks("en", "fr", "done", "3", "2", "food", "done", "brussels")
    await her.types("Schaerbeek")
    await her.picks("both", "weekday_evening", "done", "yes", "skip", "fine")
    await her.picks(*["have"] * COMPETENCIES)
    await her.picks("language", "money", "done", "1")
    await her.types(own(her, "story"))
    await her.picks("read", "yes")


async def she_is_approved(house: House) -> None:
    """The coordinator asks one thing, notes their talk, and approves her."""
    team, her = house.coordinator, house.mentor
    await team.opens("applicant")
    await team.picks("ask")
    await team.types(own(team, "team_question"))
    await team.picks("list")
    await her.reads("team-1")
    await her.opens("mentoring")
    await her.types(own(her, "team_answer"))
    await team.opens("applicant")
    await team.reads("team-2")
    await team.picks("talked", "approve")
    await her.opens("mentoring")
    await her.picks("fine")


async def a_mentee_comes(house: House) -> None:
    """Her goal, then what she tells of herself."""
    her = house.mentee
    await house.later(hours=1)
    await her.types("/start")
    await her.picks(her.language, "all", "woman", "mentee", "goal", *GOAL)
    await her.goes("profile")
    await her.types(own(her, "mentee"))
    await her.picks("en", "fr", "done", "1", "2", "skip", "food", "done", "brussels")
    await her.types("Ixelles")
    await her.picks("both", "weekday_evening", "done", "skip", "skip", "language", "money", "done", "fine")


async def she_asks(house: House) -> None:
    """A suggestion with reasons; a question first and its answer; yes."""
    mentee, mentor = house.mentee, house.mentor
    await mentee.picks("")
    await mentee.types(own(mentee, "note"))
    await mentee.picks("yes", "send")
    await mentor.opens("request")
    await mentor.reads("note-1")
    await mentor.picks("ask")
    await mentor.types(own(mentor, "question"))
    await mentee.opens("answer")
    await mentee.reads("question-1")
    await mentee.types(own(mentee, "reply"))
    await mentor.opens("request")
    await mentor.reads("reply-1")
    await mentor.picks("yes")


async def they_agree(house: House) -> None:
    """The promises, the rhythm, voice and photos; the mentee shares her goal."""
    mentee, mentor = house.mentee, house.mentor
    await mentor.opens("agreement")
    await mentor.picks("yes", "weekly", "6", "yes", "yes")
    await mentee.opens("agreement")
    await mentee.picks("yes", "yes", "yes", "yes", "yes")


async def they_write(house: House) -> None:
    """Words, a reply, a voice note, a photo."""
    mentee, mentor = house.mentee, house.mentor
    await mentee.picks("write")
    await mentee.types(own(mentee, "hello"))
    await mentor.reads("hello-1")
    await mentor.answers("hello-1", own(mentor, "back"))
    await mentee.reads("back-1")
    await mentee.speaks(to="back-1")
    await mentor.hears(1)
    await mentor.shows(own(mentor, "photo"), to="hello-1")
    await mentee.sees(1)
    await mentee.reads("photo-1")


async def a_number_waits(house: House) -> None:
    """In the first weeks a phone number does not go across; she reads why, and writes it anew."""
    mentee, mentor = house.mentee, house.mentor
    await mentee.opens("write")
    await mentee.types(own(mentee, "number"))
    await mentee.picks("anew")
    await mentee.types(own(mentee, "anew"))
    await mentor.reads("anew-1")
    await mentor.misses("number-1")


async def they_meet(house: House) -> None:
    """A time is proposed and chosen; both get it for their calendar; afterwards both say how it was."""
    mentee, mentor = house.mentee, house.mentor
    await house.later(hours=1)  # who does more than sixty things in a minute is asked to wait
    await mentee.goes("meet")
    await mentee.picks("person")
    await mentee.types(own(mentee, "place"))
    await mentee.picks("", "18", "skip")
    await mentor.opens("meeting")
    await mentor.picks("1")
    for her in (mentee, mentor):
        await her.keeps(".ics")
    for hours in (7, 22, 18):  # the reminders of a day and of an hour before; the morning after
        await house.later(hours=hours)
    await mentee.opens("met")
    await mentee.types(own(mentee, "step"))
    await mentee.picks("step", "no")
    await mentor.opens("met")
    await mentor.picks("no")


async def they_go_on(house: House) -> None:
    """After the first meeting both say, each for herself, that it feels right."""
    for her in (house.mentee, house.mentor):
        await her.opens("trial")
        await her.picks("yes")


async def an_introduction(house: House) -> None:
    """The mentor knows a woman who could help, here the coordinator: both are asked, and then can meet."""
    mentee, mentor, contact = house.mentee, house.mentor, house.coordinator
    await mentor.goes("pair")
    await mentor.picks("introduce")
    await mentor.types(own(mentor, "why"))
    await mentee.opens("introduced")
    await mentee.reads("why-1")
    await mentee.picks("yes")
    await contact.types(f"/start {await mentor.reads(LINK)}")
    await contact.picks("yes")
    await mentee.opens("introduced")
    await mentee.types(own(mentee, "reach"))
    await mentee.picks("send")
    await contact.reads("reach-1")


async def they_end(house: House) -> None:
    """Both are done; each says how it was, and decides what the other reads; the mentee is invited to go on."""
    mentee, mentor = house.mentee, house.mentor
    await house.later(days=30)
    await mentee.goes("pair")
    await mentee.picks("end", "done")
    await mentor.opens("ending")
    await mentor.picks("complete")
    await says_how_it_was(mentor)
    await mentee.opens("feedback")
    await says_how_it_was(mentee)
    await mentor.reads("helped-1")


async def says_how_it_was(her: Player) -> None:
    """Three numbers and what helped, which the other may read."""
    await her.picks("yes", "5", "5", "4")
    await her.types(own(her, "helped"))
    await her.picks("skip", "yes")


async def she_becomes_a_mentor(house: House) -> None:
    """Solidarity goes on."""
    await house.later(days=21)
    await house.mentee.opens("chain")
    await house.mentee.picks("yes")


THEY_FIND_EACH_OTHER: tuple[Chapter, ...] = (
    a_coordinator_comes, a_mentor_applies, she_is_approved, a_mentee_comes, she_asks, they_agree,
)  # fmt: skip
CHAPTERS: tuple[Chapter, ...] = (
    *THEY_FIND_EACH_OTHER, they_write, a_number_waits, they_meet, they_go_on, an_introduction, they_end,
    she_becomes_a_mentor,
)  # fmt: skip


async def full_story(house: House) -> None:
    """All of it."""
    for chapter in CHAPTERS:
        await chapter(house)
