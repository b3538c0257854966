"""Every setting of the service, read once from `SEP_*` variables and checked before anything starts."""

import base64
import binascii
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Contour(StrEnum):
    """Where this installation stands: the test contour has no legal force and says so on every page."""

    TEST = "test"
    PRODUCTION = "production"


class Environment(BaseSettings):
    """Settings of one installation. Secrets have no default: only `sep demo` makes its own."""

    model_config = SettingsConfigDict(env_prefix="SEP_", env_file=None, extra="ignore")

    contour: Contour = Contour.TEST
    debug: bool = False

    data: Path = Field(Path("var"), description="Folder for the SQLite database and the blobs.")
    database_url: str | None = Field(
        None, description="postgresql://user:password@host/name; SQLite in `data` when absent."
    )
    address: str = Field("http://127.0.0.1:8000", description="Public origin: links in SMS and QR lead here.")

    secret_key: SecretStr = Field(description="Django's signing key: sessions and CSRF.")
    master_key: SecretStr = Field(description="32 bytes in base64; wraps the keys of the organizations.")

    seal_pkcs12: Path | None = Field(None, description="PKCS#12 file of the organization's seal.")
    seal_passphrase: SecretStr = SecretStr("")

    sms_gateways: list[str] = Field(["console"], description="In the order in which they are tried.")
    smsc: dict[str, str] = Field(default_factory=dict)
    smsru: dict[str, str] = Field(default_factory=dict)
    smsaero: dict[str, str] = Field(default_factory=dict)

    max_api: str = Field("https://platform-api2.max.ru", description="The Bot API of MAX.")
    max_ca: Path | None = Field(None, description="CA file for it; Минцифры's root, shipped, when absent.")
    max_bridge: str = Field("https://st.max.ru/js/max-web-app.js", description="The script of mini-apps.")
    max_hosts: list[str] = Field(
        ["https://max.ru", "https://web.max.ru"], description="Sites that may frame the mini-app."
    )

    push_private_key: SecretStr = Field(
        SecretStr(""), description="VAPID key of Web Push: 32 bytes in base64url. No notices when absent."
    )
    push_contact: str = Field("", description="E-mail that push services may write to (RFC 8292).")
    push_services: list[str] = Field(
        [
            "https://fcm.googleapis.com",
            "https://updates.push.services.mozilla.com",
            "https://*.push.apple.com",
            "https://*.notify.windows.com",
        ],
        description="Origins to which notices may go; `*.` stands for subdomains.",
    )

    phone_prefixes: list[str] = Field(["+79"], description="Numbers outside are refused (SMS pumping).")
    trusted_proxies: int = Field(0, ge=0, description="Reverse proxies in front that set X-Forwarded-For.")
    api_requests_a_minute: int = Field(6000, gt=0, description="Of one token, in each web process.")
    sms_a_day: int = Field(10_000, gt=0, description="Of one organization: the ceiling of its bill.")
    simulator: bool = Field(False, description="Mount the phone simulator at /phone/. Test contour only.")
    simulator_bot_token: SecretStr = Field(SecretStr(""), description="Of the simulator's bot in its MAX.")
    metrics: bool = Field(False, description="Serve Prometheus figures at /metrics.")
    worker_id: str = Field("worker-1", description="Stable name of a worker: a restart under it recovers.")
    log_format: str = Field("json", pattern="^(json|console)$")

    @field_validator("address")
    @classmethod
    def _origin_only(cls, value: str) -> str:
        return value.rstrip("/")

    @field_validator("master_key")
    @classmethod
    def _thirty_two_bytes(cls, value: SecretStr) -> SecretStr:
        try:
            size = len(base64.b64decode(value.get_secret_value(), validate=True))
        except binascii.Error as error:
            raise ValueError("SEP_MASTER_KEY: нужны 32 байта в base64") from error
        if size != 32:  # noqa: PLR2004  AES-256
            raise ValueError("SEP_MASTER_KEY: нужны 32 байта в base64")
        return value

    @model_validator(mode="after")
    def _production_is_strict(self) -> Self:
        if self.contour is not Contour.PRODUCTION:
            return self
        faults = []
        if self.push_private_key.get_secret_value() and not self.push_contact:
            faults.append("SEP_PUSH_CONTACT не задан: без почты владельца службы push уведомлений не берут")
        if self.debug:
            faults.append("SEP_DEBUG включён: отладочные страницы раскрывают данные пациентов")
        if not self.address.startswith("https://"):
            faults.append("SEP_ADDRESS без https: ссылки и коды шли бы открытым текстом")
        if self.seal_pkcs12 is None:
            faults.append("SEP_SEAL_PKCS12 не задан: подписанные документы нечем запечатать")
        if self.simulator:
            faults.append("SEP_SIMULATOR включён: учебный телефон показывает коды всем")
        if "console" in self.sms_gateways:
            faults.append("SEP_SMS_GATEWAYS содержит console: сообщения не дойдут до пациентов")
        if faults:
            raise ValueError("Рабочий контур не запущен. " + "; ".join(faults) + ".")
        return self

    @property
    def secure(self) -> bool:
        """Whether people come over TLS; cookies and HSTS follow."""
        return self.address.startswith("https://")


@cache
def environment() -> Environment:
    """Return the settings of this process, read once."""
    return Environment()
