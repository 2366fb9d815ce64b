"""Who comes to the talks of becoming a mentor and of finding one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta

from msgspec.structs import replace

from bot.mentoring.assessments import Assessment, Taken
from bot.mentoring.lookups import Left, LeftTalks, TakenBefore
from bot.mentoring.mentorship import MyPairs, PairState, Side
from bot.mentoring.path import MentorFile, MentorState, MyMentoring, Standing
from bot.mentoring.people import Purpose, Role
from bot.mentoring.profiles import Field, MyProfile, TonguesNamed
from bot.mentoring.requests import Asked, Card, CardOf, MySearch, Offer, Question, QuestionOf, Search
from conversations.code_of_conduct import CODE_VERSION
from tests.faults.cases import ALL, LITTLE, LONG_NAME, NOW, REASONS, SPOKEN, WHOLE, Case, member, words
from tests.faults.with_pairs import pair_of

SOON = NOW + timedelta(days=3)


def menu() -> Iterator[Case]:
    """Every row: with a mentor, with mentees, with both; a coordinator; with something to go on with."""
    mentor, mentee = pair_of(PairState.ACTIVE), pair_of(PairState.ACTIVE, Side.MENTOR, id=8)
    for name, pairs in {"a mentor": (mentor,), "a mentee": (mentee,), "both": (mentor, mentee)}.items():
        for role in Role:
            yield Case(f"{role.value} with {name}", member(role), {MyPairs: pairs})
    for pairs in ((), (mentee, mentor)):
        for left in ((), (Left("profile"),)):
            her = member(Role.BOTH, coordinator=True, alias=LONG_NAME)
            yield Case(f"coordinator with {len(pairs)} and {len(left)}", her, {MyPairs: pairs, LeftTalks: left})
    yield Case("only coordinator", member(role=None, coordinator=True))  # type: ignore[arg-type]


def profile() -> Iterator[Case]:
    """For the first time, and again; where it leads depends on where she came from and where she stands."""
    known = {TonguesNamed: ("so", "ti")}
    taken = {TakenBefore: (Taken(Assessment.BARRIERS, NOW, {"language": 1}),)}
    yield Case("without a name", member(alias=""), known)
    yield Case("has answered", member(Role.BOTH), taken)
    for role in Role:
        for about in ("", "new", "find", "mentoring", "7"):
            yield Case(f"{role.value} from {about}", member(role), {MyProfile: LITTLE}, about)
        standing = Standing(MentorState.APPLYING)
        yield Case(f"{role.value} on her way", member(role), {MyMentoring: standing, MyProfile: LITTLE}, "new")
        yield Case(f"{role.value} whole", member(role), {**known, MyProfile: WHOLE})
    yield Case("a commune that is gone", looks={MyProfile: replace(WHOLE, commune="gone", region="antwerp")})


def mentoring() -> Iterator[Case]:
    """Every place on the path."""
    file = MentorFile(NOW, NOW, NOW, CODE_VERSION, NOW, 9, overcame=("language",), story=words(240), overcame_at=NOW)
    yield Case("without that consent", member(consents=ALL - {Purpose.MENTORS}))
    for role in Role:
        yield Case(f"{role.value} may begin", member(role))
        bare = replace(file, story=None, code_at=None, code_version="")
        for name, standing in {
            "profile": Standing(MentorState.APPLYING),
            "assessed": Standing(MentorState.APPLYING, profiled=True),
            "overcame": Standing(MentorState.APPLYING, profiled=True, file=MentorFile(NOW, NOW)),
            "story": Standing(MentorState.APPLYING, profiled=True, file=bare),
            "code": Standing(MentorState.APPLYING, profiled=True, file=replace(file, code_at=None)),
            "all": Standing(MentorState.APPLYING, profiled=True, file=file),
        }.items():
            yield Case(f"{role.value} {name}", member(role, alias="", barriers=("network",)), {MyMentoring: standing})
    asked = replace(file, question=words(500))
    for name, standing in {
        "declined": Standing(MentorState.DECLINED, file=replace(file, reason=words(500))),
        "declined without a word": Standing(MentorState.DECLINED, file=file),
        "left": Standing(MentorState.LEFT, file=file),
        "waiting": Standing(MentorState.WAITING, file=file),
        "asked": Standing(MentorState.WAITING, file=asked),
        "answered": Standing(MentorState.WAITING, file=replace(asked, answer=SPOKEN)),
        "approved": Standing(MentorState.APPROVED, file=file),
        "approved, five places": Standing(MentorState.APPROVED, 5, file=replace(file, story=SPOKEN)),
        "approved, no story": Standing(MentorState.APPROVED, file=replace(file, story=None)),
        "approved, older rules": Standing(MentorState.APPROVED, file=replace(file, code_version="2025")),
        "on pause": Standing(MentorState.APPROVED, 2, SOON, file),
        "pause is over": Standing(MentorState.APPROVED, 2, NOW - timedelta(days=1), file),
    }.items():
        yield Case(name, member(Role.MENTOR), {MyMentoring: standing})


def offers(many: int) -> tuple[Offer, ...]:
    """So many mentors; two have the same name, one none, and one tells all that can be told."""
    some = (
        Offer(11, LONG_NAME, WHOLE.languages, tuple(Field), "brussels", words(240), REASONS),
        Offer(12, "Fictive Lina", LITTLE.languages, (Field.CARE,), "gone", SPOKEN, REASONS[:1]),
        Offer(13, ""),
        Offer(14, "Fictive Lina", WHOLE.languages),
        Offer(15, LONG_NAME, reasons=REASONS[4:]),
    )
    return some[:many]


def find() -> Iterator[Case]:
    """Where her search stands."""
    yield Case("without that consent", member(consents=ALL - {Purpose.MENTORS}))
    asked = Asked(5, LONG_NAME, SOON, (LONG_NAME, "", "Fictive Lina", "Fictive Mia"))
    known = Search(LITTLE)
    for name, search in {
        "paired": replace(known, paired=True),
        "asked": replace(known, asked=asked),
        "asked one": replace(known, asked=Asked(5, "", SOON)),
        "with a question": replace(known, asked=replace(asked, question=True)),
        "nobody": known,
        "waits": replace(known, since=NOW),
        "waits with offers": replace(known, since=NOW, offers=offers(3)),
        "goal": replace(known, goal=words(120), offers=offers(1)),
        "spoken goal": replace(known, goal=SPOKEN, offers=offers(2)),
        "whole": Search(WHOLE, words(120), offers=offers(5)),
        **{f"{n} offers": replace(known, offers=offers(n)) for n in (1, 2, 3, 4, 5)},
    }.items():
        yield Case(name, looks={MySearch: search})
    yield Case("without a name", member(alias=""), {MySearch: Search(WHOLE, offers=offers(1))})


def request() -> Iterator[Case]:
    """The card, with all that can stand on it."""
    whole = Card(5, LONG_NAME, SOON, WHOLE.languages, tuple(Field), tuple(Field), words(120), REASONS, words(300))
    for name, card in {
        "whole": whole,
        "by the team": replace(whole, by_team=True),
        "least": Card(5, "", SOON),
        "spoken": replace(whole, goal=SPOKEN, note=SPOKEN),
        "asked": replace(whole, question=words(300), with_mentee=True),
        "answered": replace(whole, question=words(300), answer=words(500)),
        "answered by voice": replace(whole, question=SPOKEN, answer=SPOKEN),
    }.items():
        yield Case(name, member(Role.MENTOR), {CardOf: card}, "5")
    yield Case("without a name", member(Role.MENTOR, alias=""), {CardOf: whole}, "5")


def answer() -> Iterator[Case]:
    """A mentor's question."""
    for alias, said in ((LONG_NAME, words(300)), ("", SPOKEN)):
        yield Case(f"from {alias}", looks={QuestionOf: Question(5, alias, said)}, about="5")


CASES: Mapping[str, Callable[[], Iterator[Case]]] = {
    "menu": menu,
    "profile": profile,
    "mentoring": mentoring,
    "find": find,
    "request": request,
    "answer": answer,
}
