package cli

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ecssecrets/docker-credential-ecssecrets/internal/taskdef"
	"github.com/ecssecrets/docker-credential-ecssecrets/mapping"
)

var sampleFolder = filepath.Join("..", "..", "testdata", "import")

// runImport gives the exit code and what was printed.
func runImport(document []byte, args ...string) (code int, stdout, stderr string) {
	var out, err bytes.Buffer
	p := &Program{Name: "docker-credential-ecssecrets", Stdin: bytes.NewReader(document), Stdout: &out, Stderr: &err}
	code = p.Run(append([]string{"import"}, args...))
	return code, out.String(), err.String()
}

// TestImportSamples: the samples of testdata/import, as AWS and its tools write
// them, give these entries and pass over as many containers.
func TestImportSamples(t *testing.T) {
	samples := map[string]struct {
		entries []string
		passed  string
	}{
		"describe-task-definition.json": {[]string{
			`"docker.io": "prod/dockerhub"`,
			`"registry.example.com:5000": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:registry-AbCdEf"`}, "1 container"},
		"register-task-definition.json": {[]string{
			`"registry.example.com": "arn:aws-cn:secretsmanager:cn-north-1:111122223333:secret:registry-AbCdEf"`}, "2 containers"},
		"container-definitions.json": {[]string{
			`"ghcr.io": "arn:aws:secretsmanager:us-east-1:444455556666:secret:ghcr"`,
			`"localhost:5000": "local/registry"`}, "1 container"},
		"template.yaml": {[]string{
			`"docker.io": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:dockerhub-GhIjKl"`,
			`"other.example.com:5000": "prod/other"`,
			`"registry.example.com": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:registry-AbCdEf"`}, "2 containers"},
		"template.json": {[]string{
			`"registry.example.com": "arn:aws-us-gov:secretsmanager:us-gov-west-1:111122223333:secret:registry-AbCdEf"`}, "0 containers"},
		"cdk.template.json": {[]string{
			`"registry.example.com": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:registry"`}, "0 containers"},
		"cdk-docker-creds.json": {[]string{
			`"docker.io": { "credentialsParameter": "prod/dockerhub", "roleArn": "arn:aws:iam::111122223333:role/docker-hub" }`,
			`"other.example.com:5000": { "credentialsParameter": "arn:aws:secretsmanager:us-east-1:444455556666:secret:other-GhIjKl", ` +
				`"roleArn": "arn:aws:iam::444455556666:role/registry-reader", "usernameKey": "user", "passwordKey": "token" }`,
			`"registry.example.com": { "credentialsParameter": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:registry-AbCdEf", "passwordKey": "secret" }`},
			"1 container"},
	}
	for name, document := range readSamples(t) {
		sample, ok := samples[name]
		if !ok {
			t.Errorf("%s: a new sample; say here what it gives", name)
			continue
		}
		want := "{\n  \"registries\": {\n    " + strings.Join(sample.entries, ",\n    ") + "\n  }\n}\n"
		code, stdout, stderr := runImport(document, "--partition", "aws", "--region", "eu-west-1", "--account", "111122223333")
		if code != 0 || stdout != want || !strings.Contains(stderr, ", "+sample.passed+" without a secret passed over") {
			t.Errorf("%s: exit %d\n%s%s\nwant %s, %s", name, code, stdout, stderr, want, sample.passed)
		}
	}
}

func readSamples(t testing.TB) map[string][]byte {
	samples := map[string][]byte{}
	files, err := os.ReadDir(sampleFolder)
	if err != nil || len(files) < 7 {
		t.Fatal(len(files), "samples,", err)
	}
	for _, file := range files {
		document, err := os.ReadFile(filepath.Join(sampleFolder, file.Name()))
		if err != nil {
			t.Fatal(err)
		}
		samples[file.Name()] = document
	}
	return samples
}

