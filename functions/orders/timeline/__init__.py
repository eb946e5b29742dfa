"""The timeline: everything that happened to an order, assembled when somebody asks."""
