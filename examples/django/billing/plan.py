from mirror.models import StripeSubscriptionItem


def plan_of(user):
    """What the user has subscribed to, as Stripe has it; None: nothing."""
    profile = getattr(user, "profile", None)
    if profile is None or profile.stripe_subscription_id == "":
        return None
    item = (
        StripeSubscriptionItem.objects.filter(owner=profile.stripe_subscription_id)
        .select_related("price__product")
        .order_by("created", "id")
        .first()
    )
    return None if item is None or item.price is None else item.price.product
