"""What MAX signs with a bot's token: contacts in the chat, launches of the mini-app, phones given to it."""

import hashlib
import hmac
import json
import time
import uuid
from typing import Any
from urllib.parse import quote

from simulator.max.bots import Bot
from simulator.max.models import Dialog, Person


def _hex(key: bytes, text: str) -> str:
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def contact_card(name: str, *phones: str) -> str:
    """Write the vCard of a shared contact; phones are in E.164."""
    lines = ["BEGIN:VCARD", "VERSION:3.0", "PRODID:ez-vcard 0.10.3"]
    lines += [f"TEL;TYPE=cell:{phone.removeprefix('+')}" for phone in phones]
    return "".join(f"{line}\r\n" for line in [*lines, f"FN:{name}", "END:VCARD"])


def contact_hash(bot: Bot, card: str) -> str:
    return _hex(bot.token.encode(), card)


def launch_data(bot: Bot, fields: dict[str, str]) -> str:
    """Sign the fields of a launch, and write them as the mini-app reads them."""
    signed = "\n".join(f"{name}={fields[name]}" for name in sorted(fields))
    key = hmac.new(b"WebAppData", bot.token.encode(), hashlib.sha256).digest()
    pairs = [f"{name}={quote(fields[name], safe='')}" for name in sorted(fields)]
    return "&".join([*pairs, f"hash={_hex(key, signed)}"])


def launch_url(bot: Bot, person: Person, dialog: Dialog | None, start_param: str | None, ip: str) -> str:
    """Say where MAX opens the mini-app of a bot for a person, with the signed launch in the fragment."""
    user = {
        "id": person.user_id,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "username": None,
        "language_code": "ru",
        "photo_url": None,
    }
    fields = {
        "auth_date": str(int(time.time())),
        "ip": ip,
        "query_id": str(uuid.uuid4()),
        "user": _compact(user),
    }
    if dialog is not None:
        fields["chat"] = _compact({"id": dialog.chat_id, "type": "DIALOG"})
    if start_param:
        fields["start_param"] = start_param
    data = quote(launch_data(bot, fields), safe="")
    return f"{bot.app_url}#WebAppData={data}&WebAppPlatform=android&WebAppVersion=26.20.1"


def requested_contact(bot: Bot, person: Person) -> dict[str, str]:
    """Sign the person's phone for the mini-app, the answer of requestContact()."""
    auth_date = str(int(time.time()))
    phone = person.phone.removeprefix("+")
    signed = f"authDate={auth_date}\nphone={phone}\nuserId={person.user_id}"
    return {"phone": person.phone, "authDate": auth_date, "hash": _hex(bot.token.encode(), signed)}


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
