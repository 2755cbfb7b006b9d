package cli

import (
	"net/url"
	"reflect"
	"testing"
)

func TestChallenges(t *testing.T) {
	type parameters = map[string]string
	tests := map[string]struct {
		headers []string
		want    []challenge
	}{
		"none":               {nil, nil},
		"basic":              {[]string{`Basic realm="a, b"`}, []challenge{{"basic", parameters{"realm": "a, b"}}}},
		"no parameters":      {[]string{`Basic`}, []challenge{{"basic", parameters{}}}},
		"bearer":             {[]string{`Bearer realm="https://auth.example.com/token",service="r"`}, []challenge{{"bearer", parameters{"realm": "https://auth.example.com/token", "service": "r"}}}},
		"without quotes":     {[]string{`BEARER Realm=https://a/t , Service=r`}, []challenge{{"bearer", parameters{"realm": "https://a/t", "service": "r"}}}},
		"escaped quotes":     {[]string{`Basic realm="a \"b\" \\"`}, []challenge{{"basic", parameters{"realm": `a "b" \`}}}},
		"two on a line":      {[]string{`Negotiate, Basic realm="x"`}, []challenge{{"negotiate", parameters{}}, {"basic", parameters{"realm": "x"}}}},
		"two lines":          {[]string{`Bearer realm="y"`, `Basic realm="x"`}, []challenge{{"bearer", parameters{"realm": "y"}}, {"basic", parameters{"realm": "x"}}}},
		"a scheme in quotes": {[]string{`Bearer realm="Basic realm=z"`}, []challenge{{"bearer", parameters{"realm": "Basic realm=z"}}}},
		"rubbish":            {[]string{`"`, `=`}, nil},
	}
	for name, test := range tests {
		if got := challenges(test.headers); !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

// A token server gets the password over TLS, or on this machine for a registry
// that is on this machine.
func TestWhoMayBeToldThePassword(t *testing.T) {
	tests := []struct {
		registryIsHere bool
		realm          string
		want           bool
	}{
		{false, "https://auth.example.com/token", true},
		{true, "https://auth.example.com/token", true},
		{false, "http://auth.example.com/token", false},
		{true, "http://auth.example.com/token", false},
		{false, "http://127.0.0.1:5001/token", false},
		{true, "http://127.0.0.1:5001/token", true},
		{true, "http://localhost.example.com/token", false},
		{true, "ftp://127.0.0.1/token", false},
		{false, "https://user:password@auth.example.com/token", false},
	}
	for _, test := range tests {
		realm, err := url.Parse(test.realm)
		if err != nil {
			t.Fatal(err)
		}
		r := registry{mayBePlain: test.registryIsHere}
		if got := r.mayBeTold(realm); got != test.want {
			t.Errorf("registry here: %v, realm %s: %v, want %v", test.registryIsHere, test.realm, got, test.want)
		}
	}
}

func TestCredentialHelpersOfRegistriesConf(t *testing.T) {
	tests := map[string]struct {
		text  string
		want  []string
		found bool
	}{
		"empty":             {"", nil, false},
		"one line":          {`credential-helpers = ["containers-auth.json", "ecssecrets"]`, []string{"containers-auth.json", "ecssecrets"}, true},
		"many lines":        {"credential-helpers=[\n  'a', # \"no\"\n  \"b\",\n]\n", []string{"a", "b"}, true},
		"no helpers":        {"credential-helpers = []", nil, true},
		"commented out":     {`# credential-helpers = ["a"]`, nil, false},
		"behind a comment":  {"x = \"#\" # [\ncredential-helpers = [\"a\"]", []string{"a"}, true},
		"in a table":        {"[[registry]]\ncredential-helpers = [\"a\"]", nil, false},
		"before a table":    {"credential-helpers = [\"a\"]\n[[registry]]\nlocation = \"b\"", []string{"a"}, true},
		"another setting":   {`not-credential-helpers = ["a"]`, nil, false},
		"the key in quotes": {`"credential-helpers" = ["a"]`, []string{"a"}, true},
	}
	for name, test := range tests {
		got, found := credentialHelpersIn(test.text)
		if found != test.found || !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: %q, %v, want %q, %v", name, got, found, test.want, test.found)
		}
	}
}
