//go:build linux

package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/ecssecrets/docker-credential-ecssecrets/internal/awstest"
)

// The scripts in testdata/script are the program's behaviour. Each has a machine
// of its own below $WORK (etc, var, home), a system log, and an AWS endpoint. The
// program is docker-credential-ecssecrets; `ask VERB TEXT` is the same with TEXT
// on stdin, and `nobody VERB TEXT` is `ask` by a user who is not root.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		name:  func() { os.Exit(scriptMachine().run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) },
		"ask": ask,
		"nobody": func() {
			becomeNobody()
			ask()
		},
	})
}

func ask() {
	os.Exit(scriptMachine().run(os.Args[1:2], strings.NewReader(os.Args[2]), os.Stdout, os.Stderr))
}

func scriptMachine() machine {
	m := thisMachine()
	root := os.Getenv("WORK")
	m.system = filepath.Join(root, "etc", "ecssecrets")
	m.etc = filepath.Join(root, "etc")
	m.log = os.Getenv("SCRIPT_LOG")
	m.aws.ECSConfig = []string{filepath.Join(root, "etc", "ecs", "ecs.config"), filepath.Join(root, "var", "lib", "ecs", "ecs.config")}
	m.aws.DMI = filepath.Join(root, "dmi")
	return m
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       os.Getenv("UPDATE_SCRIPTS") != "",
		Setup:               setUp,
		Condition:           condition,
		Cmds: withDoctor(withAWS(commands{
			"secret":   putSecret,
			"fault":    fault,
			"requests": requests,
			"request":  request,
			"logged":   logged,
			"mode":     mode,
			"large":    large,
			"fifo":     fifo,
			"code":     code,
			"failure":  failure,
			"owner":    owner,
			"tmpfs":    tmpfs,
		})),
	})
}

type awsKey struct{}
type logKey struct{}

func setUp(env *testscript.Env) error {
	aws := awstest.Start()
	env.Defer(aws.Close)
	env.Values[awsKey{}] = aws
	log, err := newLog()
	if err != nil {
		return err
	}
	env.Defer(log.close)
	env.Values[logKey{}] = log
	home, run := filepath.Join(env.WorkDir, "home"), filepath.Join(env.WorkDir, "run")
	env.Vars = append(env.Vars, aws.Environ()...)
	env.Vars = append(env.Vars, "SCRIPT_LOG="+log.path, "HOME="+home, "XDG_RUNTIME_DIR="+run, "ENDPOINT="+aws.URL)
	// A file where the runtime folder would be: scripts run without one.
	return firstError(os.Mkdir(home, 0o700), os.Mkdir(run, 0o700), os.WriteFile(filepath.Join(run, "ecssecrets"), nil, 0o600),
		os.Chmod(filepath.Dir(env.WorkDir), 0o711)) // nobody must get there
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func condition(word string) (bool, error) {
	switch word {
	case "user":
		return os.Geteuid() != 0, nil
	}
	return false, fmt.Errorf("unknown condition %q", word)
}

func endpoint(ts *testscript.TestScript) *awstest.Server { return ts.Value(awsKey{}).(*awstest.Server) }

// secret ARN TEXT | secret ARN -file FILE | secret ARN -binary | secret ARN -deleted | ! secret ARN
func putSecret(ts *testscript.TestScript, neg bool, args []string) {
	aws := endpoint(ts)
	switch {
	case neg:
		aws.RemoveSecret(args[0])
	case args[1] == "-binary":
		aws.PutSecret(awstest.Secret{ARN: args[0], Binary: []byte(`{"username":"u","password":"p"}`)})
	case args[1] == "-deleted":
		aws.PutSecret(awstest.Secret{ARN: args[0], String: new(`{"username":"u","password":"p"}`), Deleted: true})
	case args[1] == "-file":
		aws.PutSecret(awstest.Secret{ARN: args[0], String: new(ts.ReadFile(args[2]))})
	default:
		aws.PutSecret(awstest.Secret{ARN: args[0], String: &args[1]})
	}
}

// fault JSON adds a fault to the endpoint; ! fault takes all away.
func fault(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		endpoint(ts).Heal()
		return
	}
	f, err := awstest.ParseFault(args[0])
	ts.Check(err)
	endpoint(ts).Fail(f)
}

