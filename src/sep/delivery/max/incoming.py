"""What comes from MAX, read leniently: only what is promised is required, the unknown is passed over."""

import hashlib
import json
from typing import Annotated, Any, Final

from pydantic import AfterValidator, AliasChoices, BaseModel, ConfigDict, Field, ValidationError


class UnreadableUpdate(ValueError):
    """The body is no update. Quotes nothing of it."""


Int64 = Annotated[int, Field(ge=-(2**63), lt=2**63)]
"""MAX's numbers, and the database's: a larger one is nothing that MAX sends."""

Milliseconds = Annotated[int, Field(ge=0, lt=253_402_300_800_000)]
"""Unix time, before the year 10000."""

Written = Annotated[str, AfterValidator(lambda text: text.replace("\0", ""))]
"""What people type. The database takes no zero bytes."""


class _Lenient(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


class User(_Lenient):
    user_id: Int64
    first_name: str | None = None
    last_name: str | None = None
    is_bot: bool = False


class Recipient(_Lenient):
    chat_id: Int64 | None = None
    chat_type: str | None = None
    user_id: Int64 | None = None


class Contact(_Lenient):
    """A shared contact; older clients write its fields in camel case, and without a hash."""

    vcf_info: str | None = Field(None, validation_alias=AliasChoices("vcf_info", "vcfInfo"))
    hash: str | None = None
    max_info: User | None = Field(
        None, validation_alias=AliasChoices("max_info", "maxInfo", "tam_info", "tamInfo")
    )

    @property
    def user_id(self) -> int | None:
        return self.max_info.user_id if self.max_info is not None else None


class Attachment(_Lenient):
    type: str = ""
    payload: Any = None


class Body(_Lenient):
    mid: str
    seq: Int64 | None = None
    text: Written | None = None
    attachments: list[Attachment] | None = None


class Message(_Lenient):
    body: Body
    sender: User | None = None
    recipient: Recipient | None = None
    link: Any = None
    timestamp: Milliseconds | None = None

    @property
    def contacts(self) -> list[Contact]:
        """The shared contacts; one that cannot be read counts, and proves nothing."""
        return [_contact(each.payload) for each in self.body.attachments or [] if each.type == "contact"]


def _contact(payload: Any) -> Contact:
    try:
        return Contact.model_validate(payload)
    except ValidationError:
        return Contact()


class Callback(_Lenient):
    callback_id: str
    user: User
    payload: Written | None = None
    timestamp: Milliseconds | None = None


class Update(_Lenient):
    """One event; `timestamp` is Unix milliseconds. Types that we do not know are updates too."""

    update_type: Written
    timestamp: Milliseconds
    message: Message | None = None
    callback: Callback | None = None
    user: User | None = None
    user_id: Int64 | None = None
    chat_id: Int64 | None = None
    payload: Written | None = None
    message_id: str | None = None
    muted_until: Int64 | None = None


def parse(raw: bytes) -> Update:
    """Read one update; raises `UnreadableUpdate`."""
    try:
        return Update.model_validate_json(raw)
    except ValidationError as error:
        raise UnreadableUpdate(error.error_count()) from None


_BY_EVENT: Final = frozenset(
    {"bot_started", "bot_stopped", "dialog_removed", "dialog_cleared", "dialog_muted", "dialog_unmuted"}
)


def dedupe_key(raw: bytes) -> str:
    """Name an update by what it is about: MAX numbers none. 64 hex digits."""
    try:
        parts: tuple[Any, ...] = _about(parse(raw)) or (raw,)
    except UnreadableUpdate:
        parts = (raw,)
    shown = json.dumps([each.decode("latin-1") if isinstance(each, bytes) else each for each in parts])
    return hashlib.sha256(shown.encode()).hexdigest()


def _about(update: Update) -> tuple[Any, ...] | None:
    kind = update.update_type
    if kind == "message_created" and update.message is not None:
        return kind, update.message.body.mid
    if kind == "message_edited" and update.message is not None:
        return kind, update.message.body.mid, update.timestamp
    if kind == "message_callback" and update.callback is not None:
        press = update.callback
        return kind, press.callback_id, press.timestamp, press.user.user_id, press.payload
    if kind == "message_removed" and update.message_id is not None:
        return kind, update.message_id
    if kind in _BY_EVENT and update.user is not None:
        return kind, update.chat_id, update.user.user_id, update.timestamp
    return None
