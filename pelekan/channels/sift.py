"""What sent this mail: a person, or a machine, and which. Pure: looks at a `Parsed` only.

A machine's mail is never answered (RFC 3834) and a person's mail is never taken for a machine's: words alone make
nobody a machine unless the sender's address or the shape of the mail says the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Literal

from pelekan.channels.email import bounces
from pelekan.channels.email.bounces import Bounce
from pelekan.channels.email.parse import Parsed

__all__ = ["Bounce", "Verdict", "may_answer", "sift"]

Kind = Literal["person", "auto_reply", "bounce", "list", "report", "loop"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """`why` names the mark that decided, as `header: value` or a short word; "" for a person.

    `bounces` has one entry for each failed recipient (kind "bounce" only); a spam complaint has reason "feedback",
    a delivery report that says all went well has reason "delivered".
    """

    kind: Kind = "person"
    why: str = ""
    bounces: tuple[Bounce, ...] = ()

    def to_json(self) -> dict[str, Any]:
        found = [{"recipient": b.recipient, "status": b.status, "reason": b.reason} for b in self.bounces]
        return {"kind": self.kind, "why": self.why, "bounce": found[0] if len(found) == 1 else found or None}


# How mail programs name their automatic answers, before a colon or alone …
_NAMED = re.compile(
    r"^\s*(?:auto(?:matic|mated|matische)?[\s:-]{0,3}(?:reply|response|antwort|answer|respuesta)|autoreply|autoresponse"
    r"|out of (?:the )?office(?: auto-?reply| reply)?|vacation (?:reply|response|message)|automatische antwort"
    r"|abwesenheits(?:notiz|meldung|nachricht)|réponse automatique|respuesta automática|risposta automatica"
    r"|automatisch antwoord|autosvar|resposta automática|otomatik yanıt|автоматический ответ|автоответ"
    r"|odpowiedź automatyczna|自动回复|自動返信|پاسخ خودکار|پاسخ اتوماتیک|رد تلقائي|الرد التلقائي|ردّ تلقائي|رد آلي)"
    r"\s*(?:[:：]|$)",
    re.IGNORECASE,
)
# … and how such an answer names itself in its text. A person may be on leave and write; nobody says "I am automatic".
_SAYS_SO = re.compile(
    r"\b(?:this is|you have received) an? (?:auto(?:matic|mated|-)?\s?(?:ally generated )?)(?:reply|response|answer|out.of.office)"
    r"|این (?:یک )?(?:پیام|پاسخ|ایمیل) (?:به صورت |به‌صورت )?(?:خودکار|اتوماتیک)|^\s*پاسخ خودکار"
    r"|هذ[اه] (?:رد|رسالة|الرسالة|الرد) (?:تلقائي|تلقائية|آلي|آلية)|^\s*رد تلقائي"
    r"|^\s*(?:dies ist|das ist) eine automatische|^\s*ceci est une réponse automatique|^\s*esta es una respuesta automática",
    re.IGNORECASE | re.MULTILINE,
)
_ABSENT = re.compile(
    r"out of (?:the )?office|on (?:vacation|annual leave|holiday|leave)|away from|abwesen|im urlaub|absent|fuera de la oficina"
    r"|در مرخصی|در دسترس نیستم|دسترسی ندارم|خارج از دفتر|إجازة|خارج المكتب|لا أستطيع الوصول",
    re.IGNORECASE,
)
_AUTO_HEADERS = (
    "x-autoreply",
    "x-autorespond",
    "x-autoresponder",
    "x-auto-reply",
    "x-mail-autoreply",
    "auto-reply",
)
_NO_REPLY = re.compile(
    r"^(?:no-?_?reply|do-?not-?reply|noreply.*|bounces?[+-].*|mailer-daemon|postmaster|listserv|majordomo)@",
    re.IGNORECASE,
)
_REPORT_NAME = re.compile(
    r"^[^!\s]{3,120}![^!\s]{3,120}!\d{9,11}!\d{9,11}(?:![^\s]{1,120})?\.(?:xml|json)(?:\.gz)?$|\.xml\.(?:gz|zip)$|!.{0,80}\.zip$"
)
_REPORT_SUBJECT = re.compile(
    r"report[\s-]?domain\s*:.{1,300}submitter|dmarc (?:aggregate |failure |forensic )?report|tls[\s-]report|smtp tls report",
    re.IGNORECASE,
)


def sift(
    parsed: Parsed,
    *,
    own_addresses: Collection[str] = (),
    is_own_id: Callable[[str], bool] = lambda message_id: False,
) -> Verdict:
    """Verdict on a mail. `own_addresses`: the addresses we send from; `is_own_id`: whether we made a Message-ID."""
    loop = _loop(parsed, own_addresses, is_own_id)
    if loop:
        return Verdict("loop", loop)
    report = _machine_report(parsed)
    if report:
        return Verdict("report", report)
    why, found = bounces.read(parsed)
    if why:
        return Verdict("bounce", why, tuple(found))
    auto = _auto_reply(parsed)
    if auto:
        return Verdict("auto_reply", auto)
    listed = _list(parsed)
    if listed:
        return Verdict("list", listed)
    return Verdict()


def _loop(parsed: Parsed, own: Collection[str], is_own_id: Callable[[str], bool]) -> str:
    if not parsed.message_id_derived and is_own_id(parsed.message_id):
        return "message-id is ours"
    mine = {address.lower() for address in own}
    if parsed.from_address.lower() in mine:
        return "sender is one of our addresses"
    if any(value.lower().strip("<> ") in mine for value in parsed.all("x-loop")):
        return "x-loop names us"
    return "too many hops" if len(parsed.all("received")) > 60 else ""


def _machine_report(parsed: Parsed) -> str:
    """DMARC aggregate and failure reports (RFC 7489, 6591) and SMTP TLS reports (RFC 8460)."""
    kind = parsed.type_params.get("report-type", "").lower()
    if kind == "tlsrpt" or parsed.has("tls-report-domain"):
        return "tls report"
    for part in parsed.attachments:
        if part.type in ("application/tlsrpt+json", "application/tlsrpt+gzip"):
            return "tls report"
        if part.type == "message/feedback-report" and re.search(
            rb"(?im)^feedback-type:\s*auth-failure", part.data[:20_000]
        ):
            return "dmarc failure report"
    if any(_REPORT_NAME.search(part.name) for part in parsed.attachments) and (
        _REPORT_SUBJECT.search(parsed.subject)
        or _NO_REPLY.match(parsed.from_address)
        or "dmarc" in parsed.from_address
    ):
        return "dmarc report"
    subject = parsed.subject.lower()
    automatic = parsed.has("auto-submitted") or bool(_NO_REPLY.match(parsed.from_address))
    if _REPORT_SUBJECT.search(subject) and ("report domain" in subject or automatic):
        return "dmarc report"
    return ""


def _auto_reply(parsed: Parsed) -> str:
    submitted = parsed.header("auto-submitted").lower().partition(";")[0].strip()
    if submitted and submitted != "no":
        return f"auto-submitted: {submitted}"
    for name in _AUTO_HEADERS:
        value = parsed.header(name).lower()
        if value and value not in ("no", "false", "0"):
            return f"{name}: {value[:40]}"
    precedence = parsed.header("precedence").lower().strip()
    if precedence in ("auto_reply", "auto-reply"):
        return f"precedence: {precedence}"
    if parsed.header("x-mailer").lower().startswith(("vacation", "autoresponder")):
        return "x-mailer"
    if _NAMED.match(parsed.subject):
        return "subject"
    written = parsed.reply_text[:1_500]
    if _SAYS_SO.search(written[:400]) and len(parsed.reply_text) < 2_500:
        return "it says that it is automatic"
    marked = (
        precedence in ("bulk", "junk")
        or parsed.has("x-auto-response-suppress")
        or _NO_REPLY.match(parsed.from_address)
    )
    if marked and not _has_list_marks(parsed) and _ABSENT.search(f"{parsed.subject} {written}"):
        return "an absence note"
    return ""


def _has_list_marks(parsed: Parsed) -> bool:
    return any(
        parsed.has(name)
        for name in ("list-id", "list-unsubscribe", "list-post", "x-mailing-list", "list-help")
    )


def _list(parsed: Parsed) -> str:
    for name in (
        "list-id",
        "list-post",
        "list-unsubscribe",
        "x-mailing-list",
        "feedback-id",
        "x-campaign-id",
    ):
        if parsed.has(name):
            return name
    precedence = parsed.header("precedence").lower().strip()
    return f"precedence: {precedence}" if precedence in ("bulk", "list", "junk") else ""


def may_answer(parsed: Parsed, verdict: Verdict) -> bool:
    """Whether an automatic mail of ours may answer this one (RFC 3834 section 2). A person's answer is not asked."""
    if verdict.kind != "person" or not parsed.from_address:
        return False
    if "from_missing" in parsed.warnings or _NO_REPLY.match(parsed.from_address):
        return False
    if any(value.replace(" ", "") == "<>" for value in parsed.all("return-path")):
        return False
    submitted = parsed.header("auto-submitted").lower().partition(";")[0].strip()
    if submitted not in ("", "no") or _has_list_marks(parsed):
        return False
    suppress = {word.strip().lower() for word in parsed.header("x-auto-response-suppress").split(",")}
    if suppress & {"all", "autoreply", "oof"}:
        return False
    if parsed.header("precedence").lower().strip() in ("bulk", "list", "junk", "auto_reply"):
        return False
    return not (parsed.has("x-loop") or parsed.has("x-autoreply") or parsed.has("x-autorespond"))
