"""Who works here and who asks: staircase, teams, agents; customers, their identities and organizations."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from pelekan.lib.time import now


class Desk(models.Model):
    """What the whole desk is called, in one row with the number 1; see `pelekan.people.desk`."""

    name = models.CharField(max_length=120)
    language = models.CharField(max_length=2)  # for whom none is known
    agents_by_mail = models.BooleanField(default=False)  # agents may answer customers by answering notices
    visibility = models.JSONField(default=dict, blank=True)  # role → "view" or "hard": what tiers are to it
    category_required = models.BooleanField(default=False)  # before a ticket is solved or closed
    follow_up_hours = models.PositiveSmallIntegerField(
        null=True, blank=True
    )  # after solving, when the customer is asked whether it is; None: never
    reach = models.JSONField(
        default=dict, blank=True
    )  # ways to us beside the inboxes, shown in the help centre; see people.desk.Reach
    face = models.JSONField(default=dict, blank=True)  # how customers' pages look; see people.desk.Face


class Tier(models.Model):
    """A step of the staircase; `level` 0 is self-service, the highest level the top experts."""

    level = models.PositiveSmallIntegerField(unique=True)
    name = models.CharField(max_length=80)
    description = models.TextField(blank=True)
    asks = models.JSONField(
        default=list, blank=True
    )  # what a context pack to it must hold; see tickets.packs

    class Meta:
        ordering = ["level"]

    def __str__(self) -> str:
        return self.name


class Team(models.Model):
    """People of one tier who share a queue."""

    tier = models.ForeignKey(Tier, on_delete=models.PROTECT, related_name="teams")
    name = models.CharField(max_length=80, unique=True)
    description = models.TextField(blank=True)
    offered = models.BooleanField(default=False)  # customers may choose it as a department in the portal
    words = models.JSONField(
        default=dict, blank=True
    )  # for customers: {"fa": {"name", "description"}, …}; what is empty is said by the two above
    languages = models.JSONField(default=list, blank=True)  # spoken here; [] for those of its people
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["tier__level", "name"]

    def __str__(self) -> str:
        return self.name

    def said(self, name: str, language: str) -> str:
        """Its "name" or "description" for customers of this language; where nothing is written for them, the desk's own."""
        words = self.words.get(language) if isinstance(self.words, dict) else None
        return str((words or {}).get(name) or getattr(self, name))


