from django.apps import apps
from django.test.runner import DiscoverRunner


class MirrorTestRunner(DiscoverRunner):
    """
    In the test database there is no Lockstep, and so no mirror: Django makes plain tables in the place of the views, and
    a test puts rows into them as into any model's.
    """

    def setup_databases(self, **kwargs):
        for model in apps.get_app_config("mirror").get_models():
            model._meta.managed = True
        return super().setup_databases(**kwargs)
