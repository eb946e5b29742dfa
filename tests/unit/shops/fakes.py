"""Storage in memory, with the conditions that the real one has (tests/integration/shops)."""

from shops.models import Platform


class FakeStore:
    def __init__(self):
        self.all_shops = {}
        self.keys = {}
        self.platforms = {}
        self.observations = {}
        self.aside = []
        self.failing = False
        self.before_amending = []
        """What others do, once each, right before a shop is amended."""

    def add_shop(self, shop, stamp, request_hash):
        return self.all_shops.setdefault(shop.id, (shop, request_hash))

    def shop(self, shop_id):
        return self.all_shops[shop_id][0] if shop_id in self.all_shops else None

    def amend_shop(self, shop, stamp):
        if self.before_amending:
            self.before_amending.pop(0)()
        known, request_hash = self.all_shops[shop.id]
        if known.version != shop.version - 1:
            return False
        self.all_shops[shop.id] = (shop, request_hash)
        return True

    def shops(self, limit, start):
        ordered = sorted(
            (shop for shop, _ in self.all_shops.values()), key=lambda s: s.created_at, reverse=True
        )
        return ordered[:limit], None

    def add_api_key(self, key, stamp):
        if key.id in self.keys:
            return False
        self.keys[key.id] = key
        return True

    def api_keys(self, shop_id, limit, start):
        own = sorted((k for k in self.keys.values() if k.shop_id == shop_id), key=lambda k: k.id)
        return own[::-1][:limit], None

    def revoke_api_key(self, shop_id, key_id, stamp):
        return key_id in self.keys

    def platform(self, shop_id, name):
        return self.platforms.get((shop_id, name))

    def set_platform(self, shop_id, name, secrets, stamp):
        known = self.platforms.get((shop_id, name))
        kept = known.secrets if known else ()
        platform = Platform(shop_id, name, kept if secrets is None else tuple(secrets), stamp.at)
        self.platforms[shop_id, name] = platform
        return platform

    def observe(self, observation, stamp):
        if self.failing:
            raise OSError
        key = (observation.shop_id, observation.platform, observation.external_id)
        known = self.observations.get(key)
        if known and known.observed_at >= observation.observed_at:
            return False
        self.observations[key] = observation
        return True

    def set_aside(self, delivery, stamp):
        if self.failing:
            raise OSError
        self.aside.append(delivery)
