package dockerconfig_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/ecssecrets/docker-credential-ecssecrets/internal/dockerconfig"
)

const host = "registry.example.com"

// edits are texts before and after the host was given the helper "ecssecrets".
// Where undone is empty, taking the helper out again gives before.
var edits = []struct{ name, before, after, undone string }{
	{"no file", "",
		"{\n\t\"credHelpers\": {\n\t\t\"registry.example.com\": \"ecssecrets\"\n\t}\n}\n", "{}\n"},
	{"white space, which docker takes for no configuration", " \n",
		"{\n\t\"credHelpers\": {\n\t\t\"registry.example.com\": \"ecssecrets\"\n\t}\n}\n", "{}\n"},
	{"empty object", "{}",
		"{\n\t\"credHelpers\": {\n\t\t\"registry.example.com\": \"ecssecrets\"\n\t}\n}", ""},
	{"tabs, as docker writes", "{\n\t\"auths\": {}\n}",
		"{\n\t\"auths\": {},\n\t\"credHelpers\": {\n\t\t\"registry.example.com\": \"ecssecrets\"\n\t}\n}", ""},
	{"two spaces", "{\n  \"auths\": {}\n}\n",
		"{\n  \"auths\": {},\n  \"credHelpers\": {\n    \"registry.example.com\": \"ecssecrets\"\n  }\n}\n", ""},
	{"CRLF, four spaces", "{\r\n    \"auths\": {}\r\n}\r\n",
		"{\r\n    \"auths\": {},\r\n    \"credHelpers\": {\r\n        \"registry.example.com\": \"ecssecrets\"\r\n    }\r\n}\r\n", ""},
	{"one line", `{"auths": {}, "psFormat": "x"}`,
		`{"auths": {}, "psFormat": "x", "credHelpers": {"registry.example.com": "ecssecrets"}}`, ""},
	{"one line without spaces", `{"auths":{},"psFormat":"x"}`,
		`{"auths":{},"psFormat":"x","credHelpers":{"registry.example.com":"ecssecrets"}}`, ""},
	{"one line, one member", `{"auths": {}}`,
		`{"auths": {}, "credHelpers": {"registry.example.com": "ecssecrets"}}`, ""},
	{"beside other helpers", "{\n  \"credHelpers\": {\n    \"gcr.io\": \"gcloud\"\n  },\n  \"x\": 1\n}",
		"{\n  \"credHelpers\": {\n    \"gcr.io\": \"gcloud\",\n    \"registry.example.com\": \"ecssecrets\"\n  },\n  \"x\": 1\n}", ""},
	{"beside other helpers on one line", "{\n  \"credHelpers\": {\"gcr.io\": \"gcloud\"}\n}",
		"{\n  \"credHelpers\": {\"gcr.io\": \"gcloud\", \"registry.example.com\": \"ecssecrets\"}\n}", ""},
	{"no helpers left", "{\n\t\"credHelpers\": {},\n\t\"x\": 1\n}",
		"{\n\t\"credHelpers\": {\n\t\t\"registry.example.com\": \"ecssecrets\"\n\t},\n\t\"x\": 1\n}", "{\n\t\"x\": 1\n}"},
	{"null", "{\n\t\"credHelpers\": null\n}",
		"{\n\t\"credHelpers\": {\n\t\t\"registry.example.com\": \"ecssecrets\"\n\t}\n}", "{}"},
	{"another helper", `{"credHelpers": {"registry.example.com" : "pass" }}`,
		`{"credHelpers": {"registry.example.com" : "ecssecrets" }}`, "{}"},
	{"case does not count, as in encoding/json", `{"CREDHELPERS": {"gcr.io": "gcloud"}}`,
		`{"CREDHELPERS": {"gcr.io": "gcloud", "registry.example.com": "ecssecrets"}}`, ""},
	{"twice: the later one counts", `{"credHelpers": {"a": "x"}, "credHelpers": {"b": "y"}}`,
		`{"credHelpers": {"a": "x"}, "credHelpers": {"b": "y", "registry.example.com": "ecssecrets"}}`, ""},
	{"escaped", `{"credHelpers": {"registry\u002eexample.com": "pass"}}`,
		`{"credHelpers": {"registry\u002eexample.com": "ecssecrets"}}`, "{}"},
	{"numbers, order and spacing of others", "{ \"z\":1e400,\n\n\"a\" :[ 1,2 ],\"a\":{ }\t}\n\n",
		"{ \"z\":1e400,\n\n\"a\" :[ 1,2 ],\"a\":{ },\"credHelpers\":{\"registry.example.com\":\"ecssecrets\"}\t}\n\n", ""},
	{"served already", `{"credHelpers":{"registry.example.com":"ecssecrets"}}`,
		`{"credHelpers":{"registry.example.com":"ecssecrets"}}`, "{}"},
}

