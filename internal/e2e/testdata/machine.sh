#!/bin/sh
# Runs a command on a machine whose own folders are those of a tree, with nothing
# in the environment but PATH. To be started in a new mount namespace:
#
#	unshare --mount sh machine.sh TREE COMMAND...
set -eu
tree=$1
shift

mkdir -p /etc/ecssecrets /etc/sudoers.d
for folder in etc/ecssecrets etc/sudoers.d home root sys/class usr/local/sbin var/lib; do
	mkdir -p "$tree/$folder"
	mount --bind "$tree/$folder" "/$folder"
done
cd /
exec env -i "PATH=$PATH" "$@"
