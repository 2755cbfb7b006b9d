package helper_test

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ecssecrets/docker-credential-ecssecrets/helper"
)

// asECS is what the Amazon ECS agent does with a SecretString (agent/asm/asm.go
// at v1.105.1): a struct without tags, and both fields there and not empty.
func asECS(secret string) (username, password string, ok bool) {
	var fields struct{ Username, Password *string }
	if secret == "" || json.Unmarshal([]byte(secret), &fields) != nil {
		return "", "", false
	}
	if fields.Username == nil || *fields.Username == "" || fields.Password == nil || *fields.Password == "" {
		return "", "", false
	}
	return *fields.Username, *fields.Password, true
}

// checkParity holds Decode to the agent, but for the user name <token>.
func checkParity(t *testing.T, secret string) {
	t.Helper()
	username, password, ok := asECS(secret)
	got, err := helper.Decode(secret, "username", "password")
	switch {
	case ok && username == "<token>":
		if err == nil {
			t.Errorf("%.200q: accepted, though docker takes it for an identity token", secret)
		}
	case ok != (err == nil):
		t.Errorf("%.200q: error %v, accepted by ECS: %t", secret, err, ok)
	case ok && (got.Username != username || got.Password != password):
		t.Errorf("%.200q: not the user name and password that ECS reads", secret)
	}
}

func TestSecretsAcceptedAndRefused(t *testing.T) {
	var rows []struct {
		Secret, SecretHex string
		Repeat            struct {
			Of, Close string
			Times     int
		}
		Accepted           bool
		Username, Password string
		Why                string
	}
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
	for _, row := range rows {
		repeated := func(s string) string {
			return strings.ReplaceAll(s, "<repeat>", strings.Repeat(row.Repeat.Of, row.Repeat.Times)+strings.Repeat(row.Repeat.Close, row.Repeat.Times))
		}
		secret := repeated(row.Secret)
		if row.SecretHex != "" {
			raw, err := hex.DecodeString(row.SecretHex)
			if err != nil {
				t.Fatal(err)
			}
			secret = string(raw)
		}
		got, err := helper.Decode(secret, "username", "password")
		switch {
		case row.Accepted != (err == nil):
			t.Errorf("%s: error %v, want accepted: %t", row.Why, err, row.Accepted)
		case row.Accepted && (got.Username != repeated(row.Username) || got.Password != repeated(row.Password)):
			t.Errorf("%s: another user name or password", row.Why)
		}
		checkParity(t, secret)
	}
}

// TestSecretsAsECS grows awkward secrets out of pieces that parsers disagree on.
func TestSecretsAsECS(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 200_000 {
		checkParity(t, awkward(random))
	}
}

func awkward(random *rand.Rand) string {
	pick := func(from ...string) string { return from[random.IntN(len(from))] }
	var members []string
	for range random.IntN(5) {
		key := pick("username", "password", "Username", "PASSWORD", "u\u017fername", "pa\u017f\u017fword", `\u0075sername`, "username ", "user_name", "", "token", "\u212a")
		value := pick(`"u"`, `"p\n"`, `" spaced "`, `""`, `null`, `1`, `1e999`, `true`, `[]`, `{"username":"x"}`, `"\ud800"`, `"\ud83d\ude00"`, `"<token>"`, "\"\xff\"", "\"a\tb\"", `"\u0000"`, `"\x"`, `"é"`)
		members = append(members, `"`+key+`"`+pick(":", ": ", "")+value)
	}
	object := pick("{", "{", "{", "[", " {", "\ufeff{") + strings.Join(members, pick(",", ", ", ",,")) + pick("}", "}", "}", "}\n", "} x", "", "}}")
	if random.IntN(8) == 0 && object != "" {
		at := random.IntN(len(object))
		object = object[:at] + pick("", "\x00", `"`, "}", ",") + object[at+1:]
	}
	return object
}

func FuzzDecode(f *testing.F) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		f.Add(awkward(random))
	}
	f.Fuzz(checkParity)
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
