"""The connector «внешний кабинет»: a patient cabinet of somebody else in the role of ours."""
