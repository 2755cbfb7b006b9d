package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/ecssecrets/docker-credential-ecssecrets/helper"
	"github.com/ecssecrets/docker-credential-ecssecrets/internal/ecsconfig"
	"github.com/ecssecrets/docker-credential-ecssecrets/mapping"
)

// data reads the secrets and makes of them what the agent reads.
func (a *agentConfig) data(ctx context.Context, args []string) ([]byte, error) {
	m, sources, err := a.program.mapping()
	if err != nil {
		return nil, err
	}
	if a.hosts, err = a.choose(m, args); err != nil {
		return nil, err
	}
	a.helper.Sources = func() ([]*mapping.Source, error) { return sources, nil } // for all hosts the same
	credentials, err := a.readAll(ctx)
	if err != nil {
		return nil, err
	}
	logins := map[string]ecsconfig.Login{}
	for i, host := range a.hosts {
		key, _ := ecsconfig.Registry(string(host))
		logins[key] = ecsconfig.Login{Username: credentials[i].Username, Password: credentials[i].Password}
	}
	data := ecsconfig.AuthData(logins)
	return data, a.checkSize(data)
}

// atOnce is for how many hosts AWS is asked at a time: where it cannot be reached,
// the agent's start waits for all of them.
const atOnce = 8

// readAll reads the secrets of the hosts, in their order.
func (a *agentConfig) readAll(ctx context.Context) ([]helper.Credential, error) {
	read := make([]helper.Credential, len(a.hosts))
	failures := make([]error, len(a.hosts))
	slots := make(chan struct{}, atOnce)
	var all sync.WaitGroup
	for i, host := range a.hosts {
		all.Go(func() {
			slots <- struct{}{}
			defer func() {
				if recover() != nil { // what a panic says may be a password, and main recovers from none here
					failures[i] = &fault{string(host), "the program has a fault while it reads the secret", "report it with what led to it"}
				}
				<-slots
			}()
			var err error
			if read[i], err = readAfresh(a.helper.Inspect(ctx, string(host))); err != nil {
				failures[i] = told(err)
			}
		})
	}
	all.Wait()
	return read, errors.Join(failures...)
}

// choose gives the hosts of the arguments, or all of the mapping that the agent
// could use, sorted.
func (a *agentConfig) choose(m *mapping.Mapping, args []string) (hosts []mapping.Host, err error) {
	typed, err := mappedHosts(m, args)
	if err != nil {
		return nil, err
	}
	var unusable []error
	for _, name := range typed {
		host, _ := mapping.ParseHost(name)
		if _, ok := ecsconfig.Registry(string(host)); !ok {
			unusable = append(unusable, &fault{string(host), "no host to the ECS agent, which takes a name without dot and port for Docker Hub's",
				"name the registry with its domain or its port, in images and in the mapping"})
			continue
		}
		hosts = append(hosts, host)
	}
	if len(args) == 0 {
		a.warnLeftOut(m.Patterns(), unusable)
		unusable = nil
	}
	if len(hosts) == 0 && len(unusable) == 0 {
		return nil, &fault{"mapping", "it names no host that the ECS agent could use", oneByOne}
	}
	slices.Sort(hosts)
	return slices.Compact(hosts), errors.Join(unusable...)
}

const oneByOne = "give each host that tasks use an entry of its own"

func (a *agentConfig) warnLeftOut(patterns []mapping.Host, unusable []error) {
	for _, err := range unusable {
		f := err.(*fault)
		a.program.warn(f.Object, "left out: "+f.Cause, f.Remedy)
	}
	if len(patterns) == 0 {
		return
	}
	var names []string
	for _, pattern := range patterns {
		names = append(names, string(pattern))
	}
	a.program.warn(strings.Join(names, ", "), "left out: the ECS agent knows no patterns", oneByOne)
}

// readAfresh is what get does without its cache.
func readAfresh(i *helper.Inspection) (helper.Credential, error) {
	if _, _, err := i.Resolve(); err != nil {
		return helper.Credential{}, err
	}
	secret, err := i.Fetch()
	if err != nil {
		return helper.Credential{}, err
	}
	return i.Decode(secret)
}

// told makes a failure read as get says it.
func told(err error) error {
	var failure *helper.Failure
	if errors.As(err, &failure) {
		return &fault{string(failure.Host) + ": " + failure.Secret, failure.Cause, failure.Remedy}
	}
	return err
}

// checkSize: of ecs.config, data becomes a variable of the agent's environment.
func (a *agentConfig) checkSize(data []byte) error {
	if len(data) <= ecsconfig.MaxData || a.asMembers() {
		return nil
	}
	return &fault{"ECS_ENGINE_AUTH_DATA", fmt.Sprintf("has %d bytes, of which an environment variable holds %d", len(data), ecsconfig.MaxData),
		"name fewer hosts, or write ecs.config.json, which has no such limit"}
}

// asMembers reports whether the settings are to be those of an ecs.config.json.
func (a *agentConfig) asMembers() bool {
	if a.file == "" {
		return a.json
	}
	return strings.HasSuffix(a.file, ".json")
}

// onScreen reports whether somebody may be looking at what is written there.
func onScreen(w io.Writer) bool {
	if checked, ok := w.(*checkedWriter); ok {
		w = checked.to
	}
	file, ok := w.(*os.File)
	return ok && terminal(file) && !isNull(file)
}

func isNull(file *os.File) bool {
	info, err := file.Stat()
	null, nullErr := os.Stat(os.DevNull)
	return err == nil && nullErr == nil && os.SameFile(info, null)
}
