"""The certificate authority that an embedded cluster tells its Pods about (`kube-root-ca.crt`).

One authority for all embedded clusters: Pods are simulated and open no TLS connections, so it protects nothing, and its key is
as public as everything else here. The certificate signing controller signs with it. What is served over HTTPS has an authority
of its own, made for each process (`http/certificates.py`), and takes of this one only certificates that it knows to be issued.
"""

from hashlib import sha256

#: the authority's private key: 32 bytes of an Ed25519 key
KEY = sha256(b"k8snb: the authority of every embedded cluster").digest()

CERTIFICATE = """\
-----BEGIN CERTIFICATE-----
MIHrMIGeoAMCAQICAQEwBQYDK2VwMBUxEzARBgNVBAMMCm1pbmlrdWJlQ0EwHhcN
MjUxMjMxMDAwMDAwWhcNNDUxMjMxMDAwMDAwWjAVMRMwEQYDVQQDDAptaW5pa3Vi
ZUNBMCowBQYDK2VwAyEA8vxijrSypTcLcRCQu94riUa6dTjBtO7AffD5r8/+tL6j
EzARMA8GA1UdEwEB/wQFMAMBAf8wBQYDK2VwA0EAaNL+IYLNEvqnAbuBDomidYsN
K96dfN+5TrcolKFhuuWewNS5GTG2Qg2HMAAN2U8MkTPBWwL5lutijHdPDcpQCw==
-----END CERTIFICATE-----
"""
