import hashlib
import hmac
import json
import os
import time
from base64 import urlsafe_b64encode
from urllib.error import HTTPError
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


class LockstepError(Exception):
    """What Lockstep refused. `code` is for programs, the message and `hint` are for people."""

    def __init__(self, status, error):
        super().__init__(error["message"])
        self.status, self.code, self.hint = status, error["code"], error.get("hint")


def ask(method, user, path, body=None, key=None):
    """One of the routes below /v1/users/{id}. The service token says that the site itself asks; no browser ever sees it."""
    headers = {"Authorization": f"Bearer {os.environ['LOCKSTEP_TOKEN']}", "Content-Type": "application/json"}
    if key:
        headers["Idempotency-Key"] = key
    url = f"{os.environ['LOCKSTEP_URL']}/v1/users/{user.pk}{path}"
    data = None if body is None else json.dumps(body).encode()
    try:
        with urlopen(Request(url, method=method, headers=headers, data=data), timeout=30) as response:
            return json.load(response)
    except HTTPError as refused:
        raise LockstepError(refused.code, json.load(refused)["error"]) from refused


def user_token(user, seconds=600):
    """Lets a browser ask Lockstep itself, for this one user: a JSON Web Token (HS256), good for an hour at most."""

    def part(value):
        return urlsafe_b64encode(value).rstrip(b"=")

    payload = {"aud": "lockstep", "sub": str(user.pk), "exp": int(time.time()) + seconds}
    signed = b".".join(part(json.dumps(value).encode()) for value in ({"alg": "HS256", "typ": "JWT"}, payload))
    secret = os.environ["LOCKSTEP_USER_TOKEN_SECRET"].encode()
    return b".".join([signed, part(hmac.new(secret, signed, hashlib.sha256).digest())]).decode()
