package mapping_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tailscale/hujson"

	"github.com/ecssecrets/docker-credential-ecssecrets/mapping"
)

func TestMappingsAcceptedAndRefused(t *testing.T) {
	var rows []struct {
		Mapping      string
		Error        bool
		Line, Column int
		Mentions     []string
		Why          string
	}
	readTable(t, "mappings.json", &rows)
	if len(rows) < 90 {
		t.Fatalf("only %d rows", len(rows))
	}
	for _, row := range rows {
		_, err := mapping.Parse([]*mapping.Source{{Name: "m.json", Data: []byte(row.Mapping)}})
		var mistake *mapping.Error
		switch {
		case !row.Error && err != nil:
			t.Errorf("%s: refused: %v", row.Why, err)
			continue
		case !row.Error:
			continue
		case !errors.As(err, &mistake):
			t.Errorf("%s: accepted: %.200s", row.Why, row.Mapping)
			continue
		}
		if row.Line > 0 && mistake.Line != row.Line || row.Column > 0 && mistake.Column != row.Column {
			t.Errorf("%s: at %d:%d, want %d:%d: %v", row.Why, mistake.Line, mistake.Column, row.Line, row.Column, err)
		}
		for _, word := range row.Mentions {
			if !strings.Contains(strings.ToLower(err.Error()), strings.ToLower(word)) {
				t.Errorf("%s: no %q in: %v", row.Why, word, err)
			}
		}
	}
}

func parse(texts ...string) (*mapping.Mapping, error) {
	var sources []*mapping.Source
	for i, text := range texts {
		sources = append(sources, &mapping.Source{Name: fmt.Sprintf("%d.json", i+1), Data: []byte(text)})
	}
	return mapping.Parse(sources)
}

func TestLaterSourcesOverride(t *testing.T) {
	m, err := parse(
		`{"registries": {"a.example": "a1", "b.example": "b1"}, "timeout": "3s", "fallback": "pass", "cache": {"ttl": "5m", "staleIfError": "0"}}`,
		`{"registries": {"B.example:443": {"credentialsParameter": "b2"}, "c.example": "c2"}, "timeout": "4s", "cache": {"ttl": "1s"}}`,
	)
	if err != nil {
		t.Fatal(err)
	}
	for host, want := range map[mapping.Host]string{"a.example": "a1", "b.example": "b2", "c.example": "c2"} {
		if entry, _ := m.Lookup(host); entry.CredentialsParameter != want {
			t.Errorf("%s: %s, want %s", host, entry.CredentialsParameter, want)
		}
	}
	if m.Timeout != 4*time.Second || m.Fallback != "pass" {
		t.Errorf("timeout %s, fallback %q", m.Timeout, m.Fallback)
	}
	if want := (mapping.Cache{TTL: time.Second, StaleIfError: mapping.DefaultStaleIfError}); m.Cache != want {
		t.Errorf("cache %+v, want %+v: the later object replaces the earlier", m.Cache, want)
	}
}

func TestDeepNestingIsRefused(t *testing.T) {
	for _, open := range []string{"[", `{"a":`, "{\"registries\":["} {
		_, err := parse(strings.Repeat(open, 700_000))
		var mistake *mapping.Error
		if !errors.As(err, &mistake) || mistake.Line != 1 {
			t.Errorf("%s...: %v", open, err)
		}
	}
}

func TestDefaults(t *testing.T) {
	m, err := parse(`{"registries": {"a.example": "name"}}`)
	if err != nil {
		t.Fatal(err)
	}
	if m.Timeout != 10*time.Second || m.Cache.TTL != time.Minute || m.Cache.StaleIfError != time.Hour || m.Fallback != "" {
		t.Errorf("%+v", m)
	}
	entry, _ := m.Lookup("a.example")
	if entry.UsernameKey != "username" || entry.PasswordKey != "password" || entry.Anonymous || entry.Region != "" || entry.Position() != "1.json:1:17" {
		t.Errorf("%+v at %s", entry, entry.Position())
	}
}

