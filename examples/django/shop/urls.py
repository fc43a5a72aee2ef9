from django.contrib.auth.views import LoginView
from django.urls import path

from billing.views import changes, plan, portal, subscribe, token

urlpatterns = [
    path("accounts/login/", LoginView.as_view()),
    path("plan/", plan),
    path("plan/subscribe/", subscribe),
    path("plan/portal/", portal),
    path("plan/token/", token),
    path("lockstep/changes/", changes),
]