func TestSetHelper(t *testing.T) {
	for _, test := range edits {
		t.Run(test.name, func(t *testing.T) {
			path := write(t, test.before)
			if after := edit(t, path, set); after != test.after {
				t.Fatalf("after SetHelper:\n%q, want\n%q", after, test.after)
			}
			want := test.undone
			if want == "" {
				want = test.before
			}
			if undone := edit(t, path, remove); undone != want {
				t.Errorf("after RemoveHelper:\n%q, want\n%q", undone, want)
			}
		})
	}
}

func set(f *dockerconfig.File)    { f.SetHelper(host, "ecssecrets") }
func remove(f *dockerconfig.File) { f.RemoveHelper(host, "ecssecrets") }

func TestRemoveHelperLeavesOthers(t *testing.T) {
	for before, want := range map[string]string{
		`{"credHelpers":{"registry.example.com":"pass"}}`:    "",
		`{"credHelpers":{"other.example.com":"ecssecrets"}}`: "",
		`{"credHelpers":{}}`: "",
		`{"credHelpers":{"registry.example.com":"ecssecrets","b":"x"},"c":1}`:                              `{"credHelpers":{"b":"x"},"c":1}`,
		`{"credHelpers":{"a":"x" ,"registry.example.com":"ecssecrets"}}`:                                   `{"credHelpers":{"a":"x"}}`,
		"{\n\t\"credHelpers\": {\n\t\t\"registry.example.com\": \"ecssecrets\",\n\t\t\"b\": \"x\"\n\t}\n}": "{\n\t\"credHelpers\": {\n\t\t\"b\": \"x\"\n\t}\n}",
	} {
		if want == "" {
			want = before
		}
		if after := edit(t, write(t, before), remove); after != want {
			t.Errorf("RemoveHelper makes %q of %q, want %q", after, before, want)
		}
	}
}

func TestStore(t *testing.T) {
	path := write(t, "{\n  \"auths\": {}\n}")
	const after = "{\n  \"auths\": {},\n  \"credsStore\": \"ecssecrets\"\n}"
	if got := edit(t, path, func(f *dockerconfig.File) { f.SetStore("ecssecrets") }); got != after {
		t.Fatalf("after SetStore: %q", got)
	}
	if got := edit(t, path, func(f *dockerconfig.File) { f.RemoveStore("other") }); got != after {
		t.Fatalf("after RemoveStore of another: %q", got)
	}
	if got := edit(t, path, func(f *dockerconfig.File) { f.RemoveStore("ecssecrets") }); got != "{\n  \"auths\": {}\n}" {
		t.Fatalf("after RemoveStore: %q", got)
	}
	path = write(t, `{"credsstore":"desktop"}`)
	if got := edit(t, path, func(f *dockerconfig.File) { f.SetStore("ecssecrets") }); got != `{"credsstore":"ecssecrets"}` {
		t.Fatalf("after SetStore over another: %q", got)
	}
}

func TestShownHidesSecrets(t *testing.T) {
	path := write(t, `{"auths":{"registry.example.com":{"auth":"canary1","identitytoken":"canary2"}},"HttpHeaders":{"X":"canary3"},`+
		`"Proxies":{"default":{"httpProxy":"http://u:canary4@proxy","a":["canary5"]}},"psFormat":"shown"}`)
	file, err := dockerconfig.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	set(file)
	before, after := file.Shown()
	for _, text := range [][]byte{before, after} {
		if bytes.Contains(text, []byte("canary")) || !bytes.Contains(text, []byte(`"psFormat":"shown"`)) {
			t.Errorf("shown: %s", text)
		}
	}
	if err := file.Write(); err != nil {
		t.Fatal(err)
	}
	if data, _ := os.ReadFile(path); bytes.Count(data, []byte("canary")) != 5 {
		t.Errorf("written: %s", data)
	}
}

func write(t testing.TB, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.json")
	if text == "" {
		return path
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// edit gives the file's text after a change.
func edit(t testing.TB, path string, change func(*dockerconfig.File)) string {
	t.Helper()
	file, err := dockerconfig.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	change(file)
	if err := file.Write(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
