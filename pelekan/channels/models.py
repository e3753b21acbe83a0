"""How mail comes in and goes out: accounts, raw arrivals, deliveries, and the ids by which answers return."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from pelekan.channels.faults import in_words
from pelekan.lib.prepared import Prepared
from pelekan.lib.time import now
from pelekan.tickets.models import Conversation, Inbox, Message, Ticket


class Account(models.Model):
    """The mailbox behind an inbox. Passwords are sealed with the installation's secret key."""

    inbox = models.OneToOneField(Inbox, on_delete=models.CASCADE, related_name="account")
    protocol = models.CharField(max_length=4, default="imap")  # or pop3, by the same imap_… columns
    sign_in = models.CharField(max_length=8, default="password")  # or consent: see Consent
    imap_host = models.CharField(max_length=253, blank=True)
    imap_port = models.PositiveIntegerField(default=993)
    imap_security = models.CharField(max_length=8, default="tls")  # tls, starttls, none (own machine only)
    imap_user = models.CharField(max_length=254, blank=True)
    imap_password = models.TextField(blank=True)  # sealed
    smtp_host = models.CharField(max_length=253, blank=True)
    smtp_port = models.PositiveIntegerField(default=465)
    smtp_security = models.CharField(max_length=8, default="tls")
    smtp_user = models.CharField(max_length=254, blank=True)
    smtp_password = models.TextField(blank=True)  # sealed
    per_minute = models.PositiveIntegerField(null=True, blank=True)  # mails that it takes; see channels.pace
    per_hour = models.PositiveIntegerField(null=True, blank=True)
    authserv_id = models.CharField(max_length=253, blank=True)  # whose Authentication-Results are believed
    keep_days = models.PositiveSmallIntegerField(
        null=True, blank=True
    )  # POP3: deleted there after; None: never
    begin = models.CharField(max_length=8, default="now")  # at the first connection: now (new mail only), all
    due_at = models.DateTimeField(null=True, blank=True, db_index=True)  # next fetch
    leased_until = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)  # last fetch that went well
    failed_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)
    fault = models.TextField(blank=True)  # see channels.faults
    newest_at = models.DateTimeField(null=True, blank=True)  # when the server got the newest mail fetched
    lag = models.DurationField(null=True, blank=True)  # how old that was when it was fetched
    behind = models.BooleanField(default=False)  # the last fetch left mail for the next
    filled = models.PositiveSmallIntegerField(null=True, blank=True)  # percent of the mailbox's room

    def __str__(self) -> str:
        return f"{self.imap_user} {self.imap_host}"

    @property
    def fault_text(self) -> str:
        """What is wrong, in the reader's language; "" when all is well."""
        return in_words(self.fault)


class Consent(models.Model):
    """Leave of a mailbox's owner to read and send it (OAuth 2.0), and who we are at his provider."""

    account = models.OneToOneField(Account, on_delete=models.CASCADE, related_name="consent")
    provider = models.CharField(max_length=10, default="google")  # google, microsoft, other
    tenant = models.CharField(max_length=100, default="common")  # Microsoft's word for an organization
    client_id = models.CharField(max_length=200)
    client_secret = models.TextField(blank=True)  # sealed
    authorize_url = models.CharField(max_length=500, blank=True)  # these four of other providers
    token_url = models.CharField(max_length=500, blank=True)
    device_url = models.CharField(max_length=500, blank=True)
    scope = models.CharField(max_length=500, blank=True)
    access_token = models.TextField(blank=True)  # sealed
    refresh_token = models.TextField(blank=True)  # sealed
    expires_at = models.DateTimeField(null=True, blank=True)  # of the access token
    granted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)


