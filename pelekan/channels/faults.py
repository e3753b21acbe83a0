"""What can go wrong with mail, stored as a word with its details and read in the reader's language.

A column such as `Account.fault` holds `fault("wrong_password", host="…")`; `in_words` makes the sentence.
"""

from __future__ import annotations

import json

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from pelekan.lib.text import local_digits
from pelekan.tickets.bell.sentences import REFUSED

WORDS: dict[str, str | Promise] = {
    # the way to a server
    "host_unknown": _("The name %(host)s leads to no server. See that it is spelled right."),
    "host_refused": _(
        "%(host)s is an address inside a private network. If it is your own server, add it to private_hosts in pelekan.toml."
    ),
    "unreachable": _("No connection to %(host)s, port %(port)s. See that host, port and security are right."),
    "timeout": _("%(host)s did not answer in time."),
    "dropped": _("%(host)s broke the connection off. It will be tried again."),
    "no_tls": _(
        "%(host)s offers no encryption on port %(port)s, so the password was not sent. Choose TLS (usually port 993 or 465) or ask its operator."
    ),
    "plain_refused": _(
        "Without encryption the password would be readable on the way. It is allowed only for hosts in private_hosts of pelekan.toml."
    ),
    "certificate": _(
        "The certificate of %(host)s can't be trusted: %(detail)s. The password was not sent. Use the name that the certificate bears, or ask its operator."
    ),
    "certificate_name": _(
        "The certificate that %(host)s shows bears another name. The password was not sent. Type the name that it bears; your provider tells it."
    ),
    "certificate_old": _(
        "The certificate of %(host)s has run out. The password was not sent. Its operator must renew it."
    ),
    "certificate_own": _(
        "%(host)s shows a certificate that no known authority has signed. The password was not sent. Ask its operator for one that is, or make this machine trust it (SSL_CERT_FILE)."
    ),
    "wrong_password": _(
        "%(host)s did not accept the user name or the password. Some providers want an app password here."
    ),
    "app_password": _(
        "%(host)s wants an app password here, not the one of the mailbox. Make one in the security settings of the mailbox, or ask for the owner's consent."
    ),
    "not_enabled": _(
        "%(host)s does not let mail programs into this mailbox. Allow IMAP or POP in its settings at the provider, then try again."
    ),
    "password_letters": _(
        "%(host)s takes no password with letters outside ASCII. Choose another password for this mailbox."
    ),
    "no_folder": _("There is no folder %(folder)s in this mailbox."),
    "quota": _(
        "%(host)s says that too much was asked of it: %(detail)s. It is asked less often for a while."
    ),
    "no_consent": _("Nobody has consented yet that this mailbox is read. An admin does that on its page."),
    "consent_withdrawn": _(
        "The consent to read this mailbox was withdrawn or ran out. An admin must ask for it again on its page."
    ),
    "consent_refused": _("%(host)s does not renew the leave to read this mailbox: %(detail)s"),
    "token_refused": _(
        "%(host)s does not take the consent for this user name. See that the consent was given by this mailbox's owner, and that IMAP and SMTP are allowed for it there."
    ),
    "no_xoauth": _("%(host)s can't be opened by consent (XOAUTH2). Sign in with a password there."),
    "no_room": _(
        "There is no room left on the disk of this machine, so mail stays at the mail server. Make room; it goes on by itself."
    ),
    "busy": _("%(host)s lets nobody in at the moment: %(detail)s. It will be tried again."),
    "no_uidl": _(
        "%(host)s gives its mails no lasting names (UIDL), so what was fetched could not be told from what is new. Use IMAP."
    ),
    "not_understood": _("%(host)s gave an answer that isn't understood: %(detail)s"),
    "not_set": _("No server is set for this."),
    "mailbox_full": _(
        "The mailbox at %(host)s is full: %(used)s of %(limit)s MB are taken, so new mail goes back to your customers. Delete mail there, or have it made larger."
    ),
    "sender_refused": _(
        "%(host)s lets you in, but takes no mail from %(address)s: %(detail)s. Sign in as a user who may send from that address."
    ),
    "recipient_refused": _(
        "%(host)s takes no mail for %(address)s: %(detail)s. See that this is the inbox's right address."
    ),
    # mail that came in
    "too_large": _("This mail has %(size)s MB; the limit is %(limit)s MB. Only its headers were fetched."),
    "unreadable": _("This mail could not be read. Its bytes are kept."),
    "reader_died": _("Reading this mail took too much time or memory. Its bytes are kept."),
    "failed": _("This mail could not be taken in: %(detail)s. Its bytes are kept; try again."),
    "no_sender": _("This mail names no sender whom one could answer."),
    "loop": _("A mail of our own came back: %(detail)s. It makes no ticket."),
    "report": _("A report of a mail system, not of a person: %(detail)s."),
    "bounce_unknown": _("A delivery report about a mail that this desk didn't send, or no longer knows."),
    "agent_automatic": _("An automatic answer from an agent's mailbox. It goes no further."),
    **REFUSED,
    # mail that goes out
    "no_smtp": _("No mail server is set for sending from %(address)s. Set one and it goes out."),
    "refused": _("The server of the recipient refused it: %(detail)s"),
    "refused_for_now": _("The server didn't take it for now: %(detail)s. It is tried again."),
    "too_fast": _("The server says that too much was sent: %(detail)s. It is tried again more slowly."),
    "gave_up": _("It could not be sent for three days. The last answer was: %(detail)s"),
    "file_missing": _("The attachment %(name)s is missing on the disk, so the mail was not sent."),
    "file_damaged": _("The attachment %(name)s is damaged on the disk, so the mail was not sent."),
    "broken": _("The mail could not be made (%(detail)s). Tell your operator; the server's log has more."),
    "unanswered": _("The server took the mail but didn't confirm it; it may have been sent."),
    "bounced": _("It came back from %(recipient)s: %(detail)s"),
    "read_meanwhile": _("Not sent: the customer has read it in the chat."),
    # text messages
    "sms_key": _("The gateway did not accept the key: %(detail)s. Copy it anew from the gateway's panel."),
    "sms_credit": _(
        "The gateway says that the credit is used up: %(detail)s. Charge the account; it is tried again."
    ),
    "sms_sender": _(
        "The gateway does not let this account send from %(sender)s: %(detail)s. Look up your line in its panel."
    ),
    "sms_number": _("The gateway says that %(recipient)s is no number that it can reach: %(detail)s"),
    "sms_region": _(
        "This account may not send to the country of %(recipient)s: %(detail)s. Allow it in the gateway's panel."
    ),
    "sms_trial": _(
        "A trial account sends only to numbers that are confirmed in the gateway's panel: %(detail)s"
    ),
    "sms_blocked": _(
        "%(recipient)s takes no text messages from this line: %(detail)s. Nothing more is sent there."
    ),
    "sms_too_long": _("The text is too long for the gateway: %(detail)s. Shorten it."),
    "sms_refused": _("The gateway refused it: %(detail)s"),
    "sms_later": _("The gateway didn't take it for now: %(detail)s. It is tried again."),
    "sms_unreachable": _("No connection to %(host)s. See that its address is right; it is tried again."),
    "sms_unanswered": _(
        "The gateway may have the text, but its answer was lost: %(detail)s. It may have been sent."
    ),
    "sms_not_understood": _(
        "The gateway gave an answer that isn't understood: %(detail)s. The text may have been sent."
    ),
    "sms_undelivered": _("The gateway could not deliver it: %(detail)s"),
    "sms_header": _("A header of the gateway holds letters that can't stand there. Use ASCII letters."),
    "sms_secret": _(
        "The stored key can't be opened with the present secret key of this installation. Enter it anew."
    ),
    "sms_no_gateway": _("No gateway is set for %(detail)s. Set one and send it again."),
    "sms_gave_up": _("It could not be sent for a day. The last answer was: %(detail)s"),
    "sms_stopped": _("Not sent: %(recipient)s asked for no more text messages."),
    "sms_nobody": _("It comes from %(sender)s, which is no number that one could answer."),
    "stopped": _("Stopped by %(name)s before it was sent."),
}

