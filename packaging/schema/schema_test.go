// Package schema holds the JSON Schema of the mapping, with which editors check
// and complete it, and the test that it says what the parser does.
package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/tailscale/hujson"

	"github.com/ecssecrets/docker-credential-ecssecrets/mapping"
)

const schemaFile = "mapping.schema.json"

// inexpressible are the mistakes that a schema cannot say, by their "why".
var inexpressible = map[string]string{
	"duplicate top-level key":                              "one key twice",
	"duplicate top-level key, same value":                  "one key twice",
	"duplicate cache key":                                  "one key twice",
	"duplicate entry key":                                  "one key twice",
	"duplicate entry key, same value":                      "one key twice",
	"duplicate host":                                       "one key twice",
	"duplicate host: upper case":                           "two keys compared",
	"duplicate host: default port":                         "two keys compared",
	"duplicate host: escape in the key":                    "one key twice",
	"duplicate host: Docker Hub's URL":                     "two keys compared",
	"duplicate host: Docker Hub's URL first":               "two keys compared",
	"duplicate host: two aliases of Docker Hub":            "two keys compared",
	"duplicate host: alias of Docker Hub":                  "two keys compared",
	"duplicate host: two spellings of an address":          "two keys compared",
	"duplicate pattern: upper case":                        "two keys compared",
	"region contradicts the ARN":                           "two values compared",
	"region contradicts the ARN, one line":                 "two values compared",
	"usernameKey equals passwordKey":                       "two values compared",
	"usernameKey equals passwordKey, matched without case": "two values compared",
	"timeout: beyond a year":                               "a sum",
	"ttl: would overflow when added":                       "a sum",
}

type sample struct{ Why, Mapping string }

// TestSchemaSaysWhatTheParserDoes holds the schema to the parser's verdict.
func TestSchemaSaysWhatTheParserDoes(t *testing.T) {
	schema, met := compile(t, ""), map[string]bool{}
	for _, s := range append(sharedSamples(t), edgeSamples()...) {
		data, err := hujson.Standardize([]byte(s.Mapping))
		if err != nil {
			continue // no JSON, so nothing that a schema could speak about
		}
		parserErr, schemaErr := parse(s.Mapping), schema.Validate(decode(t, data))
		excuse, excused := inexpressible[s.Why]
		switch {
		case excused && (parserErr == nil || schemaErr != nil):
			t.Errorf("%s: not an exception (%s): parser: %v; schema: %v", s.Why, excuse, parserErr, schemaErr)
		case !excused && (parserErr == nil) != (schemaErr == nil):
			t.Errorf("%s: %.200s\nparser: %v\nschema: %v", s.Why, s.Mapping, parserErr, schemaErr)
		}
		met[s.Why] = true
	}
	for why := range inexpressible {
		if !met[why] {
			t.Errorf("%s: an exception without a sample", why)
		}
	}
}

// TestSchemaHasTheParsersKeys compares with what the parser says of unknown keys.
func TestSchemaHasTheParsersKeys(t *testing.T) {
	for _, object := range []struct{ pointer, unknownKey string }{
		{"/properties", `{"?": 0}`},
		{"/properties/cache/properties", `{"cache": {"?": 0}}`},
		{"/$defs/entry/properties", `{"registries": {"a.example": {"?": 0}}}`},
	} {
		var mistake *mapping.Error
		if !errors.As(parse(object.unknownKey), &mistake) {
			t.Fatalf("%s: accepted", object.unknownKey)
		}
		list, _ := strings.CutPrefix(mistake.Remedy, "write one of ")
		want := strings.Split(list, ", ")
		slices.Sort(want)
		if got := keys(at(t, object.pointer)); !slices.Equal(got, want) {
			t.Errorf("%s: schema has %q, parser %q", object.pointer, got, want)
		}
	}
}

