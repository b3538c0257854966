"""The WSGI application that granian serves."""

import multiprocessing
import os

from django.core.wsgi import get_wsgi_application

from sep.config.parentage import die_with_parent

if (server := multiprocessing.parent_process()) and server.pid:
    die_with_parent(server.pid)  # first of all: the port is open already, and the rest takes seconds

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sep.config.settings")
application = get_wsgi_application()

from sep.config.serving import warm_up  # noqa: E402  needs Django

warm_up()
