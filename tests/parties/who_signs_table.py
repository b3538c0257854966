"""Who must sign, as a lawyer would write it on one sheet: read from 323-ФЗ, ГК and 152-ФЗ, not from our code.

A line is a kind of document, a capacity, a matter and then spans of age with letters: П the patient alone,
Р his representative alone, ПР both together, a slash where the law leaves a choice, — where nobody may.
Written by hand, never computed: its purpose is to disagree with `sep.parties.who_signs` when that is wrong.
"""

SHEET = """
ИДС       обычная      обычное         0-14 Р    15-∞ П
ИДС       обычная      нарколог        0-17 Р    18-∞ П
ИДС       обычная      освидет         0-17 Р    18-∞ П
ИДС       обычная      наркомания      0-15 Р    16-∞ П
ИДС       обычная      трансплант      0-17 Р    18-∞ П
ИДС       эмансип      обычное         0-13 —    14-∞ П
ИДС       эмансип      нарколог        0-13 —    14-∞ П
ИДС       эмансип      освидет         0-13 —    14-∞ П
ИДС       эмансип      наркомания      0-13 —    14-∞ П
ИДС       эмансип      трансплант      0-13 —    14-∞ П
ИДС       ограничен    обычное         0-14 Р    15-∞ П
ИДС       ограничен    нарколог        0-17 Р    18-∞ П
ИДС       ограничен    освидет         0-17 Р    18-∞ П
ИДС       ограничен    наркомания      0-15 Р    16-∞ П
ИДС       ограничен    трансплант      0-17 Р    18-∞ П
ИДС       недееспос    обычное         0-14 Р    15-17 П    18-∞ Р
ИДС       недееспос    нарколог        0-∞ Р
ИДС       недееспос    освидет         0-∞ Р
ИДС       недееспос    наркомания      0-15 Р    16-17 П    18-∞ Р
ИДС       недееспос    трансплант      0-∞ Р
ИДС       согласен     обычное         0-14 Р    15-∞ П
ИДС       согласен     нарколог        0-17 Р    18-∞ П
ИДС       согласен     освидет         0-17 Р    18-∞ П
ИДС       согласен     наркомания      0-15 Р    16-∞ П
ИДС       согласен     трансплант      0-17 Р    18-∞ П
договор   обычная      *               0-13 Р    14-17 ПР/Р    18-∞ П
договор   эмансип      *               0-13 —    14-∞ П
договор   ограничен    *               0-13 Р    14-17 ПР/Р    18-∞ ПР
договор   недееспос    *               0-13 Р    14-17 ПР/Р    18-∞ Р
договор   согласен     *               0-13 Р    14-17 ПР/Р    18-∞ Р
ПДн       обычная      *               0-14 Р    15-17 ПР    18-∞ П
ПДн       эмансип      *               0-13 —    14-∞ П
ПДн       ограничен    *               0-14 Р    15-17 ПР    18-∞ П
ПДн       недееспос    *               0-14 Р    15-17 ПР    18-∞ Р
ПДн       согласен     *               0-14 Р    15-17 ПР    18-∞ Р
ПЭП       обычная      *               0-13 Р    14-17 П/Р    18-∞ П
ПЭП       эмансип      *               0-13 —    14-∞ П
ПЭП       ограничен    *               0-13 Р    14-17 П/Р    18-∞ П/Р
ПЭП       недееспос    *               0-13 Р    14-17 П/Р    18-∞ Р
ПЭП       согласен     *               0-13 Р    14-17 П/Р    18-∞ П/Р
"""

COLUMNS = {
    "consent": "ИДС",
    "refusal": "ИДС",
    "withdrawal": "ИДС",
    "contract": "договор",
    "act": "договор",
    "other": "договор",
    "personal_data_consent": "ПДн",
    "pep_agreement": "ПЭП",
}
CAPACITIES = {
    "ordinary": "обычная",
    "emancipated": "эмансип",
    "limited": "ограничен",
    "incapable": "недееспос",
    "incapable_consenting": "согласен",
}
MATTERS = {
    "ordinary": "обычное",
    "narcology": "нарколог",
    "examination": "освидет",
    "addiction": "наркомания",
    "transplantation": "трансплант",
}

REPRESENTS = """
обычная      0-17 mother father parent adoptive_parent guardian trustee    18-∞ —
эмансип      0-∞ —
ограничен    0-17 mother father parent adoptive_parent guardian trustee    18-∞ trustee
недееспос    0-17 mother father parent adoptive_parent guardian trustee    18-∞ guardian
согласен     0-17 mother father parent adoptive_parent guardian trustee    18-∞ guardian
"""
"""Whose relation makes a legal representative, by the patient's capacity and age."""
