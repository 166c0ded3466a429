# `mip` as the firmware freezes it (docs/reference/packages.rst), from http:// addresses: a file, or a package.json with
# "urls" and "deps". The index of micropython.org and the addresses of GitHub and others need HTTPS, which is not here.
import _host
import os
import sys

import requests

_EAI_FAIL = -202  # what the name server's silence looks like on the chip


def _refuse(address):
    _host.note("mip-https", address)
    raise OSError(_EAI_FAIL)


def _get(url):
    if not url.startswith("http://"):
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


def _install_package(url, target, version):
    response = _get(url)
    try:
        if response.status_code != 200:
            print("Package not found:", url)
            return False
        package = response.json()
    finally:
        response.close()
    base = url.rpartition("/")[0]
    for path, source in package.get("urls", ()):
        if ":" not in source.split("/")[0]:
            source = base + "/" + source
        if not _download(source, target + "/" + path):
            print("File not found: {} {}".format(path, source))
            return False
    for name, wanted in package.get("deps", ()):
        if not _install(name, target, wanted):
            return False
    return True


def _install(package, target, version):
    if "://" not in package:
        _refuse(package)
    if package.endswith(".py") or package.endswith(".mpy"):
        print("Downloading {} to {}".format(package, target))
        return _download(package, target + "/" + package.rsplit("/")[-1])
    if not package.endswith(".json"):
        package += "package.json" if package.endswith("/") else "/package.json"
    print("Installing {} to {}".format(package, target))
    return _install_package(package, target, version)


def install(package, index=None, target=None, version=None, mpy=True):
    if not target:
        for path in sys.path:
            if path.endswith("/lib"):
                target = path
                break
        else:
            print("Unable to find lib dir in sys.path")
            return
    if _install(package, target, version):
        print("Done")
    else:
        print("Package may be partially installed")
