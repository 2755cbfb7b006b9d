package ecsconfig_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/ecssecrets/docker-credential-ecssecrets/internal/ecsconfig"
)

const member = `"EngineAuthData": ` + newData

var jsonEdits = []struct{ name, before, after string }{
	{"no file", "", "{\n  \"EngineAuthType\": \"docker\",\n  " + member + "\n}\n"},
	{"blank", " \n", "{\n  \"EngineAuthType\": \"docker\",\n  " + member + "\n}\n"},
	{"nothing in it", "{}", `{"EngineAuthType": "docker", ` + member + `}`},
	{"ours already", `{ "EngineAuthType":"docker" ,"EngineAuthData":` + newData + `}`, `{ "EngineAuthType":"docker" ,"EngineAuthData":` + newData + `}`},
	{"on lines", "{\n    \"Cluster\" : \"c\",\n    \"X\": [1.0, 2e3]\n}", "{\n    \"Cluster\" : \"c\",\n    \"X\": [1.0, 2e3],\n    \"EngineAuthType\": \"docker\",\n    " + member + "\n}"},
	{"on Windows' lines", "{\r\n\t\"Cluster\": \"c\"\r\n}\r\n", "{\r\n\t\"Cluster\": \"c\",\r\n\t\"EngineAuthType\": \"docker\",\r\n\t" + member + "\r\n}\r\n"},
	{"on one line", `{"Cluster":"c" }`, `{"Cluster":"c", "EngineAuthType": "docker", ` + member + ` }`},
	{"in its place, with its order", "{\"EngineAuthData\" : {\"x\": {}} ,\n \"Cluster\":\"c\",\"EngineAuthType\":\"dockercfg\"}",
		"{\"EngineAuthData\" : " + newData + " ,\n \"Cluster\":\"c\",\"EngineAuthType\":\"docker\"}"},
	{"in other case", `{"engineauthdata":{},"ENGINEAUTHTYPE":null}`, `{"engineauthdata":` + newData + `,"ENGINEAUTHTYPE":"docker"}`},
	{"several: the first stays, the others go", `{"EngineAuthType":"docker","EngineAuthData":{},"Cluster":"c" , "engineAuthData":null , "EngineAuthType":1 }`,
		`{"EngineAuthType":"docker","EngineAuthData":` + newData + `,"Cluster":"c" }`},
}

func TestSetJSON(t *testing.T) {
	for _, test := range jsonEdits {
		t.Run(test.name, func(t *testing.T) {
			got, err := ecsconfig.SetJSON([]byte(test.before), []byte(newData))
			if err != nil || string(got) != test.after {
				t.Errorf("%q became\n%q, %v, not\n%q", test.before, got, err, test.after)
			}
			checkJSON(t, test.before)
		})
	}
}

// FuzzECSConfigJSON holds any text to what [checkJSON] says.
func FuzzECSConfigJSON(f *testing.F) {
	for _, test := range jsonEdits {
		f.Add(test.before)
	}
	f.Add(`{"a":1,}`)
	f.Add("{\"EngineAuthType\":\"\\uD800\xff\"}")
	f.Fuzz(checkJSON)
}

// checkJSON: what the agent could not read is refused. Else it reads both settings
// and every other member as before, in their order; where there was none of the
// two, all that was there is there, byte for byte; and a second edit changes nothing.
func checkJSON(t *testing.T, before string) {
	edited, err := ecsconfig.SetJSON([]byte(before), []byte(newData))
	if err != nil {
		return
	}
	var file agentJSON
	if err := json.Unmarshal(edited, &file); err != nil || file.EngineAuthType != "docker" || string(file.EngineAuthData) != newData {
		t.Fatalf("%q became %q, which is %+v, %v", before, edited, file, err)
	}
	was, had := members(t, before)
	is, has := members(t, string(edited))
	if has != 2 || !slices.Equal(was, is) {
		t.Fatalf("%q became %q, with %d of the settings, and %q, not %q", before, edited, has, is, was)
	}
	if had == 0 && strings.TrimSpace(before) != "" && !inserted(before, string(edited)) {
		t.Fatalf("%q became %q, in which more than an insertion changed", before, edited)
	}
	if again, err := ecsconfig.SetJSON(edited, []byte(newData)); err != nil || !bytes.Equal(again, edited) {
		t.Fatalf("%q became %q, and then %q, %v", before, edited, again, err)
	}
}

// members gives names and values of the other members, and how many are ours.
func members(t *testing.T, text string) (others []string, ours int) {
	t.Helper()
	if strings.TrimSpace(text) == "" {
		return nil, 0
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	if first, err := decoder.Token(); err != nil || first != json.Delim('{') {
		t.Fatalf("%q begins with %v, %v", text, first, err)
	}
	for decoder.More() {
		name, err := decoder.Token()
		var value json.RawMessage
		if err != nil || decoder.Decode(&value) != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if strings.EqualFold(name.(string), "EngineAuthType") || strings.EqualFold(name.(string), "EngineAuthData") {
			ours++
			continue
		}
		others = append(others, name.(string), string(value))
	}
	return others, ours
}

// inserted reports whether the second text is the first with something put in.
func inserted(before, after string) bool {
	start := 0
	for start < len(before) && before[start] == after[start] {
		start++
	}
	return strings.HasSuffix(after, before[start:])
}

func TestSetJSONRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"{\n  \"a\": 1,\n}":    "line 3, column 1: invalid character '}' looking for beginning of object key string",
		"// no\n{}":            "line 1, column 1: invalid character '/' looking for beginning of value",
		`["a"]`:                "line 1, column 1: it is not an object",
		`{"a": 1} {}`:          "line 1, column 10: invalid character '{' after top-level value",
		`{"EngineAuthData": {`: "line 1, column 20: unexpected end of JSON input",
	} {
		if _, err := ecsconfig.SetJSON([]byte(text), []byte(newData)); err == nil || err.Error() != want {
			t.Errorf("%q: %v, not %s", text, err, want)
		}
	}
}

func TestJSONSets(t *testing.T) {
	for text, want := range map[string]bool{
		"": false, "{}": false, `{"Cluster":"c"}`: false, `{"a":{"EngineAuthData":{}}}`: false, `no`: false,
		`{"EngineAuthData":{}}`: true, `{"engineauthtype":""}`: true,
	} {
		if ecsconfig.JSONSets([]byte(text)) != want {
			t.Errorf("JSONSets(%q) is %v", text, !want)
		}
	}
}
