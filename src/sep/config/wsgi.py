"""The WSGI application that granian serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sep.config.settings")
application = get_wsgi_application()

from sep.config.serving import warm_up  # noqa: E402  needs Django

warm_up()
