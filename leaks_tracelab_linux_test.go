package main

import (
	"bytes"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/ecssecrets/docker-credential-ecssecrets/internal/awstest"
)

// traceLab is a site with registries, and with files that hold the password.
type traceLab struct {
	*site
	folder                   string
	registry, bearer, tokens *loginServer
	names                    map[string]string // of places, by the beginning of a path or address
}

func newTraceLab(t *testing.T, program string, call tracedCall) *traceLab {
	t.Helper()
	l := &traceLab{site: newSiteOf(t, program), folder: t.TempDir(), tokens: newLoginServer(t, "")}
	l.registry, l.bearer = newLoginServer(t, `Basic realm="r"`), newLoginServer(t, `Bearer realm="http://`+l.tokens.address+`/token"`)
	l.names = map[string]string{
		l.path("stdout"): toStdout, l.path("ecs/"): toECSConfig, l.path("docker/"): toDocker, l.runtime + "/ecssecrets/": toRuntime,
		"pipe:": toChild, "TCP:" + l.registry.address: toRegistry, "TCP:" + l.tokens.address: toTokens,
	}
	l.use(t, l.folder, call.cache+`"fallback": "other"`, l.registry.address, l.bearer.address)
	l.addFiles(t)
	l.putSecret(`{"username":"puller","password":"` + tracedSecret + `"}`)
	if call.warm {
		l.get(t)
	}
	if call.secret != "" {
		l.putSecret(call.secret)
	}
	l.aws.Fail(call.fault)
	return l
}

func (l *traceLab) path(name string) string { return l.folder + "/" + name }

func (l *traceLab) putSecret(text string) {
	l.aws.PutSecret(awstest.Secret{ARN: herdARN, String: &text})
}

// addFiles makes what commands read, run and edit.
func (l *traceLab) addFiles(t *testing.T) {
	t.Helper()
	for _, folder := range []string{"bin", "ecs", "docker"} {
		if err := os.Mkdir(l.path(folder), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	writeScript(t, l.path("bin/systemctl"), "exit 0")
	writeScript(t, l.path("bin/docker-credential-other"), "read -r _", `case "$1" in list) echo '{}' ;; get) echo '`+storing("other.example.com", tracedSecret)+`' ;; esac`)
	for file, text := range map[string]string{
		"docker/config.json": `{"auths": {"old.example.com": {"auth": "` + base64Login(tracedSecret) + `"}}}`,
		"task.json": `{"containerDefinitions": [{"name": "app", "image": "registry.example.com/app", "environment": [{"name": "PASSWORD", "value": "` + tracedSecret + `"}],
			"repositoryCredentials": {"credentialsParameter": "` + herdARN + `"}}]}`,
		"merged.json": `{"registries": {}}`,
	} {
		if err := os.WriteFile(l.path(file), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	l.env = append(l.env, "PATH="+l.path("bin")+":/usr/bin:/bin", "DOCKER_CONFIG="+l.path("docker"), "HOME="+l.folder, "TMPDIR="+l.folder)
}

// trace runs the program and gives what strace saw.
func (l *traceLab) trace(t *testing.T, call tracedCall) string {
	t.Helper()
	stdout, err := os.Create(l.path("stdout"))
	if err != nil {
		t.Fatal(err)
	}
	defer stdout.Close()
	arguments := []string{"strace", "-f", "-v", "-yy", "-s", "1000000", "-o", l.path("trace"),
		"-e", "trace=write,writev,pwrite64,pwritev,sendto,sendmsg,sendmmsg,sendfile,splice,execve,execveat,connect,openat,open,creat,renameat,renameat2,rename,link,linkat,symlink,symlinkat,mkdirat,unlinkat,prctl,memfd_create", l.program}
	arguments = append(arguments, strings.Fields(os.Expand(call.args, l.name))...)
	var stderr bytes.Buffer
	command := exec.Command(arguments[0], arguments[1:]...)
	command.Dir, command.Env = l.folder, append(slices.Clone(l.env), call.env)
	command.Stdin, command.Stdout, command.Stderr = strings.NewReader(call.stdin), stdout, &stderr
	command.Run()
	text, err := os.ReadFile(l.path("trace"))
	if err != nil || command.ProcessState.ExitCode() != call.code || hasPassword(stderr.String(), tracedSecret) {
		t.Fatalf("%v, %v, stderr %s", err, command.ProcessState, &stderr)
	}
	return string(text)
}

func (l *traceLab) name(variable string) string {
	return map[string]string{"FOLDER": l.folder, "REGISTRY": l.registry.address, "BEARER": l.bearer.address}[variable]
}

// systemCall is a line of strace's: the process, the call, and, where the call has
// one, the file, pipe or connection to which the rest goes.
var systemCall = regexp.MustCompile(`^\d+ +(\w+)\((?:\d+<(.*?)>, )?`)

// places are the files, connections and system calls to which the password goes.
func (l *traceLab) places(password, trace string) (found []string) {
	texts := map[string]string{} // what goes to one place may go there in parts
	for line := range strings.Lines(trace) {
		parts := systemCall.FindStringSubmatch(line)
		if parts == nil {
			continue // a signal, an exit, the end of a call
		}
		texts[l.placeOf(parts[1], parts[2])] += line[len(parts[0]):]
	}
	for place, text := range texts {
		if hasPassword(text, password) {
			found = append(found, place)
		}
	}
	slices.Sort(found)
	return found
}

func (l *traceLab) placeOf(call, to string) string {
	if _, peer, connected := strings.Cut(to, "->"); connected {
		to = "TCP:" + strings.TrimSuffix(peer, "]")
	}
	for beginning, name := range l.names {
		if strings.HasPrefix(to, beginning) {
			return name
		}
	}
	return strings.TrimSpace(call + " " + to)
}

// checkLogins: a server that was given the password got it as a log-in, and in
// nothing else of its requests.
func (l *traceLab) checkLogins(t *testing.T, call tracedCall) {
	t.Helper()
	for place, server := range map[string]*loginServer{toRegistry: l.registry, toTokens: l.tokens, "": l.bearer} {
		server.mu.Lock()
		defer server.mu.Unlock()
		if told := slices.Contains(call.allowed, place); told != (server.accepted > 0) || hasPassword(server.others, tracedSecret) {
			t.Errorf("%s got %d log-ins, and %q", place, server.accepted, server.others)
		}
	}
}
