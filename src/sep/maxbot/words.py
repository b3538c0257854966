"""What the bot says. Plain text: nothing needs escaping; no diagnosis; no name of a document unasked."""

from datetime import datetime
from typing import Final

from sep.ceremony.messages import called_in_max
from sep.documents.models import Document
from sep.documents.statuses import Status
from sep.parties.models import Organization

GREETING: Final = (
    "Здравствуйте! Я показываю документы, которые клиника прислала вам на подпись, и принимаю подпись.\n\n"
    "Чтобы показать именно ваши документы, нужно убедиться, что номер телефона ваш. Нажмите «Подтвердить"
    " номер»: MAX передаст мне номер вашей учётной записи."
)
NOT_YOUR_NUMBER: Final = (
    "Так номер подтвердить нельзя: подходит только номер вашей собственной учётной записи. Нажмите"
    " «Подтвердить номер» под этим сообщением."
)
OTHER_PHONE: Final = (
    "Спасибо, номер подтверждён. Но документ по вашей ссылке клиника отправляла на другой номер, поэтому"
    " показать его здесь нельзя. Откройте ссылку из СМС или попросите клинику исправить номер."
)
NOTHING_WAITS: Final = "Сейчас документов на подпись нет. Когда клиника пришлёт новый, я напишу вам сюда."
NOT_UNDERSTOOD: Final = "Я понимаю только кнопки и слова «документы», «помощь», «стоп»."
NO_CODE_ASKED: Final = "Код сейчас не нужен. Чтобы подписать, откройте документ."
STOPPED: Final = (
    "Хорошо, больше не напишу. Документы будут приходить по СМС. Если передумаете, нажмите «Снова писать"
    " мне»."
)
TEST_CONTOUR: Final = "Тестовый контур — юридической силы нет."
SIGNED: Final = "Документ подписан."
OTHER_MISSING: Final = (
    "Ваша подпись принята. Документ подписывают двое: файл будет готов, когда подпишет второй."
)
DECLINED: Final = "Вы отказались подписывать этот документ. Клиника уже видит ваш отказ."

CLOSED: Final[dict[Status, str]] = {
    Status.SIGNED: SIGNED,
    Status.DECLINED: DECLINED,
    Status.EXPIRED: "Срок подписания этого документа истёк. Если он нужен, клиника пришлёт новый.",
    Status.REVOKED: "Клиника отозвала этот документ: подписывать его не нужно.",
    Status.WITHDRAWN: "Согласие отозвано. Подписанный раньше документ сохранён.",
}

REMARKS: Final[dict[str, str]] = {
    "not_a_date": "Не получилось прочитать дату. Напишите её так: 14.03.1954",
    "wrong_date": "Дата рождения не совпала с той, что знает клиника.",
    "not_a_code": "Код — шесть цифр из сообщения. Напишите их одним сообщением.",
    "wrong_code": "Код не подошёл.",
    "dead_code": "Этот код больше не действует. Нажмите «Прислать код ещё раз».",
    "sent_again": "Отправили код ещё раз.",
    "too_soon": "Код уже отправлен. Если СМС не пришла, попросите её ещё раз немного позже.",
    "codes_exhausted": "Слишком много попыток. Попробуйте завтра или позвоните в клинику.",
    "phone_rests": "На ваш номер отправлено слишком много сообщений. Попробуйте через час.",
    "asked": "Вопрос передан клинике. Она ответит вам сама, обычно по телефону.",
    "asked_enough": "Клиника уже получила ваши вопросы. Остальное удобнее спросить по телефону.",
    "not_understood": NOT_UNDERSTOOD,
    "no_code_asked": NO_CODE_ASKED,
    "not_your_number": NOT_YOUR_NUMBER,
    "read_first": "Сначала откройте документ: подписать можно то, что показано.",
    "agreement_first": (
        "Сначала нужно соглашение об электронной подписи: оно заключается один раз. Вот оно."
    ),
    "agreement_missing": "Соглашения об электронной подписи с вами нет. Позвоните в клинику.",
    "phone_too_new": (
        "Ваш номер в клинике сменили меньше суток назад. Для вашей защиты такой документ кодом можно будет"
        " подписать завтра."
    ),
    "not_by_code": (
        "Этот документ кодом не подписывается. Откройте его на весь экран или по ссылке из СМС: там"
        " сказано, как."
    ),
    "understood_wrong": "Не все ответы верные. Перечитайте документ или спросите врача, если сомневаетесь.",
    "not_me": "Спасибо. Документ закрыт, клиника уже знает, что он пришёл не тому человеку.",
    "not_drawn": "Показать страницы здесь не получилось. Нажмите «Прислать PDF».",
}


def clinic_line(organization: Organization) -> str:
    """Return who sends and where to call; the number stays on one line."""
    phone = organization.phone.replace(" ", "\u00a0").replace("-", "\u2011")
    return f"Клиника «{organization.short_name}», {phone}"


def title(document: Document) -> str:
    """Return what a card calls a document: a list of chats shows a card's first words."""
    called = called_in_max(document)
    return called[:1].upper() + called[1:]


def help_text(organization: Organization | None) -> str:
    lines = [
        "Что я умею:",
        "• показать документы, которые ждут подписи: напишите «документы»;",
        "• прочитать документ здесь, прислать его файлом, подписать его или отказаться;",
        "• передать вопрос клинике;",
        "• больше не писать вам: «стоп».",
        "",
        "Подпись ставится после кода, который приходит на телефон.",
        "Никому его не сообщайте: сотрудники клиники код не спрашивают.",
    ]
    if organization is not None:
        lines += ["", f"Вопросы о лечении и документах: {clinic_line(organization)}."]
    return "\n".join(lines)


def day(moment: datetime) -> str:
    return f"{moment:%d.%m.%Y}"
