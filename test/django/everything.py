# Imports the models of every table, as `lockstep generate django` wrote them, reads a row of each, and prints their names.
# python3 everything.py <folder of the app "everything">
import os
import sys
from urllib.parse import urlparse

import django
from django.apps import apps
from django.conf import settings
from django.core.checks import run_checks

sys.path.insert(0, sys.argv[1])
database = urlparse(os.environ["DATABASE_URL"])
settings.configure(
    INSTALLED_APPS=["everything"],
    USE_TZ=True,
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "HOST": database.hostname,
            "PORT": database.port,
            "NAME": database.path[1:],
            "USER": database.username,
            "PASSWORD": database.password,
        }
    },
)
django.setup()
for problem in run_checks():
    print("problem", problem)
models = apps.get_app_config("everything").get_models()
print("read", sum(1 for model in models if list(model.objects.all()[:1]) is not None))
customer = apps.get_model("everything", "StripeCustomer")
print("shown as", customer(id="cus_1", name="Ada"), "and", customer(id="cus_1"))
print("called", customer._meta.verbose_name, "and", customer._meta.verbose_name_plural)
