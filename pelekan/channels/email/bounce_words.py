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

_GROUPS: tuple[tuple[str, str], ...] = (
    (
        "authfailure",
        (
            r"dmarc|\bspf\b|dkim|5\.7\.(?:2[0-7]|3[01]|509)\b|unauthenticated (?:e?mail|message|sender)|sender policy framework|domain-based message auth"
            r"|not authenticated|isn'?t authenticated|authentication (?:checks|required from this)|sender id .{0,20}fail|unauthenticated"
        ),
    ),
    (
        "requireptr",
        (
            r"reverse dns|reverse (?:host)?name|\bptr\b|\brdns\b|fcrdns|cannot find your (?:reverse )?hostname|cannot find your reverse|no (?:reverse )?dns for|cannot resolve your"
            r"|without (?:a )?(?:valid )?reverse|unresolvable (?:client|ip)|forward(?:-| )confirmed|missing reverse|lacking ptr|ip address .{0,30}does not (?:have|resolve)|5\.7\.25\b|all mail servers must have a ptr"
        ),
    ),
    ("badreputation", r"reputation|sender ?score|ptn0?\d"),
    ("virusdetected", r"virus|malware|infected|malicious|trojan|phish"),
    (
        "blocked",
        (
            r"spamhaus|dnsbl|\brbl\b|blacklist|blocklist|block list|black list|black ?listed|blocked (?:using|by|due|for|from)|\bbl\.|banned|spamcop|barracudacentral|sorbs|cbl\.abuseat"
            r"|(?:ip|ip address|host|client|server|connection)s? .{0,60}(?:is |was |has been |are )?(?:blocked|denied|refused|not allowed|rejected)|(?:denied|refused|rejected) .{0,40}(?:ip address|your ip|client host)"
            r"|access denied\W.{0,10}(?:ip|bad)|dynamic ip|dial-?up|invalid helo|helo command rejected|ehlo|bad helo|is in .{0,30}list\b|unusual rate|connection from .{0,60}rejected|s3150|ts0\d"
            r"|not allowed to send mail to|error dialing remote address|permanently deferred|connection refused by|unable to accept mail from"
        ),
    ),
    (
        "toomanyconn",
        (
            r"too many (?:connections|concurrent|smtp sessions|sessions|open connections)|exceeded (?:the )?max(?:imum)? (?:number of )?connect|concurrent .{0,30}(?:exceeded|limit)|connection (?:rate )?limit|"
            r"max(?:imum)? (?:number of )?connections"
        ),
    ),
    (
        "speeding",
        r"rate limit|too (?:fast|quickly|much mail)|throttl|receiving mail at a rate|too many (?:messages|emails) (?:from|per|in)|message rate|sending rate|4\.7\.28|exceeded .{0,30}(?:messages per|hourly)",
    ),
    (
        "mesgtoobig",
        r"message (?:is )?(?:too (?:big|large)|size exceeds|file too big|length exceeds|exceeds .{0,30}(?:size|limit))|size limit|too large|exceeds (?:the )?(?:fixed )?maximum (?:message )?size|max(?:imum)? message size|mail size|5\.3\.4\b|message larger than",
    ),
    (
        "mailboxfull",
        (
            r"mail ?box .{0,40}(?:full|exceed|over|quota)|quota|over ?quota|mailbox size|mbox full|insufficient (?:disk |storage )?space .{0,30}(?:user|mailbox)?|not enough (?:storage|disk) space|user is over|mailfolder is full"
            r"|exceeded (?:the )?(?:storage|space)|account is full|inbox is full|is full\b|exceed(?:ed|s)? .{0,20}(?:mailbox|storage|quota|disk)|out of (?:storage|space)|recipient .{0,20}full|has exceeded|容量|5\.2\.2\b|disk full .{0,20}user|no space left in"
        ),
    ),
    (
        "norelaying",
        r"relay(?:ing)? .{0,40}(?:denied|not permitted|not allowed|prohibited|refused|disallowed|rejected|not possible)|(?:unable|not (?:permitted|allowed|authorized)|cannot|won'?t|do not|insecure mail|unauthorized|refused|no) (?:to )?.{0,6}relay|relay (?:access|operation)|as a relay|open relay|not a gateway|not in my? ?(?:domain|rcpthosts)|rcpthosts|local delivery only|we do not relay|mail server requires authentication",
    ),
    (
        "suspend",
        r"(?:account|mailbox|user|recipient|address|domain|e?-?mail).{0,60}(?:suspend|disabled|inactive|deactivated|not active|locked|dormant|frozen|on hold|cancel|expired|temporarily unavailable for)|suspended|disabled|inactive|is not accepting mail|invalid/inactive|not currently accepting|this account has been|vdelivermail: account is locked|boite du destinataire",
    ),
    (
        "hasmoved",
        r"has moved|user not local|address .{0,20}changed|no longer (?:uses|here)|has been replaced|forward(?:ing)? to|please (?:use|try) .{0,60}@|5\.1\.6\b|moved to",
    ),
    (
        "notaccept",
        r"nullmx|null mx|does not accept (?:any )?(?:mail|e?-?mail|messages)|not accept(?:ing)? (?:any )?mail|no smtp service|5\.1\.10\b|5\.3\.2\b|host .{0,40}does not accept|mx points to|smtp protocol diagnostic|no mx|name service error for .{0,60}malformed|sorry,? i wasn'?t able to establish",
    ),
    (
        "userunknown",
        (
            r"user (?:is )?(?:unknown|not (?:found|known|exist)|doesn'?t exist|does not exist|invalid)|unknown (?:user|recipient|address|local|mailbox|login)|no such (?:user|recipient|mailbox|address|person|account|local|e?-?mail|contact|id)"
            r"|(?:recipient|address|mailbox|account|user|e?-?mail)(?: address)? .{0,80}(?:not found|does ?n[o']t exist|not exist|unknown|invalid|doesn'?t have|no longer|not known|not listed|not a valid|not valid)|invalid (?:recipient|user|mailbox|address|mail ?box|local)"
            r"|(?:recipient|user|mailbox|address) (?:address )?(?:rejected: .{0,60}(?:unknown|not)|unknown)|not (?:a )?(?:known|valid) (?:user|recipient|address|mailbox)|5\.1\.(?:1|3)\b|mailbox unavailable|mailbox not|unknown or illegal|no mailbox|not listed in|"
            r"this user doesn'?t have|recipnotfound|no account|unrouteable address|bad destination|undeliverable address|addressee unknown|name is ambiguous|not our customer|delivery to .{0,50}not found|not in (?:directory|our)|pas de (?:boite|compte)|存在しません|見つかりません|нет такого|unknown to|that user|not deliver mail to .{0,80}@|user .{0,60}not|no valid recipients|recipient does not|account that you tried to reach|not exist|illegal alias|unknown account|not active"
        ),
    ),
    (
        "hostunknown",
        (
            r"host (?:or domain name )?(?:unknown|not found)|domain (?:name )?.{0,60}(?:not found|does ?n[o']t exist|not exist|invalid|unknown|nonexistent)|unknown (?:host|domain)|no such (?:host|domain)|nxdomain|name or service not known|non-?existent (?:host|domain)|recipient address rejected: .{0,40}domain"
            r"|couldn'?t find any host|cannot find .{0,40}(?:host|domain)|host lookup|name server: host|5\.1\.2\b|dns (?:error|lookup)|domain must exist|unresolvable|could not be (?:found|resolved)|illegal host|all relevant mx records point|hostname|dns failure"
        ),
    ),
    (
        "spamdetected",
        r"\bspam|unsolicited|\buce\b|junk|bulk mail|content (?:rejected|filter)|appears to be|considered|5\.7\.0 .{0,20}content|bayes|rejected by content|looks like|url(?:s)? .{0,20}listed|cloudmark|rspamd",
    ),
    (
        "networkerror",
        r"too many hops|mail loop|routing loop|loop(?:s|ing)? (?:back|detected)|no route to host|network (?:is )?(?:unreachable|error)|hop count|dns .{0,20}loop|dns lookup .{0,30}(?:failed|timed)|5\.4\.6\b|maximum hop|routing failed|couldn'?t connect|malformed name server reply|name service error|host not reachable",
    ),
    (
        "systemfull",
        r"insufficient (?:system )?(?:storage|resources|disk)|disk full|system (?:storage )?full|no space left|mail system full",
    ),
    (
        "mailererror",
        r"(?:returned|exit(?:ed)?|non-?zero|with) (?:exit )?status|exit(?:ed)?[ :]|command (?:failed|died|line|output)|procmail|maildrop|x-unix|pipe|local delivery failed|program|mailer error|fatal error in",
    ),
    (
        "expired",
        (
            r"timed? ?out|time-?out|expired|too long|retry (?:time|timeout)|delivery (?:time|temporarily)|could not be delivered for|cannot send message (?:for|within)|delayed|not been (?:able )?.{0,60}(?:hours|days)|still being retried|will be retried|has been in the queue|connection (?:timed|reset|refused|closed|dropped)|lost connection|giving up|"
            r"retrying|4\.4\.[17]\b|temporar|deferr|\d+ (?:hours|days)|server (?:did not respond|not responding)|failed to connect|unable to connect|could not connect"
        ),
    ),
    (
        "contenterror",
        r"header|mime|attachment|content|8bit|8-bit|line length|bare lf|non-?ascii|charset|body|encod|5\.6\.\d",
    ),
    ("notcompliantrfc", r"rfc ?\d|rfc-?compliant|not rfc|5322|2822|5\.7\.7\b|duplicate header"),
    (
        "rejected",
        r"sender .{0,80}(?:reject|denied|refused|invalid|unknown|not (?:allowed|exist|found|accepted|authorized|permitted)|verify|block)|(?:reject|denied|refused|verif).{0,40}sender|from address|address of sender|domain of sender|backscatter|mail from|5\.1\.[78]\b|not allowed to (?:post|send)|not (?:a )?member|permission to (?:post|send)|restricted|sender",
    ),
    ("exceedlimit", r"too many recipients|exceed"),
    (
        "syntaxerror",
        r"syntax|bad sequence|unrecognized|unrecognised|command (?:not|unknown)|malformed|unbalanced|parameter",
    ),
    (
        "systemerror",
        r"system error|server (?:configuration )?error|local (?:problem|error|configuration)|internal error|can'?t create|timeout waiting|i/o|resources|config|failure|pre-greeting|out of memory",
    ),
    (
        "securityerror",
        r"ssl|tls|starttls|encryption|security|authentication|not authenticat|password|auth\b|not permitted",
    ),
    (
        "policyviolation",
        r"polic|denied|prohibited|greylist|grey-?list|try again|violat|not allowed|unacceptable|message (?:was )?(?:rejected|refused)|5\.7\.\d",
    ),
    ("onhold", r"on hold"),
    ("filtered", r"filter|refused|because the address|5\.2\.1|because of|rejected|cannot be accepted"),
)
_PATTERNS = tuple((name, re.compile(pattern, re.IGNORECASE)) for name, pattern in _GROUPS)