// requests N [SERVICE [OPERATION]] counts what AWS was asked so far.
func requests(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	args = append(args, "", "")
	if got := endpoint(ts).Count(args[1], args[2]); got != want {
		ts.Fatalf("%d requests, want %d: %+v", got, want, endpoint(ts).Requests())
	}
}

// request REGEXP: the last request, as Go prints it, matches.
func request(ts *testscript.TestScript, neg bool, args []string) {
	all := endpoint(ts).Requests()
	if len(all) == 0 {
		ts.Fatalf("AWS was asked nothing")
	}
	last := fmt.Sprintf("%+v", all[len(all)-1])
	if regexp.MustCompile(args[0]).MatchString(last) == neg {
		ts.Fatalf("request is %s", last)
	}
}

// logged REGEXP: one record that came since the last look matches; ! logged: none
// came, or none that matches.
func logged(ts *testscript.TestScript, neg bool, args []string) {
	records := ts.Value(logKey{}).(*systemLog).read()
	pattern := regexp.MustCompile(strings.Join(args, " "))
	if slices.ContainsFunc(records, pattern.MatchString) == neg {
		ts.Fatalf("the log has %q", records)
	}
	if !neg && len(records) != 1 {
		ts.Fatalf("the log has %d records: %q", len(records), records)
	}
}

// code N PROGRAM ARGS runs a program that must end with this exit code.
func code(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit) && exit.ExitCode() != want:
		ts.Fatalf("exit code %d, want %d", exit.ExitCode(), want)
	case exit == nil && err != nil:
		ts.Fatalf("%v", err)
	case exit == nil && want != 0:
		ts.Fatalf("exit code 0, want %d", want)
	}
}

var failureLine = regexp.MustCompile("^[ -_a-~]{1,500}\n$")

// failure CODE: the last program said one line of at most 500 printable ASCII
// bytes without a backtick, the same on stdout and stderr, and the system log has
// one record: priority <11> (user, error), program[pid], code, line.
func failure(ts *testscript.TestScript, _ bool, args []string) {
	said := ts.ReadFile("stdout")
	switch {
	case !failureLine.MatchString(said):
		ts.Fatalf("stdout is not one short plain line: %q", said)
	case ts.ReadFile("stderr") != said:
		ts.Fatalf("stderr is %q, stdout %q", ts.ReadFile("stderr"), said)
	}
	logged(ts, false, []string{`^<11>\w{3} [ \d]\d \d\d:\d\d:\d\d ` + name + `\[\d+\]: ` +
		regexp.QuoteMeta(args[0]+": "+strings.TrimSuffix(said, "\n")) + "$"})
}

// mode OCTAL FILE
func mode(ts *testscript.TestScript, _ bool, args []string) {
	bits, err := strconv.ParseUint(args[0], 8, 32)
	ts.Check(err)
	ts.Check(os.Chmod(ts.MkAbs(args[1]), os.FileMode(bits)))
}

// owner UID FILE
func owner(ts *testscript.TestScript, _ bool, args []string) {
	uid, err := strconv.Atoi(args[0])
	ts.Check(err)
	ts.Check(os.Lchown(ts.MkAbs(args[1]), uid, -1))
}

// large FILE BYTES [PREFIX [SUFFIX]] writes a file of that many letters.
func large(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	args = append(args, "", "")
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(args[2]+strings.Repeat("a", n)+args[3]), 0o600))
}

type systemLog struct {
	path       string
	connection *net.UnixConn
}

func newLog() (*systemLog, error) {
	folder, err := os.MkdirTemp("", "log")
	if err != nil {
		return nil, err
	}
	path := filepath.Join(folder, "log")
	connection, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		return nil, err
	}
	// As /dev/log, for everybody.
	return &systemLog{path, connection}, firstError(os.Chmod(folder, 0o711), os.Chmod(path, 0o666))
}

func (l *systemLog) close() {
	l.connection.Close()
	os.RemoveAll(filepath.Dir(l.path))
}
