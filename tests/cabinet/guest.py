"""A person at the door of the cabinet, with a browser."""

import re

from django.test import Client
from django.utils import timezone

from sep.cabinet import entering
from sep.cabinet.models import SignIn
from sep.delivery.models import Delivery, Purpose


def born(person):
    day = person.birth_date
    return {"day": day.day, "month": day.month, "year": day.year}


class Guest:
    def __init__(self):
        self.client = Client()

    def get(self, path):
        answer = self.client.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.content.decode()

    def post(self, path, **values):
        answer = self.client.post(path, values)
        assert answer.status_code == 303, (path, answer.status_code, answer.content.decode()[:2000])
        return answer["Location"]

    def ask_for_code(self, phone):
        """Ask for a code and read it from the message, before the worker has spent it."""
        self.post("/cabinet/enter", phone=phone)
        entering.send_code(SignIn.objects.latest("begun_at").id, timezone.now())
        delivery = Delivery.objects.filter(purpose=Purpose.SIGN_IN).latest("created_at")
        return re.search(r"\d{6}", delivery.live_text).group()

    def enter(self, person):
        self.post("/cabinet/enter/code", code=self.ask_for_code(person.phone))
        self.post("/cabinet/enter/birth-date", **born(person))
        return self