class Skill(models.Model):
    """Something that some agents can and others can't: "refunds", "network", "Kurdish"."""

    name = models.CharField(max_length=80, unique=True)
    description = models.TextField(blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Language(models.TextChoices):
    FA = "fa", "فارسی"
    AR = "ar", "العربية"
    EN = "en", "English"


class Calendar(models.TextChoices):
    JALALI = "jalali", _("Jalali")
    HIJRI = "hijri", _("Hijri (Umm al-Qura)")
    GREGORIAN = "gregorian", _("Gregorian")


class Digits(models.TextChoices):
    LOCAL = "local", _("Digits of the language")
    LATIN = "latin", _("Latin digits")


CALENDAR_OF = {"fa": "jalali", "ar": "gregorian", "en": "gregorian"}
ZONE_OF = {"fa": "Asia/Tehran", "ar": "Asia/Riyadh", "en": "UTC"}


class Users(BaseUserManager["User"]):
    """Makes sign-ins; an address is stored lower-case, so it can exist only once."""

    def create_user(self, email: str, password: str | None = None, **values: Any) -> User:
        user = self.model(email=email.strip().lower(), **values)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """A sign-in: of an agent, of a customer, or of someone who is both. Rights come from neither field here
    but from `Agent.role` and `people.access`."""

    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=120)
    is_active = models.BooleanField(default=True)
    language = models.CharField(max_length=2, choices=Language.choices, default=Language.FA)
    calendar = models.CharField(max_length=10, choices=Calendar.choices, blank=True)
    zone = models.CharField(max_length=64, blank=True)
    digits = models.CharField(max_length=6, choices=Digits.choices, default=Digits.LOCAL)
    sessions_mark = models.CharField(max_length=32, blank=True)  # another one ends all sessions
    theme = models.CharField(max_length=8, default="auto")
    density = models.CharField(max_length=12, default="comfortable")
    created_at = models.DateTimeField(default=now)

    objects = Users()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What a session must bear to go on: bound to the password, and to a mark that ends all sessions without
        touching the password."""
        if not self.sessions_mark:
            return str(super()._get_session_auth_hash(secret=secret))  # type: ignore[misc]
        bound = self.password + self.sessions_mark
        return salted_hmac("pelekan.sessions", bound, secret=secret, algorithm="sha256").hexdigest()


class Role(models.TextChoices):
    ADMIN = "admin", _("Admin")
    MANAGER = "manager", _("Manager")
    AGENT = "agent", _("Agent")


class Eyes(models.TextChoices):
    """What the steps are to someone. ALL: nothing; VIEW: his lists begin with his own, everything else is there for who
    looks for it; HARD: there is nothing but his own."""

    ALL = "all", _("All steps, in every list")
    VIEW = "view", _("Own steps first")
    HARD = "hard", _("Only own steps")


class Presence(models.TextChoices):
    ONLINE = "online", _("Online")
    AWAY = "away", _("Away")
    OFFLINE = "offline", _("Offline")


class Agent(models.Model):
    """Someone who answers. `disabled_at` ends all access at once and keeps the history."""

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="agent")
    role = models.CharField(max_length=8, choices=Role.choices, default=Role.AGENT)
    teams = models.ManyToManyField(Team, related_name="agents", blank=True)
    languages = models.JSONField(default=list)
    title = models.CharField(max_length=80, blank=True)
    signature = models.TextField(blank=True)
    presence = models.CharField(max_length=8, choices=Presence.choices, default=Presence.OFFLINE)
    seen_at = models.DateTimeField(null=True, blank=True)
    chat_capacity = models.PositiveSmallIntegerField(default=4)
    ticket_capacity = models.PositiveSmallIntegerField(
        default=20
    )  # open tickets that are given to him at most
    shift = models.JSONField(default=dict, blank=True)  # see pelekan.sla.hours.hours_from; {} means always
    auto_accept = models.BooleanField(default=False)
    undo_seconds = models.PositiveSmallIntegerField(
        null=True, blank=True
    )  # how long his answers wait; None: as the desk has it
    list_order = models.CharField(max_length=8, default="urgent")  # see tickets.lists.ORDERS
    sees_all_tiers = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=now)
    disabled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["user__name"]

    def __str__(self) -> str:
        return self.user.name

    @property
    def name(self) -> str:
        return self.user.name

    @property
    def is_admin(self) -> bool:
        return self.role == Role.ADMIN

    @property
    def is_manager(self) -> bool:
        """Managers see and steer everything but the settings; admins are managers too."""
        return self.role in (Role.ADMIN, Role.MANAGER)

    @cached_property
    def desk_visibility(self) -> dict[str, str]:
        """`Desk.visibility` as it is now; signing in brings it along (`people.backends`)."""
        return Desk.objects.filter(pk=1).values_list("visibility", flat=True).first() or {}

    @property
    def eyes(self) -> Eyes:
        """Without a choice of the desk agents see only their own steps and managers all; admins and whoever was given
        all steps by name always see all."""
        if self.role == Role.ADMIN or self.sees_all_tiers:
            return Eyes.ALL
        chosen = self.desk_visibility.get(self.role, "")
        if chosen in (Eyes.VIEW, Eyes.HARD):
            return Eyes(chosen)
        return Eyes.ALL if self.role == Role.MANAGER else Eyes.HARD

    @property
    def sees_all(self) -> bool:
        """Whether there is a way to every ticket."""
        return self.eyes != Eyes.HARD

    @cached_property
    def team_ids(self) -> list[int]:
        return sorted(self.teams.values_list("id", flat=True))

    @cached_property
    def tier_ids(self) -> list[int]:
        return sorted(set(self.teams.values_list("tier_id", flat=True)))


class AgentSkill(models.Model):
    """What an agent can, and how well: 1 learning, 2 able, 3 expert."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="skills")
    skill = models.ForeignKey(Skill, on_delete=models.CASCADE, related_name="held_by")
    level = models.PositiveSmallIntegerField(default=2)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agent", "skill"], name="skill_once_each")]


class Sharing(models.TextChoices):
    """Whose requests the members of an organization see in the portal."""

    OFF = "off", _("Each only his own")
    CHOSEN = "chosen", _("Chosen members see all of them")
    ALL = "all", _("All members see all of them")


class Organization(models.Model):
    """A customer's company."""

    name = models.CharField(max_length=160)
    domains = models.JSONField(default=list, blank=True)
    importance = models.PositiveSmallIntegerField(default=0)
    notes = models.TextField(blank=True)
    sharing = models.CharField(max_length=6, choices=Sharing.choices, default=Sharing.OFF)
    viewers: models.ManyToManyField[Customer, Any] = models.ManyToManyField(
        "Customer", blank=True, related_name="views_of"
    )  # where sharing is CHOSEN
    following = models.BooleanField(default=True)  # customers may add colleagues to a single request
    created_at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Customer(models.Model):
    """Someone who asks. Reached through identities; signs in (if ever) through `user`."""

    user = models.OneToOneField(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="customer"
    )
    organization = models.ForeignKey(
        Organization, null=True, blank=True, on_delete=models.SET_NULL, related_name="customers"
    )
    name = models.CharField(max_length=160, blank=True)
    language = models.CharField(max_length=2, choices=Language.choices, default=Language.FA)
    calendar = models.CharField(max_length=10, choices=Calendar.choices, blank=True)
    zone = models.CharField(max_length=64, blank=True)
    importance = models.PositiveSmallIntegerField(default=0)
    notes = models.TextField(blank=True)
    facts = models.JSONField(default=dict, blank=True)
    folded = models.TextField(blank=True, editable=False)  # name and addresses, folded for search
    created_at = models.DateTimeField(default=now)
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT)

    def __str__(self) -> str:
        return self.name or f"#{self.pk}"


