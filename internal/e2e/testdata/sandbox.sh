#!/bin/sh
# Runs a command where it sees only its own loopback interface, /run, /dev/log and
# changes to /etc. To be started in new mount, network and process namespaces:
#
#	unshare --mount --net --pid --fork --kill-child --mount-proc sh sandbox.sh FOLDER COMMAND...
set -eu
layers=$1/layers
shift

# overlay makes changes to a folder go to a file system that dies with the sandbox.
overlay() {
	mkdir -p "$layers$1/upper" "$layers$1/work"
	mount -t overlay -o "lowerdir=$1,upperdir=$layers$1/upper,workdir=$layers$1/work" overlay "$1"
}

ip link set lo up
mkdir "$layers"
mount -t tmpfs tmpfs "$layers"
overlay /etc
overlay /dev
mount -t tmpfs tmpfs /dev/shm
mount -t devpts -o newinstance,ptmxmode=0666 devpts /dev/pts
mount -t tmpfs tmpfs /run

# A user without rights.
echo 'e2e:x:4321:4321::/nonexistent:/bin/sh' >>/etc/passwd
echo 'e2e:*:20000::::::' >>/etc/shadow
echo 'e2e:x:4321:' >>/etc/group
echo 'e2e:432100000:65536' | tee -a /etc/subuid >>/etc/subgid

# Not exec: this shell is process 1 here and reaps what others leave behind.
"$@"