// FuzzImport: no document makes import panic, and whatever it prints is a mapping
// of the hosts that it counts; where it finds a fault it prints nothing.
func FuzzImport(f *testing.F) {
	for _, document := range readSamples(f) {
		f.Add(document)
	}
	f.Fuzz(func(t *testing.T, document []byte) {
		code, stdout, stderr := runImport(document, "--partition", "aws", "--region", "eu-west-1", "--account", "111122223333")
		if code != 0 {
			if code != 1 || stdout != "" || stderr == "" {
				t.Errorf("exit %d, stdout %q, stderr %q", code, stdout, stderr)
			}
			return
		}
		m, err := mapping.Parse([]*mapping.Source{{Name: "imported", Data: []byte(stdout)}})
		if err != nil {
			t.Fatalf("%v in\n%s", err, stdout)
		}
		if counts := "import: " + counted(len(m.Hosts()), "registry", "registries") + ", "; !strings.Contains("\n"+stderr, "\n"+counts) {
			t.Errorf("%s for\n%s", stderr, stdout)
		}
	})
}

// FuzzMergeMapping: whatever mapping there is, it keeps its bytes, in their order,
// and its other entries; what was merged is there; and merging again changes nothing.
func FuzzMergeMapping(f *testing.F) {
	for _, text := range []string{
		"", "{}", " {\n}\n", `{"registries": {}}`, `{"registries": {/* none */}, "timeout": "1s"}`, "{\"registries\": {\r\n\t\"a.example\": \"a\" // last\r\n}}",
		"{\"registries\": {\"index.docker.io\": \"hub\",\n},}", "// first\n{\"registries\": {\"*.example.com\": \"x\" /* y */ , }, // z\n}",
	} {
		f.Add([]byte(text))
	}
	for _, text := range readMappings(f) {
		f.Add([]byte(text))
	}
	registries := []importedRegistry{
		{host: "docker.io", entry: importedEntry{CredentialsParameter: "merged"}, first: taskdef.Use{}},
		{host: "new.example.com", entry: importedEntry{CredentialsParameter: "merged", PasswordKey: "secret"}},
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		before, err := mapping.Parse([]*mapping.Source{{Name: "mapping", Data: data}})
		if err != nil && len(bytes.TrimSpace(data)) > 0 {
			return
		}
		merged, err := mergeMapping("mapping", data, registries, false)
		if err != nil {
			merged, err = mergeMapping("mapping", data, registries, true)
		} else if !subsequence(data, merged.text) {
			t.Errorf("%q lost bytes: %q", data, merged.text)
		}
		if err != nil {
			t.Fatalf("%q: %v", data, err)
		}
		checkMerged(t, before, merged.text, registries)
	})
}

// readMappings gives the texts of testdata/mappings.json.
func readMappings(t testing.TB) (texts []string) {
	table, err := os.ReadFile(filepath.Join("..", "..", "testdata", "mappings.json"))
	if err != nil {
		t.Fatal(err)
	}
	var rows []struct{ Mapping string }
	if err := json.Unmarshal(table, &rows); err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		texts = append(texts, row.Mapping)
	}
	return texts
}

func checkMerged(t *testing.T, before *mapping.Mapping, text []byte, registries []importedRegistry) {
	after, err := mapping.Parse([]*mapping.Source{{Name: "mapping", Data: text}})
	if err != nil {
		t.Fatal(err)
	}
	for _, registry := range registries {
		if entry, ok := after.Lookup(registry.host); !ok || !registry.entry.says(entry) {
			t.Errorf("%s is not in %q", registry.host, text)
		}
	}
	if before != nil {
		for _, host := range append(before.Hosts(), before.Patterns()...) {
			if _, ok := after.Lookup(host); !ok {
				t.Errorf("%s is lost in %q", host, text)
			}
		}
	}
	again, err := mergeMapping("mapping", text, registries, false)
	if err != nil || !bytes.Equal(again.text, text) || len(again.unchanged) != len(registries) {
		t.Errorf("%q changes when merged again: %+v, %v", text, again, err)
	}
}

func subsequence(part, whole []byte) bool {
	for _, c := range whole {
		if len(part) > 0 && part[0] == c {
			part = part[1:]
		}
	}
	return len(part) == 0 || len(bytes.TrimSpace(part)) == 0
}
