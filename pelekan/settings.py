"""Django's settings, made from `pelekan.toml`. Nothing here is edited by whoever runs Pelekan."""

from __future__ import annotations

import os
import sys
import tempfile
from email.utils import formataddr
from pathlib import Path
from urllib.parse import unquote, urlsplit

from pelekan import config as configuration

TESTING = bool(os.environ.get("PELEKAN_TESTING")) or "pytest" in sys.modules
PACKAGE = Path(__file__).resolve().parent

if TESTING:
    CONFIG = configuration.Config(
        secret_key="only-for-tests-" + "abcdefghijklmnopqrstuvwxyz0123456789" * 2,
        base_url="http://testserver",
        database=os.environ.get("PELEKAN_TEST_DATABASE", "sqlite:///:memory:"),
        data=Path(os.environ.get("PELEKAN_TEST_DATA", "/tmp/pelekan-test-data")),
        language="en",
        private_hosts=("127.0.0.1", "localhost"),
        demo=True,
        check_senders=False,  # no test asks the DNS but those that bring one
        undo_seconds=0,  # what is sent is sent; tests/web/workspace/test_undo.py sets it
    )
else:
    CONFIG = configuration.load(configuration.find())

SECRET_KEY = CONFIG.secret_key or "unset"  # `pelekan.checks` refuses to start with it
DEBUG = CONFIG.debug and CONFIG.demo  # `pelekan.checks` refuses it elsewhere
BASE_URL = CONFIG.base_url.rstrip("/")
_base = urlsplit(BASE_URL)
SECURE = _base.scheme == "https"
ALLOWED_HOSTS = [_base.hostname or "localhost", *CONFIG.allowed_hosts]
if _base.hostname in ("127.0.0.1", "localhost"):
    ALLOWED_HOSTS += ["127.0.0.1", "localhost", "[::1]"]
CSRF_TRUSTED_ORIGINS = [BASE_URL]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "pelekan.people",
    "pelekan.tickets",
    "pelekan.sla",
    "pelekan.routing",
    "pelekan.knowledge",
    "pelekan.knowledge.search",
    "pelekan.knowledge.trail",
    "pelekan.knowledge.deflection",
    "pelekan.knowledge.bot",
    "pelekan.knowledge.community",
    "pelekan.channels",
    "pelekan.web",
    "pelekan.api",
    "pelekan.demo",
    "allauth",
    "allauth.account",
    "allauth.mfa",
]

MIDDLEWARE = [
    "pelekan.web.middleware.SecurityHeaders",
    "django.middleware.security.SecurityMiddleware",
    "pelekan.api.problems.Problems",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "pelekan.web.help.shelf.Shelf",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "pelekan.web.middleware.Whose",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "pelekan.urls"
WSGI_APPLICATION = None
APPEND_SLASH = True

TEMPLATES = [
    {
        "BACKEND": "pelekan.web.jinja.Templates",
        "NAME": "jinja2",
        "DIRS": [PACKAGE / "web" / "templates", PACKAGE / "demo" / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "environment": "pelekan.web.jinja.environment",
            "context_processors": ["pelekan.web.jinja.page"],
        },
    },
    {  # only for pages that a library brings with it
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "web" / "library_templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "pelekan.web.jinja.page",
            ],
        },
    },
]


def _database(url: str) -> dict[str, object]:
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        name = unquote(url.removeprefix("sqlite:///"))
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": name,
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 30,
                # FULL: what was acknowledged survives a power cut
                "init_command": f"PRAGMA journal_mode=WAL; PRAGMA synchronous={'OFF' if TESTING else 'FULL'};"
                "PRAGMA foreign_keys=ON; PRAGMA cache_size=-16000; PRAGMA temp_store=MEMORY; PRAGMA mmap_size=134217728;",
            },
            # a file, not memory: several threads must be able to write to it
            "TEST": {"NAME": str(Path(tempfile.gettempdir()) / f"pelekan-test-{os.getpid()}.sqlite3")},
        }
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        # Pages follow foreign keys from a few rows, and are written in the order in which that is cheap. Looking through
        # all orders of 15 joins took PostgreSQL ten times as long as the answer; up to 4 it still looks.
        "OPTIONS": {"options": "-c join_collapse_limit=4 -c from_collapse_limit=4"},
    }


