"""Django settings, all from the environment.

``BIHUAN_HOME`` holds the embedded database, the evidence files and the keys; ``DATABASE_URL`` names a PostgreSQL
database instead of the embedded SQLite file. Every setting is listed in docs/reference/settings.md.
"""

from __future__ import annotations

import os
from pathlib import Path

from bihuan.config import database, flag, local_log_in, provider, secret_key
from bihuan.rules.digests import Hours
from bihuan.rules.tiers import DEFAULT, Tiers

HOME = Path(os.environ.get("BIHUAN_HOME", "var/bihuan")).resolve()
DEBUG = False
SECRET_KEY = secret_key(HOME)
ALLOWED_HOSTS = os.environ.get("BIHUAN_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("BIHUAN_ORIGINS", "").split(",") if o]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "template_partials",
    "bihuan",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "bihuan.web.middleware.SecurityHeaders",
    "bihuan.web.middleware.Compress",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "bihuan.web.access.Access",
]
ROOT_URLCONF = "bihuan.urls"
WSGI_APPLICATION = "bihuan.web.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "web" / "templates", Path(__file__).parent / "api" / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "bihuan.web.context.shell",
            ],
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [
                        (
                            "django.template.loaders.cached.Loader",
                            ["django.template.loaders.filesystem.Loader"],
                        )
                    ],
                )
            ],
            "builtins": ["template_partials.templatetags.partials", "bihuan.web.templatetags.bihuan"],
        },
    }
]

DATABASES = {"default": database(os.environ.get("DATABASE_URL", ""), HOME)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "bihuan.Account"
AUTHENTICATION_BACKENDS = ["bihuan.web.signin.Backend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "bihuan.web.passwords.Mixed"},
]
PASSWORD_DAYS = int(os.environ.get("BIHUAN_PASSWORD_DAYS", "90"))  # 0: a password never grows old
SECOND_FACTOR_REQUIRED = flag("BIHUAN_SECOND_FACTOR")
LOG_INS = int(os.environ.get("BIHUAN_LOG_INS", "100"))  # tries from one address within five minutes
API_CALLS = int(os.environ.get("BIHUAN_API_CALLS", "600"))  # calls to the API by one token within a minute
SCAN_COMMAND = os.environ.get("BIHUAN_SCAN", "")
PROVIDER = provider()  # who says who somebody is, beside our own passwords
LOCAL_LOG_IN = local_log_in()
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "todo"
LOGOUT_REDIRECT_URL = "login"

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATICFILES_DIRS = [Path(__file__).parent / "web" / "static"]
STATIC_ROOT = None  # served from the package by whitenoise; nothing is collected
WHITENOISE_USE_FINDERS = True
WHITENOISE_IMMUTABLE_FILE_TEST = ""  # all: every address carries the hash of its content (bihuan.web.assets)
WHITENOISE_ALLOW_ALL_ORIGINS = False

EVIDENCE_MAX_BYTES = 200 * 1024 * 1024
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "bihuan.web.assets.Versioned"},
    "evidence": {
        "BACKEND": "bihuan.ledger.storage.EvidenceStorage",
        "OPTIONS": {"location": HOME / "evidence", "base_url": None},
    },
    "incoming": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": HOME / "incoming", "base_url": None},
    },
}
LIBRARY_CACHE = HOME / "library"  # made anew from the database where it is missing
SEAL_FILE = Path(os.environ.get("BIHUAN_SEALS", HOME / "seals.jsonl"))
BACKUPS = Path(os.environ.get("BIHUAN_BACKUPS", HOME / "backups"))
KEY_FILE = Path(os.environ.get("BIHUAN_KEY", HOME / "seal.key"))

DIGEST_HOURS = Hours.read(
    os.environ.get("BIHUAN_DIGEST_TIMES", "09:00,15:00"), os.environ.get("BIHUAN_DIGEST_HOURS", "08:30-18:00")
)
TIERS = Tiers.read(os.environ.get("BIHUAN_TIERS", DEFAULT))
MAIL_SERVER = os.environ.get("BIHUAN_MAIL", "")  # an Apprise address: mailtos://user:password@host?from=…
SITE = os.environ.get("BIHUAN_SITE", "")  # what people type to come here; digests and feeds link to it

SECURE = flag("BIHUAN_HTTPS")
SESSION_COOKIE_SECURE = SECURE
CSRF_COOKIE_SECURE = SECURE
SECURE_SSL_REDIRECT = SECURE
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if flag("BIHUAN_BEHIND_PROXY") else None
SESSION_COOKIE_AGE = 30 * 60  # idle; bihuan.web.access moves it on, at most once a minute
SESSION_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "bihuan.web.errors.csrf"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
IMPORT_MAX_BYTES = 64 * 1024 * 1024

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
