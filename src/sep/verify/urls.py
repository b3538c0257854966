"""Where the QR of a signed document leads."""

from django.urls import path

from sep.verify import views

urlpatterns = [path("verify", views.verify, name="verify")]
