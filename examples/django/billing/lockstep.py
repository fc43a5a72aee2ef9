import json
import os
from urllib.parse import quote
from urllib.request import Request, urlopen


def create_customer(username):
    """The id of the user's Stripe customer: made now, or the one that is there. Once per user, however often it is called."""
    request = Request(
        f"{os.environ['LOCKSTEP_URL']}/create-customer/{quote(username, safe='')}",
        method="POST",
        headers={"Authorization": f"Bearer {os.environ['LOCKSTEP_TOKEN']}"},
    )
    with urlopen(request, timeout=30) as response:
        return json.load(response)["id"]
