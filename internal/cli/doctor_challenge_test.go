package cli

import (
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// FuzzChallenges: whatever a registry answers with, what is read of it is schemes and
// parameters in lower case, and reads the same when written by the book.
func FuzzChallenges(f *testing.F) {
	for _, header := range []string{"", "BASIC", `="x"`, `Bearer "x`, `Basic realm=plain, charset=UTF-8`, `Bearer realm="https://auth.docker.io/token",service="registry.docker.io"`,
		`Negotiate, Basic realm="a \"b\" \\ c", charset=UTF-8`, `Bearer realm = "x" , , scope="a,b=c d" Basic realm="Registry Realm",`} {
		f.Add(header)
	}
	token := regexp.MustCompile(`^[a-z0-9_-]+$`)
	f.Fuzz(func(t *testing.T, header string) {
		all := challenges([]string{header})
		var written []string
		for _, c := range all {
			line := c.scheme
			for i, name := range slices.Sorted(maps.Keys(c.parameters)) {
				line += fmt.Sprintf(`%s%s="%s"`, []string{" ", ", "}[min(i, 1)], name, strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(c.parameters[name]))
				if !token.MatchString(name) {
					t.Errorf("%q: parameter %q", header, name)
				}
			}
			if !token.MatchString(c.scheme) {
				t.Errorf("%q: scheme %q", header, c.scheme)
			}
			written = append(written, line)
		}
		if again := challenges(written); !reflect.DeepEqual(again, all) {
			t.Errorf("%q: %q, and written by the book %q", header, all, again)
		}
	})
}
