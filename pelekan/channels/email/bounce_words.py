"""The words of mail systems that refuse mail, each with the reason they mean. Pure data and matchers.

Order matters: the first group that matches wins, from the specific (a forged sender) to the general (a policy).
"""

from __future__ import annotations

import re

FROM_NAME = re.compile(
    r"^(?:mail deliver[y]? (?:sub)?system|mailer[- ]daemon|mail administrator|postmaster)\b", re.IGNORECASE
)

SUBJECT = re.compile(
    r"undeliver|delivery (?:status )?(?:notification|failure|has failed|failed|report|error|problem)|mail delivery failed|delivery status"
    r"|returned (?:mail|to sender)|failure notice|failure delivery|failed delivery|mail system error|message delivery (?:has )?(?:failed|failure)"
    r"|non[- ]?delivery|not delivered|could not (?:be delivered|send)|delayed mail|delayed \d+ hours|mail failed|mail failure|unzustellbar"
    r"|bounce(?:d)? e?-?mail|email delivery failure|non remis|no entregado|mancato recapito|error sending your mail|niet bezorgd"
    r"|недоставлен|не доставлено|配信不能|送信できません|メールエラー|配達不能|returned mail|delivery incomplete|delivery delayed"
    r"|تحویل داده نشد|تحویل نشد|برگشت خورد|تعذر التسليم|لم يتم التسليم|فشل التسليم|تعذّر",
    re.IGNORECASE,
)
SAID = re.compile(
    r"could not be delivered|cannot be delivered|couldn'?t be delivered|was not delivered|undeliverable|delivery (?:has )?(?:to the following .{0,60})?failed"
    r"|unable to deliver|wasn'?t able to deliver|did not reach|has not been delivered|permanent (?:fatal )?error|fatal errors|not be delivered to"
    r"|returned (?:to you|mail|message)|message was rejected|failed permanently|user unknown|mailbox (?:is )?full|over quota|delivery attempt|not reach"
    r"|delivery (?:to|of) .{0,120}(?:delayed|failed)|will (?:be )?retr|still being retried|deferred|following address(?:es)?|unknown user|host unknown"
    r"|does not exist|no such user|not a member|エラー|届けることができません|送信できません|не может быть доставлено|не доставлено|доставить"
    r"|تحویل داده نشد|لم يتم التسليم|تعذر تسليم",
    re.IGNORECASE,
)
SAID_STRONG = re.compile(
    r"permanent (?:fatal )?error|delivery .{0,60}failed|could not be delivered|undeliverable|bounced|failed",
    re.IGNORECASE,
)
SAID_CERTAIN = re.compile(
    r"this is the mail system at host|this message was created automatically by (?:the )?mail (?:delivery )?software|i'm afraid i wasn't able to deliver your message"
    r"|this is an automatically generated delivery status notification|the following addresses had permanent fatal errors"
    r"|error: (?:your )?message could not be delivered|was undeliverable due to the following reason|----- transcript of session follows"
    r"|^\s*(?:your )?message could not be delivered to (?:the )?following|the following message could not be delivered",
    re.IGNORECASE,
)
COMPLAINT = re.compile(
    r"this is an? (?:e?mail )?abuse report|abuse report for an? (?:e?mail )?(?:message )?(?:received )?from|feedback loop|complaint about message from",
    re.IGNORECASE,
)
COPY_BELOW = re.compile(
    r"(?im)^[-\s*=>#]{0,40}(?:this is a copy of (?:the|your) message|below this line is (?:a|the) copy|(?:unsent|returned|original|undelivered|your|bounced) (?:message|e?-?mail)"
    r"(?: (?:follows|text|header|below|headers follow))?|original message follows|message header|the text of your message|copy of (?:the|your) (?:original )?message"
    r"|included is a copy|included below is|message headers follow|start of message|returned message)[-\s:.*=<>#]{0,60}.{0,40}$|^received: (?:from|by) "
)
FAILED_LINE = re.compile(
    r"^(?:[-*•>\s]{0,4})(?:\d{1,3}[.)]\s)?(?:to|recipient|rcpt to|address|user|failed recipient|final-recipient|unknown user|original-recipient)?[\s:]{0,3}<?[^\s<>@]{1,100}@[^\s<>]{2,200}>?",
    re.IGNORECASE,
)