// TestExamplesAndHelp wants of each key a title and a description for editors, and
// examples that are what they show.
func TestExamplesAndHelp(t *testing.T) {
	for _, properties := range []string{"/properties", "/properties/cache/properties", "/$defs/entry/properties"} {
		for _, key := range keys(at(t, properties)) {
			pointer := properties + "/" + key
			schema := compile(t, pointer)
			if schema.Ref != nil && schema.Title == "" {
				schema = schema.Ref
			}
			if schema.Title == "" || schema.Description == "" {
				t.Errorf("%s: no title or no description", pointer)
			}
		}
	}
	for _, pointer := range withExamples("", at(t, "")) {
		schema := compile(t, pointer)
		for _, example := range schema.Examples {
			if err := schema.Validate(example); err != nil {
				t.Errorf("example: %v", err)
			}
		}
	}
}

// TestDefaults holds the durations that editors show to those that the parser gives.
func TestDefaults(t *testing.T) {
	for pointer, want := range map[string]time.Duration{
		"/properties/timeout/default":                       mapping.DefaultTimeout,
		"/properties/cache/properties/ttl/default":          mapping.DefaultTTL,
		"/properties/cache/properties/staleIfError/default": mapping.DefaultStaleIfError,
	} {
		if got, err := time.ParseDuration(fmt.Sprint(at(t, pointer))); got != want {
			t.Errorf("%s: %s (%v), want %s", pointer, got, err, want)
		}
	}
}

// sharedSamples are the mappings that the parser itself is held to.
func sharedSamples(t *testing.T) (samples []sample) {
	data, err := os.ReadFile("../../testdata/mappings.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &samples); err != nil {
		t.Fatal(err)
	}
	if len(samples) < 90 {
		t.Fatalf("only %d samples", len(samples))
	}
	return samples
}

