//go:build linux

package e2e

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"
)

const (
	asUser      = "setpriv --reuid 1000 --regid 1000 --clear-groups "
	rootless    = asUser + "unshare --user --map-root-user " // as rootless podman runs what it runs
	makeSession = "install -d -m 700 -o 1000 -g 1000 /run/user/1000\n"
)

// TestWhereCopiesAreKept tells, for each way in which the program is started, in
// which folder the copy of a secret then is.
func TestWhereCopiesAreKept(t *testing.T) {
	cases := []struct {
		name   string
		setup  string // of /run, an empty tmpfs
		start  string // before the program
		folder string // empty: there is no copy, and the answer comes all the same
	}{
		{"login shell", makeSession, "env XDG_RUNTIME_DIR=/run/user/1000 " + asUser, "/run/user/1000/ecssecrets"},
		{"cron, while somebody is logged in", makeSession, asUser, "/run/user/1000/ecssecrets"},
		{"cron, while nobody is", "", asUser, ""},
		{"sudo", makeSession, "", "/run/ecssecrets"},
		{"sudo that keeps the user's environment", makeSession, "env XDG_RUNTIME_DIR=/run/user/1000 ", "/run/ecssecrets"},
		{"root's own session", "mkdir -p -m 700 /run/user/0\n", "env XDG_RUNTIME_DIR=/run/user/0 ", "/run/user/0/ecssecrets"},
		{"root at boot, before anybody logged in", "", "", "/run/ecssecrets"},
		{"system service with a user and no runtime directory", "", asUser, ""},
		{"system service with a runtime directory of its own", "install -d -m 700 -o 1000 /run/builder\n", "env XDG_RUNTIME_DIR=/run/builder " + asUser, "/run/builder/ecssecrets"},
		{"rootless podman", makeSession, "env XDG_RUNTIME_DIR=/run/user/1000 " + rootless, "/run/user/1000/ecssecrets"},
		{"rootless podman without the variable", makeSession, rootless, "/run/user/1000/ecssecrets"},
		{"rootless podman without a session", "", rootless, ""},
		{"runtime directory that others may write to", makeSession + "chmod 777 /run/user/1000\n", "env XDG_RUNTIME_DIR=/run/user/1000 " + asUser, ""},
		{"folder that somebody else made", "install -d -m 777 -o 1001 /run/ecssecrets\n", "", ""},
		{"folder that is a link", "mkdir -m 700 /run/other\nln -s other /run/ecssecrets\n", "", ""},
		{"read-only tmpfs", "mount -o remount,ro /run\n", "", ""},
		{"read-only tmpfs with the folder", "mkdir -m 700 /run/ecssecrets\nmount -o remount,ro /run\n", "", ""},
		{"full tmpfs", "mount -o remount,size=64k /run\ndd if=/dev/zero of=/run/filler bs=4k 2>/dev/null || true\n", "", ""},
		{"disk in place of the tmpfs", "install -d -m 755 \"$DISK\"\nmount --bind \"$DISK\" /run\n", "", ""},
	}
	host := "registry.example.com"
	user := newLogin()
	arn := real.aws.create(t, "eu-west-1", "kept", user)
	h := newHome(t)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			script := "set -e\nmount -t tmpfs -o mode=755 tmpfs /run\nmount -t tmpfs -o mode=755 tmpfs /mnt\ncp \"$PROGRAM\" /mnt/\n" + c.setup +
				"echo " + host + " | " + c.start + "/mnt/" + program + " get >/mnt/answer\n" +
				"grep -q puller /mnt/answer\n" + // the answer itself must not be printed
				"find /run -path '*ecssecrets/*' -type f -size +0 -printf '%h %m %u\\n'\n"
			got := h.isolated(t, arn, strings.ReplaceAll(script, "puller", user.Username))
			want := ""
			if c.folder != "" {
				want = c.folder + " 600 "
			}
			if !strings.HasPrefix(got, want) || want == "" && got != "" || strings.Count(got, "\n") > 1 {
				t.Errorf("kept in %q, want %q", got, c.folder)
			}
		})
	}
}

// isolated runs a script as root in a mount namespace of its own.
func (h *home) isolated(t *testing.T, arn, script string) string {
	t.Helper()
	where, err := exec.LookPath(program)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("unshare", "--mount", "sh", "-c", script)
	cmd.Env = []string{"PATH=" + h.env["PATH"], "PROGRAM=" + where, "DISK=" + h.dir + "/disk", "AWS_EC2_METADATA_DISABLED=true", "AWS_REGION=eu-west-1",
		"AWS_ENDPOINT_URL=" + real.aws.url, "AWS_ACCESS_KEY_ID=AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY=example",
		fmt.Sprintf("ECSSECRETS_REGISTRIES={%q: %q}", "registry.example.com", arn)}
	output, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%v: %s", err, output)
	}
	return string(output)
}

// TestAContainerSeesNoCopy: a root container without a user namespace of its own,
// with the mounts that a runtime gives it, finds nothing of the host's.
func TestAContainerSeesNoCopy(t *testing.T) {
	arn := real.aws.create(t, "eu-west-1", "contained", newLogin())
	h := newHome(t)
	got := h.isolated(t, arn, `set -e
mount -t tmpfs -o mode=755 tmpfs /run
echo registry.example.com | docker-credential-ecssecrets get >/dev/null
echo "host: $(find /run -path '*ecssecrets/*' -type f -size +0 | wc -l)"
mount -t tmpfs tmpfs /mnt
for folder in bin lib lib64 usr etc; do
	[ -L "/$folder" ] && cp -a "/$folder" /mnt/ && continue
	[ -d "/$folder" ] && mkdir "/mnt/$folder" && mount --bind "/$folder" "/mnt/$folder"
done
mkdir /mnt/run /mnt/proc
unshare --pid --fork --mount sh -c '
	mount -t proc proc /mnt/proc
	mount -t tmpfs tmpfs /mnt/run
	exec chroot /mnt sh -c "echo container: \$(find /run /proc/1/root/run -path \"*ecssecrets/*\" -type f | wc -l)"'
`)
	if got != "host: 1\ncontainer: 0\n" {
		t.Errorf("%s", got)
	}
}

// TestOthersCannotTouchACopy: each command is another user's try to read, change
// or block what root keeps.
func TestOthersCannotTouchACopy(t *testing.T) {
	arn := real.aws.create(t, "eu-west-1", "guarded", newLogin())
	got := newHome(t).isolated(t, arn, `set -e
mount -t tmpfs -o mode=755 tmpfs /run
get() { echo registry.example.com | docker-credential-ecssecrets get >/dev/null; }
get
copy=$(find /run/ecssecrets -type f -size +0)
lock=$(find /run/ecssecrets -name 'lock-*')
touch /run/plant
chown 1000 /run/plant
for try in "ls /run/ecssecrets" "cat $copy" "cp /run/plant $copy" "rm -f $copy" "ln -f /run/plant $copy" "mv -f /run/plant $copy" \
	"touch /run/ecssecrets/new" "flock -n $lock true" "mv /run/ecssecrets /run/moved" "chmod 777 /run/ecssecrets"; do
	setpriv --reuid 1000 --regid 1000 --clear-groups sh -c "$try" 2>/dev/null && echo "allowed: $try"
done
get
echo same: $([ "$copy" = "$(find /run/ecssecrets -type f -size +0)" ] && echo yes)
`)
	if got != "same: yes\n" {
		t.Errorf("%s", got)
	}
}
