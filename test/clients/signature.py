"""Checks one webhook from standard input as an app in Python does; prints its type. Called with its signature header and the secret."""

import sys

import stripe

signature, secret = sys.argv[1:3]
print(stripe.Webhook.construct_event(sys.stdin.buffer.read(), signature, secret).type)
