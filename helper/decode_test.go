package helper_test

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ecssecrets/docker-credential-ecssecrets/helper"
)

// secretRow is a row of testdata/secrets.json.
type secretRow struct {
	Secret, SecretHex string
	Repeat            struct {
		Of, Close string
		Times     int
	}
	Accepted           bool
	Username, Password string
	Why                string
}

func (r secretRow) repeated(s string) string {
	return strings.ReplaceAll(s, "<repeat>", strings.Repeat(r.Repeat.Of, r.Repeat.Times)+strings.Repeat(r.Repeat.Close, r.Repeat.Times))
}

func (r secretRow) secret(t testing.TB) string {
	raw, err := hex.DecodeString(r.SecretHex)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw) + r.repeated(r.Secret)
}

func readSecrets(t testing.TB) (rows []secretRow) {
	text, err := os.ReadFile(filepath.Join("..", "testdata", "secrets.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &rows); err != nil {
		t.Fatal(err)
	}
	if len(rows) < 90 {
		t.Fatalf("only %d rows", len(rows))
	}
	return rows
}

func TestSecretsAcceptedAndRefused(t *testing.T) {
	for _, row := range readSecrets(t) {
		secret := row.secret(t)
		got, err := helper.Decode(secret, "username", "password")
		switch {
		case row.Accepted != (err == nil):
			t.Errorf("%s: error %v, want accepted: %t", row.Why, err, row.Accepted)
		case row.Accepted && (got.Username != row.repeated(row.Username) || got.Password != row.repeated(row.Password)):
			t.Errorf("%s: another user name or password", row.Why)
		}
		checkParity(t, secret)
	}
}

func TestOwnKeysFollowTheSameRules(t *testing.T) {
	for secret, want := range map[string]string{
		`{"username":"u","accessToken":"t"}`:                   "u t",
		`{"USERNAME":"u","ACCESSTOKEN":"t","password":"p"}`:    "u t",
		`{"username":"u","accessToken":"a","accesstoken":"b"}`: "u b",
		`{"username":"u","password":"p"}`:                      "",
		`{"username":"u","accessToken":7}`:                     "",
		`{"username":"u","accessToken":"t"} `:                  "u t",
	} {
		got, err := helper.Decode(secret, "username", "accessToken")
		if text := strings.TrimSpace(got.Username + " " + got.Password); text != want {
			t.Errorf("%s: %q, want %q (%v)", secret, text, want, err)
		}
	}
	if got, err := helper.Decode(`{"-":"u","a b.c/[d]":"p"}`, "-", "a b.c/[d]"); err != nil || got.Username != "u" || got.Password != "p" {
		t.Errorf("keys of strange characters: %v", err)
	}
}

func TestErrorsDoNotQuoteTheSecret(t *testing.T) {
	const canary = "canary"
	for _, secret := range []string{
		canary, `{"username":"` + canary, `{"username":"` + canary + `"}`, `{"username":"<token>","password":"` + canary + `"}`,
		`["` + canary + `"]`, `"` + canary + `"`, `{"` + canary + `":1}`, `{"username":{"` + canary + `":1}}`, `{"username":"u","password":"p"}` + canary,
	} {
		_, err := helper.Decode(secret, "username", "password")
		if err == nil || strings.Contains(err.Error(), canary) || strings.Contains(fmt.Sprintf("%#v", err), canary) {
			t.Errorf("%s: %v", secret, err)
		}
	}
}