_TABLE = r"""
expired
    aborted after \d|message expired, connection|queue\.expired|delivery (?:time )?expired
rejected
    all recipient addresses rejected|domain of sender|sender address rejected|5\.1\.8\b|sending to/from an address|groups\.google\.com
securityerror
    unauthenticated senders
policyviolation
    policy reasons|content presents a potential|header error
blocked
    (?:client host|adresse ip|ip source|ip address) .{0,30}(?:blocked|bloqu|black)|\b5\d\d blocked\b|refused to talk|spamhaus|connection refused by
mailboxfull
    quota exceed|over ?quota|mailbox (?:is )?full|5\.2\.2\b
mailererror
    procmail|maildrop|\bspamc\b
    returned (?:non-?zero )?(?:exit )?status
    exited with|command (?:died|line|output)|exit status
    local delivery (?:program|agent)|user-defined|\|/
    mailer error|program failed
notcompliantrfc
    rfc ?\d{3,4}.{0,20}complian|not rfc|rfc-?compliant
    multiple addresses in from|multiple (?:subject|from|to) .{0,12}headers|no (?:valid )?from header
spamdetected
    5\.7\.1 message content rejected|\bube\b|blacklisted url|ofr_506
contenterror
    duplicate header|headers too large|too many (?:mime|headers)
    message content rejected|improper use of 8-?bit|8-?bit data|bare lf|line length
    non-?mime|mime (?:error|structure)|invalid (?:header|content)|unacceptable (?:header|content)
    body .{0,20}(?:not allowed|rejected)|charset .{0,30}not|missing .{0,30}header
requireptr
    reverse (?:dns|host ?name|hostname|lookup)|\bptr\b|\brdns\b|fcrdns|5\.7\.25\b
    cannot (?:find|resolve) (?:your|the) (?:reverse|host|ip|client|domain name of)
    ip (?:address )?(?:name )?lookup failed|mismatches client ip|unverifyable sending ip
    forward(?:-| )confirmed|(?:client|ip|host) .{0,50}(?:does not resolve|not resolvable|unresolvable|has no dns|no name)
    unable to resolve .{0,20}(?:your|client|ip)|bad dns|no dns .{0,20}record .{0,20}(?:your|ip|sending)
toomanyconn
    too many (?:connections|concurrent|smtp sessions|sessions|open|recipients|simultaneous|hosts)
    (?:connection|session).{0,30}(?:limit|frequency|rate)|(?:exceeded|exceeds|maximum).{0,30}connections|aup#in-1310|concurren
badreputation
    reputation|sender ?score|unexpected volume or user complaints|user complaints
authfailure
    \bdmarc\b|\bspf\b|\bdkim\b|5\.7\.(?:2[036]|509)\b|sender policy framework
    unauthenticated e?-?mail|authentication information|not authenticated .{0,40}domain
    fails to pass|domain authentication|sender ?id
virusdetected
    \bvirus|malware|infected|trojan|mcspamsignature|worm|phish
policyviolation
    content presents a potential|potentially? (?:dangerous|harmful)|security issue|executable|attachment (?:type )?.{0,20}(?:not|block|reject|denied)
    header error|violat|unacceptable mail|not allowed by .{0,30}polic|dangerous|network not allowed|prohibited|message rejected due to (?:content|local)
spamdetected
    \bspam\b(?!haus)|spamassassin|considered (?:as )?spam|unsolicited|\buce\b|junk mail|bulk (?:e-?)?mail
    blacklisted url|url.{0,10} listed|mail rejete|ofr_506|rejected by .{0,30}(?:filter|content)|content filter
    looks like|high on spam|rspamd|cloudmark|bayes|mass mail|\bspam(?!haus)
blocked
    spamhaus|dnsbl|\brbl|blacklist(?!ed url)|block ?list|black list|spamcop|barracudacentral|sorbs|abuseat|\bcbl\b|cdrbl|\(bl\)|backscatter|uceprotect
    (?:ip|ip address|ips|host|client|server|network|connections?)\b.{0,60}(?:blocked|denied|refused|not allowed|not permitted|rejected|banned|restricted|prohibited)(?! by recipient)
    (?:blocked|denied|refused|rejected|banned|invalid|prohibited)\b.{0,40}\b(?:ip\b|client host|your (?:ip|host|server|network|mail server)|hello|helo)
    sc-0?0\d|unwanted messages|use (?:the smtp server|the relay|your (?:provider|isp))|your isp|dynamic (?:ip|address|host)|dial-?up|dsl
    (?:helo|ehlo) .{0,30}(?:reject|invalid|denied|refused|must)|invalid domain name|my name was rejected|bad (?:sender )?ip|invalid ip
    blocked (?:using|by|due|for)|too many (?:spam|bad|invalid|unknown)|access from|no access from|permanently deferred
    is in (?:a |our |the )?.{0,20}(?:list|rbl)|unusual(?:ly)? .{0,20}rate|to (?:request )?(?:removal|delist)|not accept(?:ed|ing)? mail from (?:you|this|dynamic|your)|error code .{0,12}bl
speeding
    rate ?limit|too (?:fast|quickly|much mail)|throttl|at a rate|too many (?:messages|emails|mails)|(?:message|sending|mail) (?:sending )?rate|messages per|per hour
mesgtoobig
    line limit exceeded|message (?:is )?too (?:big|large|long)|(?:message|mail)(?: file)? (?:size|length).{0,30}(?:exceed|limit|too|larger|maximum)|exceeds? .{0,30}(?:message|mail) size
    size limit|file too big|too large|(?:fixed )?max(?:imum)? (?:message |mail )?size|5\.3\.4\b|message larger
norelaying
    relay|rcpthosts|local delivery only|not local|email address is not verified|send .{0,20}from .{0,20}not verified|not (?:a )?(?:local )?gateway
    authenticat.{0,20}required to (?:send|relay)|not in my .{0,12}(?:domain|hosts)|must authenticate|domain isn'?t .{0,20}(?:local|allowed)
mailboxfull
    (?:mail ?box|mail ?folder|inbox|account|user|recipient|storage|disk|box)\b.{0,50}(?:\bfull\b|over ?quota|exceed|over (?:its|the|his)|out of)|quota|5\.2\.2\b|4\.2\.2\b|is full\b
    (?:insufficient|not enough|no|out of)\b.{0,14}(?:storage|space|disk)|over ?quota|storage .{0,20}exceed|exceeded (?:the )?(?:storage|space|mail)|一杯|容量|full mailbox|mailfolder
systemfull
    mail system full|system (?:storage|disk)|disk full
hasmoved
    has moved|user not local; please|address .{0,20}changed|no longer (?:uses|at this|here)|has been replaced|5\.1\.6\b|moved to|forwarding
suspend
    (?:account|mailbox|user|recipient|address|domain|e?-?mail(?: address)?)\b.{0,60}(?:suspend|disabled|deactivated|inactive|locked|dormant|frozen|discontinued|cancel|not active|expired|closed)
    suspended|disabled|invalid/inactive|inactive|not accepting (?:mail|messages) at|is not accepting|not currently accepting|unable to receive mail|閉鎖|停止
onhold
    on hold
expired
    message expired, connection|delivery (?:time )?expired|queue\.expired
networkerror
    too many hops|(?:mail|routing) loop|loop(?:s|ing)? (?:back|detected)|no route to host|network (?:is )?(?:unreachable|error)|hop ?count|maximum hop|5\.4\.6\b|5\.4\.14\b
    dns query failed|(?:dns|mx) .{0,12}loop|name server: .{0,80}host name lookup|malformed (?:or unexpected )?name server|name service error.{0,40}(?:try again|malformed)|server failure
notaccept
    mail exchanger or ip address|null ?mx
hostunknown
    host (?:or domain name )?(?:unknown|not found|is unknown|lookup)|unknown (?:host|domain)|(?:domain|host) (?:name )?.{0,50}(?:does ?n[o']t exist|not found|not exist|invalid|unknown|non-?existent)|no such (?:host|domain)|nxdomain
    name or service not known|non-?existent (?:host|domain)|couldn'?t find any host|bad destination system|domain must|host name lookup|5\.1\.2\b|all relevant mx|recipient domain|illegal host|unrouteable mail domain|dns lookup|couldn'?t find a gateway
notaccept
    null ?mx|does not accept (?:any )?(?:mail|e?-?mail|messages)|not accept(?:ing)? (?:any )?mail|no smtp service|5\.3\.2\b|mail exchanger or ip address|protocol diagnostic|no mx|mx .{0,20}invalid|smtp service .{0,20}not
userunknown
    (?:user|recipient|address|mailbox|account|addressee|login|alias|name|person|customer|local part|destinataire)s?\b.{0,90}(?:unknown|not (?:be )?(?:found|known|exist|valid|listed|available|ours?\b|recogni)|invalid|does ?n[o']t (?:exist|have|like|appear)|n'existe|no longer|not a (?:valid|known)|inconnu)
    (?:unknown|invalid|illegal|no such|bad|no valid|nonexistent|non-existent|no) (?:or illegal )?(?:final delivery )?(?:user|recipient|address|mail ?box|local|account|e?-?mail|alias|destination|contact|person|login|here|rcpt|login|id\b)
    recipient ?not ?found|recipnotfound|unknown address|not our customer|unrout(?:e)?able address|addressee unknown|5\.1\.1\b|5\.1\.0\b.{0,30}address|adresse .{0,20}invalide|bad destination mailbox|recipient address rejected: (?:access denied|unknown)
    account that you tried to reach|doesn'?t have an? .{0,60}account|not in (?:our )?(?:directory|database)|no mail ?box|mailbox .{0,20}unavailable|リストにありません|見つかりません|存在しません|宛先不明|нет такого|не существует|not listed in|no account|that user|undeliverable address|(?:user|mailbox) not|not deliver mail to
rejected
    sender .{0,80}(?:reject|denied|refused|invalid|unknown|not |verify|block|does)|(?:reject|denied|refused|verif|invalid|bad).{0,30}(?:sender|from address)|from address|address of sender|domain of sender
    5\.1\.[78]\b|(?:not|permission|allowed) (?:allowed |permitted )?to (?:post|send)|not (?:a )?member|sending to/from|groups\.google\.com|mail from .{0,40}(?:reject|denied|refused)|restricted|only accepts|not authorized to send|you are not allowed
expired
    timed? ?out|time-?out|expired|retry (?:time|timeout)|could not be delivered for|cannot send message (?:for|within)|delayed|(?:hours|days|seconds|minutes)\b|still being retried|will be retried|in the queue|connection (?:reset|refused|closed|dropped|timed)
    lost connection|giving up|retrying|4\.4\.[17]\b|deferr|unable to connect|could not connect|couldn'?t connect|failed to connect|did not (?:respond|accept our requests)|not responding|failing for a long time|socket error|too long|delivery temporarily
securityerror
    unauthenticated senders|\bssl\b|starttls|encrypt|authenticat|password|access denied|5\.7\.(?:0|6|8|9)\b|not permitted|security
syntaxerror
    not implemented|syntax|sequence of commands|bad sequence|unrecogni[sz]ed|malformed|improper sequence|unbalanced
userunknown
    recipient (?:address )?(?:was )?(?:rejected|refused)(?!:)
exceedlimit
    exceeds limit|limit exceeded|5\.2\.3\b
systemerror
    system error|(?:server|local) (?:configuration )?(?:error|problem)|internal error|can'?t create|i/o|resources|configur|transaction failed|service (?:currently )?unavailable|service refused?|does not support tls|out of memory|other mail system|system config|unable to (?:process|handle)
policyviolation
    polic|grey-?list|unacceptable|not allowed|5\.7\.\d|message (?:was )?(?:rejected|refused)
mailererror
    \bx-unix\b
filtered
    recipient addresses? rejected|rejected by a remote mail server|filter|because of|5\.2\.1\b|cannot be accepted|refused|because the address
"""


