package main

import (
	"os"
	"path/filepath"
	"strings"
)

// environmentFaults are settings of the client that nobody could mean, and limits
// that it runs under.
func environmentFaults() []faultCase {
	const stage = "environment"
	set := func(pairs ...string) func(*cell) {
		return func(c *cell) {
			for i := 0; i < len(pairs); i += 2 {
				c.env[pairs[i]] = pairs[i+1]
			}
		}
	}
	limited := func(limit string) func(*cell) {
		return func(c *cell) { c.wrap = []string{"/bin/sh", "-c", "ulimit " + limit + ` && exec "$@"`, "sh"} }
	}
	nameless := func(pairs ...string) func(*cell) {
		return func(c *cell) { c.host = cellBare; set(pairs...)(c) }
	}
	return []faultCase{
		{stage, "registries truncated", failed("mapping-invalid"), set("ECSSECRETS_REGISTRIES", `{"registry.example.com": "canary`)},
		{stage, "registries of another type", failed("mapping-invalid"), set("ECSSECRETS_REGISTRIES", `["canary"]`)},
		{stage, "no region", failed("no-region"), nameless()},
		{stage, "region that is none", failed("aws-config"), nameless("AWS_REGION", "eu west")},
		{stage, "endpoint without scheme", failed("aws-config"), set("AWS_ENDPOINT_URL", "127.0.0.1:1")},
		{stage, "endpoint by FTP", failed("aws-config"), set("AWS_ENDPOINT_URL", "ftp://127.0.0.1")},
		{stage, "endpoint on port 99999", failed("network"), set("AWS_ENDPOINT_URL", "http://127.0.0.1:99999")},
		{stage, "CA bundle not there", failed("aws-config"), set("AWS_CA_BUNDLE", "/nowhere.pem")},
		{stage, "CA bundle empty", failed("aws-config"), set("AWS_CA_BUNDLE", "/dev/null")},
		{stage, "switch neither true nor false", failed("aws-config"), set("AWS_USE_FIPS_ENDPOINT", "maybe")},
		{stage, "attempts that are no number", failed("aws-config"), set("AWS_MAX_ATTEMPTS", "many")},
		{stage, "retry mode unknown", failed("aws-config"), set("AWS_RETRY_MODE", "never")},
		{stage, "no HOME, no PATH", answered, set("HOME", "", "PATH", "")},
		{stage, "HOME a file", answered, set("HOME", "/dev/null")},
		{stage, "runtime folder's name relative", answered, set("XDG_RUNTIME_DIR", "runtime")},
		{stage, "variables of the Go runtime", answered, set("GODEBUG", "nonsense=1,madvdontneed", "GOGC", "canary", "GOMEMLIMIT", "1")},
		{stage, "sixteen descriptors", answered, limited("-n 16")},
		{stage, "no file may grow", answered, limited("-f 0")},
	}
}

// streamFaults are those of the client's ends of stdin, stdout and stderr.
func streamFaults() []faultCase {
	stdin := func(from string) func(*cell) {
		return func(c *cell) {
			file, err := os.Open(from)
			must(c.t, err)
			c.t.Cleanup(func() { file.Close() })
			c.stdin = file
		}
	}
	stdout := func(to string) func(*cell) {
		return func(c *cell) {
			file, err := os.OpenFile(to, os.O_WRONLY, 0)
			must(c.t, err)
			c.t.Cleanup(func() { file.Close() })
			c.stdout = file
		}
	}
	shell := func(redirection string) func(*cell) {
		return func(c *cell) { c.wrap = []string{"/bin/sh", "-c", `exec "$@" ` + redirection, "sh"} }
	}
	refused := func(then func(*cell)) func(*cell) {
		return func(c *cell) { c.aws.RemoveSecret(herdARN); then(c) }
	}
	return []faultCase{
		{"stdin", "closed", noURL, shell("<&-")},
		{"stdin", "empty", noURL, func(c *cell) { c.stdin = strings.NewReader("") }},
		{"stdin", "folder", unlogged("stdin"), stdin("/")},
		{"stdin", "open for writing only", unlogged("stdin"), shell("0>/dev/null")},
		{"stdin", "never ends", unlogged("deadline"), func(c *cell) { c.stdin = c.silentPipe() }},
		{"stdin", "without end", notFound, stdin("/dev/zero")},
		{"stdin", "oversized", notFound, func(c *cell) { c.stdin = strings.NewReader(strings.Repeat("a", 10<<20)) }},
		{"stdin", "garbage", notFound, func(c *cell) {
			c.remap(`"fallback": "other",`, "")
			c.stdin = strings.NewReader("\xff\xfe\x00canary")
		}},
		{"stdin", "two hosts", notFound, func(c *cell) { c.stdin = strings.NewReader(cellHost + "\n" + cellHost) }},
		{"stdin", "comes in drops", answered, func(c *cell) { c.stdin = c.dripped(cellHost) }},
		{"stdout", "closed", unheard, shell(">&-")},
		{"stdout", "full", unwritten, stdout("/dev/full")},
		{"stdout", "gone", unwritten, func(c *cell) { c.stdout = c.brokenPipe() }},
		{"stdout", "full, for a failure", failedUnwritten, refused(stdout("/dev/full"))},
		{"stdout", "pipe that is full and never read", unwritten, func(c *cell) { c.stdout = c.fullPipe() }},
		{"stderr", "closed", failed("secret-not-found"), refused(func(c *cell) { shell("2>&-")(c); c.oddErr = true })},
		{"stderr", "full", failed("secret-not-found"), refused(func(c *cell) { shell("2>/dev/full")(c); c.oddErr = true })},
		{"stderr", "pipe that is full and never read", failed("secret-not-found"), refused(func(c *cell) { c.stderr, c.oddErr = c.fullPipe(), true })},
	}
}

