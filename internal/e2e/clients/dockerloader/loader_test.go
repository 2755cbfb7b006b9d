// Package dockerloader holds edits of Docker's configuration to the code by which
// docker itself reads it.
package dockerloader

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/docker/cli/cli/config"
	"github.com/docker/cli/cli/config/configfile"

	"github.com/ecssecrets/docker-credential-ecssecrets/internal/dockerconfig"
)

const (
	ours    = "ecssecrets"
	configs = 2_000
)

// hosts are few, so that edits meet what is there; all are keys of docker's own.
var hosts = []string{"registry.example.com", "registry.example.com:5000", "https://index.docker.io/v1/", "ghcr.io", "[2001:db8::1]:5000"}

// TestDockerReadsWhatWasEdited: docker's writer writes a configuration with any of
// its members, the edits change it, and docker's loader sees the edits, and every
// other member as it was. Taking out what was put in gives what was there.
func TestDockerReadsWhatWasEdited(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	folder := inMemory(t)
	edited := 0
	for range configs {
		text := reformatted(t, random, generated(t, random))
		if err := os.WriteFile(filepath.Join(folder, config.ConfigFileName), text, 0o600); err != nil {
			t.Fatal(err)
		}
		want := load(t, folder)
		others := otherMembers(t, folder)
		edit(t, folder, func(f *dockerconfig.File) {
			for range random.IntN(5) {
				edited++
				play(random, f, want)
			}
		})
		check(t, text, folder, want, others)
		edit(t, folder, func(f *dockerconfig.File) { removeOurs(f, want) })
		check(t, text, folder, want, others)
	}
	if edited < configs {
		t.Errorf("only %d edits", edited)
	}
}

// TestTakenOutAgain: what was put in where nothing was, and is taken out again,
// leaves docker the configuration that it had.
func TestTakenOutAgain(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	folder := inMemory(t)
	for range configs {
		text := reformatted(t, random, generated(t, random))
		if err := os.WriteFile(filepath.Join(folder, config.ConfigFileName), text, 0o600); err != nil {
			t.Fatal(err)
		}
		want, others := load(t, folder), otherMembers(t, folder)
		var added []string
		for _, host := range hosts {
			if _, served := want.CredentialHelpers[host]; !served && random.IntN(2) == 0 {
				added = append(added, host)
			}
		}
		edit(t, folder, func(f *dockerconfig.File) {
			for _, host := range added {
				f.SetHelper(host, ours)
			}
			if want.CredentialsStore == "" {
				f.SetStore(ours)
			}
		})
		if set := load(t, folder); len(set.CredentialHelpers) != len(want.CredentialHelpers)+len(added) || set.CredentialsStore == "" {
			t.Fatalf("%s\nis read as\n%s", text, shown(set))
		}
		edit(t, folder, func(f *dockerconfig.File) {
			for _, host := range added {
				f.RemoveHelper(host, ours)
			}
			if want.CredentialsStore == "" {
				f.RemoveStore(ours)
			}
		})
		check(t, text, folder, want, others)
	}
}

// inMemory is a folder whose files need not reach a disk, thousands of times, where
// the machine has one.
func inMemory(t *testing.T) string {
	t.Helper()
	folder, err := os.MkdirTemp("/dev/shm", "dockerloader")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	return folder
}

// generated is a configuration in which about half of docker's members are set.
func generated(t *testing.T, random *rand.Rand) []byte {
	file := configfile.New("")
	members := reflect.ValueOf(file).Elem()
	for i := range members.NumField() {
		if members.Type().Field(i).Name != "Filename" && random.IntN(2) == 0 {
			fill(random, members.Field(i))
		}
	}
	if file.CredentialsStore != "" && random.IntN(2) == 0 {
		file.CredentialsStore = ours
	}
	file.CredentialHelpers = nil
	for _, host := range hosts {
		if file.CredentialHelpers == nil && random.IntN(3) > 0 {
			file.CredentialHelpers = map[string]string{}
		}
		if file.CredentialHelpers != nil && random.IntN(3) == 0 {
			file.CredentialHelpers[host] = []string{"pass", ours, "", "ecr-login"}[random.IntN(4)]
		}
	}
	var text bytes.Buffer
	if err := file.SaveToWriter(&text); err != nil {
		t.Fatal(err)
	}
	return text.Bytes()
}

// fill gives a value of any type that a member has.
func fill(random *rand.Rand, value reflect.Value) {
	switch value.Kind() {
	case reflect.String:
		value.SetString(words(random))
	case reflect.Slice:
		value.Set(reflect.MakeSlice(value.Type(), 1+random.IntN(3), 4))
		for i := range value.Len() {
			fill(random, value.Index(i))
		}
	case reflect.Map:
		value.Set(reflect.MakeMap(value.Type()))
		for range random.IntN(4) {
			key, element := reflect.New(value.Type().Key()).Elem(), reflect.New(value.Type().Elem()).Elem()
			fill(random, key)
			fill(random, element)
			value.SetMapIndex(key, element)
		}
	case reflect.Struct:
		for i := range value.NumField() {
			switch name := value.Type().Field(i).Name; {
			case name == "Username": // docker reads no log-in without one
				value.Field(i).SetString("user")
			case name != "Auth" && random.IntN(2) == 0: // which docker makes of user name and password
				fill(random, value.Field(i))
			}
		}
	default:
		panic("a member of a new kind: " + value.Kind().String())
	}
}