REASONS: dict[str, str | Promise] = {
    "userunknown": _("there is no such mailbox"),
    "mailboxfull": _("the mailbox is full"),
    "hostunknown": _("its domain doesn't exist or takes no mail"),
    "hasmoved": _("its owner has moved to another address"),
    "suspend": _("the mailbox is closed or suspended"),
    "mesgtoobig": _("the mail is too large for it"),
    "exceedlimit": _("the mail is too large for it"),
    "expired": _("its server could not be reached for days"),
    "networkerror": _("its server could not be reached"),
    "toomanyconn": _("too much was sent at once"),
    "systemfull": _("its server has no room"),
    "systemerror": _("something is broken at its server"),
    "mailererror": _("something is broken at its server"),
    "onhold": _("its server waits before it takes mail of ours"),
    "notaccept": _("its server takes no mail"),
    "authfailure": _("its server wants a proof that the mail is ours (SPF, DKIM, DMARC)"),
    "requireptr": _("its server wants a name for the address of our mail server (reverse DNS)"),
    "blocked": _("its server blocks our mail server"),
    "rejected": _("its server refused our sender"),
    "filtered": _("its server did not want this mail"),
    "policyviolation": _("its server did not want this mail"),
    "securityerror": _("its server did not want this mail"),
    "contenterror": _("its server found something wrong in the mail"),
    "syntaxerror": _("its server did not understand ours"),
}
"""Why a mail came back (the reasons of `email.bounces`), after "It came back from …:"."""


