"""HTTP: shipments, tracking numbers, carriers, and the public tracking page."""

import tracking.accounts.routes
import tracking.news.routes
import tracking.numbers.routes
import tracking.page.routes
import tracking.shipments.routes  # noqa: F401 - the routes
from tracking.endpoint import accounts, api, shipments
from waybill.access import authenticator
from waybill.settings import on_lambda

lambda_handler = api.lambda_handler

if on_lambda():
    authenticator()
    shipments()
    accounts()
