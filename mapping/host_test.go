package mapping_test

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ecssecrets/docker-credential-ecssecrets/mapping"
)

// hostRow is a row of testdata/hosts.json: what a client sends, and the key that
// must answer.
type hostRow struct {
	Input    string
	InputHex string
	Mapping  []string
	Entry    *string
	Empty    bool
	Why      string
}

func (r hostRow) input(t testing.TB) string {
	if r.InputHex == "" {
		return r.Input
	}
	raw, err := hex.DecodeString(r.InputHex)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func readTable(t testing.TB, name string, rows any) {
	text, err := os.ReadFile(filepath.Join("..", "testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, rows); err != nil {
		t.Fatal(err)
	}
}

// mapped makes a mapping of keys alone; each has itself as the role that tells
// which entry answered.
func mapped(t testing.TB, keys ...string) *mapping.Mapping {
	registries := map[string]any{}
	for _, key := range keys {
		registries[key] = map[string]string{"credentialsParameter": "secret", "profile": key}
	}
	text, err := json.Marshal(map[string]any{"registries": registries})
	if err != nil {
		t.Fatal(err)
	}
	m, err := mapping.Parse([]*mapping.Source{{Name: "test", Data: text}})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func answering(m *mapping.Mapping, asked string) string {
	host, ok := mapping.ParseHost(asked)
	if !ok {
		return ""
	}
	entry, ok := m.Lookup(host)
	if !ok {
		return ""
	}
	return entry.Profile
}

func TestWhichEntryAnswers(t *testing.T) {
	var rows []hostRow
	readTable(t, "hosts.json", &rows)
	if len(rows) < 80 {
		t.Fatalf("only %d rows", len(rows))
	}
	for _, row := range rows {
		want := ""
		if row.Entry != nil {
			want = *row.Entry
		}
		if got := answering(mapped(t, row.Mapping...), row.input(t)); got != want {
			t.Errorf("%q with %q: entry %q, want %q (%s)", row.input(t), row.Mapping, got, want, row.Why)
		}
	}
}

// The contract leaves these to sense; they are held to the safe side.
func TestHostsThatCannotBe(t *testing.T) {
	for _, input := range []string{
		"a$b.corp.example", "a,b.corp.example", "a;b.corp.example", "a|b.corp.example", "a!b.corp.example", "a=b.corp.example",
		"a(b.corp.example", "a[b.corp.example", "[a].corp.example", "-a.corp.example", "a-.corp.example", "a.-b.example",
		strings.Repeat("a", 64) + ".corp.example", strings.Repeat("a.", 127) + "example",
		"registry.example.com:65536", "registry.example.com:0",
		"registry.example.com/a\rb",
		"http://x.localhost", "http://[::ffff:127.0.0.1]",
		"https://index.docker.io/v1/access-token/", "https://index.docker.io/v1/ACCESS-TOKEN?x", "docker.io/library/refresh-token",
	} {
		if host, ok := mapping.ParseHost(input); ok {
			t.Errorf("%q: host %q, want none", input, host)
		}
	}
}

func TestAliasesHoldWithoutPortOnly(t *testing.T) {
	m := mapped(t, "docker.io:5000", "*.docker.io", "*.hub.docker.com")
	for asked, want := range map[string]string{
		"index.docker.io:5000":    "",
		"docker.io:5000":          "docker.io:5000",
		"index.docker.io":         "",
		"registry.hub.docker.com": "",
		"cdn.docker.io":           "*.docker.io",
	} {
		if got := answering(m, asked); got != want {
			t.Errorf("%q: entry %q, want %q", asked, got, want)
		}
	}
}

// FuzzParseHost: normalising twice changes nothing, and what is asked for reaches the
// entry that the matcher says.
func FuzzParseHost(f *testing.F) {
	var rows []hostRow
	readTable(f, "hosts.json", &rows)
	for _, row := range rows {
		f.Add(row.input(f))
	}
	keys := []string{"registry.example.com", "registry.example.com:5000", "docker.io", "*.corp.example", "*.corp.example:5000", "[::1]:5000", "127.0.0.1", "localhost"}
	m, slow := mapped(f, keys...), newMatcher(keys)
	f.Fuzz(func(t *testing.T, asked string) {
		if got, want := answering(m, asked), slow.answering(asked); got != want {
			t.Errorf("%q reaches %q, and should %q", asked, got, want)
		}
		host, ok := mapping.ParseHost(asked)
		if !ok {
			return
		}
		again, ok := mapping.ParseHost(string(host))
		if strings.HasPrefix(strings.ToLower(strings.TrimSpace(asked)), "http://") {
			again, ok = mapping.ParseHost("http://" + string(host))
		}
		if !ok || again != host {
			t.Errorf("%q is %q, which is %q", asked, host, again)
		}
	})
}
