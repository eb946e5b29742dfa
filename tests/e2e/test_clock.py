"""The clock's own sweep, and what is asked at once: with the rights that the functions have."""

from local import props
from local.calls import comes_true

ONE_FIRING_AND_A_TICK = 130.0  # the schedule fires each minute; a new parcel is asked in two


def test_a_refresh_asks_at_once_and_is_counted(told, calls, shop):
    assert told
    _, key = shop
    order = props.order("CUP", 1, 500, {"email": "refresh@customer.example"})
    placed = calls.keyed(key, "POST", "/v1/orders", order)
    number = props.ems_number("EB", "FR")
    parcels = [{"tracking_number": number}]
    wanted = {"order_id": placed["id"], "parcels": parcels}
    shipment = calls.keyed(key, "POST", "/v1/shipments", wanted)
    journey = {"events": props.JOURNEY[:2], "origin": "JP", "destination": "FR"}
    calls.control("PUT", f"ems/{number}", journey)
    refreshed = calls.keyed(key, "POST", f"/v1/shipments/{shipment['id']}/refresh")
    assert refreshed["status"] == "in_transit"
    fares = calls.operator("GET", "/v1/carriers/ems")
    assert fares["calls_today"] >= 1
    assert fares["breaker"]["state"] == "closed"


def test_the_schedule_finds_a_new_parcel_within_two_minutes(told, calls, shop):
    assert told  # the story has set up the carrier
    _, key = shop
    order = props.order("CUP", 1, 500, {"email": "clock@customer.example"})
    placed = calls.keyed(key, "POST", "/v1/orders", order)
    number = props.ems_number("EE", "DE")
    journey = {"events": props.JOURNEY[:4], "origin": "JP", "destination": "DE"}
    calls.control("PUT", f"ems/{number}", journey)
    parcels = [{"tracking_number": number}]
    wanted = {"order_id": placed["id"], "parcels": parcels}
    shipment = calls.keyed(key, "POST", "/v1/shipments", wanted)

    def status():
        return calls.keyed(key, "GET", f"/v1/shipments/{shipment['id']}")["status"]

    assert comes_true(lambda: status() == "in_transit", ONE_FIRING_AND_A_TICK)
