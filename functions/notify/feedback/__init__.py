"""What comes back: from mail servers, and from the people that messages were for."""
