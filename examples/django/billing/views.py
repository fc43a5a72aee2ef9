from django.contrib.auth.decorators import login_required
from django.shortcuts import render

from .plan import plan_of


@login_required
def plan(request):
    return render(request, "billing/plan.html", {"plan": plan_of(request.user)})
