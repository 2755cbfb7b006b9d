package ecsconfig_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/ecssecrets/docker-credential-ecssecrets/internal/ecsconfig"
)

const (
	newData = `{"r.io":{"username":"u","password":"new"}}`
	ours    = "ECS_ENGINE_AUTH_TYPE=docker\nECS_ENGINE_AUTH_DATA=" + newData + "\n"
)

var textEdits = []struct{ name, before, after string }{
	{"no file", "", ours},
	{"ours already", ours, ours},
	{"ours already, in white space", " " + strings.ReplaceAll(ours, "\n", " \r\n"), " " + strings.ReplaceAll(ours, "\n", " \r\n")},
	{"others before", "ECS_CLUSTER=default\n", "ECS_CLUSTER=default\n" + ours},
	{"no newline at the end", "ECS_CLUSTER=default", "ECS_CLUSTER=default\n" + ours},
	{"Windows' line ends", "ECS_CLUSTER=default\r\n", "ECS_CLUSTER=default\r\n" + strings.ReplaceAll(ours, "\n", "\r\n")},
	{"Windows' line ends, replaced", "ECS_ENGINE_AUTH_DATA={}\r\nECS_ENGINE_AUTH_TYPE=docker\r\nA=b\r\n",
		"ECS_ENGINE_AUTH_DATA=" + newData + "\r\nECS_ENGINE_AUTH_TYPE=docker\r\nA=b\r\n"},
	{"in its place, with its order", "A=b\nECS_ENGINE_AUTH_DATA={\"r.io\":{}}\nC=d\nECS_ENGINE_AUTH_TYPE=dockercfg\nE=f",
		"A=b\nECS_ENGINE_AUTH_DATA=" + newData + "\nC=d\nECS_ENGINE_AUTH_TYPE=docker\nE=f"},
	{"replaced at the end", "ECS_ENGINE_AUTH_TYPE=docker\nECS_ENGINE_AUTH_DATA=", strings.TrimSuffix(ours, "\n")},
	{"one is missing", "ECS_ENGINE_AUTH_TYPE=docker\nA=b", "ECS_ENGINE_AUTH_TYPE=docker\nA=b\nECS_ENGINE_AUTH_DATA=" + newData + "\n"},
	{"several: the first stays, the others go", "ECS_ENGINE_AUTH_TYPE=\nA=b\nECS_ENGINE_AUTH_TYPE=docker\n ECS_ENGINE_AUTH_DATA={}\nECS_ENGINE_AUTH_DATA=1\n\tECS_ENGINE_AUTH_DATA=2",
		"ECS_ENGINE_AUTH_TYPE=docker\nA=b\nECS_ENGINE_AUTH_DATA=" + newData + "\n"},
	{"not ours: comments, blanks, export, case", "#ECS_ENGINE_AUTH_TYPE=x\nECS_ENGINE_AUTH_TYPE =x\nexport ECS_ENGINE_AUTH_TYPE=x\necs_engine_auth_type=x\nECS_ENGINE_AUTH_TYPE\n",
		"#ECS_ENGINE_AUTH_TYPE=x\nECS_ENGINE_AUTH_TYPE =x\nexport ECS_ENGINE_AUTH_TYPE=x\necs_engine_auth_type=x\nECS_ENGINE_AUTH_TYPE\n" + ours},
	{"not ours: lines that are none", "\x00\xff\n\n   \nA='b\nc'\n\ufeffECS_ENGINE_AUTH_TYPE=x\r", "\x00\xff\n\n   \nA='b\nc'\n\ufeffECS_ENGINE_AUTH_TYPE=x\r\n" + ours},
}

func TestSetText(t *testing.T) {
	for _, test := range textEdits {
		t.Run(test.name, func(t *testing.T) {
			if got := string(ecsconfig.SetText([]byte(test.before), []byte(newData))); got != test.after {
				t.Errorf("%q became\n%q, not\n%q", test.before, got, test.after)
			}
			checkText(t, test.before)
		})
	}
}

