"""Django's settings, all from `mingcha.base.env`; nothing legal stands here."""

from __future__ import annotations

import secrets
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from mingcha.base.clock import SystemClock
from mingcha.base.env import Env
from mingcha.base.errors import Invalid, Unavailable
from mingcha.base.keys import django_key
from mingcha.web.database import database

ENV = Env()
PACKAGE = Path(__file__).resolve().parent.parent
SOURCE_TREE = PACKAGE.parent.parent
DATA_DIR = ENV.path("MINGCHA_DATA_DIR").resolve()
CLOCK = SystemClock()


def _secret_key() -> str:
    """The key from the environment or the data directory. Before set-up there is none: a key of this process alone
    lets checks and tests run, and nobody stays signed in by it."""
    given = ENV.text("MINGCHA_SECRET_KEY")
    if given:
        return given
    try:
        return django_key(DATA_DIR)
    except Unavailable:
        return secrets.token_urlsafe(32)


SECRET_KEY = _secret_key()
DEBUG = False
ALLOWED_HOSTS = [host.strip() for host in ENV.text("MINGCHA_ALLOWED_HOSTS").split(",") if host.strip()]
HTTPS = ENV.boolean("MINGCHA_HTTPS")

MEDIA_ORIGIN = ENV.text("MINGCHA_MEDIA_URL").rstrip("/")
MEDIA_HOST = ENV.text("MINGCHA_MEDIA_HOST")
MEDIA_PORT = ENV.integer("MINGCHA_MEDIA_PORT")
WATCH_NEEDS_POST = ENV.boolean("MINGCHA_WATCH_NEEDS_POST")
HOLD_REVIEW_DAYS = ENV.integer("MINGCHA_HOLD_REVIEW_DAYS")
ITEM_UNCLAIMED_HOURS = ENV.integer("MINGCHA_ITEM_UNCLAIMED_HOURS")
SEEN_MUCH_HOURS = ENV.integer("MINGCHA_SEEN_MUCH_HOURS")
NOTE_AFTER_MINUTES = ENV.integer("MINGCHA_NOTE_AFTER_MINUTES")

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "mingcha.web.apps.WebConfig",
    "mingcha.records.register.apps.RegisterConfig",
    "mingcha.records.files.apps.FilesConfig",
    "mingcha.records.accounts.apps.AccountsConfig",
    "mingcha.records.accounts.apps.LibraryAccountConfig",
    "allauth.mfa.apps.MFAConfig",
    "mingcha.records.policies.apps.PoliciesConfig",
    "mingcha.records.screens.apps.ScreensConfig",
    "mingcha.records.condition.apps.ConditionConfig",
    "mingcha.records.inventory.apps.InventoryConfig",
    "mingcha.records.personnel.apps.PersonnelConfig",
    "mingcha.records.documents.apps.DocumentsConfig",
    "mingcha.records.signs.apps.SignsConfig",
    "mingcha.records.viewing.apps.ViewingConfig",
    "mingcha.records.evidence.apps.EvidenceConfig",
    "mingcha.records.custody.apps.CustodyConfig",
    "mingcha.records.disclosure.apps.DisclosureConfig",
]

MIDDLEWARE = [
    "mingcha.web.middleware.instant",
    "mingcha.web.middleware.security_headers",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "mingcha.web.middleware.without_nul",
    "mingcha.web.middleware.errors",
]

ROOT_URLCONF = "mingcha.web.urls"
ASGI_APPLICATION = "mingcha.web.asgi.application"
WSGI_APPLICATION = "mingcha.web.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "mingcha.web.context.page",
            ],
        },
    },
]

DATABASES = {"default": database(ENV.text("MINGCHA_DATABASE_URL"), DATA_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.Person"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "mingcha.records.accounts.passwords.LongEnough", "OPTIONS": {"min_length": 10}},
    {"NAME": "mingcha.records.accounts.passwords.NotCommon"},
    {
        "NAME": "mingcha.records.accounts.passwords.UnlikeThePerson",
        "OPTIONS": {"user_attributes": ("username", "name")},
    },
]

# Second factors: rows and reading of them from django-allauth; pages, acts and addresses are ours
# (docs/design/sign-in.md).
SECOND_FACTOR = ENV.text("MINGCHA_SECOND_FACTOR")
if SECOND_FACTOR not in ("off", "optional", "required"):
    raise Invalid("settings.choice", f"MINGCHA_SECOND_FACTOR must be off, optional or required, not {SECOND_FACTOR!r}.")
IDLE_MINUTES = ENV.integer("MINGCHA_IDLE_MINUTES")
MFA_ADAPTER = "mingcha.records.accounts.factors.sealing.SealingAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_RECOVERY_CODE_DIGITS = 10
# Its table of e-mail addresses is never made: nobody signs in by e-mail here.
MIGRATION_MODULES = {"account": None}
DATABASE_ROUTERS = ["mingcha.web.database.OwnTables"]

OIDC_ISSUER = ENV.text("MINGCHA_OIDC_ISSUER").rstrip("/")
OIDC_CLIENT_ID = ENV.text("MINGCHA_OIDC_CLIENT_ID")
OIDC_CLIENT_SECRET = ENV.text("MINGCHA_OIDC_CLIENT_SECRET")
OIDC_CLAIM = ENV.text("MINGCHA_OIDC_CLAIM")
OIDC_NAME = ENV.text("MINGCHA_OIDC_NAME")

LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"

# A session lasts one shift: whoever takes over the desk signs in as themselves.
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_NAME = "mingcha_session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_NAME = "mingcha_csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = HTTPS
CSRF_FAILURE_VIEW = "mingcha.web.errors.csrf_failure"
LANGUAGE_COOKIE_NAME = "mingcha_language"
LANGUAGE_COOKIE_AGE = 365 * 86_400
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
DATA_UPLOAD_MAX_MEMORY_SIZE = 1 << 20
# Uploads go to disk in pieces, and only where a page takes files (mingcha.records.files.uploads).
FILE_UPLOAD_HANDLERS = ["mingcha.records.files.uploads.Handler"]
FILE_UPLOAD_PERMISSIONS = 0o600
FILES_LIMIT_BYTES = ENV.integer("MINGCHA_FILES_LIMIT_GB") * 10**9
PAPERS_OWED_HOURS = ENV.integer("MINGCHA_PAPERS_OWED_HOURS")
PUBLIC_URL = ENV.text("MINGCHA_PUBLIC_URL").rstrip("/")

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [path for path in (SOURCE_TREE / "locale", PACKAGE / "web" / "locale") if path.is_dir()]
USE_I18N = True
USE_TZ = True
TIME_ZONE = ENV.text("MINGCHA_TIME_ZONE")

STATIC_URL = "/static/"
# Built from source, or packed into the wheel.
DIST_DIR = next(
    (path for path in (SOURCE_TREE / "frontend" / "dist", PACKAGE / "web" / "static" / "dist") if path.is_dir()), None
)
STATICFILES_DIRS = [("dist", DIST_DIR)] if DIST_DIR and DIST_DIR.parent.name == "frontend" else []
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": ENV.text("MINGCHA_LOG_LEVEL")},
    "loggers": {"django.security.DisallowedHost": {"level": "ERROR"}},
}
