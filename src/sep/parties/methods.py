"""Ways of signing, what each is worth, and what the service says honestly about it."""

from typing import Final

from django.db import models


class Method(models.TextChoices):
    SMS_CODE = "sms_code", "код из СМС"
    MAX_CODE = "max_code", "код из сообщения MAX"
    ESIA = "esia", "Госуслуги (ЕСИА)"
    QUALIFIED = "qualified", "усиленная квалифицированная подпись (УКЭП), в том числе Госключ"


CODES: Final = (Method.SMS_CODE, Method.MAX_CODE)
"""ПЭП by an additional code: by agreement between the clinic and the person (63-ФЗ ст. 6 ч. 2)."""

CONNECTED: Final = CODES
"""Ways that this version carries out. The law names the others, and a clinic should know of them."""

BY_AGREEMENT: Final = (
    "Код из СМС/МАХ — простая электронная подпись. Её сила основана на вашем соглашении с клиникой"
    " (ст. 6, 9 63-ФЗ)."
)
NOT_NAMED_BY_LAW: Final = (
    "Для информированного согласия закон (ст. 20 ч. 7 323-ФЗ) называет бумагу, УКЭП и простую подпись"
    " через Госуслуги. СМС там не названа. Если клиника выбрала СМС для ИДС, спор может решиться не"
    " в её пользу."
)
SAME_DEVICE: Final = (
    "Код приходит в тот же чат MAX, где открыт документ: это не второй канал. Кто держит телефон"
    " разблокированным, прочтёт и документ, и код. Судебной практики о кодах из MAX не найдено."
)
