"""Django's settings, derived from `environment()`; nothing here is read from anywhere else."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from csp.constants import NONE, SELF

from sep.config.environment import environment
from sep.config.logging import logging_configuration

ENVIRONMENT = environment()
PACKAGE = Path(__file__).resolve().parent.parent

SECRET_KEY = ENVIRONMENT.secret_key.get_secret_value()
DEBUG = ENVIRONMENT.debug
ALLOWED_HOSTS = ["*"] if DEBUG else [urlsplit(ENVIRONMENT.address).hostname or "", "127.0.0.1", "localhost"]
ROOT_URLCONF = "sep.config.urls"
WSGI_APPLICATION = "sep.config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
APPEND_SLASH = False

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.auth",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "ninja",
    "sep.jobs",
    "sep.ledger",
    "sep.parties",
    "sep.documents",
    "sep.delivery.max",
    "sep.delivery",
    "sep.ceremony",
    "sep.api",
    "sep.verify",
    "sep.maxbot",
    "sep.cabinet",
    "sep.external_cabinet",
    "sep.config",
    # The clinic's workplace: its apps below the ones that build on them.
    "clinic.home",
    "clinic.signing",
    "clinic.forms",
    "clinic.visits",
    "clinic.patients",
    "clinic.staff",
    "clinic.institution",
    "clinic.workplace",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "django_htmx",
]

MIDDLEWARE = [
    "sep.config.middleware.TrustedProxies",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "csp.middleware.CSPMiddleware",
    "sep.maxbot.mount.MountedInMax",
    "sep.external_cabinet.mount.MountedInExternalCabinet",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "sep.api.middleware.ApiAnswers",
    "axes.middleware.AxesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "sep.config.context.contour",
                "sep.config.context.bridge",
                "clinic.workplace.navigation.workplace",
            ],
        },
    },
]


def _database(url: str | None) -> dict[str, Any]:
    if url is None:
        return {
            "ENGINE": "sep.config.sqlite",
            "NAME": ENVIRONMENT.data / "sep.sqlite3",
            "OPTIONS": {
                # IMMEDIATE: a transaction that will write takes the lock at once, so two of them queue
                # instead of failing half-way. FULL: an acknowledged document survives a power cut.
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
                "timeout": 20,
            },
            "CONN_MAX_AGE": None,
            "TEST": {"NAME": ENVIRONMENT.data / "test.sqlite3"},
        }
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": parts.port or "",
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
    }


DATABASES: dict[str, dict[str, Any]] = {"default": _database(ENVIRONMENT.database_url)}

LANGUAGE_CODE = "ru"
LANGUAGES = [("ru", "Русский"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]
TIME_ZONE = "Europe/Moscow"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = ENVIRONMENT.data / "static"
STORAGES = {
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# security-and-reliability.md §4, rows "headers" and "session"; what the browser is told not to do.
SECURE_SSL_REDIRECT = False  # the reverse proxy redirects; the service itself never sees plain requests
SECURE_HSTS_SECONDS = 31_536_000 if ENVIRONMENT.secure else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = ENVIRONMENT.secure
SECURE_CONTENT_TYPE_NOSNIFF = True
# Browsers take the last value they know. With "no-referrer" alone they send `Origin: null` with our own
# forms, which the CSRF check refuses; "strict-origin" lets no path out either, so no token and no id.
SECURE_REFERRER_POLICY = ["no-referrer", "strict-origin"]
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENVIRONMENT.trusted_proxies else None
CSRF_COOKIE_NAME = "__Host-csrf" if ENVIRONMENT.secure else "csrf"
CSRF_COOKIE_SECURE = ENVIRONMENT.secure
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_AGE = None
CSRF_FAILURE_VIEW = "sep.ceremony.pages.arrival.cookies_needed"
LANGUAGE_COOKIE_SECURE = ENVIRONMENT.secure
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"

# Accounts of the clinic's staff. Patients have no passwords and no sessions of this kind.
AUTH_USER_MODEL = "staff.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home:today"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
_PASSWORDS = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": f"{_PASSWORDS}.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "full_name")},
    },
    {"NAME": f"{_PASSWORDS}.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": f"{_PASSWORDS}.CommonPasswordValidator"},
    {"NAME": f"{_PASSWORDS}.NumericPasswordValidator"},
]

# allauth: a login and a password, then a second step for those who have one. No sign-up and no e-mail.
ACCOUNT_ADAPTER = "clinic.staff.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False  # a desk is shared: the session ends with the browser
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_LOGIN_ON_PASSWORD_RESET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 10 * 60
# Wrong passwords are counted by axes, in the database; this one is for the codes of the second step.
ACCOUNT_RATE_LIMITS = {"login_failed": "60/m/ip,10/15m/key"}
MFA_ADAPTER = "clinic.staff.accounts.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # nobody's address is asked for
MFA_TOTP_ISSUER = "СЭП"
MFA_TOTP_TOLERANCE = 1  # a phone's clock may be half a minute off
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not ENVIRONMENT.secure  # passkeys on http://localhost

# axes: five wrong passwords for one login from one address, then a quarter of an hour.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "clinic.staff.accounts.counted_login"
AXES_USERNAME_FORM_FIELD = "login"
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_LOCKOUT_TEMPLATE = "account/locked.html"
AXES_SENSITIVE_PARAMETERS = ["username", "login", "ip_address"]
AXES_VERBOSE = False
AXES_DISABLE_ACCESS_LOG = True  # who signs in is told by the log, see clinic.staff.audit
AXES_ENABLE_ADMIN = False
SESSION_COOKIE_NAME = "__Host-staff" if ENVIRONMENT.secure else "staff"
SESSION_COOKIE_SECURE = ENVIRONMENT.secure
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 60 * 60  # a shift
X_FRAME_OPTIONS = "SAMEORIGIN" if ENVIRONMENT.simulator else "DENY"
_FRAMED_BY = [SELF] if ENVIRONMENT.simulator else [NONE]  # the demo's phone shows the pages in a frame
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "frame-src": [SELF] if ENVIRONMENT.simulator else [NONE],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "manifest-src": [SELF],
        "frame-ancestors": _FRAMED_BY,
    },
}

DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024 * 1024  # a PDF of 10 MiB is 14 MiB in base64
FILE_UPLOAD_MAX_MEMORY_SIZE = DATA_UPLOAD_MAX_MEMORY_SIZE  # documents never touch the disk unencrypted

LOGGING_CONFIG = None
logging_configuration(ENVIRONMENT.log_format)

if ENVIRONMENT.metrics:
    INSTALLED_APPS.append("django_prometheus")
    MIDDLEWARE = [
        "django_prometheus.middleware.PrometheusBeforeMiddleware",
        *MIDDLEWARE,
        "django_prometheus.middleware.PrometheusAfterMiddleware",
    ]

if ENVIRONMENT.simulator:
    INSTALLED_APPS.append("simulator")
    DATABASES["simulator"] = {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": ENVIRONMENT.data / "simulator.sqlite3",
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
            "timeout": 20,
        },
        "CONN_MAX_AGE": None,
        "TEST": {"NAME": ENVIRONMENT.data / "test-simulator.sqlite3", "DEPENDENCIES": []},
    }
    SIMULATOR_APIKEY = ENVIRONMENT.smsc.get("apikey", "")
    SIMULATOR_CALLBACK_SECRET = ENVIRONMENT.smsc.get("callback_secret", "")
    SIMULATOR_CALLBACK_URL = f"{ENVIRONMENT.address}/sms/receipts/smsc"
    if ENVIRONMENT.simulator_bot_token.get_secret_value():
        SIMULATOR_MAX_BOTS = [
            {
                "token": ENVIRONMENT.simulator_bot_token.get_secret_value(),
                "user_id": 229_229_229,
                "username": "id2600000000_bot",
                "first_name": "Документы на подпись",
                "app_url": f"{ENVIRONMENT.address}/max/app/id2600000000_bot",
            }
        ]
    DATABASE_ROUTERS = ["simulator.routers.SimulatorRouter"]
