#!/bin/sh
# Removes a control group whose processes are gone.
set -eu
groups=$(mktemp -d)
mount -t cgroup2 cgroup2 "$groups"
find "$groups/$1" -depth -type d -exec rmdir {} +
umount "$groups"
rmdir "$groups"
