from django.contrib.auth.views import LoginView
from django.urls import path

from billing.views import plan

urlpatterns = [
    path("accounts/login/", LoginView.as_view()),
    path("plan/", plan),
]
