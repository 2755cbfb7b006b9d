package taskdef_test

import (
	_ "crypto/sha512" // whose digests the reference library takes when something links it
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/distribution/reference"

	"github.com/ecssecrets/docker-credential-ecssecrets/internal/taskdef"
)

var hostsOfImages = map[string]string{
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
}

func TestHostOfImage(t *testing.T) {
	for image, want := range hostsOfImages {
		if got, ok := taskdef.Host(image); !ok || got != want {
			t.Errorf("%q: host %q, %v, want %q", image, got, ok, want)
		}
	}
}

var noImages = []string{
	"", "<IMAGE1_NAME>", "IMAGE", "$IMAGE", "https://registry.example.com/app", "registry.example.com/", "/app", "a b",
	strings.Repeat("a", 64), "app@sha256:abc", "registry.example.com//app", "app:", "-a.example.com/app",
}

func TestNoImage(t *testing.T) {
	for _, image := range noImages {
		if got, ok := taskdef.Host(image); ok {
			t.Errorf("%q: host %q, want none", image, got)
		}
	}
}

const sha256Digest = "sha256:7cc4b5aefd1d0cadf8d97d4350462ba51c694ebca145b08d7d41b41acc8db5aa"

// TestHostAsTheReferenceLibrary: the same hosts, and the same texts refused, over
// references put together of the parts in which they differ, and over the ones above
// with bytes changed.
func TestHostAsTheReferenceLibrary(t *testing.T) {
	const cases, seed = 40_000, 1
	random := rand.New(rand.NewPCG(seed, seed))
	known := append(slices.Sorted(maps.Keys(hostsOfImages)), noImages...)
	valid := 0
	for i := range cases {
		image := assembled(random)
		if i%2 == 0 {
			image = changed(random, known[random.IntN(len(known))])
		}
		if len(image) < longest {
			valid += compare(t, image)
		}
	}
	t.Logf("seed %d: %d references, %d of them valid", seed, cases, valid)
	if valid < cases/5 {
		t.Errorf("only %d of %d references were valid", valid, cases)
	}
}

const longest = 255 // longer names the library refuses

var imageParts = []string{"a", "app", "A", "localhost", "docker.io", "index.docker.io", "registry.example.com", "[::1]", "[2001:DB8::1]", "[fe80::1%eth0]", "[", "]", "_", "__", "___",
	"-", "--", ".", "..", ":", "/", "/", "/", "@", "5000", ":5000", ":1.0", ":0", ":99999", " ", "${X}", "é", "K", "\u017f", "\u0130", strings.Repeat("0f", 32), "@" + sha256Digest,
	"@sha512:" + strings.Repeat("a", 128), "@sha384:" + strings.Repeat("a", 96), "@sha256:" + strings.Repeat("A", 64), "@md5:" + strings.Repeat("a", 32), "library/", "\n", "X.Y", "xn--a", "a_b.c",
	":" + strings.Repeat("t", 128), ":" + strings.Repeat("t", 129), "127.0.0.1", "%2f", "\x00", "\xff", "https://", "user@", "*"}

// assembled is put together freely, or as a reference is.
func assembled(random *rand.Rand) (image string) {
	part := func() string { return imageParts[random.IntN(len(imageParts))] }
	if random.IntN(2) == 0 {
		for range 1 + random.IntN(6) {
			image += part()
		}
		return image
	}
	pick := func(from ...string) string { return from[random.IntN(len(from))] }
	return pick("", "a/", "A/", "localhost/", "registry.example.com/", "host:5000/", "index.docker.io/", "docker.io/", "[::1]:5000/", "a_b/", part()+"/", part()+part()+"/") +
		pick("app", "team/app", "library/app", "a__b/c-d.e", part(), "app/"+part()) + pick("", "", ":1", ":latest", ":"+part()) + pick("", "", "@"+sha256Digest, part())
}

// changed is the image with a byte lost, put in, or replaced.
func changed(random *rand.Rand, image string) string {
	for range random.IntN(3) {
		at := random.IntN(len(image) + 1)
		next := min(at+1, len(image))
		switch random.IntN(3) {
		case 0:
			image = image[:at] + image[next:]
		case 1:
			image = image[:at] + imageParts[random.IntN(len(imageParts))] + image[at:]
		case 2:
			image = image[:at] + string(rune(random.IntN(256))) + image[next:]
		}
	}
	return image
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
	for image := range hostsOfImages {
		f.Add(image)
	}
	for _, image := range noImages {
		f.Add(image)
	}
	f.Add("registry.example.com:5000/team/app:1@" + sha256Digest)
	f.Fuzz(func(t *testing.T, image string) {
		if len(image) < longest {
			compare(t, image)
		}
	})
}