// FuzzECSConfig holds any text to what [checkText] says.
func FuzzECSConfig(f *testing.F) {
	for _, test := range textEdits {
		f.Add(test.before)
	}
	f.Fuzz(checkText)
}

// checkText: ecs-init reads both settings, and everything else as before; they
// stand once; no other line changed, or moved; and a second edit changes nothing.
func checkText(t *testing.T, before string) {
	edited := ecsconfig.SetText([]byte(before), []byte(newData))
	want := ecsInit([]byte(before))
	want["ECS_ENGINE_AUTH_TYPE"], want["ECS_ENGINE_AUTH_DATA"] = "docker", newData
	got := ecsInit(edited)
	for name := range want {
		if got[name] != want[name] || len(got) != len(want) {
			t.Fatalf("%q became %q, where ecs-init reads %q, not %q", before, edited, got, want)
		}
	}
	wasForeign, _ := split(before)
	foreign, own := split(string(edited))
	if len(own) != 2 {
		t.Fatalf("%q became %q, with the settings %q", before, edited, own)
	}
	if was, is := strings.Join(wasForeign, ""), strings.Join(foreign, ""); is != was && strings.TrimRight(is, "\r\n") != strings.TrimRight(was, "\r\n") {
		t.Fatalf("%q became %q: other lines changed", before, edited)
	}
	if again := ecsconfig.SetText(edited, []byte(newData)); string(again) != string(edited) {
		t.Fatalf("%q became %q, and then %q", before, edited, again)
	}
}

// ecsInit reads an ecs.config as ecs-init does.
func ecsInit(text []byte) map[string]string {
	variables := map[string]string{}
	for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		if parts := strings.SplitN(strings.TrimSpace(line), "=", 2); len(parts) == 2 {
			variables[parts[0]] = parts[1]
		}
	}
	return variables
}

// split tells lines that are other programs' from the two settings'.
func split(text string) (foreign, own []string) {
	for line := range strings.Lines(text) {
		read := ecsInit([]byte(line))
		_, isType := read["ECS_ENGINE_AUTH_TYPE"]
		if _, isData := read["ECS_ENGINE_AUTH_DATA"]; isType || isData {
			own = append(own, line)
		} else {
			foreign = append(foreign, line)
		}
	}
	return foreign, own
}

// TestMaxData: Linux starts a program with the largest, and no larger. (In
// testdata/script/agent_size.txt the program refuses it.)
func TestMaxData(t *testing.T) {
	if got := len("ECS_ENGINE_AUTH_DATA=\x00") + ecsconfig.MaxData; got != 131072 {
		t.Errorf("the largest variable has %d bytes", got)
	}
}

func TestStray(t *testing.T) {
	text := "A=b\n#ECS_ENGINE_AUTH_DATA={}\n#ECS_ENGINE_AUTH_DATA=\nECS_ENGINE_AUTH_DATA={}\nexport ECS_ENGINE_AUTH_DATA='{}'\n# ECS_ENGINE_AUTH_DATA\nECS_ENGINE_AUTH_DATA ={}"
	if got := ecsconfig.Stray([]byte(text)); !slices.Equal(got, []int{2, 5, 7}) {
		t.Errorf("lines %v", got)
	}
}

func TestTextSets(t *testing.T) {
	for text, want := range map[string]bool{
		"": false, "A=b": false, "ECS_ENGINE_AUTH_TYPE=": false, "ECS_ENGINE_AUTH_TYPE=docker\nECS_ENGINE_AUTH_TYPE=": false,
		"#ECS_ENGINE_AUTH_TYPE=docker": false, "ECS_ENGINE_AUTH_TYPE=docker": true, "A=b\r\n ECS_ENGINE_AUTH_DATA={}\r\n": true,
	} {
		if ecsconfig.TextSets([]byte(text)) != want {
			t.Errorf("TextSets(%q) is %v", text, !want)
		}
	}
}
