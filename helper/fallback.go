package helper

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/docker/docker-credential-helpers/credentials"
)

// fallbackMark is set in the environment of a fallback helper, so that one that
// leads back here is noticed.
const fallbackMark = "ECSSECRETS_FALLBACK_OF"

// passedOn is another helper's answer, to be given byte for byte.
type passedOn struct {
	stdout []byte
	code   int
}

func (p *passedOn) Error() string { return strings.TrimSpace(string(p.stdout)) }

// passOn asks the mapping's fallback helper, docker-credential-NAME on PATH, as
// the client would have done. Its stderr is the client's.
func (c *call) passOn(q *question, verb, input string) (*passedOn, error) {
	program := "docker-credential-" + q.mapping.Fallback
	if os.Getenv(fallbackMark) != "" {
		return nil, c.fallbackFailure(q, "leads back to this program", "name another helper as \"fallback\" in the mapping")
	}
	ctx, cancel := context.WithDeadline(c.ctx, c.deadline(q))
	defer cancel()
	stdout := &boundedBuffer{}
	command := exec.CommandContext(ctx, program, verb)
	endWithChildren(command)
	command.Env = append(os.Environ(), fallbackMark+"=docker-credential-ecssecrets")
	command.Stdin, command.Stdout, command.Stderr = strings.NewReader(input), stdout, os.Stderr
	command.WaitDelay = grace
	start := time.Now()
	err := command.Run()
	c.trace("fallback %s %s: %s", program, verb, time.Since(start).Round(time.Millisecond))
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return nil, c.fallbackFailure(q, "gave no answer within "+q.mapping.Timeout.String(), "run it by hand: echo HOST | "+program+" get")
	case err == nil, errors.Is(err, exec.ErrWaitDelay): // it answered, and left something running
		return &passedOn{stdout.Bytes(), 0}, nil
	case errors.As(err, &exit) && !exit.Exited():
		return nil, c.fallbackFailure(q, "ended by a "+exit.String(), "run it by hand: echo HOST | "+program+" get")
	case errors.As(err, &exit):
		return &passedOn{stdout.Bytes(), cmp.Or(max(exit.ExitCode(), 0), 1)}, nil
	}
	return nil, c.fallbackFailure(q, cause(err), "install it on the PATH of the user that runs the client, or take \"fallback\" out of the mapping")
}

// cause leaves out the program's name, which the line begins with.
func cause(err error) string {
	if errors.Is(err, exec.ErrNotFound) {
		return "not found on PATH"
	}
	return err.Error()
}

func (c *call) fallbackFailure(q *question, cause, remedy string) error {
	return c.report(q, &Failure{Host: q.host, Code: "fallback", Cause: "fallback docker-credential-" + q.mapping.Fallback + ": " + cause, Remedy: remedy})
}

// getFallback decodes the other helper's answer for Go callers of [Helper.Bind];
// [Helper.Serve] gives the bytes themselves.
func (c *call) getFallback(q *question, serverURL string) (username, password string, err error) {
	passed, err := c.passOn(q, credentials.ActionGet, serverURL)
	if err != nil {
		return "", "", err
	}
	var answer credentials.Credentials
	if passed.code == 0 && json.Unmarshal(passed.stdout, &answer) != nil {
		return "", "", c.fallbackFailure(q, "get gives no JSON object", "run it by hand: echo HOST | docker-credential-"+q.mapping.Fallback+" get")
	}
	c.passed = passed
	switch {
	case passed.code != 0 && credentials.IsErrCredentialsNotFoundMessage(passed.Error()):
		return "", "", credentials.NewErrCredentialsNotFound()
	case passed.code != 0:
		return "", "", passed
	}
	return answer.Username, answer.Secret, nil
}

// changeFallback passes on store and erase.
func (c *call) changeFallback(q *question, verb, input string) error {
	passed, err := c.passOn(q, verb, input)
	if err != nil {
		return err
	}
	c.passed = passed
	if passed.code != 0 {
		return passed
	}
	return nil
}

// listFallback adds the other helper's hosts to those of the mapping.
func (c *call) listFallback(q *question, hosts map[string]string) error {
	passed, err := c.passOn(q, credentials.ActionList, "unused")
	if err != nil {
		return err
	}
	if passed.code != 0 {
		c.passed = passed
		return passed
	}
	others := map[string]string{}
	if json.Unmarshal(passed.stdout, &others) != nil {
		return c.fallbackFailure(q, "list gives no JSON object", "run it by hand: docker-credential-"+q.mapping.Fallback+" list")
	}
	for host, username := range others {
		if _, ours := hosts[host]; !ours {
			hosts[host] = username
		}
	}
	return nil
}

// boundedBuffer keeps an answer that has no end from filling the memory.
type boundedBuffer struct{ bytes.Buffer }

func (b *boundedBuffer) Write(p []byte) (int, error) {
	if b.Len()+len(p) > maxPassedOn {
		return 0, errors.New("its answer is larger than 4 MiB")
	}
	return b.Buffer.Write(p)
}

const maxPassedOn = 4 << 20
