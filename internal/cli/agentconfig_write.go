package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/ecssecrets/docker-credential-ecssecrets/internal/dockerconfig"
	"github.com/ecssecrets/docker-credential-ecssecrets/internal/ecsconfig"
	"github.com/ecssecrets/docker-credential-ecssecrets/mapping"
)

// agentOutcome is what --write --json prints; agentConfigText documents it.
type agentOutcome struct {
	File      string         `json:"file"`
	Changed   bool           `json:"changed"`
	Narrowed  string         `json:"narrowed"`
	Restarted bool           `json:"restarted"`
	Hosts     []mapping.Host `json:"hosts"`
}

// private is for files that hold passwords.
const private = 0o600

// killedBefore is how old a half-written file must be to be nobody's any more.
const killedBefore = 10 * time.Minute

// write puts the settings into the file, if it does not have them already.
func (a *agentConfig) write(ctx context.Context, data []byte) error {
	if err := a.checkFolder(); err != nil {
		return err
	}
	original, err := dockerconfig.ReadOriginal(a.file)
	if errors.Is(err, fs.ErrPermission) {
		return &fault{a.file, "cannot be read: " + dockerconfig.Cause(err), "type this as root: sudo ..."}
	}
	if err != nil {
		return err
	}
	text, err := a.edited(original.Data, data)
	if err != nil {
		return err
	}
	done := &agentOutcome{File: a.file, Changed: !bytes.Equal(text, original.Data), Hosts: a.hosts}
	original.RemoveLeftovers(killedBefore)
	had, err := original.Narrow(private)
	if err != nil {
		return err
	}
	if had != 0 {
		done.Narrowed = fmt.Sprintf("%04o", had)
	}
	a.warnAround(text)
	if err := a.replace(ctx, original, text, done); err != nil {
		return err
	}
	if a.json {
		a.program.printJSON(done)
	}
	return nil
}

// replace writes the file if it is another now, and restarts the agent if it was,
// or if an earlier run could not.
func (a *agentConfig) replace(ctx context.Context, original *dockerconfig.Original, text []byte, done *agentOutcome) error {
	owed := owedRestart{a.helper.Cache}
	if done.Changed {
		owedBefore := owed.noted()
		if a.restart {
			owed.note()
		}
		if err := original.Replace(text, dockerconfig.Modes{File: private, Private: true}); err != nil {
			if !owedBefore {
				owed.settle()
			}
			return err
		}
		a.warnGone(original.Data, text)
	}
	if !a.json {
		a.sayWritten(done)
	}
	if !a.restart || !done.Changed && !owed.noted() {
		return nil
	}
	if err := restartAgent(ctx); err != nil {
		return err
	}
	owed.settle()
	done.Restarted = true
	if !a.json {
		a.program.say("ecs", "told to restart, if it runs")
	}
	return nil
}

func (a *agentConfig) sayWritten(done *agentOutcome) {
	said := "unchanged"
	switch {
	case done.Changed && a.restart:
		said = "changed"
	case done.Changed:
		said = "changed; the agent reads it when it starts the next time"
	}
	if done.Narrowed != "" {
		said += fmt.Sprintf("; others could read it: its mode was %s, and is %04o now", done.Narrowed, private)
	}
	a.program.say(done.File, "%s", said)
}

// warnGone tells of registries that the file had log-ins for and has none now:
// somebody may have put them there by hand.
func (a *agentConfig) warnGone(before, after []byte) {
	registries := ecsconfig.TextRegistries
	if a.asMembers() {
		registries = ecsconfig.JSONRegistries
	}
	has := registries(after)
	gone := slices.DeleteFunc(registries(before), func(key string) bool { return slices.Contains(has, key) })
	if len(gone) > 0 {
		a.program.warn(a.file, "no log-in any more for "+strings.Join(gone, ", "), "if the agent needs it, map the host")
	}
}

// checkFolder makes none: where it is missing, so is the agent.
func (a *agentConfig) checkFolder() error {
	folder := filepath.Dir(a.file)
	if info, err := os.Stat(folder); err != nil || !info.IsDir() {
		return &fault{a.file, "there is no folder " + folder, "install the ECS agent first, or type: mkdir -p " + folder}
	}
	return nil
}

func (a *agentConfig) edited(text, data []byte) ([]byte, error) {
	if !a.asMembers() {
		return ecsconfig.SetText(text, data), nil
	}
	edited, err := ecsconfig.SetJSON(text, data)
	var syntax *ecsconfig.SyntaxError
	if errors.As(err, &syntax) {
		return nil, &fault{place(a.file, syntax.Line, syntax.Column), "not the agent's configuration: " + syntax.Cause, "correct it there; it was left as it is"}
	}
	return edited, err
}

// warnAround tells of what in and beside the file the agent takes otherwise than
// one may think.
func (a *agentConfig) warnAround(text []byte) {
	if !a.asMembers() {
		for _, line := range ecsconfig.Stray(text) {
			a.program.warn(fmt.Sprintf("%s:%d", a.file, line), "seems to hold log-ins, and sets none: ecs-init knows neither comments nor export", "remove the line")
		}
		members := a.file + ".json"
		if other, err := dockerconfig.ReadOriginal(members); err == nil && ecsconfig.JSONSets(other.Data) {
			a.program.warn(members, "its EngineAuthType and EngineAuthData do not count beside "+a.file, "remove them there")
		}
		return
	}
	for _, file := range a.variablesFor() {
		if other, err := dockerconfig.ReadOriginal(file); err == nil && ecsconfig.TextSets(other.Data) {
			a.program.warn(file, "its ECS_ENGINE_AUTH_TYPE and ECS_ENGINE_AUTH_DATA count, and what "+a.file+" says does not", "remove them there")
		}
	}
}

// variablesFor are the files whose variables outrank an ecs.config.json: ecs.config
// beside it, and where that is the agent's own, its other ones.
func (a *agentConfig) variablesFor() []string {
	beside := filepath.Join(filepath.Dir(a.file), "ecs.config")
	files := []string{beside}
	agents := a.program.Machine.AgentFiles
	if len(agents) > 0 && agents[0] == beside {
		files = agents
	}
	return files
}
