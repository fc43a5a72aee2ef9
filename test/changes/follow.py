import json
import os
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen


def read(after=None, wait=0):
    """A page of changes. With wait, the service answers as soon as there is one, or after so many seconds without."""
    query = {"types": "customer,subscription", "wait": wait}
    if after is not None:
        query["after"] = after
    request = Request(
        f"{os.environ['LOCKSTEP_URL']}/v1/changes?{urlencode(query)}",
        headers={"Authorization": f"Bearer {os.environ['LOCKSTEP_TOKEN']}"},
    )
    with urlopen(request, timeout=90) as response:
        return json.load(response)


def follow(load, save, handle, start_over):
    """Calls handle for each change, in order. load and save keep the cursor, best in the app's own database."""
    while True:
        cursor = load()
        try:
            if cursor is None:
                raise LookupError("this reader begins")
            page = read(cursor, wait=30)
        except (LookupError, HTTPError) as gone:
            if isinstance(gone, HTTPError) and gone.code != 410:
                raise
            cursor = read()["next"]  # first the cursor, then the mirror: what commits in between is after the cursor
            start_over()
            save(cursor)
            continue
        for change in page["changes"]:
            handle(change)
        save(page["next"])
