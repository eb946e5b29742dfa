"""Stock in transit is proven at both ends."""


def proven(shop):
    answer = shop.call("POST", "/v1/stock-checks", {"sku": "A"}, expect=200)
    assert {level["verdict"] for level in answer["levels"]} == {"proven"}
    return {
        level["location_id"]: (level["on_hand"]["computed"], level["incoming"]["computed"])
        for level in answer["levels"]
    }


def test_a_transfer_is_proven_on_its_way_and_at_its_end(shop):
    shop.stocked("A", 10)
    shop.call("PUT", "/v1/locations/store", {"name": "s", "country": "DE"}, expect=201)
    sent = {"sku": "A", "location_id": "hq", "to_location_id": "store", "quantity": 4}
    told = shop.call(
        "POST",
        "/v1/stock-movements",
        sent | {"kind": "transferred", "in_transit": True},
        expect=201,
    )
    assert proven(shop) == {"hq": (6, 0), "store": (0, 4)}
    part = {"sku": "A", "location_id": "store", "transfer_id": told["transfer_id"]}
    arrived = part | {"kind": "received", "quantity": 3}
    shop.call("POST", "/v1/stock-movements", arrived, expect=201)
    assert proven(shop) == {"hq": (6, 0), "store": (3, 1)}
    lost = part | {"kind": "adjusted", "quantity": -1, "reason": "lost"}
    shop.call("POST", "/v1/stock-movements", lost, expect=201)
    assert proven(shop) == {"hq": (6, 0), "store": (3, 0)}
