"""Delivery reports and complaints: whether a mail is one, and for each recipient what went wrong. Pure.

Sources: RFC 3464 (delivery status), RFC 5965 (feedback reports), RFC 3463 (status codes), and the free text of
the mail systems that know neither.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from pelekan.channels.email import bounce_words as words
from pelekan.channels.email.addresses import normal, parse_addresses
from pelekan.channels.email.parse import Parsed

_MOST_RECIPIENTS = 100
_LONGEST = 60_000  # characters of a report that are looked at

_FIELD = re.compile(r"^([A-Za-z][A-Za-z0-9-]{1,60})[ \t]*:[ \t]*(.*)$")
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_REPLY_CODE = re.compile(r"(?<![\d.])([45][0-7]\d)(?![\d.])[ \-]")
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,100}@[A-Za-z0-9.-]{2,200}\.[A-Za-z0-9-]{2,30}")
_FROM_MACHINE = re.compile(
    r"^(?:mailer-?daemon|mail-?daemon|post-?_?master|postoffice|mail[._-]?delivery[._-]?(?:system|subsystem)|mdaemon|poostmaster)(?:@|$)",
    re.IGNORECASE,
)
_NO_REPLY = re.compile(r"^(?:no-?_?reply|do-?not-?reply)", re.IGNORECASE)
_PASSED_ON = re.compile(
    r"^\s*(?:fwd?|wg|tr|re|aw|rv|enc|بازارسال|هدایت|پاسخ|إعادة توجيه|رد)\s*[:：]", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Bounce:
    """One recipient: address ("" when the report names none), enhanced status ("" likewise), reason word."""

    recipient: str
    status: str
    reason: str


def read(parsed: Parsed) -> tuple[str, list[Bounce]]:
    """("", []) when this is no report on delivery; else why it is one, and its recipients (never empty)."""
    complaint = _complaint(parsed)
    if complaint:
        return "feedback report", complaint
    status = [_text(part.data) for part in parsed.attachments if part.type.endswith("delivery-status")]
    notice = _notification(parsed)
    if notice:
        return "provider notification", notice
    why = _why(parsed, status)
    if not why:
        return "", []
    found = _from_status("\n\n".join(status), parsed) if status else []
    if not found:
        found = (
            _from_status(parsed.text[:_LONGEST], parsed)
            if "final-recipient" in parsed.text[:_LONGEST].lower()
            else []
        )
    return why, (found or _from_text(parsed))[:_MOST_RECIPIENTS]


def _text(data: bytes) -> str:
    return data[:_LONGEST].decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")


def _why(parsed: Parsed, status: list[str]) -> str:
    kind = parsed.type_params.get("report-type", "").lower()
    if status and (kind == "delivery-status" or parsed.type == "multipart/report"):
        return "delivery status report"
    if parsed.has("x-mlserver") and re.search(r"not (?:a )?member", parsed.subject, re.IGNORECASE):
        return "refused by a mailing list"
    machine = bool(_FROM_MACHINE.match(parsed.from_address or parsed.from_name))
    empty_path = any(value.replace(" ", "") in ("<>", "") for value in parsed.all("return-path"))
    machine = (
        machine or (empty_path and not parsed.from_address) or bool(words.FROM_NAME.match(parsed.from_name))
    )
    subject = bool(words.SUBJECT.search(parsed.subject))
    if not (machine or subject or empty_path):  # a person's mail: its words need not be weighed
        return ""
    text = parsed.text[:6_000]
    said = bool(words.SAID.search(text))
    certain = bool(words.SAID_CERTAIN.search(text))
    encloses = any(part.type in ("message/rfc822", "text/rfc822-headers") for part in parsed.attachments)
    if status and (machine or subject or empty_path):
        return "delivery status report"
    if parsed.has("x-failed-recipients") and (machine or subject):
        return "x-failed-recipients"
    answers = parsed.header("auto-submitted").lower().startswith("auto-replied")
    if (
        answers
        and machine
        and not (certain or encloses or status)
        and parsed.from_address.startswith("postmaster")
    ):
        return ""  # somebody's own answering program
    postmaster = parsed.from_address.lower().startswith("postmaster")  # may be a person at a desk
    if machine and (subject or (said and (not postmaster or certain or encloses or empty_path))):
        return "from the mail system"
    if subject and said and encloses and not parsed.in_reply_to and _NO_REPLY.match(parsed.from_address):
        return "encloses what was not delivered"
    if empty_path and said and (subject or words.SAID_STRONG.search(text)):
        return "null sender"
    if "final-recipient:" in text.lower() and "action:" in text.lower() and (machine or subject):
        return "delivery status in the text"
    begins = bool(words.SAID_CERTAIN.search(parsed.reply_text[:400])) and not _PASSED_ON.match(parsed.subject)
    if begins and (subject or empty_path) and not parsed.in_reply_to:
        return "words of a mail system"
    return ""


def _complaint(parsed: Parsed) -> list[Bounce]:
    reports = [part for part in parsed.attachments if part.type == "message/feedback-report"]
    if not reports and parsed.type_params.get("report-type", "").lower() != "feedback-report":
        if parsed.header("x-apple-unsubscribe").lower() == "true":
            return [Bounce(parsed.from_address, "", "feedback")]
        if not any(part.type in ("message/rfc822", "text/rfc822-headers") for part in parsed.attachments):
            return []
        if not words.COMPLAINT.search(f"{parsed.subject}\n{parsed.text[:2_000]}"):
            return []
    fields = [line for part in reports for line in _text(part.data).split("\n")]
    recipients = [
        match[2]
        for match in map(_FIELD.match, fields)
        if match and match[1].lower() in ("original-rcpt-to", "removal-recipient", "original-recipient")
    ]
    recipients = recipients or [original_recipient(parsed)]
    found = [Bounce(_address(value), "", "feedback") for value in recipients]
    return list(dict.fromkeys(found))[:_MOST_RECIPIENTS]


def _notification(parsed: Parsed) -> list[Bounce]:
    """JSON notices of sending services (Amazon SES through SNS)."""
    text = parsed.text.strip()
    if not text.startswith("{") or "notificationType" not in text[:4_000] or len(text) > _LONGEST:
        return []
    try:
        told = json.JSONDecoder().raw_decode(text.replace("\n", ""))[0]
        told = json.loads(told["Message"]) if isinstance(told.get("Message"), str) else told
        kind = str(told.get("notificationType") or told.get("eventType")).lower()
        body = told.get(kind) or {}
        recipients = (
            body.get("bouncedRecipients") or body.get("complainedRecipients") or body.get("recipients") or []
        )
        found = []
        for one in recipients[:_MOST_RECIPIENTS]:
            entry = one if isinstance(one, dict) else {"emailAddress": one}
            diagnosis = str(entry.get("diagnosticCode") or body.get("smtpResponse") or "")
            status = str(entry.get("status") or next(iter(_STATUS.findall(diagnosis)), ""))
            reason = {"delivery": "delivered", "complaint": "feedback"}.get(kind) or reason_of(
                diagnosis, status, ""
            )
            found.append(Bounce(_address(str(entry.get("emailAddress", ""))), status, reason))
        return found
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError):
        return []


def _address(value: str) -> str:
    value = value.partition(";")[2] or value if re.match(r"\s*[\w-]{2,20}\s*;", value) else value
    found = _ADDRESS.search(value)
    return normal(found[0]) if found else ""


def original_recipient(parsed: Parsed) -> str:
    """To whom the returned message had been sent, by its own headers; "" when it is not enclosed."""
    for part in parsed.attachments:
        if part.type in ("message/rfc822", "text/rfc822-headers", "message/rfc822-headers"):
            for name in ("x-hmxmroriginalrecipient", "x-original-to", "to", "delivered-to"):
                match = re.search(rf"(?im)^{name}:[ \t]*(.+(?:\n[ \t].+)*)", _text(part.data))
                if match:
                    addresses, _ = parse_addresses(match[1].replace("\n", " "), 5)
                    if addresses and addresses[0].address:
                        return addresses[0].address
    return ""


def _groups(text: str) -> list[dict[str, str]]:
    groups: list[dict[str, str]] = [{}]
    last = ""
    for line in text.split("\n"):
        if not line.strip():
            if groups[-1]:
                groups.append({})
            last = ""
        elif line[0] in " \t" and last:
            groups[-1][last] = f"{groups[-1][last]} {line.strip()}"[:4_000]
        elif match := _FIELD.match(line):
            last = match[1].lower()
            if last in ("final-recipient", "original-recipient") and last in groups[-1]:
                groups.append({})
            groups[-1].setdefault(last, match[2].strip()[:4_000])
        elif last:  # a long line that lost its indent
            groups[-1][last] = f"{groups[-1][last]} {line.strip()}"[:4_000]
        if len(groups) > 2 * _MOST_RECIPIENTS:
            break
    return groups


def _from_status(text: str, parsed: Parsed) -> list[Bounce]:
    found: list[tuple[str, Bounce]] = []
    report = _report_text(parsed)
    groups = [
        g for g in _groups(text) if "final-recipient" in g or "original-recipient" in g or "action" in g
    ]
    for group in groups:
        action = group.get("action", "").lower().split(" ")[0].strip(";,")
        # an alias may have been followed: what the sender wrote is what bounced, unless it is no address
        recipient = _address(group.get("final-recipient", "")) or _address(
            group.get("original-recipient", "")
        )
        diagnosis = " ".join(
            group.get(name, "")
            for name in ("diagnostic-code", "x-supplementary-info", "x-postfix-sender-reason", "x-notes")
        )
        status = next(iter(_STATUS.findall(group.get("status", ""))), "")
        inside = _STATUS.findall(diagnosis)
        if inside and (not inside[-1].endswith(".0.0") or not status):
            status = inside[-1]  # what the other server said itself is nearer the truth
        if action in ("delivered", "relayed", "expanded", "delivered.") or status.startswith("2."):
            found.append((action or "delivered", Bounce(recipient, status, "delivered")))
            continue
        near = report if len(groups) == 1 else _around(report, recipient)
        if (not status or status.endswith(".0.0")) and not diagnosis.strip():
            status = next(iter(_STATUS.findall(near)), status)
        reason = reason_of(diagnosis, status, near, delayed=action == "delayed")
        found.append((action, Bounce(recipient, status, reason)))
    bad = [bounce for action, bounce in found if bounce.reason != "delivered"]
    return list(dict.fromkeys(bad or [bounce for _, bounce in found]))


def _report_text(parsed: Parsed) -> str:
    """The human part, up to where the returned message begins."""
    text = parsed.text[:_LONGEST]
    cut = words.COPY_BELOW.search(text)
    if cut and cut.start() > 20:
        text = text[: cut.start()]
    return text[:8_000]


def _around(text: str, recipient: str) -> str:
    if not recipient:
        return ""
    at = text.lower().find(recipient.lower())
    if at < 0:
        return ""
    first, *more = text[at : at + 600].split("\n")
    own = [first]
    for line in more:
        if words.FAILED_LINE.match(line.strip()):
            break
        own.append(line)
    return "\n".join(own)


def _from_text(parsed: Parsed) -> list[Bounce]:
    text = _report_text(parsed)
    named = [_address(piece) for value in parsed.all("x-failed-recipients") for piece in value.split(",")]
    named = [address for address in named if address]
    places = _failed_addresses(text, parsed)
    if not named:
        named = list(places)
    if not named:
        named = [original_recipient(parsed)]
    named = list(dict.fromkeys(named))
    found = []
    for index, recipient in enumerate(named):
        if index >= _MOST_RECIPIENTS:
            break
        begin = places.get(recipient, 0)
        later = [at for at in places.values() if at > begin]
        own = text[begin : min(later)] if later else text[begin:]
        piece = text if len(named) == 1 else own
        status = next(iter(_STATUS.findall(piece)), "")
        reason = reason_of(own if len(named) > 1 else "", status, piece)
        if reason == "undefined":
            reason = words.reason(parsed.subject) or reason
        found.append(Bounce(recipient, status, reason))
    return found


def _failed_addresses(text: str, parsed: Parsed) -> dict[str, int]:
    """Addresses that stand where mail systems name the failed one: at the start of a line, in brackets, alone."""
    senders = {one.address for one in parsed.to} | {parsed.from_address}
    found: dict[str, int] = {}
    at = 0
    for line in text.split("\n"):
        stripped = line.strip()
        if len(stripped) < 1_000:
            match = words.FAILED_LINE.match(stripped)
            if match and (address := _address(match[0])) and address not in senders:
                found.setdefault(address, at)
        at += len(line) + 1
    if not found:
        for match in _ADDRESS.finditer(text[:4_000]):
            address = normal(match[0])
            if address and address not in senders and not _FROM_MACHINE.match(address):
                found.setdefault(address, match.start())
                break
    return found


def reason_of(diagnosis: str, status: str, report: str, *, delayed: bool = False) -> str:
    """One word of the reason vocabulary: from the server's answer, else the status code, else the report's text."""
    diagnosis, report = _bare(diagnosis[:4_000]), _bare(report[:8_000])
    phase = words.phase(f"{diagnosis} {report}")
    answer = _answer(diagnosis) or _answer(report)
    by_code = words.by_status(status)
    found = words.reason(answer) or words.reason(diagnosis or report)
    if (not found or found in words.VAGUE) and by_code and by_code not in words.VAGUE:
        found = by_code
    found = found or words.reason(report)
    if not found:
        found = (
            "expired"
            if delayed
            else by_code or words.by_reply_code(_REPLY_CODE.findall(f"{diagnosis} {report[:2000]}"))
        )
    if found == "userunknown" and "account is disabled" in report:
        found = "suspend"
    return words.in_phase(found or "undefined", phase, status)


def _bare(text: str) -> str:
    """`text` on one line without addresses and the sentences every mail system writes."""
    return words.BOILERPLATE.sub(" ", _ADDRESS.sub("@", " ".join(text.split())))


def _answer(text: str) -> str:
    """What the other server said: from its reply code on."""
    match = None
    for match in _REPLY_CODE.finditer(text):  # the last one: the first may be a time or a port
        if text[match.end() : match.end() + 3].strip():
            break
    return text[match.start() : match.start() + 600] if match else ""
