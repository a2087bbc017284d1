"""What the words of an answer seem to say: a proposal for a person, never a decision."""

import re
from collections.abc import Mapping

from casebook.vocabulary import ReportEventKind

K = ReportEventKind


def _any(*phrases: str) -> re.Pattern[str]:
    return re.compile("|".join(phrases), re.IGNORECASE)


JUST, GONE = r"(?:now |since |already |also )?", r"(?:removed|deleted|disabled|taken down|suspended)"
SIGNS: Mapping[ReportEventKind, re.Pattern[str]] = {
    K.INFO_REQUESTED: _any(
        r"\b(?:we|i) (?:will )?(?:need|require) (?:some )?(?:more|additional|further) (?:information|details|context)",
        r"\b(?:please|kindly|could you|can you) (?:provide|send|supply|give)\b",
        r"\bmore information (?:is|from you is) (?:needed|required)",
        r"مزید (?:معلومات|تفصیلات)",
        r"(?:معلومات|ثبوت) (?:فراہم|ارسال|مہیا) کریں",
    ),
    K.REFUSED: _any(
        r"\b(?:does|did|do) ?n[o'’]t (?:appear to )?(?:violate|go against|breach|infringe)",
        r"\b(?:we|i) (?:have )?(?:decided|determined|found|concluded)[^.]{0,60}\bnot (?:to )?(?:remove|violate|take)",
        r"\b(?:un|not )able to (?:remove|take (?:any )?action|assist)",
        r"\b(?:can ?not|can['’]t|will not|won['’]t) (?:remove|take (?:it|this|them|the \w+) down|take (?:any )?action)",
        r"خلاف ورزی نہیں",
        r"(?:نہیں ہٹا|ہٹا نہیں|حذف نہیں)",
    ),
    K.ACTED: _any(
        rf"\b(?:we|i)(?:['’]ve| have)? {JUST}{GONE}\b",
        rf"\b(?:has|have|was|were) {JUST}(?:been )?{GONE}\b",
        r"\bwe took (?:it|this|them|the \w+) down",
        r"ہٹا دیا(?: گیا)?",
        r"حذف کر دیا",
        r"(?:بند|معطل) کر دیا",
    ),
    K.ACKNOWLEDGED: _any(
        r"\b(?:we(?:['’]ve| have)?|was|been) received\b",
        r"\bthank(?:s| you) for (?:your report|reporting|contacting|reaching|your (?:message|email|mail|request))",
        r"(?:موصول|وصول) ہو",
    ),
}
UNDONE = _any(r"\b(?:not|n['’]t|if|once|when|until|whether)\b[^.\n]{0,40}$")


def said(words: str) -> list[ReportEventKind]:
    """Give what the words seem to say, in the order of the list above; none is an answer too."""
    return [kind for kind, sign in SIGNS.items() if _holds(kind, sign, words)]


def _holds(kind: ReportEventKind, sign: re.Pattern[str], words: str) -> bool:
    """Find a sign; "not removed" and "once it is removed" do not say that something was."""
    for found in sign.finditer(words):
        if kind is not K.ACTED or not UNDONE.search(words[max(0, found.start() - 60) : found.start()]):
            return True
    return False
