from datetime import datetime, timezone

from django.contrib.auth.models import User
from django.test import Client, TestCase

from mirror.models import StripePrice, StripeProduct, StripeSubscription, StripeSubscriptionItem

from .models import UserProfile


class PlanTests(TestCase):
    def setUp(self):
        self.user = User.objects.create_user("ada", password="lovelace")
        self.profile = UserProfile.objects.create(user=self.user)
        self.client.force_login(self.user)

    def subscribe(self, product_name):
        """As Lockstep would: the mirror's rows, and the id on the profile."""
        product = StripeProduct.objects.create(id="prod_1", name=product_name, data={})
        price = StripePrice.objects.create(id="price_1", product=product, unit_amount=900, data={})
        subscription = StripeSubscription.objects.create(id="sub_1", status="active", data={})
        StripeSubscriptionItem.objects.create(
            id="si_1",
            owner=subscription.id,
            subscription=subscription,
            price=price,
            created=datetime(2026, 11, 1, tzinfo=timezone.utc),
            data={},
        )
        UserProfile.objects.update(stripe_subscription_id=subscription.id)

    def test_who_has_not_subscribed_has_no_plan(self):
        self.assertContains(self.client.get("/plan/"), "You have no plan.")

    def test_a_subscriber_sees_the_name_of_the_product(self):
        self.subscribe("Studio")
        self.assertContains(self.client.get("/plan/"), "You have <strong>Studio</strong>.")

    def test_a_user_without_a_profile_has_no_plan(self):
        self.profile.delete()
        self.assertContains(self.client.get("/plan/"), "You have no plan.")

    def test_a_stranger_is_asked_to_sign_in(self):
        self.client.logout()
        self.assertRedirects(self.client.get("/plan/"), "/accounts/login/?next=/plan/")

    def test_a_form_of_another_site_subscribes_nobody(self):
        browser = Client(enforce_csrf_checks=True)
        browser.force_login(self.user)
        self.assertEqual(browser.post("/plan/subscribe/", {"price": "price_1"}).status_code, 403)

    def test_a_stranger_gets_no_token(self):
        self.client.logout()
        self.assertRedirects(self.client.get("/plan/token/"), "/accounts/login/?next=/plan/token/")
