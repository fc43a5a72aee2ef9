import time

from django.core.management.base import BaseCommand

from billing.changes import step


class Command(BaseCommand):
    help = "Reacts to what changes at Stripe, in order, until it is stopped."

    def add_arguments(self, parser):
        parser.add_argument("--once", action="store_true", help="end when nothing is left to react to")

    def handle(self, *args, once, **options):
        step()  # the first step of a new reader takes its cursor
        while True:
            if step() > 0:
                continue
            if once:
                return
            time.sleep(1)
