"""The code of conduct of mentors: ten short rules on two screens, accepted with their version.

They are the principles of the source texts (solidarity, respect, confidence, no judgement, small steps, realistic
advice, voluntary time) and what keeps two women safe (docs/TRUST.md, Safeguarding).
"""

from __future__ import annotations

from hashlib import sha256

from bot.dialogue.steps import Conversation, _, choice, lines, p_, paragraphs, yes_no
from bot.mentoring.path import AcceptCode
from conversations.consent import msgids

CODE_VERSION = "2026-11"  # a new one whenever the meaning of a rule changes: every mentor is then asked again

TOGETHER = (
    _("1. We are equals. I support her. She decides."),
    _("2. I respect her origin, her faith and her choices. I do not judge."),
    _("3. What she tells me stays with me."),
    _("4. I keep our times. If I cannot come, I tell her before."),
    _("5. I say what I know, and also what I do not know. I promise nothing."),
)
SAFE = (
    _("6. No money between us. No loans, no gifts, no business."),
    _("7. No love affair and no sexual words or touch."),
    _("8. For papers and law I name a service. I give no legal advice."),
    _("9. In the first weeks we write only here, in this chat."),
    _("10. Is she in danger? I call 112, and I tell a coordinator."),
)
FIRST = paragraphs(_("Our rules for mentors, part 1 of 2: together."), lines(*TOGETHER))
SECOND = paragraphs(
    _("Our rules for mentors, part 2 of 2: safe."),
    lines(*SAFE),
    _("Who breaks a rule can be stopped as a mentor."),
    _("Do you accept these 10 rules?"),
)

# limit: 20
READ = p_("button", "Go on")
# limit: 20
ACCEPT = p_("button", "I accept")
# limit: 20
NOT_NOW = p_("button", "Not now")


def shown_hash() -> str:
    """SHA-256 of the sentences of both screens (English msgids, one a line): to what exactly she said yes."""
    return sha256("\n".join(msgids(paragraphs(FIRST, SECOND))).encode()).hexdigest()


def ask_code() -> Conversation[AcceptCode | None]:
    """Both screens; None where she does not accept now."""
    yield from choice("code.first", FIRST, {"read": READ})
    if (yield from yes_no("code", SECOND, yes=ACCEPT, no=NOT_NOW)):
        return AcceptCode(CODE_VERSION, shown_hash())
    return None