// dripped sends a text in drops and closes.
func (c *cell) dripped(text string) *os.File {
	read, write, err := os.Pipe()
	must(c.t, err)
	c.t.Cleanup(func() { read.Close() })
	go func() {
		defer write.Close()
		dripOnce(write, text)
	}()
	return read
}

func (c *cell) brokenPipe() *os.File {
	read, write, err := os.Pipe()
	must(c.t, err)
	read.Close()
	c.t.Cleanup(func() { write.Close() })
	return write
}

// fallbackFaults are those of the helper for hosts that are not mapped.
func fallbackFaults() []faultCase {
	const stage = "fallback helper"
	helper := func(script string) func(*cell) {
		return func(c *cell) {
			c.host = "other.example.com"
			c.program("docker-credential-other", script)
			c.heals(func() { c.program("docker-credential-other", "exit 1") })
		}
	}
	return []faultCase{
		{stage, "not there", failed("fallback"), func(c *cell) { c.host = "other.example.com" }},
		{stage, "not to be executed", failed("fallback"), func(c *cell) {
			c.host = "other.example.com"
			c.file("bin/docker-credential-other", "#!/bin/sh\n")
		}},
		{stage, "of another machine's kind", failed("fallback"), func(c *cell) {
			helper("")(c)
			must(c.t, os.WriteFile(c.path("bin/docker-credential-other"), []byte("\x7fELF canary"), 0o755))
		}},
		{stage, "refuses", refusedBy, helper("echo the other helper is out of order; exit 1")},
		{stage, "hangs", failed("fallback"), helper("exec sleep 30")},
		{stage, "hangs in a child, deaf to signals", failed("fallback"), helper("trap '' TERM INT HUP; sleep 30; true")},
		{stage, "answers, then hangs", failed("fallback"), helper("echo '" + strings.TrimSpace(otherAnswer) + "'; exec sleep 30")},
		{stage, "answers without end", failed("fallback"), helper("exec yes")},
		{stage, "answers and does not read", passedOn, helper("exec <&-; echo '" + strings.TrimSpace(otherAnswer) + "'")},
		{stage, "killed", failed("fallback"), helper("kill -9 $$")},
		{stage, "says nothing", failed("fallback"), helper("exit 0")},
		{stage, "answers garbage", failed("fallback"), helper("printf '<html>'")},
		{stage, "leads back here", failed("fallback"), func(c *cell) { helper("exec " + c.lab.program + ` "$1"`)(c); c.noLog = true }},
	}
}

