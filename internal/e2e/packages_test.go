//go:build linux

package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

// packagesOf builds the packages of a version for some platforms, and returns
// their folder.
func packagesOf(t *testing.T, version, platforms string) (folder string) {
	t.Helper()
	folder = filepath.Join(real.bin, "packages", version, platforms)
	if _, err := os.Stat(filepath.Join(folder, "SHA256SUMS")); err == nil {
		return folder
	}
	cmd := exec.Command("../../packaging/build", folder)
	cmd.Env = append(os.Environ(), "VERSION="+version, "COMMIT=0123456789ab", "SOURCE_DATE_EPOCH=1800000000", "PLATFORMS="+platforms)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("packaging/build: %v: %s", err, out)
	}
	return folder
}

// packageOf is the package of a kind for this processor.
func packageOf(t *testing.T, version, kind string) string {
	t.Helper()
	files, _ := filepath.Glob(filepath.Join(packagesOf(t, version, "linux/"+runtime.GOARCH), "*."+kind))
	if len(files) != 1 {
		t.Fatalf("%s of %s: %q", kind, version, files)
	}
	return files[0]
}