def fault(word: str, **details: object) -> str:
    """The text to store. An unknown word raises KeyError: a typing error must not reach a screen."""
    WORDS[word]
    return json.dumps({"fault": word, **{key: str(value)[:300] for key, value in details.items()}})


def word_of(stored: str) -> str:
    """The word inside a stored fault, or "" when there is none."""
    try:
        return str(json.loads(stored)["fault"])
    except (ValueError, KeyError, TypeError):
        return ""


def in_words(stored: str) -> str:
    """The sentence for people, in the active language."""
    word = word_of(stored)
    if word not in WORDS:
        return stored
    details = {name: _for_people(name, str(value)) for name, value in json.loads(stored).items()}
    try:
        return str(WORDS[word]) % details
    except (KeyError, ValueError):
        return str(WORDS[word])


def _for_people(name: str, value: str) -> str:
    """A detail as the reader writes it. What a server said stays as it is, but for a reason that we have words for."""
    if name in ("size", "limit", "used"):
        return local_digits(value.removesuffix(".0"), get_language() or "en")
    if name == "detail" and (found := REASONS.get(value.split(" ")[-1])):
        status = value.rpartition(" ")[0]
        return f"{found} (⁦{status}⁩)" if status else str(found)
    return value


class BadValue(ValueError):
    """A value of the form can't be; `field` names it, the text says why in the reader's language."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field, self.text = field, text


WARNINGS: dict[str, str | Promise] = {
    # of email.parse
    "several_from": _("This mail names several senders; the first one is taken."),
    "sender_differs": _(
        "Answers would go to another domain than the one it came from. See that this is right."
    ),
    "from_missing": _("This mail has no sender; another address of its head was taken."),
    "headers_cut": _("The head of this mail was too long; its end was left out."),
    "headers_end_missing": _("The head of this mail has no end; it may be damaged."),
    "addresses_cut": _("This mail has too many recipients to show."),
    "too_deep": _("This mail holds mails within mails too deep to read; the rest is in its source."),
    "too_many_parts": _("This mail has too many parts; the rest is in its source."),
    "truncated": _("This mail is cut off; its end is missing."),
    "boundary_missing": _("This mail is damaged; what could be read is shown."),
    "attachment_truncated": _("An attachment is cut off."),
    "attachment_damaged": _("An attachment is damaged."),
    "charset_unknown": _("Its letters could not be told for sure; words may be wrong."),
    "text_cut": _("The text is too long to show; the rest is in its source."),
    "signature_unchecked": _("This mail carries a signature (S/MIME or PGP) that was not checked."),
    "encrypted": _("This mail is encrypted and can't be read here."),
    "unreadable": _("This mail could not be read."),
    # of arriving
    "message_id_reused": _("Another mail came with the same identifier. One of them may be an imitation."),
    "sender_not_authentic": _("The sender's address seems forged: the check of its domain failed."),
    "taken_for_junk": _("Your mail server took this mail for junk; it lay in a folder for that."),
    "sender_unconfirmed": _(
        "It bears the mark of this conversation, but comes from someone who didn't take part in it so far."
    ),
    "sender_looks_alike": _("The sender's address imitates other letters. Look at it closely."),
}
"""What an agent should know about a mail. Warnings that change nothing for him are not here."""


def warnings_in_words(words: object) -> list[str]:
    """The sentences for the warnings of a message (`meta["warnings"]`), in the active language."""
    return [str(WARNINGS[word]) for word in words if word in WARNINGS] if isinstance(words, list) else []
