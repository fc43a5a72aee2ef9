import base64
import hashlib
import hmac
import json
import os
import time
from datetime import datetime, timezone
from unittest.mock import patch

from django.contrib.auth.models import User
from django.test import Client, TestCase

from mirror.models import StripePrice, StripeProduct, StripeSubscription, StripeSubscriptionItem

from .models import SubscriptionNotice, UserProfile


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


KEY = b"what this site and Lockstep know"


@patch.dict(os.environ, LOCKSTEP_CHANGES_SECRET="whsec_" + base64.b64encode(KEY).decode())
class ChangesTests(TestCase):
    def setUp(self):
        self.subscription = StripeSubscription.objects.create(id="sub_1", status="active", data={})

    def send(self, sent_at=None, key=KEY, also=""):
        """As Lockstep would."""
        body = json.dumps({"type": "subscription.updated", "object": {"type": "subscription", "id": "sub_1"}})
        sent_at = str(int(time.time())) if sent_at is None else str(sent_at)
        digest = hmac.new(key, f"chg_1.{sent_at}.{body}".encode(), hashlib.sha256).digest()
        return self.client.post(
            "/lockstep/changes/",
            body + also,
            content_type="application/json",
            HTTP_WEBHOOK_ID="chg_1",
            HTTP_WEBHOOK_TIMESTAMP=sent_at,
            HTTP_WEBHOOK_SIGNATURE="v1,b3RoZXI= v1," + base64.b64encode(digest).decode(),
        )

    def notices(self):
        return list(SubscriptionNotice.objects.order_by("id").values_list("subscription_id", "status"))

    def test_a_change_is_reacted_to_once_however_often_it_is_sent(self):
        self.assertEqual([self.send().status_code, self.send().status_code], [204, 204])
        self.assertEqual(self.notices(), [("sub_1", "active")])
        StripeSubscription.objects.update(status="canceled")
        self.send()
        self.assertEqual(self.notices(), [("sub_1", "active"), ("sub_1", "canceled")])

    def test_a_message_that_lockstep_did_not_sign_is_refused(self):
        self.assertEqual(self.send(key=b"another").status_code, 400)
        self.assertEqual(self.send(also=" ").status_code, 400)
        self.assertEqual(self.client.post("/lockstep/changes/", {}).status_code, 400)
        self.assertEqual(self.notices(), [])

    def test_an_old_message_is_refused(self):
        self.assertEqual(self.send(sent_at=int(time.time()) - 3600).status_code, 400)
        self.assertEqual(self.send(sent_at="soon").status_code, 400)
        self.assertEqual(self.notices(), [])