VAGUE = frozenset(
    {
        "undefined",
        "policyviolation",
        "systemerror",
        "filtered",
        "onhold",
        "rejected",
        "securityerror",
        "networkerror",
        "mailererror",
    }
)

_BY_STATUS = {
    "1.1": "userunknown", "1.2": "hostunknown", "1.3": "userunknown", "1.4": "filtered", "1.6": "hasmoved", "1.7": "rejected",
    "1.8": "rejected", "1.9": "systemerror", "1.10": "notaccept", "1.0": "userunknown",
    "2.0": "filtered", "2.1": "filtered", "2.2": "mailboxfull", "2.3": "exceedlimit", "2.4": "filtered",
    "3.0": "systemerror", "3.1": "systemfull", "3.2": "notaccept", "3.3": "systemerror", "3.4": "mesgtoobig", "3.5": "systemerror",
    "4.0": "networkerror", "4.1": "expired", "4.2": "expired", "4.3": "systemerror", "4.4": "hostunknown", "4.5": "mailboxfull", "4.6": "networkerror", "4.7": "expired",
    "5.0": "mailererror", "5.2": "syntaxerror", "5.3": "toomanyconn", "5.4": "syntaxerror", "5.6": "contenterror",
    "6.0": "contenterror", "6.1": "contenterror", "6.2": "contenterror", "6.3": "contenterror", "6.5": "contenterror", "6.9": "contenterror",
    "7.0": "securityerror", "7.1": "rejected", "7.2": "rejected", "7.4": "securityerror", "7.8": "securityerror", "7.9": "securityerror",
    "7.13": "suspend", "7.17": "hasmoved", "7.23": "authfailure", "7.25": "requireptr", "7.26": "authfailure", "7.27": "notaccept",
}  # fmt: skip


def reason(text: str) -> str:
    """The reason that the words of `text` mean, or ""."""
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
