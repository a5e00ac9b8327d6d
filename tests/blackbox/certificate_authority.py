"""Certificates of an authority of one's own, and what it says of them by OCSP: made by OpenSSL's command line."""

import ssl
import subprocess
import time


def openssl(*arguments, **more):
    return subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, timeout=30, **more)


class Authority:
    """A certificate authority of its own, which also says by OCSP that a certificate is good."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir()
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", 2, "-subj", "/CN=Test CA",
                "-keyout", folder / "ca.key", "-out", folder / "ca.pem")
        self.serial = int(time.time()) * 1000

    def issue(self, target, *names, days=2, purpose=None):
        target.mkdir(exist_ok=True)
        self.serial += 1
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={names[0]}",
                "-keyout", target / "privkey.pem", "-out", target / "request.pem")
        (target / "names").write_text("subjectAltName=" + ",".join(f"DNS:{name}" for name in names) +
                                      (f"\nextendedKeyUsage={purpose}" if purpose else ""))
        openssl("x509", "-req", "-in", target / "request.pem", "-CA", self.folder / "ca.pem", "-CAkey", self.folder / "ca.key",
                "-set_serial", self.serial, "-days", days, "-extfile", target / "names", "-out", target / "cert.pem")
        (target / "fullchain.pem").write_text((target / "cert.pem").read_text() + (self.folder / "ca.pem").read_text())
        return target

    def staple(self, target, by=None):
        """Puts a good OCSP response beside the certificate, signed by the authority or in its name by another certificate."""
        serial = openssl("x509", "-in", target / "cert.pem", "-noout", "-serial").stdout.decode().strip().split("=")[1]
        (self.folder / "index.txt").write_text(f"V\t991231235959Z\t\t{serial}\tunknown\t/CN=any\n")
        signer = (by / "cert.pem", by / "privkey.pem") if by else (self.folder / "ca.pem", self.folder / "ca.key")
        openssl("ocsp", "-index", self.folder / "index.txt", "-rsigner", signer[0], "-rkey", signer[1],
                "-CA", self.folder / "ca.pem", "-issuer", self.folder / "ca.pem", "-cert", target / "cert.pem", "-ndays", 2,
                "-respout", target / "ocsp.der")

    def context(self):
        return ssl.create_default_context(cafile=self.folder / "ca.pem")
