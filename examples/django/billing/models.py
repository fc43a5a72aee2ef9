from django.conf import settings
from django.db import models


class UserProfile(models.Model):
    """The app's own. Lockstep writes the two ids, and nothing else."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="profile")
    stripe_customer_id = models.CharField(max_length=255, blank=True, default="", editable=False)
    stripe_subscription_id = models.CharField(max_length=255, blank=True, default="", editable=False)