// runtimeFaults: everything works without a cache, and nothing in the folder is
// taken for what it is not.
func runtimeFaults(l *lab) []faultCase {
	const stage = "runtime folder"
	folder := func(prepare func(c *cell, path string)) func(*cell) {
		return func(c *cell) { prepare(c, filepath.Join(c.runtime, "ecssecrets")) }
	}
	spoilt := func(spoil func(path string) error) func(*cell) {
		return func(c *cell) {
			c.prime()
			names, _ := filepath.Glob(filepath.Join(c.runtime, "ecssecrets", "[0-9a-f]*"))
			if len(names) == 0 {
				c.t.Fatal("there is no copy to spoil")
			}
			for _, name := range names {
				must(c.t, spoil(name))
			}
		}
	}
	instead := func(text string) func(string) error {
		return func(path string) error { return os.WriteFile(path, []byte(text), 0o600) }
	}
	const never = "9000000000000000000\n"
	faults := []faultCase{
		{stage, "not there", answered, func(c *cell) { c.env["XDG_RUNTIME_DIR"] = c.path("nowhere") }},
		{stage, "a file in its place", answered, folder(func(c *cell, path string) {
			must(c.t, os.WriteFile(path, nil, 0o600))
			c.heals(func() { os.Remove(path) })
		})},
		{stage, "a link in its place", answered, folder(func(c *cell, path string) { must(c.t, os.Symlink(c.path("home"), path)) })},
		{stage, "others may look into it", answered, folder(func(c *cell, path string) { must(c.t, os.Mkdir(path, 0o700)); must(c.t, os.Chmod(path, 0o755)) })},
		{stage, "not on tmpfs", answered, func(c *cell) { c.onDisk() }},
		{stage, "copy truncated", answered, spoilt(func(path string) error { return os.Truncate(path, 25) })},
		{stage, "copy empty", answered, spoilt(func(path string) error { return os.Truncate(path, 0) })},
		{stage, "copy garbage", answered, spoilt(instead("\xff\x00 canary"))},
		{stage, "copy of nothing", answered, spoilt(instead(never + "null"))},
		{stage, "copy of another shape", answered, spoilt(instead(never + `{"Username": 1, "Password": ["canary"], "Fresh": 9000000000000000000}`))},
		{stage, "copy oversized", answered, spoilt(instead(never + strings.Repeat("a", 3<<20)))},
		{stage, "copy readable for others", answered, spoilt(func(path string) error { return os.Chmod(path, 0o644) })},
		{stage, "copy a folder", answered, spoilt(func(path string) error { os.Remove(path); return os.Mkdir(path, 0o700) })},
		{stage, "copy a fifo", answered, spoilt(makeFifo)},
		{stage, "a thousand leftovers", answered, folder((*cell).leaveMuch)},
	}
	if l.bare {
		return faults
	}
	return append(faults,
		faultCase{stage, "full", answered, folder((*cell).fillUp)},
		faultCase{stage, "read-only", answered, folder((*cell).makeReadOnly)},
	)
}

// lockFaults: who cannot have the lock goes on without it, in time.
func lockFaults() []faultCase {
	const stage = "lock"
	locks := func(do func(path string) error) func(*cell) {
		return func(c *cell) {
			c.prime()
			names, _ := filepath.Glob(filepath.Join(c.runtime, "ecssecrets", "[0-9a-f]*"))
			for _, name := range names {
				must(c.t, os.Remove(name))
				must(c.t, do(filepath.Join(filepath.Dir(name), "lock-"+filepath.Base(name))))
			}
		}
	}
	return []faultCase{
		{stage, "held for ever", answered, func(c *cell) { locks(c.holdLock)(c) }},
		{stage, "held for ever, AWS busy", failed("throttled"), func(c *cell) { locks(c.holdLock)(c); c.throttle() }},
		{stage, "held, and no time to wait", answered, func(c *cell) { c.hasten(); locks(c.holdLock)(c) }},
		{stage, "a folder", answered, locks(func(path string) error { os.Remove(path); return os.Mkdir(path, 0o700) })},
		{stage, "a fifo", answered, locks(makeFifo)},
		{stage, "a link", answered, locks(func(path string) error { os.Remove(path); return os.Symlink("/dev/null", path) })},
		{stage, "not to be written", answered, locks(func(path string) error { return os.WriteFile(path, nil, 0o444) })},
	}
}

// logFaults: a log that does not take a record keeps nobody waiting.
func logFaults(l *lab) []faultCase {
	const stage = "system log"
	if l.bare {
		return nil
	}
	log := func(prepare func(c *cell) (source string)) func(*cell) {
		return func(c *cell) {
			c.aws.RemoveSecret(herdARN)
			c.mounts(prepare(c), "/dev/log")
			c.noLog = true
		}
	}
	return []faultCase{
		{stage, "not there", failed("secret-not-found"), func(c *cell) {
			c.aws.RemoveSecret(herdARN)
			c.mounts(c.path("home"), "/dev")
			c.noLog = true
		}},
		{stage, "a file", failed("secret-not-found"), log(func(c *cell) string { return c.file("log", "") })},
		{stage, "nobody listens", failed("secret-not-found"), log((*cell).deadLog)},
		{stage, "full", failed("secret-not-found"), log((*cell).fullLog)},
		{stage, "speaks another protocol", failed("secret-not-found"), log((*cell).streamLog)},
	}
}
