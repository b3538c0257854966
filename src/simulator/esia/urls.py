"""Addresses of the pretended ЕСИА; the service mounts them wherever its base address is to be."""

from django.urls import path

from simulator.esia import views

app_name = "simulator-esia"
urlpatterns = [
    path("aas/oauth2/ac", views.authorize, {"edition": 1}),
    path("aas/oauth2/te", views.token, {"edition": 1}),
    path("aas/oauth2/v2/ac", views.authorize, {"edition": 2}, name="authorize"),
    path("aas/oauth2/v3/te", views.token, {"edition": 2}, name="token"),
    path("rs/prns/<str:oid>", views.person, name="person"),
    path("api/faults", views.faults, name="faults"),
]