func TestEntryOfARN(t *testing.T) {
	m, err := parse(`{"registries": {"a.example": {"credentialsParameter": "arn:aws-us-gov:secretsmanager:us-gov-west-1:444455556666:secret:team/reg", "onError": "anonymous"}}}`)
	if err != nil {
		t.Fatal(err)
	}
	entry, _ := m.Lookup("a.example")
	if entry.Partition != "aws-us-gov" || entry.Region != "us-gov-west-1" || entry.Account != "444455556666" || !entry.Anonymous {
		t.Errorf("%+v", entry)
	}
}

func TestHostsAreExactAndSorted(t *testing.T) {
	m := mapped(t, "b.example", "*.corp.example", "https://index.docker.io/v1/", "a.example:5000")
	if got := fmt.Sprint(m.Hosts()); got != "[a.example:5000 b.example docker.io]" {
		t.Error(got)
	}
}

// FuzzParse: a text is refused with its place and a remedy, or it is a mapping that
// says of each host what encoding/json reads there.
func FuzzParse(f *testing.F) {
	var rows []struct{ Mapping string }
	readTable(f, "mappings.json", &rows)
	for _, row := range rows {
		f.Add([]byte(row.Mapping))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		m, err := mapping.Parse([]*mapping.Source{{Name: "m.json", Data: text}})
		var mistake *mapping.Error
		switch {
		case err != nil && !errors.As(err, &mistake):
			t.Errorf("not a *mapping.Error: %v", err)
		case err != nil && (mistake.Line < 1 || mistake.Column < 1 || mistake.Cause == "" || mistake.Remedy == ""):
			t.Errorf("%+v", mistake)
		case err != nil:
			return
		}
		for _, host := range m.Hosts() {
			if again, ok := mapping.ParseHost(string(host)); !ok || again != host {
				t.Errorf("key %q cannot be asked for", host)
			}
		}
		checkSecrets(t, m, text)
	})
}

// checkSecrets asks for the host of each key in the text, as the matcher reads it.
func checkSecrets(t *testing.T, m *mapping.Mapping, text []byte) {
	t.Helper()
	text, err := hujson.Standardize(bytes.Clone(text))
	if err != nil {
		t.Fatal(err)
	}
	var read struct{ Registries map[string]any }
	if err := json.Unmarshal(text, &read); err != nil {
		t.Fatal(err)
	}
	if hosts, keys := len(m.Hosts())+len(m.Patterns()), len(read.Registries); hosts != keys {
		t.Errorf("%d hosts of %d keys: %q", hosts, keys, text)
	}
	slow := newMatcher(slices.Collect(maps.Keys(read.Registries)))
	for key := range read.Registries {
		host, _ := mapping.ParseHost(strings.Replace(key, "*", "any", 1))
		entry, ok := m.Lookup(host)
		if !ok {
			t.Errorf("%q: %q has no entry", text, host)
			continue
		}
		want := read.Registries[slow.answering(string(host))]
		if object, ok := want.(map[string]any); ok {
			want = object["credentialsParameter"]
		}
		if entry.CredentialsParameter != want {
			t.Errorf("%q: %s has %q, want %q", text, host, entry.CredentialsParameter, want)
		}
	}
}

// BenchmarkParse prints what each of a thousand entries costs over the one.
func BenchmarkParse(b *testing.B) {
	text := func(entries int) []*mapping.Source {
		var s strings.Builder
		s.WriteString(`{"registries": {`)
		for i := range entries {
			fmt.Fprintf(&s, "\n  \"registry-%d.example.com\": {\"credentialsParameter\": \"arn:aws:secretsmanager:eu-west-1:111122223333:secret:registry-%d-AbCdEf\"},", i, i)
		}
		s.WriteString("\n}}\n")
		return []*mapping.Source{{Name: "m.json", Data: []byte(s.String())}}
	}
	cost := func(b *testing.B, sources []*mapping.Source) float64 {
		start := time.Now()
		for range b.N {
			if _, err := mapping.Parse(sources); err != nil {
				b.Fatal(err)
			}
		}
		return float64(time.Since(start).Nanoseconds()) / float64(b.N)
	}
	one, thousand := text(1), text(1000)
	b.ResetTimer()
	single := cost(b, one)
	b.ReportMetric(single, "ns/1-entry")
	b.ReportMetric((cost(b, thousand)-single)/999, "ns/further-entry")
}
