import json
import os

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from .changes import is_signed, react
from .lockstep import LockstepError, ask, user_token
from .plan import plan_of


@login_required
def plan(request):
    return render(request, "billing/plan.html", {"plan": plan_of(request.user)})


@login_required
@require_POST
def subscribe(request):
    """For the page's script, which continues with Elements. The session decides whose it is, never the form."""
    body = {"price": request.POST["price"]}
    try:
        return JsonResponse(ask("POST", request.user, "/subscriptions", body, key=request.POST.get("key")))
    except LockstepError as refused:
        return JsonResponse({"code": refused.code, "message": str(refused)}, status=refused.status)


@login_required
@require_POST
def portal(request):
    """To Stripe's own page for cards, invoices and cancelling, and back."""
    return redirect(ask("POST", request.user, "/portal", {"returnUrl": "/plan/"})["url"])


@login_required
def token(request):
    """For a script that asks Lockstep itself."""
    response = JsonResponse({"token": user_token(request.user)})
    response["Cache-Control"] = "no-store"
    return response


@csrf_exempt
@require_POST
def changes(request):
    """From Lockstep, which sends it again unless the answer is 2xx. The signature says who sent it."""
    if not is_signed(request.headers, request.body, os.environ["LOCKSTEP_CHANGES_SECRET"]):
        return HttpResponse("the signature is not valid", status=400)
    changed = json.loads(request.body)["object"]
    react(changed["type"], changed["id"])
    return HttpResponse(status=204)
