package dockerconfig_test

import (
	"os"
	"strings"
	"testing"

	"github.com/ecssecrets/docker-credential-ecssecrets/internal/dockerconfig"
)

// TestWriteKeepsOthersChange: what docker login wrote since the file was read
// stays, and nothing is left beside it.
func TestWriteKeepsOthersChange(t *testing.T) {
	for _, before := range []string{"", "{}"} {
		path := write(t, before)
		file, err := dockerconfig.Read(path)
		if err != nil {
			t.Fatal(err)
		}
		set(file)
		const others = `{"auths": {"quay.io": {}}}`
		if err := os.WriteFile(path, []byte(others), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := file.Write(); err == nil || !strings.Contains(err.Error(), "was changed by another program at the same time; run this again") {
			t.Errorf("Write: %v", err)
		}
		if data, err := os.ReadFile(path); string(data) != others {
			t.Errorf("the file is %q, %v", data, err)
		}
		if left := leftovers(t, path); len(left) > 0 {
			t.Errorf("left: %q", left)
		}
	}
}