// edgeSamples stand on both sides of each limit.
func edgeSamples() (samples []sample) {
	add := func(format string, values ...string) {
		for _, value := range values {
			quoted, _ := json.Marshal(value)
			text := fmt.Sprintf(format, quoted)
			samples = append(samples, sample{"edge: " + text, text})
		}
	}
	label, labels := strings.Repeat("a", 63), strings.Repeat("a.", 126)
	add(`{"registries": {%s: "name"}}`,
		"a:1", "a:9999", "a:10000", "a:59999", "a:64999", "a:65499", "a:65529", "a:65535", "a:65536", "a:65540", "a:65600", "a:66000", "a:70000", "a:0",
		label, label+"a", "x."+label, "x."+label+"a", labels+"b", labels+"b:5000", labels+"bc", "*."+labels+"b", "*."+labels+"bc",
		"a_b", "_", "-a", "a-", "a.-b", "a:b:c", "a b", "a\n",
		"*.a.b", "*.a.b:1", "*.a.b:0", "*.a.b1", "*.a.1", "*.-a.b", "*.a.b\n", "*.[2001:db8::1]",
		"[::1]", "[::1]:0", "[::1]a", "[1.2.3.4]", "[]", "[::ffff:192.0.2.1]", "[1:2:3:4:5:6:7:8]:443",
		"https://index.docker.io/v1", "https://index.docker.io/v1//", "HTTPS://index.docker.io/v1/", "registry.hub.docker.com",
		"public.ecr.aws", "Public.ECR.aws:443", "public.ecr.aws:5000", "a.public.ecr.aws", "ecr-public.aws.com", "*.public.ecr.aws",
		"*.dkr.ecr.eu-west-1.amazonaws.com", "*.dkr.ecr.eu-west-1.amazonaws.com:5000", "*.DKR-ECR.eu-west-1.on.aws", "*.dkr-ecr.aws",
		"111122223333.dkr.ecr", "111122223333.dkr.ecr.a", "11112222333.dkr.ecr.a", "111122223333.dkr-fips.ecr-fips.a", "111122223333.dkr-ecr.a")
	add(`{"registries": {"a.example": %s}}`,
		"arn", "arn:", "arn:aws", strings.Repeat("a", 2048), strings.Repeat("a", 2049), "arn:-aws:secretsmanager:eu-west-1:111122223333:secret:a",
		"arn:aws:secretsmanager:eu-west-:111122223333:secret:a", "ARN:aws:secretsmanager:eu-west-1:111122223333:secret:a", "a\n")
	add(`{"registries": {"a.example": {"credentialsParameter": "name", "region": %s}}}`, "", "a", "-", "a-", "-a", "EU-WEST-1")
	add(`{"registries": {"a.example": {"credentialsParameter": "name", "profile": %s}}}`, "", " ", "a~", "a\t", "é", "\x7f")
	add(`{"registries": {"a.example": {"credentialsParameter": "name", "roleArn": %s}}}`,
		"arn:aws:iam::444455556666:role/!)+9;~", "arn:aws:iam::444455556666:role/*", "arn:aws:iam::444455556666:role/a:b", "arn:aws:iam::444455556666:role/a b")
	add(`{"registries": {"a.example": {"credentialsParameter": "name", "roleArn": "arn:aws:iam::444455556666:role/a", "externalId": %s}}}`,
		"", "a", "ab", "a_+=,.@:/-Z9", "a b", strings.Repeat("a", 1224), strings.Repeat("a", 1225))
	add(`{"registries": {"a.example": {"credentialsParameter": "name", "usernameKey": %s}}}`,
		"", "a b", "a\"", "a'", "a`", "a,", `a\`, "é", "PassWord", "passwords", "username", "USERNAME")
	add(`{"registries": {"a.example": {"credentialsParameter": "name", "passwordKey": %s}}}`, "", "a,", "UserName", "password")
	add(`{"registries": {"a.example": {"credentialsParameter": "name", "usernameKey": "password", "passwordKey": %s}}}`, "username", "a")
	add(`{"fallback": %s}`, "ecssecrets", "ecssecrets2", "a.b_c-D9", ".", "a b", "a\n", "é")
	add(`{"$schema": %s}`, "", "a")
	samples = append(samples, sample{"edge: $schema: number", `{"$schema": 1}`})
	add(`{"timeout": %s}`, "1ns", "1us", "1µs", "1μs", "1ms", "1m", "8760h", "+5s", "-5s", ".5s", "5.s", ".s", "1s1s", "1", "00s", "0.0s", "0.5s", "+0", "1s\n", "1S")
	add(`{"cache": {"ttl": %s}}`, "0", "+0", "00", "0h0m", "0.0", "1h1", " 0")
	return samples
}

func parse(text string) error {
	_, err := mapping.Parse([]*mapping.Source{{Name: "m.json", Data: []byte(text)}})
	return err
}

// compile makes a validator of the part of the schema at a JSON pointer. It also
// checks the schema itself, against the draft that it names.
func compile(t *testing.T, pointer string) *jsonschema.Schema {
	t.Helper()
	compiler := jsonschema.NewCompiler()
	compiler.UseLoader(jsonschema.SchemeURLLoader{}) // nothing from elsewhere
	if err := compiler.AddResource("memory:"+schemaFile, at(t, "")); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("memory:" + schemaFile + "#" + pointer)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// at is the part of the schema's text at a JSON pointer.
func at(t *testing.T, pointer string) any {
	t.Helper()
	data, err := os.ReadFile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	value := decode(t, data)
	for _, key := range strings.Split(pointer, "/")[1:] {
		value = value.(map[string]any)[key]
	}
	return value
}

// withExamples lists the pointers to all schemas that have examples.
func withExamples(pointer string, value any) (pointers []string) {
	object, _ := value.(map[string]any)
	if _, ok := object["examples"].([]any); ok {
		pointers = append(pointers, pointer)
	}
	for _, key := range keys(value) {
		if key != "examples" {
			pointers = append(pointers, withExamples(pointer+"/"+key, object[key])...)
		}
	}
	return pointers
}

func keys(value any) (names []string) {
	object, _ := value.(map[string]any)
	for name := range object {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func decode(t *testing.T, data []byte) any {
	t.Helper()
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return value
}
