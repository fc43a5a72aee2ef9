"""What the site does when something changed at Stripe. It learns of it in one of two ways: a signed webhook, or the feed."""
import base64
import hashlib
import hmac
import time

from django.db import DatabaseError, connection, transaction

from mirror.models import StripeSubscription

from .models import ChangeReader, SubscriptionNotice

TOLERANCE_S = 5 * 60
EXPIRED, FOREIGN = "LSC02", "LSC03"


def react(type, id):
    """Reads the object from the mirror. The same change may come twice, so what was done already is not done again."""
    if type != "subscription":
        return
    subscription = StripeSubscription.objects.filter(id=id).first()
    status = "deleted" if subscription is None else subscription.status
    last = SubscriptionNotice.objects.filter(subscription_id=id).order_by("-id").first()
    if last is None or last.status != status:
        SubscriptionNotice.objects.create(subscription_id=id, status=status)


def is_signed(headers, body, secret):
    """Whether Lockstep signed these bytes a moment ago, by the Standard Webhooks scheme."""
    message, sent_at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not sent_at.isascii() or not sent_at.isdigit() or abs(time.time() - int(sent_at)) > TOLERANCE_S:
        return False
    key = base64.b64decode(secret[len("whsec_") :])
    digest = hmac.new(key, f"{message}.{sent_at}.".encode() + body, hashlib.sha256).digest()
    expected = b"v1," + base64.b64encode(digest)
    given = headers.get("webhook-signature", "").encode().split(b" ")
    return any(hmac.compare_digest(expected, signature) for signature in given)


def step(name="billing", most=100):
    """Reacts to the next changes of the feed. Returns how many there were."""
    with transaction.atomic():
        ChangeReader.objects.get_or_create(name=name)
        reader = ChangeReader.objects.select_for_update().get(name=name)  # a second process waits here
        if reader.cursor == "":
            return begin(reader)
        try:
            with transaction.atomic():
                changes = changes_after(reader.cursor, most)
        except DatabaseError as error:
            if state_of(error) not in (EXPIRED, FOREIGN):
                raise
            return begin(reader)
        for cursor, type, id in changes:
            react(type, id)
            reader.cursor = cursor
        reader.save()  # together with what was done
    return len(changes)


def begin(reader):
    """First the cursor, then the mirror: what commits in between is after the cursor."""
    with connection.cursor() as database:
        database.execute("select lockstep.changes_now()")
        (reader.cursor,) = database.fetchone()
    for (id,) in StripeSubscription.objects.values_list("id"):
        react("subscription", id)
    reader.save()
    return 0


def changes_after(cursor, most):
    with connection.cursor() as database:
        database.execute("select cursor, type, id from lockstep.changes_after(%s, %s)", [cursor, most])
        return database.fetchall()


def state_of(error):
    """PostgreSQL's code for the error, from psycopg2 or psycopg."""
    cause = error.__cause__
    return getattr(cause, "sqlstate", None) or getattr(cause, "pgcode", None)
