package taskdef_test

import (
	_ "crypto/sha512" // whose digests the reference library takes when something links it
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/distribution/reference"

	"github.com/ecssecrets/docker-credential-ecssecrets/internal/taskdef"
)

func TestHostOfImage(t *testing.T) {
	for image, want := range map[string]string{
		"private-repo/private-image":       "docker.io", // the sample of AWS's page on private registries
		"nginx":                            "docker.io",
		"nginx:1.27":                       "docker.io",
		"library/nginx":                    "docker.io",
		"index.docker.io/team/app":         "docker.io",
		"registry-1.docker.io/team/app":    "registry-1.docker.io",
		"localhost/app":                    "localhost",
		"localhost:5000/app":               "localhost:5000",
		"registry.example.com/team/app:1":  "registry.example.com",
		"registry.example.com:5000/app":    "registry.example.com:5000",
		"Registry/app":                     "Registry",
		"ghcr.io/team/app@" + sha256Digest: "ghcr.io",
		"[2001:db8::1]:5000/app":           "[2001:db8::1]:5000",
		"registry.example.com":             "docker.io", // an image of that name
	} {
		if got, ok := taskdef.Host(image); !ok || got != want {
			t.Errorf("%q: host %q, %v, want %q", image, got, ok, want)
		}
	}
}

func TestNoImage(t *testing.T) {
	for _, image := range []string{
		"", "<IMAGE1_NAME>", "IMAGE", "$IMAGE", "https://registry.example.com/app", "registry.example.com/", "/app", "a b",
		strings.Repeat("a", 64), "app@sha256:abc", "registry.example.com//app", "app:", "-a.example.com/app",
	} {
		if got, ok := taskdef.Host(image); ok {
			t.Errorf("%q: host %q, want none", image, got)
		}
	}
}

const sha256Digest = "sha256:7cc4b5aefd1d0cadf8d97d4350462ba51c694ebca145b08d7d41b41acc8db5aa"

// TestHostAsTheReferenceLibrary: the same hosts, and the same texts refused, over
// references put together of the parts in which they differ.
func TestHostAsTheReferenceLibrary(t *testing.T) {
	parts := []string{"a", "app", "A", "localhost", "docker.io", "index.docker.io", "registry.example.com", "[::1]", "[", "]", "_", "__", "___",
		"-", "--", ".", "..", ":", "/", "/", "/", "@", "5000", ":5000", ":1.0", " ", "${X}", "é", "K", strings.Repeat("0f", 32), "@" + sha256Digest,
		"@sha512:" + strings.Repeat("a", 128), "@sha384:" + strings.Repeat("a", 96), "@md5:" + strings.Repeat("a", 32), "library/", "\n", "X.Y"}
	random := rand.New(rand.NewPCG(1, 2))
	valid := 0
	for range 5_000 {
		image := ""
		for range 1 + random.IntN(6) {
			image += parts[random.IntN(len(parts))]
		}
		valid += compare(t, image)
	}
	if valid < 250 {
		t.Errorf("only %d of the references were valid", valid)
	}
}

func compare(t *testing.T, image string) (valid int) {
	t.Helper()
	got, ok := taskdef.Host(image)
	named, err := reference.ParseNormalizedNamed(image)
	want := ""
	if err == nil {
		want = reference.Domain(named) // empty where the part with the dot is no host: "a_b.example/app"
	}
	if got != want || ok != (want != "") {
		t.Errorf("%q: host %q, %v; the reference library says %q, %v", image, got, ok, want, err)
	}
	if !ok {
		return 0
	}
	return 1
}

func FuzzHost(f *testing.F) {
	f.Add("registry.example.com:5000/team/app:1@" + sha256Digest)
	f.Fuzz(func(t *testing.T, image string) {
		if len(image) < 255 { // longer names the library refuses
			compare(t, image)
		}
	})
}
