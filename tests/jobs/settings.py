"""Settings of the jobs alone, for worker processes against the test database: `SEP_TEST_DATABASE` as JSON."""

import json
import os

SECRET_KEY = "tests"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = ["sep.jobs"]
DATABASES = {"default": json.loads(os.environ["SEP_TEST_DATABASE"])}
