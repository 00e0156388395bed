"""The certificate authority that an embedded cluster tells its Pods about (`kube-root-ca.crt`).

One certificate for all embedded clusters: Pods are simulated and open no TLS connections, so it protects nothing. What is
served over HTTPS has an authority of its own, made for each process (`http/certificates.py`).
"""

CERTIFICATE = """\
-----BEGIN CERTIFICATE-----
MIHrMIGeoAMCAQICAQEwBQYDK2VwMBUxEzARBgNVBAMMCm1pbmlrdWJlQ0EwHhcN
MjUxMjMxMDAwMDAwWhcNNDUxMjMxMDAwMDAwWjAVMRMwEQYDVQQDDAptaW5pa3Vi
ZUNBMCowBQYDK2VwAyEA9Tan4wTfUCKwilP1QUZn6XnKhTleCpJFBNIl0ZQfAM2j
EzARMA8GA1UdEwEB/wQFMAMBAf8wBQYDK2VwA0EANoqvCPJm56iBtW/jt8cG/29e
gY4oNY24WJdjfN8YOBqkRmDqOxlG+zdNIHfcZeLPy2pYSQSRjR8qJ1xueFBdDw==
-----END CERTIFICATE-----
"""
