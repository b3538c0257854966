"""The patient's own account, «личный кабинет»: documents of one person over all clinics."""