def _table(text: str) -> list[tuple[str, re.Pattern[str]]]:
    groups: list[tuple[str, list[str]]] = []
    for line in text.strip().splitlines():
        if line.startswith(" "):
            groups[-1][1].append(f"(?:{line.strip()})")
        else:
            groups.append((line, []))
    return [(name, re.compile("|".join(phrases), re.IGNORECASE)) for name, phrases in groups]


# Names of hosts and links hold words that mean something else.
_NOISE = re.compile(
    r"https?://(?!groups\.google|www\.spamhaus)\S{1,500}|\bhost \S{1,200}\s?\[[^\]]{1,60}\](?: said)?:?|remote mail server|\bserver message\b",
    re.IGNORECASE,
)
_PATTERNS = _table(_TABLE)

VAGUE = frozenset(["undefined", "policyviolation", "systemerror", "filtered", "onhold", "securityerror"])

_BY_STATUS = {
    "1.1": "userunknown", "1.2": "hostunknown", "1.3": "userunknown", "1.4": "filtered", "1.6": "hasmoved", "1.7": "rejected",
    "1.8": "rejected", "1.9": "systemerror", "1.10": "notaccept", "1.0": "userunknown",
    "2.0": "filtered", "2.1": "filtered", "2.2": "mailboxfull", "2.3": "exceedlimit", "2.4": "filtered",
    "3.0": "systemerror", "3.1": "systemfull", "3.2": "notaccept", "3.3": "systemerror", "3.4": "mesgtoobig", "3.5": "systemerror",
    "4.0": "networkerror", "4.1": "expired", "4.2": "expired", "4.3": "systemerror", "4.4": "hostunknown", "4.5": "mailboxfull", "4.6": "networkerror", "4.7": "expired",
    "5.0": "mailererror", "5.2": "syntaxerror", "5.3": "toomanyconn", "5.4": "syntaxerror", "5.6": "contenterror",
    "6.0": "contenterror", "6.1": "contenterror", "6.2": "contenterror", "6.3": "contenterror", "6.5": "contenterror", "6.9": "contenterror",
    "7.0": "securityerror", "7.1": "securityerror", "7.2": "rejected", "7.4": "securityerror", "7.8": "securityerror", "7.9": "securityerror",
    "7.13": "suspend", "7.17": "hasmoved", "7.23": "authfailure", "7.25": "requireptr", "7.26": "authfailure", "7.27": "notaccept",
}  # fmt: skip


