package cli

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"time"

	"github.com/ecssecrets/docker-credential-ecssecrets/helper"
)

// restartTime bounds the call of systemctl, which waits for nothing but systemd's
// ear.
const restartTime = 30 * time.Second

// restartAgent has systemd restart the agent if it runs. At boot, before it is
// started, this does nothing; and nobody waits for whom waits for us.
func restartAgent(ctx context.Context) error {
	systemctl, err := exec.LookPath("systemctl")
	if err != nil {
		return unrestarted("no systemctl on PATH")
	}
	ctx, cancel := context.WithTimeout(ctx, restartTime)
	defer cancel()
	command := exec.CommandContext(ctx, systemctl, "--no-block", "try-restart", "ecs")
	command.Env = []string{"PATH=" + os.Getenv("PATH")}
	command.WaitDelay = time.Second
	output, err := command.CombinedOutput()
	switch said, _, _ := bytes.Cut(bytes.TrimSpace(output), []byte("\n")); {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return unrestarted("systemctl did not end in " + restartTime.String())
	case errors.As(err, new(*exec.ExitError)) && len(said) > 0:
		return unrestarted("systemctl says: " + string(said))
	}
	return unrestarted("systemctl: " + err.Error())
}

func unrestarted(cause string) error {
	return &fault{"ecs", "the agent was not restarted, and goes on with its old log-ins; " + cause,
		"type: systemctl --no-block try-restart ecs; or leave --restart out where no systemd runs the agent"}
}

// owedRestart is remembered until the machine starts anew, so that a run that was
// killed, or whose systemctl could not, leaves the agent without the new log-ins
// only until the next. Without a cache it is not.
type owedRestart struct{ cache helper.Cache }

const (
	owedName = "agent-restart"
	owedTime = 30 * 24 * time.Hour
)

func (o owedRestart) note() {
	if o.cache != nil {
		o.cache.Put(owedName, nil, owedTime)
	}
}

func (o owedRestart) noted() bool {
	if o.cache == nil {
		return false
	}
	_, noted := o.cache.Get(owedName)
	return noted
}

func (o owedRestart) settle() {
	if o.cache != nil {
		o.cache.Remove(owedName)
	}
}
