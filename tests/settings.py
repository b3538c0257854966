"""The service's settings for tests: an installation with keys made for the run."""

import atexit
import base64
import os
import secrets
import shutil
import tempfile
from pathlib import Path

if "SEP_TEST_ROOT" not in os.environ:
    os.environ["SEP_TEST_ROOT"] = tempfile.mkdtemp(prefix="sep-tests-")
    atexit.register(shutil.rmtree, os.environ["SEP_TEST_ROOT"], ignore_errors=True)
# Each process of xdist has a folder of its own; a service that a test starts shares that of its test.
_data = Path(os.environ["SEP_TEST_ROOT"]) / os.environ.get("PYTEST_XDIST_WORKER", "main")
_data.mkdir(exist_ok=True)
os.environ["SEP_DATA"] = str(_data)
os.environ.setdefault("SEP_SECRET_KEY", secrets.token_urlsafe(48))
os.environ.setdefault("SEP_MASTER_KEY", base64.b64encode(secrets.token_bytes(32)).decode())
os.environ.setdefault("SEP_ADDRESS", "http://testserver")
os.environ.setdefault("SEP_SIMULATOR", "true")
os.environ.setdefault("SEP_METRICS", "true")
os.environ.setdefault("SEP_LOG_FORMAT", "console")

from sep.sealing import make_development_key  # noqa: E402

_key = Path(os.environ["SEP_TEST_ROOT"]) / "seal.p12"
if "SEP_SEAL_PKCS12" not in os.environ:
    os.environ["SEP_SEAL_PKCS12"] = str(_key)
    _key.write_bytes(make_development_key("Клиника «Рябина»"))

from sep.config.settings import *  # noqa: E402, F403  the variables above must be set before

WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = True  # nothing is collected for tests
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405
STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # the sample clinic hashes four of them