BOILERPLATE = re.compile(
    r"(?:hi\. )?this is the (?:mail system|postfix program|qmail-send program|mail delivery agent) at (?:host )?\S{1,200}|i'm not going to try again;(?= this)|delivery temporarily suspended: (?=host)|"
    r"this message was created automatically by mail delivery software\.?|a message that you sent could not be delivered to one or more of its recipients\.?"
    r"|this is a permanent error[;.]?|the following address(?:\(es\)|es)? failed:?|i'm sorry to have to inform you that your message could not be delivered to one or more recipients\.?"
    r"|it'?s attached below\.?|for further assistance, please send mail to.{0,12}postmaster.?|if you do so, please include this problem report\. you can delete your own text from the attached returned message\.?"
    r"|technical details of (?:permanent|temporary) failure:?|google tried to deliver your message, but it was rejected by (?:the )?(?:recipient domain|server for the recipient domain \S{1,200} by \S{1,200}(?: \[[^\]]{1,60}\])?)\.?"
    r"|we recommend contacting the other email provider for further information about the cause of this error\.?|the error that the other server returned was:?"
    r"|-{2,}\s?the header of the original message is following\.?\s?-{0,3}|no action is required on your part.{0,300}|below is a copy of the original message:?|an error (?:has )?occurred while (?:trying|attempting) to deliver (?:the|a) (?:mail|message) (?:to|for) the following (?:list of )?recipients:?"
    r"|hi!? this is the mailer-daemon, please do not reply to this e-?mail\.?|the original message was received at.{0,120}?from|delivery to the following recipients? (?:has )?failed(?: permanently)?[:.]?",
    re.IGNORECASE,
)
_DIALOGUE = re.compile(
    r">>>\s{0,3}(mail|rcpt|data|ehlo|helo)\b[^<>]{0,200}(?:<[^<>]{0,200}>)?[^<>]{0,100}<<<\s{0,3}[45]\d\d",
    re.IGNORECASE,
)
_PHASES = (
    (
        "data",
        r"end of data|\bdata command|text command|command data|after data|\[end_of_data\]|\[data\]|like our (?:data|body)|after i sent the message",
    ),
    ("rcpt", r"after rcpt to|to rcpt to|rcpt_to|like our rcpt|like recipient|recipient was rejected"),
    ("mail", r"after mail from|to mail from|mail_from|like our mail|sender was rejected"),
    (
        "greeting",
        r"initial connection|\b(?:ehlo|helo) command|\[connect\]|name was rejected|in reply to (?:ehlo|helo)|while performing the (?:ehlo|helo)",
    ),
)
_TOLD = tuple((name, re.compile(pattern, re.IGNORECASE)) for name, pattern in _PHASES)
_STEPS = {"mail": "mail", "rcpt": "rcpt", "data": "data", ".": "data", "ehlo": "greeting", "helo": "greeting"}