class Folder(models.Model):
    """A folder of a mailbox that is read: how far (uid_validity, last_uid), and what the last counting found."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="folders")
    name = models.CharField(max_length=200)
    suspicious = models.BooleanField(default=False)  # the server puts there what it takes for junk
    started_at = models.DateTimeField(null=True, blank=True)  # first connection, if older mail isn't ours
    uid_validity = models.PositiveBigIntegerField(default=0)
    last_uid = models.PositiveBigIntegerField(default=0)
    first_uid = models.PositiveBigIntegerField(default=0)  # mail up to here isn't ours
    counted_at = models.DateTimeField(null=True, blank=True)
    counts = models.JSONField(default=dict)  # see channels.tally
    missing = models.PositiveIntegerField(default=0)  # mails that the server has and didn't give
    gap_at = models.DateTimeField(null=True, blank=True)  # since when people know that some are missing

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="folder_once")]
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name


class ArrivalState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    DONE = "done", _("Done")
    QUARANTINED = "quarantined", _("Quarantined")
    DISMISSED = "dismissed", _("Dismissed")


class Arrival(models.Model):
    """One mail as it came, byte for byte (`raw`), before anything was read from it."""

    inbox = models.ForeignKey(Inbox, on_delete=models.PROTECT, related_name="arrivals")
    fingerprint = models.CharField(max_length=64)  # SHA-256 of the bytes
    size = models.PositiveBigIntegerField()
    mail_id = models.CharField(max_length=500, blank=True, db_index=True)
    state = models.CharField(max_length=12, choices=ArrivalState.choices, default=ArrivalState.WAITING)
    verdict = models.CharField(max_length=12, blank=True)
    why = models.TextField(blank=True)  # see channels.faults
    ticket = models.ForeignKey(Ticket, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    message = models.ForeignKey(
        Message, null=True, blank=True, on_delete=models.SET_NULL, related_name="arrivals"
    )
    suspicious = models.BooleanField(default=False)  # it lay among what the mail server takes for junk
    received_at = models.DateTimeField(default=now)
    due_at = models.DateTimeField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["inbox", "fingerprint"], name="arrived_once")]
        indexes = [
            models.Index(fields=["due_at"], name="arrival_due", condition=models.Q(due_at__isnull=False)),
            models.Index(fields=["state", "-received_at"], name="arrival_list"),
        ]

    @property
    def raw(self) -> bytes:
        """The bytes; of a mail over the size limit its headers."""
        return bytes(_BYTES.one(self.pk)["data"])  # type: ignore[index]

    @property
    def why_text(self) -> str:
        """Why it made no ticket, in the reader's language."""
        return in_words(self.why)


class ArrivalBytes(models.Model):
    """The bytes of an arrival, in a table of their own: lists and claims of arrivals must not read through them."""

    arrival = models.OneToOneField(Arrival, primary_key=True, on_delete=models.CASCADE, related_name="stored")
    data = models.BinaryField()


_BYTES = Prepared(lambda arrival: ArrivalBytes.objects.filter(arrival=arrival).values("data"))


class Fetched(models.Model):
    """What was done with one mail of a folder: stored as `arrival`, or (None) left alone because it is older than
    our beginning. Written in the transaction that stores the mail, so that mails can be counted by it."""

    folder = models.ForeignKey(Folder, on_delete=models.CASCADE, related_name="fetched", db_index=False)
    epoch = models.PositiveBigIntegerField()  # UIDVALIDITY
    uid = models.CharField(max_length=70)
    arrival = models.ForeignKey(Arrival, null=True, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["folder", "epoch", "uid"], name="fetched_once")]


class DeliveryState(models.TextChoices):
    QUEUED = "queued", _("Queued")
    SENDING = "sending", _("Sending")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")
    UNKNOWN = "unknown", _("May have been sent")
    STOPPED = "stopped", _("Not sent")  # needless by now, or stopped by an agent
    ARRIVED = "arrived", _("Delivered")  # the recipient's phone has it, says the gateway


