package dockerconfig_test

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ecssecrets/docker-credential-ecssecrets/internal/dockerconfig"
)

func TestRead(t *testing.T) {
	file, err := dockerconfig.Read(write(t, `{
		"CredsStore": "desktop",
		"credHelpers": {"gone": "x"}, "credHelpers": null,
		"credHelpers": {"a": "x", "b": "", "n": null}, "credHelpers": {"a": "y"},
		"auths": {
			"auth": {"auth": "Zm9v"}, "password": {"username": "u", "password": "p"}, "token": {"identitytoken": "t"},
			"helper": {}, "null": null, "empty": {"auth": "", "email": "e"}
		}}`))
	if err != nil {
		t.Fatal(err)
	}
	if got := file.CredsStore(); got != "desktop" {
		t.Errorf("CredsStore() = %q", got)
	}
	if got, want := file.CredHelpers(), map[string]string{"a": "y", "b": "", "n": ""}; !maps.Equal(got, want) {
		t.Errorf("CredHelpers() = %q, want %q", got, want)
	}
	want := map[string]bool{"auth": true, "password": true, "token": true, "helper": false, "null": false, "empty": false}
	if got := file.Logins(); !maps.Equal(got, want) {
		t.Errorf("Logins() = %v, want %v", got, want)
	}
}

// TestReadInvalid has what docker does not read, or reads otherwise than it
// looks, with the position that is reported.
func TestReadInvalid(t *testing.T) {
	for text, want := range map[string]string{
		`{"auths": {}`:                           ":1:13: not a client's configuration: it ends too early",
		"{\n\t\"auths\": {},\n}":                 ":3:1: not a client's configuration: invalid character '}'",
		"{\n  // note\n}":                        ":2:3: not a client's configuration: invalid character '/'",
		"{} {}":                                  ":1:4: not a client's configuration: invalid character '{' after top-level value",
		"\ufeff{}":                               ":1:1: not a client's configuration: invalid character 'ï'",
		"[]":                                     ":1:1: not a client's configuration: it is not an object",
		"null":                                   ":1:1: not a client's configuration: it is not an object",
		"{\"credHelpers\": [\"x\"]}":             ":1:17: not a client's configuration: credHelpers is not an object",
		"{\n \"credHelpers\": {\"a\": 1}}":       `:2:23: not a client's configuration: the value of "a" in credHelpers is of the wrong type`,
		"{\"auths\": {\"a\": \"dXNlcjpwYXNz\"}}": `:1:17: not a client's configuration: the value of "a" in auths is of the wrong type`,
		"{\"credsStore\": {}}":                   ":1:16: not a client's configuration: credsStore is not a text",
		strings.Repeat("[", 20000):               "exceeded max depth",
	} {
		path := write(t, text)
		_, err := dockerconfig.Read(path)
		var invalid *dockerconfig.Error
		if !errors.As(err, &invalid) || !strings.Contains(err.Error(), want) || invalid.File != path || strings.Contains(err.Error(), "dXNl") {
			t.Errorf("Read of %.40q: %v, want %s", text, err, want)
		}
	}
}

func TestReadNoFile(t *testing.T) {
	folder := t.TempDir()
	loop := filepath.Join(folder, "loop")
	if err := os.Symlink(loop, loop); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		folder:                              "cannot be read: it is not a regular file",
		os.DevNull:                          "cannot be read: it is not a regular file",
		filepath.Join(os.DevNull, "a.json"): "cannot be read: not a directory",
		loop:                                "cannot be read: too many levels of symbolic links",
	} {
		if _, err := dockerconfig.Read(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Read(%q): %v, want %s", path, err, want)
		}
	}
}