DATABASES = {"default": _database(CONFIG.database)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

SCORE = "pelekan.reactions.SCORE"

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["pelekan.people.backends.Backend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "pelekan.web.accounts.adapter.AccountAdapter"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_FORMS = {"reset_password": "pelekan.web.accounts.forms.ResetPasswordForm"}
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_RATE_LIMITS = {  # passwords are guarded by web.accounts.knowing; "login_failed" counts second-step codes
    "login": "120/m/ip",
    "login_failed": "60/15m/ip,8/15m/key",
    "reset_password": "30/h/ip,5/h/key",
    "reset_password_from_key": "20/m/ip",
    "change_password": "5/m/user",
    "reauthenticate": "10/m/user",
}
PASSWORD_RESET_TIMEOUT = 3600
MFA_ADAPTER = "pelekan.web.accounts.adapter.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]

SESSION_ENGINE = "pelekan.people.sessions"
SESSION_COOKIE_NAME = "pelekan_session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = SECURE
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
CSRF_COOKIE_NAME = "pelekan_csrf"
CSRF_COOKIE_SECURE = SECURE
CSRF_COOKIE_HTTPONLY = False
CSRF_FAILURE_VIEW = "pelekan.web.errors.csrf"
SECURE_SSL_REDIRECT = SECURE and bool(CONFIG.trusted_proxies)  # only a known proxy tells us what it spoke
SECURE_REDIRECT_EXEMPT = [r"^health/$"]
SECURE_HSTS_SECONDS = 31536000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
SECURE_HSTS_PRELOAD = False
SILENCED_SYSTEM_CHECKS = [
    "security.W002",  # SecurityHeaders says who may frame a page; the widget's pages say it themselves
    "security.W021",  # preloading binds a whole domain for years: its owner decides
]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if CONFIG.trusted_proxies else None
USE_X_FORWARDED_HOST = False
X_FRAME_OPTIONS = "DENY"

LANGUAGE_CODE = CONFIG.language
LANGUAGES = [("fa", "فارسی"), ("ar", "العربية"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATICFILES_DIRS = [PACKAGE / "web" / "static"]
STATIC_ROOT = None  # served from where it lies; nothing is collected
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
DATA_DIR = CONFIG.data
MEDIA_ROOT = CONFIG.data / "files"
SMTP_PER_MINUTE, SMTP_PER_HOUR = CONFIG.smtp_per_minute, CONFIG.smtp_per_hour
UNDO_SECONDS = CONFIG.undo_seconds  # how long an answer waits before it goes; an agent may choose for himself
MAX_UPLOAD = CONFIG.max_upload_mb * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
DATA_UPLOAD_MAX_NUMBER_FILES = 20

# Mail of the installation itself (sign-in codes, password resets, notices to agents). Mail of inboxes goes
# through their own accounts.
_smtp = urlsplit(CONFIG.smtp)
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend"
    if CONFIG.smtp
    else "django.core.mail.backends.dummy.EmailBackend"
)
EMAIL_HOST = _smtp.hostname or ""
EMAIL_PORT = _smtp.port or 25
EMAIL_HOST_USER = unquote(_smtp.username or "")
EMAIL_HOST_PASSWORD = unquote(_smtp.password or "")
EMAIL_USE_SSL = _smtp.scheme == "smtps"
EMAIL_USE_TLS = _smtp.scheme == "smtp+tls"
EMAIL_TIMEOUT = 20
ORGANIZATION = CONFIG.organization or "Pelekan"
DEFAULT_FROM_EMAIL = formataddr((ORGANIZATION, CONFIG.mail_from or f"pelekan@{_base.hostname}"))
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# Limits of allauth and used second-step codes live here, in each process for itself: the pages run in one process
# unless someone starts several, and a shared cache in the database would let guessers fill its queue of writers.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 50_000},  # with Django's 300 a storm could push its own count out
    }
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"one_line": {"()": "pelekan.lib.log.OneLine"}},
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "plain", "filters": ["one_line"]},
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "pelekan": {"level": "INFO"},
        "django.request": {"level": "ERROR"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},
    },
}
