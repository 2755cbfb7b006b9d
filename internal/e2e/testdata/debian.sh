#!/bin/sh
# Mounts a Debian of its own at TREE/root, whose changes go to TREE/upper. It has
# the network, the names and the certificates of where it is started, and CLASS for
# /sys/class.
#
#	sh debian.sh DEBIAN TREE CLASS
set -eu
root=$2/root
mkdir "$2/upper" "$2/work" "$root"
mount -t overlay -o "lowerdir=$1,upperdir=$2/upper,workdir=$2/work" overlay "$root"
mount -t proc proc "$root/proc"
mount -t sysfs -o ro sysfs "$root/sys"
mount --bind "$3" "$root/sys/class"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mount -t tmpfs tmpfs "$root/tmp"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for device in null zero full random urandom tty; do
	touch "$root/dev/$device"
	mount --bind "/dev/$device" "$root/dev/$device"
done
mknod "$root/dev/console" c 1 3 # nobody reads it
mkdir "$root/dev/shm" "$root/dev/pts"
mount -t tmpfs tmpfs "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=666 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
mkdir -p "$root/etc/ssl/certs"
touch "$root/etc/hosts"
touch "$root/run/docker.sock"
mount --bind /etc/ssl/certs "$root/etc/ssl/certs"
mount --bind /etc/hosts "$root/etc/hosts"