class Delivery(models.Model):
    """One mail or text message to one recipient, written in the transaction of what it tells."""

    inbox = models.ForeignKey(Inbox, on_delete=models.PROTECT, related_name="+")
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="deliveries")
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=8, default="email")  # email, sms
    recipient = models.CharField(max_length=254)
    copied = models.BooleanField(default=False)
    mail_id = models.CharField(max_length=250)  # fixed: the same at every try; of a text message 15 digits
    gateway_id = models.CharField(max_length=80, blank=True)  # sms: what the gateway calls it
    parts = models.PositiveSmallIntegerField(default=0)  # sms: how many the gateway charges for
    state = models.CharField(max_length=8, choices=DeliveryState.choices, default=DeliveryState.QUEUED)
    rank = models.PositiveSmallIntegerField(default=0)  # goes first: 0 what people wrote, 1 the desk itself
    due_at = models.DateTimeField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    fault = models.TextField(blank=True)  # see channels.faults
    created_at = models.DateTimeField(default=now)
    handed_at = models.DateTimeField(null=True, blank=True)  # the text was about to go to the server
    sent_at = models.DateTimeField(null=True, blank=True)
    arrived_at = models.DateTimeField(null=True, blank=True)  # sms
    maybe_twice_at = models.DateTimeField(null=True, blank=True)  # tried again after a try of unknown end
    dead_at = models.DateTimeField(null=True, blank=True)  # failed or of unknown end, and nobody cared yet

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "recipient"], name="sent_to_each_once")]
        indexes = [
            models.Index(
                fields=["rank", "due_at"], name="delivery_next", condition=models.Q(due_at__isnull=False)
            ),
            models.Index(fields=["recipient", "created_at"], name="delivery_peer"),
            models.Index(fields=["mail_id"], name="delivery_text", condition=models.Q(channel="sms")),
            models.Index(fields=["created_at"], name="delivery_lately"),
            models.Index(fields=["dead_at"], name="delivery_dead", condition=models.Q(dead_at__isnull=False)),
        ]

    @property
    def fault_text(self) -> str:
        """What went wrong, in the reader's language."""
        return in_words(self.fault)


class Pace(models.Model):
    """An inbox whose mail waits until `until`: its server takes no more. See `channels.pace`."""

    inbox = models.OneToOneField(Inbox, on_delete=models.CASCADE, related_name="pace")
    until = models.DateTimeField()
    why = models.CharField(max_length=8)  # limit: ours; server: it said so
    refusals = models.PositiveSmallIntegerField(default=0)  # how often it said so in a row
    refused_at = models.DateTimeField(null=True, blank=True)


class Dispatch(models.Model):
    """One mail that was let go, for an hour: what the limits of a server are counted by."""

    way = models.CharField(max_length=24)  # "account 5", "own"
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["way", "-at"], name="dispatched_lately")]


class MarkedAddress(models.Model):
    """An address from which mail came back, or whose reader complained. `delivery` is the proof; see `channels.marks`."""

    class Kind(models.TextChoices):
        DEAD = "dead", _("Mail comes back")
        FULL = "full", _("Mailbox full")
        COMPLAINED = "complained", _("Complained")

    address = models.CharField(max_length=254)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    reason = models.CharField(max_length=24)  # see email.bounces
    status = models.CharField(max_length=16, blank=True)  # enhanced status, such as 5.1.1
    count = models.PositiveIntegerField(default=1)
    since = models.DateTimeField(default=now)
    at = models.DateTimeField(default=now)  # the latest
    delivery = models.ForeignKey(Delivery, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["address", "kind"], name="marked_once")]
        indexes = [models.Index(fields=["-at", "-id"], name="marked_list")]


class Reference(models.Model):
    """A Message-ID that belongs to a conversation: ours or theirs."""

    mail_id = models.CharField(max_length=500)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="references")
    message = models.ForeignKey(Message, null=True, on_delete=models.CASCADE, related_name="+")
    ours = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["mail_id", "conversation"], name="refers_once")]


