from django.conf import settings
from django.db import models


class UserProfile(models.Model):
    """The app's own. Lockstep writes the two ids, and nothing else."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="profile")
    stripe_customer_id = models.CharField(max_length=255, blank=True, default="", editable=False)
    stripe_subscription_id = models.CharField(max_length=255, blank=True, default="", editable=False)


class ChangeReader(models.Model):
    """How far a reader of Lockstep's change feed has come."""

    name = models.CharField(max_length=50, unique=True)
    cursor = models.CharField(max_length=100, default="")


class SubscriptionNotice(models.Model):
    """What the site has to tell somebody: a subscription has a new status."""

    subscription_id = models.CharField(max_length=255)
    status = models.CharField(max_length=50)
    created = models.DateTimeField(auto_now_add=True)