def phase(text: str) -> str:
    """At which step of the SMTP dialogue the other server refused: "greeting", "mail", "rcpt", "data" or ""."""
    dialogue = _DIALOGUE.search(text)
    if dialogue and not re.search(
        r"need rcpt|no valid recipients|delivery error: dd", text, re.IGNORECASE
    ):  # pipelined
        return _STEPS[dialogue[1].lower()]
    if dialogue:
        return "rcpt"
    return next((name for name, pattern in _TOLD if pattern.search(text)), "")


def in_phase(found: str, step: str, status: str) -> str:
    """A reason seen in the light of the step at which it was told."""
    if status == "4.4.5":
        return "systemfull"
    if found == "suspend" and status in ("5.1.1", "5.1.0"):
        return "userunknown"
    if step == "data" and found == "userunknown" and status != "5.1.1":
        return "filtered"  # the address was accepted first, so it is the message that was not wanted
    if step == "mail" and found == "securityerror" and status == "5.7.1":
        return "rejected"
    if step == "mail" and found in ("userunknown", "hostunknown", "filtered", "policyviolation"):
        return "rejected"
    if step == "greeting" and found in (
        "filtered",
        "policyviolation",
        "rejected",
        "undefined",
        "hostunknown",
        "systemerror",
        "securityerror",
    ):
        return "blocked"
    return found


def reason(text: str) -> str:
    """The reason that the words of `text` mean, or ""."""
    text = _NOISE.sub(" ", text)
    return next((name for name, pattern in _PATTERNS if pattern.search(text)), "")


def by_status(status: str) -> str:
    """The reason an enhanced status code stands for (RFC 3463), or ""."""
    return _BY_STATUS.get(status.partition(".")[2], "") if status else ""


def by_reply_code(codes: list[str]) -> str:
    """The reason an SMTP reply code stands for when nothing else is known, or ""."""
    by = {
        "552": "mailboxfull",
        "551": "hasmoved",
        "521": "notaccept",
        "556": "notaccept",
        "421": "expired",
        "450": "expired",
        "451": "systemerror",
        "550": "filtered",
        "553": "filtered",
        "554": "rejected",
    }
    return next((by[code] for code in codes if code in by), "")
