"""The seal of this installation, parsed once: parsing costs more than a hundred signatures."""

from functools import cache

from django.conf import settings

from sep.sealing import SealKey


class SealKeyUnfit(Exception):
    """There is no key to seal with, or it does not belong in this contour; the message is Russian."""


@cache
def seal_key() -> SealKey:
    """Return the key that seals; raises `SealKeyUnfit`, `OSError` or `sep.sealing.SealingError`."""
    environment = settings.ENVIRONMENT
    if environment.seal_pkcs12 is None:
        raise SealKeyUnfit("Ключа печати нет: укажите файл PKCS#12 в SEP_SEAL_PKCS12.")
    passphrase = environment.seal_passphrase.get_secret_value().encode()
    key = SealKey.from_pkcs12(environment.seal_pkcs12.read_bytes(), passphrase or None)
    if environment.contour == "production" and key.is_development:
        raise SealKeyUnfit("Учебным ключом печати рабочий контур не подписывает: укажите настоящий.")
    if environment.contour == "test" and not key.is_development:
        raise SealKeyUnfit(
            "Настоящим ключом печати тестовый контур не подписывает: его документы не имеют юридической силы."
            " Сделайте учебный ключ: sep development-key ФАЙЛ."
        )
    return key