class CustomerGroup(models.Model):
    """Customers who may read the same things and are counted together: chosen one by one, by their organizations, or by
    their plan (`Customer.facts["plan"]`)."""

    name = models.CharField(max_length=80, unique=True)
    description = models.TextField(blank=True)
    customers = models.ManyToManyField(Customer, blank=True, related_name="groups")
    organizations = models.ManyToManyField(Organization, blank=True, related_name="groups")
    plans = models.JSONField(default=list, blank=True)  # names of plans, compared without case
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class IdentityKind(models.TextChoices):
    EMAIL = "email", _("E-mail")
    PHONE = "phone", _("Phone")
    EXTERNAL = "external", _("Account on your site")
    VISITOR = "visitor", _("Anonymous visitor")


class Identity(models.Model):
    """One address by which a customer is known. `verified_at` is set only by proof (a code, a signed
    identity, authenticated mail); what someone merely typed stays unverified and earns no access."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="identities")
    kind = models.CharField(max_length=10, choices=IdentityKind.choices)
    address = models.CharField(max_length=254)  # normalised: see pelekan.lib.addresses, pelekan.lib.phones
    verified_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=now)
    stopped_at = models.DateTimeField(null=True, blank=True)  # phone: asked for no more text messages

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "address"], name="one_owner_per_address")]

    def __str__(self) -> str:
        return self.address


class Passkey(models.Model):
    """A key in a customer's device or password store, by which he signs in without typing anything (WebAuthn)."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="passkeys")
    name = models.CharField(max_length=80)
    credential = models.CharField(max_length=1400, unique=True)  # its id, base64url
    public = models.BinaryField()  # attested credential data, CBOR; holds no secret
    counter = models.PositiveBigIntegerField(default=0)
    created_at = models.DateTimeField(default=now)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]


class Claim(models.Model):
    """An address that an unproved visitor typed. Shown to agents as such; never joins him to its owner."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="claims")
    kind = models.CharField(max_length=10, choices=IdentityKind.choices)
    address = models.CharField(max_length=254)
    created_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["customer", "kind", "address"], name="claimed_once")]


class Token(models.Model):
    """A secret that was handed out once: sign-in code or link, invitation, guest link of one ticket, API.

    Only its SHA-256 is stored. Bound to one purpose and subject, expiring, and single use unless `reusable`.
    """

    class Purpose(models.TextChoices):
        SIGN_IN = "sign_in", "sign in"
        INVITE = "invite", "invite"
        GUEST = "guest", "guest link"
        VISITOR = "visitor", "visitor"
        API = "api", "API"
        SETUP = "setup", "first set-up"

    purpose = models.CharField(max_length=8, choices=Purpose.choices)
    digest = models.CharField(max_length=64, unique=True)
    subject = models.CharField(max_length=120)  # what it is good for, such as "customer:5" or "ticket:42"
    name = models.CharField(max_length=80, blank=True)
    data = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["purpose", "subject"])]


class LetterState(models.TextChoices):
    QUEUED = "queued", _("Queued")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")


class Letter(models.Model):
    """A mail of the desk itself: a sign-in code, an invitation, a warning. Written in the transaction of what it
    tells, sent by the workers. Its text may hold a secret, so it is sealed, and gone once it is sent."""

    class Way(models.TextChoices):
        EMAIL = "email", "email"
        SMS = "sms", "sms"

    way = models.CharField(max_length=5, choices=Way.choices, default=Way.EMAIL)
    recipient = models.CharField(max_length=254)
    kind = models.CharField(max_length=20)  # what it is for, such as "sign_in"
    language = models.CharField(max_length=2, choices=Language.choices)
    subject = models.CharField(max_length=250)
    sealed = models.TextField(blank=True)  # the text; see pelekan.lib.secrets.seal
    mail_id = models.CharField(max_length=250)  # fixed: the same at every try
    reply_to = models.CharField(max_length=254, blank=True)  # where an answer goes; "" for the sender
    way_out = models.CharField(max_length=500, blank=True)  # for the mail program's own button (RFC 8058)
    state = models.CharField(max_length=8, choices=LetterState.choices, default=LetterState.QUEUED)
    due_at = models.DateTimeField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    fault = models.TextField(blank=True)
    created_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField(null=True, blank=True)  # later it helps nobody
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], name="letter_due", condition=models.Q(due_at__isnull=False)),
            models.Index(fields=["recipient", "kind", "created_at"], name="letter_last"),
            models.Index(fields=["created_at"], name="texts_lately", condition=models.Q(way="sms")),
        ]
