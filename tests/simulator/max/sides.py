"""Both sides of the pretended MAX, as the tests speak to it: the bot's and the person's."""

import json
from urllib.parse import urlencode

from django.core.files.uploadedfile import SimpleUploadedFile

BOT = {
    "token": "test-bot-token",
    "user_id": 229_229_229,
    "username": "id2600000000_bot",
    "first_name": "Клиника «Пример»",
    "app_url": "http://testserver/max/app",
}
OTHER = {"token": "other-token", "user_id": 229_229_230, "username": "other_bot", "first_name": "Другая"}
PHONE = "+79991234567"


class BotSide:
    """Calls of the Bot API in the test's own process."""

    def __init__(self, client, token=BOT["token"]):
        self.client, self.token = client, token

    def call(self, method, path, body=None, **query):
        return self.client.generic(
            method,
            f"/phone/max/bot/{path}" + (f"?{urlencode(query)}" if query else ""),
            b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode(),
            content_type="application/json",
            headers={"Authorization": self.token},
        )

    def send(self, user_id, body):
        return self.call("POST", "messages", body, user_id=user_id)

    def updates(self, marker=0, **query):
        return self.call("GET", "updates", marker=marker, timeout=0, **query).json()["updates"]

    def upload(self, content=b"%PDF-1.7", name="Договор.pdf", kind="file"):
        """Upload a file; returns the answer of the storage."""
        url = self.call("POST", "uploads", type=kind).json()["url"]
        return self.client.post(
            url.removeprefix("http://testserver"), {"data": SimpleUploadedFile(name, content)}
        )


class PersonSide:
    """Acts of the person with the phone, and what the phone shows."""

    def __init__(self, client, phone=PHONE, bot=BOT["username"]):
        self.client, self.phone, self.bot = client, phone, bot

    def act(self, what, **parts):
        body = {"to": self.phone, "bot": self.bot, **parts}
        return self.client.post(f"/phone/api/max/{what}", json.dumps(body), content_type="application/json")

    def sees(self, **query):
        return self.client.get("/phone/api/max", {"to": self.phone, **query}).json()

    @property
    def id(self):
        return self.sees()["user"]["id"]

    @property
    def messages(self):
        return self.sees()["dialogs"][0]["messages"]


def switch(client, **switches):
    answer = client.put("/phone/api/max/faults", json.dumps(switches), content_type="application/json")
    assert answer.status_code == 200, answer.content


def keyboard(*rows):
    return {"type": "inline_keyboard", "payload": {"buttons": [list(row) for row in rows]}}


def button(text="Да", payload="yes"):
    return {"type": "callback", "text": text, "payload": payload}
