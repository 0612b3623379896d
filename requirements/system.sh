#!/bin/sh
# Installs the packages of system.txt, or of the list named, that are missing: as root, or with sudo where that asks nothing.
# Without that right it says in one line what is missing and goes on: only pictures and the panel suffer.
set -u
list=$(dirname "$0")/${1:-system.txt}
command -v dpkg-query >/dev/null 2>&1 || exit 0
missing=
for package in $(sed 's/#.*//' "$list"); do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
[ -z "$missing" ] && exit 0
as_root=
if [ "$(id -u)" -ne 0 ]; then
    if sudo -n true 2>/dev/null; then as_root="sudo -n"; else
        echo "missing Debian packages (install as root: apt-get install$missing)" >&2
        exit 0
    fi
fi
# shellcheck disable=SC2086
{ $as_root apt-get -qq update && DEBIAN_FRONTEND=noninteractive $as_root apt-get -qq install --no-install-recommends $missing; } >/dev/null 2>&1 \
    || echo "could not install:$missing" >&2
exit 0
