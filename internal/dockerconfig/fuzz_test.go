package dockerconfig_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/ecssecrets/docker-credential-ecssecrets/internal/dockerconfig"
)

// FuzzSetHelper edits any file that can be read, and looks at both texts with
// encoding/json, as a client does: the host's helper is the new one, everything
// else is what it was, and where the host is new no byte changed that was there.
func FuzzSetHelper(f *testing.F) {
	for _, test := range edits {
		f.Add([]byte(test.before))
	}
	f.Add([]byte(`{"credHelpers":{"registry.example.com":"a","registry.example.com":null},"credHelpers":null}`))
	f.Add([]byte(`{"credHelpers":{"a":"x"},"credHelpers":null}`))
	path := f.TempDir() + "/config.json"
	f.Fuzz(func(t *testing.T, before []byte) {
		if err := os.WriteFile(path, before, 0o600); err != nil {
			t.Fatal(err)
		}
		file, err := dockerconfig.Read(path)
		if err != nil {
			return
		}
		was := decode(t, before)
		if !maps.Equal(file.CredHelpers(), was.CredHelpers) || file.CredsStore() != was.CredsStore {
			t.Fatalf("read as %q, %q, by a client as %q, %q", file.CredHelpers(), file.CredsStore(), was.CredHelpers, was.CredsStore)
		}
		after := []byte(edit(t, path, set))
		if _, served := was.CredHelpers[host]; !served {
			checkSpan(t, before, after)
		}
		is := decode(t, after)
		want := maps.Clone(was.CredHelpers)
		want[host] = "ecssecrets"
		if !maps.Equal(is.CredHelpers, want) || is.CredsStore != was.CredsStore || !reflect.DeepEqual(is.others, was.others) {
			t.Fatalf("%q became %q", before, after)
		}
		removed := decode(t, []byte(edit(t, path, remove)))
		if removed.CredHelpers[host] == "ecssecrets" || !reflect.DeepEqual(removed.others, was.others) {
			t.Fatalf("%q became %q, and after removal %q", before, after, removed)
		}
		delete(want, host)
		delete(removed.CredHelpers, host)
		if !maps.Equal(removed.CredHelpers, want) {
			t.Fatalf("%q has helpers %q after removal", before, removed.CredHelpers)
		}
	})
}

// decoded is a file as a client reads it.
type decoded struct {
	CredHelpers map[string]string `json:"credHelpers"`
	CredsStore  string            `json:"credsStore"`

	others map[string]json.RawMessage
}

func decode(t *testing.T, data []byte) decoded {
	t.Helper()
	d := decoded{CredHelpers: map[string]string{}, others: map[string]json.RawMessage{}}
	if len(bytes.TrimSpace(data)) == 0 {
		return d
	}
	if err := json.Unmarshal(data, &d); err != nil {
		t.Fatalf("a client cannot read %q: %v", data, err)
	}
	if err := json.Unmarshal(data, &d.others); err != nil {
		t.Fatal(err)
	}
	maps.DeleteFunc(d.others, func(name string, _ json.RawMessage) bool { return strings.EqualFold(name, "credHelpers") })
	if d.CredHelpers == nil {
		d.CredHelpers = map[string]string{}
	}
	return d
}

// checkSpan finds the one span in which the texts differ. In the old text there
// was nothing in it but white space or null.
func checkSpan(t *testing.T, before, after []byte) {
	t.Helper()
	start := 0
	for start < len(before) && start < len(after) && before[start] == after[start] {
		start++
	}
	end := 0
	for end < len(before)-start && end < len(after)-start && before[len(before)-1-end] == after[len(after)-1-end] {
		end++
	}
	span := bytes.TrimSpace(before[start : len(before)-end])
	if len(span) > 0 && string(span) != "null" {
		t.Fatalf("in %q, %q was changed: %q", before, span, after)
	}
}
