"""What an app in Python does with Stripe, by Debian's python3-stripe: prints what it saw as one JSON object.

Called with the address of the emulator and a secret key.
"""

import json
import sys

import stripe

stripe.api_base, stripe.api_key = sys.argv[1:3]

customer = stripe.Customer.create(name="Ada", metadata={"plan": "old"}, idempotency_key="one-customer")
again = stripe.Customer.create(name="Ada", metadata={"plan": "old"}, idempotency_key="one-customer")
stripe.Customer.modify(customer.id, metadata={"plan": ""})

product = stripe.Product.create(name="Studio")
price = stripe.Price.create(product=product.id, unit_amount=9900, currency="usd", recurring={"interval": "month"})
card = stripe.PaymentMethod.attach("pm_card_visa", customer=customer.id)
subscription = stripe.Subscription.create(
    customer=customer.id,
    items=[{"price": price.id, "quantity": 2}],
    default_payment_method=card.id,
    expand=["latest_invoice"],
)
ended = stripe.Subscription.delete(subscription.id)

try:
    stripe.PaymentIntent.create(amount=500, currency="usd", payment_method="pm_card_chargeDeclined", confirm=True)
    declined = None
except stripe.error.CardError as error:
    declined = {"status": error.http_status, "code": error.code}
try:
    stripe.Customer.retrieve("cus_nobody")
    missing = None
except stripe.error.InvalidRequestError as error:
    missing = {"status": error.http_status, "code": error.code, "param": error.param}

for number in range(12):
    stripe.Coupon.create(percent_off=number + 1, duration="once")
coupons = [coupon.percent_off for coupon in stripe.Coupon.list(limit=5).auto_paging_iter()]
events = [event.type for event in stripe.Event.list(type="customer.subscription.*").auto_paging_iter()]

print(
    json.dumps(
        {
            "customer": {"id": customer.id, "again": again.id},
            "metadata": stripe.Customer.retrieve(customer.id).metadata,
            "subscription": {"status": subscription.status, "total": subscription.latest_invoice.total},
            "ended": ended.status,
            "declined": declined,
            "missing": missing,
            "coupons": coupons,
            "events": events,
        }
    )
)
