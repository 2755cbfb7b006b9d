#!/bin/sh
# Runs a command on a machine with a file system of its own: that of this one, in which changes go to
# the folders of a tree, where they are still there for the next command. Of this one it has processes,
# network, /dev and FOLDER. To be started in a new mount namespace:
#
#	unshare --mount sh ownroot.sh TREE FOLDER COMMAND...
set -eu
tree=$1 folder=$2
shift 2

# overlay makes changes to a folder go to one of the tree.
overlay() {
	mkdir -p "$tree/$2" "$tree/work/$2"
	mount -t overlay -o "lowerdir=$1,upperdir=$tree/$2,workdir=$tree/work/$2" overlay "$tree/merged$1"
}

mkdir -p "$tree/merged"
overlay / system
overlay /etc etc
for own in home root run sys/class; do
	mkdir -p "$tree/$own"
done
mount --rbind /sys "$tree/merged/sys"
for own in home root run sys/class; do
	mount --bind "$tree/$own" "$tree/merged/$own"
done
mount --rbind /dev "$tree/merged/dev"
mount --rbind /proc "$tree/merged/proc"
mount -t tmpfs tmpfs "$tree/merged/tmp"
mkdir -p "$tree/merged$folder"
mount --rbind "$folder" "$tree/merged$folder"
exec env -i "PATH=$PATH" chroot "$tree/merged" "$@"
