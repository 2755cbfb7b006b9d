//go:build linux

package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// debianBase names the variable that holds the folder of a Debian that the tests
// install packages on. Where it is not set, one is made in the user's cache folder,
// once, from the archive that this machine's apt uses.
const debianBase = "ECSSECRETS_E2E_DEBIAN"

// findDebian returns the folder.
func findDebian() (string, error) {
	if folder := os.Getenv(debianBase); folder != "" {
		return folder, nil
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	folder := filepath.Join(cache, "ecssecrets-e2e", "debian-bookworm")
	if _, err := os.Stat(folder); err == nil {
		return folder, nil
	}
	return folder, makeDebian(folder)
}

// makeDebian makes the smallest Debian that boots. Others may do so, too: the first
// to be ready is taken.
func makeDebian(folder string) error {
	archive, err := exec.Command("apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages", "Codename: bookworm").Output()
	if err != nil || len(archive) == 0 {
		return fmt.Errorf("apt's archive of Debian 12: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(folder), 0o755); err != nil {
		return err
	}
	made, err := os.MkdirTemp(filepath.Dir(folder), "making-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(made)
	first, _, _ := strings.Cut(string(archive), "\n")
	out, err := exec.Command("debootstrap", "--variant=minbase", "--include=systemd-sysv,dbus,sudo", "bookworm", made, first).CombinedOutput()
	if err != nil {
		return fmt.Errorf("debootstrap: %w: %s", err, out)
	}
	if err := os.Chmod(made, 0o755); err != nil {
		return err
	}
	if err := os.Rename(made, folder); err != nil && !os.IsExist(err) {
		return err
	}
	return nil
}
