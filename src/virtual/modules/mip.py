# `mip` as the firmware freezes it (docs/reference/packages.rst), from http:// and https:// addresses: a file, a package.json with
# "urls" and "deps", or a package of an index that is given. The index of micropython.org and the short names of GitHub and
# others are not asked: what a virtual board does must not depend on them.
import _host
import os
import sys

import requests

_EAI_FAIL = -202  # what the name server's silence looks like on the chip


def _refuse(address):
    _host.note("mip-address", address)
    raise OSError(_EAI_FAIL)


def _get(url):
    if not url.startswith(("http://", "https://")):
        _refuse(url)
    return requests.get(url)


def _make_folders(path):
    folder = ""
    for part in path.split("/")[:-1]:
        folder += part
        if folder:
            try:
                os.stat(folder)
            except OSError:
                os.mkdir(folder)
        folder += "/"


def _download(url, path):
    response = _get(url)
    try:
        if response.status_code != 200:
            print("Error", response.status_code, "requesting", url)
            return False
        print("Copying:", path)
        _make_folders(path)
        with open(path, "wb") as file:
            data = bytearray(512)
            while True:
                size = response.raw.readinto(data)
                if not size:
                    return True
                file.write(memoryview(data)[:size])
    finally:
        response.close()


def _install_package(url, index, target, mpy):
    response = _get(url)
    try:
        if response.status_code != 200:
            print("Package not found:", url)
            return False
        package = response.json()
    finally:
        response.close()
    for path, hash in package.get("hashes", ()):
        if not _download("{}/file/{}/{}".format(index, hash[:2], hash), target + "/" + path):
            print("File not found: {} {}".format(path, hash))
            return False
    base = url.rpartition("/")[0]
    for path, source in package.get("urls", ()):
        if ":" not in source.split("/")[0]:
            source = base + "/" + source
        if not _download(source, target + "/" + path):
            print("File not found: {} {}".format(path, source))
            return False
    for name, wanted in package.get("deps", ()):
        if not _install(name, index, target, wanted, mpy):
            return False
    return True


def _install(package, index, target, version, mpy):
    if "://" not in package:
        if not index:
            _refuse(package)
        version = version or "latest"
        print("Installing {} ({}) from {} to {}".format(package, version, index, target))
        kind = sys.implementation._mpy & 0xFF if mpy else "py"
        url = "{}/package/{}/{}/{}.json".format(index, kind, package, version)
        return _install_package(url, index, target, mpy)
    if package.endswith(".py") or package.endswith(".mpy"):
        print("Downloading {} to {}".format(package, target))
        return _download(package, target + "/" + package.rsplit("/")[-1])
    if not package.endswith(".json"):
        package += "package.json" if package.endswith("/") else "/package.json"
    print("Installing {} to {}".format(package, target))
    return _install_package(package, index, target, mpy)


def install(package, index=None, target=None, version=None, mpy=True):
    if not target:
        for path in sys.path:
            if path.endswith("/lib"):
                target = path
                break
        else:
            print("Unable to find lib dir in sys.path")
            return
    if _install(package, index and index.rstrip("/"), target, version, mpy):
        print("Done")
    else:
        print("Package may be partially installed")
