"""The packet path: Pod networks, Services and their iptables rules, cluster DNS, traces of requests, and traffic."""