class Gateway(models.Model):
    """The SMS gateway behind an inbox. Keys are sealed; what the kinds mean is in `channels.sms`."""

    class Kind(models.TextChoices):
        KAVENEGAR = "kavenegar", "Kavenegar"
        TWILIO = "twilio", "Twilio"
        HTTP = "http", _("Another gateway (HTTP)")

    inbox = models.OneToOneField(Inbox, on_delete=models.CASCADE, related_name="gateway")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.KAVENEGAR)
    base = models.CharField(max_length=1000, blank=True)  # "" for the gateway's own; http: what is called
    user = models.CharField(max_length=120, blank=True)  # Twilio: the account's SID
    secret = models.TextField(blank=True)  # sealed
    sender = models.CharField(max_length=40, blank=True)  # the line from which texts come
    region = models.CharField(max_length=2, default="IR")  # whose national numbers are meant
    options = models.JSONField(default=dict, blank=True)  # http: see channels.sms.generic
    hook = models.TextField(blank=True)  # sealed: what incoming webhooks must bear
    quiet_from = models.CharField(max_length=5, blank=True)  # "22:00"; automatic texts wait until `quiet_to`
    quiet_to = models.CharField(max_length=5, blank=True)
    most_parts = models.PositiveSmallIntegerField(default=5)  # of one answer
    per_hour = models.PositiveSmallIntegerField(default=10)  # texts to one number
    for_others = models.BooleanField(
        default=False
    )  # also tells customers of other channels who have only a number
    codes_per_day = models.PositiveSmallIntegerField(
        default=200
    )  # texts with sign-in codes, of the whole desk; 0: nobody signs in by SMS
    due_at = models.DateTimeField(null=True, blank=True, db_index=True)  # next fetch
    leased_until = models.DateTimeField(null=True, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True)  # a fetch whose answer isn't stored yet
    checked_at = models.DateTimeField(null=True, blank=True)  # the gateway last did what was asked
    failed_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)
    fault = models.TextField(blank=True)  # see channels.faults

    def __str__(self) -> str:
        return f"{self.kind} {self.sender}"

    @property
    def fault_text(self) -> str:
        """What is wrong, in the reader's language; "" when all is well."""
        return in_words(self.fault)


class IncomingText(models.Model):
    """One text message as the gateway gave it, before anything was made of it."""

    inbox = models.ForeignKey(Inbox, on_delete=models.PROTECT, related_name="+")
    gateway_id = models.CharField(max_length=80)  # the gateway's id, or a mark of the content
    sender = models.CharField(max_length=60)
    recipient = models.CharField(max_length=60, blank=True)
    text = models.TextField(blank=True)
    pictures = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=12, choices=ArrivalState.choices, default=ArrivalState.WAITING)
    why = models.TextField(blank=True)  # see channels.faults
    message = models.ForeignKey(Message, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    sent_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(default=now)
    due_at = models.DateTimeField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["inbox", "gateway_id"], name="text_arrived_once")]
        indexes = [
            models.Index(fields=["due_at"], name="text_due", condition=models.Q(due_at__isnull=False)),
            models.Index(fields=["inbox", "state", "-received_at"], name="text_list"),
        ]

    @property
    def why_text(self) -> str:
        """Why it made no ticket, in the reader's language."""
        return in_words(self.why)


class SigningKey(models.Model):
    """A DKIM key of a domain. It signs from `seen_at` on, when its record was found in the DNS."""

    domain = models.CharField(max_length=253, unique=True)
    selector = models.CharField(max_length=63)
    private = models.TextField()  # PEM, sealed
    public = models.TextField()  # base64 of the DER form, as it stands in the record
    created_at = models.DateTimeField(default=now)
    seen_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.selector}._domainkey.{self.domain}"


class Worker(models.Model):
    """A process that does what falls due, as it was seen last; see `channels.pulse`."""

    place = models.CharField(max_length=120, unique=True)  # host and process
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    ended = models.BooleanField(default=False)  # it was stopped in order
    threads = models.JSONField(default=list)  # see lib.labour.Crew.report

    def __str__(self) -> str:
        return self.place


class Weight(models.Model):
    """What an inbox holds, counted once a day: see `channels.weighing`."""

    inbox = models.ForeignKey(Inbox, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    mails = models.PositiveBigIntegerField(default=0)
    mail_bytes = models.PositiveBigIntegerField(default=0)  # as they came
    files = models.PositiveBigIntegerField(default=0)
    file_bytes = models.PositiveBigIntegerField(default=0)  # attachments on the disk

    class Meta:
        constraints = [models.UniqueConstraint(fields=["inbox", "day"], name="weighed_once_a_day")]

    @property
    def bytes(self) -> int:
        return self.mail_bytes + self.file_bytes