func words(random *rand.Rand) string {
	parts := []string{"a", "B", "{{.ID}}", "\t", "\"", "\\", "<&>", "é", "\U0001f433", "\u2028", "credHelpers", "auths", " ", "/", "}", ",", "\n", "https://", "registry.example.com"}
	text := "x"
	for range random.IntN(5) {
		text += parts[random.IntN(len(parts))]
	}
	return text
}

// reformatted is the text as docker wrote it, or as a person or a tool left it, now
// and then with a member that docker does not know.
func reformatted(t *testing.T, random *rand.Rand, text []byte) []byte {
	var out bytes.Buffer
	var err error
	switch random.IntN(6) {
	case 0:
		err = json.Compact(&out, text)
	case 1:
		err = json.Indent(&out, text, "", "  ")
	case 2:
		out.Write(bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n")))
	case 3:
		out.Write(bytes.ReplaceAll(text, []byte(",\n"), []byte(" ,\n\n")))
	default:
		out.Write(text)
	}
	if err != nil {
		t.Fatal(err)
	}
	edited := out.String()
	if random.IntN(4) == 0 { // docker reads names without regard to case
		edited = strings.NewReplacer(`"credsStore":`, `"credsstore":`, `"credHelpers":`, `"CredHelpers":`).Replace(edited)
	}
	if random.IntN(3) == 0 {
		unknown := []string{`"": 1e400`, `"x": {"credHelpers": {"ghcr.io": "x"}, "auths": null}`, `"stackOrchestrator":"swarm"`, `"experimental": "enabled"`, `"y":[1,{}, [ ] ]`}
		edited = "{" + unknown[random.IntN(len(unknown))] + "," + edited[1:]
	}
	if random.IntN(3) == 0 {
		edited += "\n"
	}
	return []byte(edited)
}

// play makes one edit of the file, and says in want what it must come to.
func play(random *rand.Rand, f *dockerconfig.File, want *configfile.ConfigFile) {
	host, helper := hosts[random.IntN(len(hosts))], []string{ours, ours, "pass"}[random.IntN(3)]
	switch random.IntN(5) {
	case 0, 1:
		f.SetHelper(host, helper)
		if want.CredentialHelpers == nil {
			want.CredentialHelpers = map[string]string{}
		}
		want.CredentialHelpers[host] = helper
	case 2:
		f.RemoveHelper(host, helper)
		maps.DeleteFunc(want.CredentialHelpers, func(key, value string) bool { return key == host && value == helper })
	case 3:
		f.SetStore(helper)
		want.CredentialsStore = helper
	case 4:
		f.RemoveStore(helper)
		if want.CredentialsStore == helper {
			want.CredentialsStore = ""
		}
	}
}

func removeOurs(f *dockerconfig.File, want *configfile.ConfigFile) {
	for _, host := range hosts {
		f.RemoveHelper(host, ours)
	}
	maps.DeleteFunc(want.CredentialHelpers, func(_, value string) bool { return value == ours })
	f.RemoveStore(ours)
	if want.CredentialsStore == ours {
		want.CredentialsStore = ""
	}
}

func edit(t *testing.T, folder string, change func(*dockerconfig.File)) {
	t.Helper()
	file, err := dockerconfig.Read(filepath.Join(folder, config.ConfigFileName))
	if err != nil {
		t.Fatal(err)
	}
	change(file)
	if err := file.Write(); err != nil {
		t.Fatal(err)
	}
}

func load(t *testing.T, folder string) *configfile.ConfigFile {
	t.Helper()
	file, err := config.Load(folder)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// otherMembers are all that the edits are not about, as they stand in the text.
func otherMembers(t *testing.T, folder string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(folder, config.ConfigFileName))
	if err != nil {
		t.Fatal(err)
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(text, &members); err != nil {
		t.Fatal(err)
	}
	others := map[string]string{}
	for name, value := range members {
		if !strings.EqualFold(name, "credHelpers") && !strings.EqualFold(name, "credsStore") {
			others[name] = string(value)
		}
	}
	return others
}

func check(t *testing.T, before []byte, folder string, want *configfile.ConfigFile, others map[string]string) {
	t.Helper()
	got := load(t, folder)
	if len(got.CredentialHelpers)+len(want.CredentialHelpers) == 0 { // docker does not tell none from an empty object
		got.CredentialHelpers = want.CredentialHelpers
	}
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("%s\nis read as\n%s\nwant\n%s", before, shown(got), shown(want))
	}
	if !maps.Equal(otherMembers(t, folder), others) {
		t.Fatalf("%s\nis another text in\n%q, was\n%q", before, otherMembers(t, folder), others)
	}
}

func shown(file *configfile.ConfigFile) string {
	return strings.ReplaceAll(fmt.Sprintf("%+v", *file), " ", "\n")
}
