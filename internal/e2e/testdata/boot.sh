#!/bin/sh
# Boots the system in a folder, as containers do. To be started in new mount,
# process, host name and IPC namespaces:
#
#	unshare --mount --pid --fork --kill-child --uts --ipc sh boot.sh ROOT GROUP
#
# GROUP is a name for its control group, which is a part of nobody's.
set -eu
root=$1
groups=$(mktemp -d)
mount -t cgroup2 cgroup2 "$groups"
mkdir "$groups/$2"
echo 0 >"$groups/$2/cgroup.procs"
umount "$groups"
rmdir "$groups"
mount -t proc proc "$root/proc"
mount --bind "$root/proc/sys" "$root/proc/sys"
mount -o remount,bind,ro "$root/proc/sys" # they are the machine's
# shellcheck disable=SC2016 # the inner shell's
exec unshare --cgroup sh -eu -c '
	mount -t cgroup2 cgroup2 "$1/sys/fs/cgroup"
	cd "$1"
	pivot_root . mnt
	umount --lazy /mnt
	exec env -i container=e2e PATH=/usr/sbin:/usr/bin:/sbin:/bin /sbin/init --log-target=journal' sh "$root"
