"""What MAX signs with a bot's token, made by the rules of its documentation and not by our code."""

import hashlib
import hmac
import json
from urllib.parse import quote


def hex_hmac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def launch(token, user_id, at, start_param=None, **changes):
    """`WebApp.initData` of a person at a moment."""
    values = {
        "auth_date": str(int(at.timestamp())),
        "query_id": f"q-{user_id}-{at.timestamp()}",
        "user": json.dumps({"id": user_id, "first_name": "Мария", "language_code": "ru"}, ensure_ascii=False),
    }
    if start_param is not None:
        values["start_param"] = start_param
    values |= changes
    secret = hmac.new(b"WebAppData", token.encode(), hashlib.sha256).digest()
    signature = hex_hmac(secret, "\n".join(f"{key}={values[key]}" for key in sorted(values)))
    return "&".join(f"{key}={quote(value, safe='')}" for key, value in values.items()) + f"&hash={signature}"


def app_phone(token, user_id, phone, at):
    """What `requestContact()` gives in the mini-app."""
    digits, stamp = phone.removeprefix("+"), str(int(at.timestamp()))
    signature = hex_hmac(token.encode(), f"authDate={stamp}\nphone={digits}\nuserId={user_id}")
    return {"phone": phone, "auth_date": stamp, "hash": signature}


def vcard(phone, name="Мария Иванова"):
    digits = phone.removeprefix("+")
    return (
        "BEGIN:VCARD\r\nVERSION:3.0\r\nPRODID:ez-vcard 0.10.3\r\n"
        f"TEL;TYPE=cell:{digits}\r\nFN:{name}\r\nEND:VCARD\r\n"
    )


def contact(token, user_id, phone):
    """The payload of a contact attachment in the chat."""
    card = vcard(phone)
    return {
        "vcf_info": card,
        "hash": hex_hmac(token.encode(), card),
        "max_info": {"user_id": user_id, "first_name": "Мария", "is_bot": False},
    }
