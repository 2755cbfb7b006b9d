package cli

import (
	"errors"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/diff"
	"github.com/spf13/cobra"

	"github.com/ecssecrets/docker-credential-ecssecrets/internal/dockerconfig"
	"github.com/ecssecrets/docker-credential-ecssecrets/mapping"
)

// suffix is what clients' configurations call this program.
const suffix = "ecssecrets"

const setupText = `Tells a container client to ask this helper: for the hosts named, for every exact host
of the mapping, or with --default for every registry that has no helper of its own.

Docker's file is config.json in $DOCKER_CONFIG or ~/.docker. With --client podman it
is the one that podman, skopeo and buildah share: $REGISTRY_AUTH_FILE, else config.json
in $DOCKER_CONFIG, else containers/auth.json in $XDG_CONFIG_HOME or ~/.config, which
unlike the one in $XDG_RUNTIME_DIR is still there after a restart.

Nothing else in the file changes, not even its white space. A second run finds nothing
to do and does not write. A host that another helper serves is left to it, unless
--replace is given; a file that is not valid JSON is left as it is.

With --user root becomes that user, with the environment of a fresh log-in, before
it looks at any path: nothing that the user links together can lead root astray.

With --json one object goes to stdout:

    client     "docker" or "podman"
    file       the file's path
    changed    true if it was written, or with --dry-run would be
    dryRun     whether --dry-run was given
    changes    array of {"section": "credHelpers" or "credsStore", "key": the
               registry's key, or "" in credsStore, "from" and "to": helper or null}
    diff       with --dry-run the unified diff, without secrets; else ""
    passwords  array of {"file", "key"}: log-ins that are still there in plain text
    patterns   array of the mapping's patterns, which credHelpers cannot hold

or {"errors": [{"object", "cause", "remedy"}]}, with exit code 1.`

// setup is one call of the command.
type setup struct {
	program *Program
	client  *client

	clientName, user                       string
	asStore, remove, replace, dryRun, json bool
}

func (p *Program) setupCommand() *cobra.Command {
	s := &setup{program: p}
	cmd := &cobra.Command{
		Use:   "setup [HOST...]",
		Short: "point docker, podman and others at this helper",
		Long:  setupText,
		Example: `# all hosts of the mapping
` + p.Name + ` setup
# see what would change in podman's file for one host
` + p.Name + ` setup --client podman --dry-run registry.example.com
# as root, for another user
` + p.Name + ` setup --user alice
# undo
` + p.Name + ` setup --remove`,
		ValidArgsFunction: p.completeHosts,
		RunE:              s.run,
	}
	flags := cmd.Flags()
	flags.StringVar(&s.clientName, "client", "docker", "whose file: docker, or podman (and skopeo, buildah)")
	flags.BoolVar(&s.asStore, "default", false, "serve every registry without a helper of its own (credsStore), patterns included")
	flags.StringVar(&s.user, "user", "", "as root: become this user first")
	flags.BoolVar(&s.replace, "replace", false, "take over what another helper serves")
	flags.BoolVar(&s.remove, "remove", false, "take this helper out again")
	flags.BoolVar(&s.dryRun, "dry-run", false, "show the change as a diff, and do not write")
	flags.BoolVar(&s.json, jsonFlag, false, "say what was done as JSON")
	cmd.RegisterFlagCompletionFunc("client", cobra.FixedCompletions([]string{"docker", "podman"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func (s *setup) run(cmd *cobra.Command, args []string) error {
	if err := s.check(cmd, args); err != nil {
		return err
	}
	if err := become(s.user); err != nil {
		return err
	}
	path, err := s.client.file()
	if err != nil {
		return err
	}
	file, err := dockerconfig.Read(path)
	if err != nil {
		return err
	}
	done := &setupOutcome{Client: s.clientName, File: path, DryRun: s.dryRun,
		Changes: []setupChange{}, Passwords: []login{}, Patterns: []mapping.Host{}}
	if err := s.edit(cmd, args, file, done); err != nil {
		return err
	}
	done.Changed = file.Edited()
	if s.dryRun {
		before, after := file.Shown()
		done.Diff = unified(path, before, after)
	} else if err := file.Write(); err != nil {
		return err
	}
	s.report(done)
	return nil
}

// check refuses flags and arguments that do not go together.
func (s *setup) check(cmd *cobra.Command, args []string) error {
	var known bool
	if s.client, known = clientNamed(s.clientName); !known {
		return misused(cmd, "--client %s: neither docker nor podman", s.clientName)
	}
	switch {
	case s.asStore && len(args) > 0:
		return misused(cmd, "--default is for every registry, and takes no host")
	case s.asStore && s.clientName == "podman":
		return misused(cmd, "--default: podman's file has none; %s", registriesConf)
	case s.remove && (s.replace || s.asStore):
		return misused(cmd, "--remove takes out all that is this helper's, and goes with neither --replace nor --default")
	}
	for _, arg := range args {
		if _, ok := mapping.ParseHost(arg); !ok {
			return misused(cmd, "%q is no registry host", arg)
		}
	}
	return nil
}

const registriesConf = `for every registry write credential-helpers = ["containers-auth.json", "ecssecrets"] at the top of registries.conf`

func (s *setup) edit(cmd *cobra.Command, args []string, file *dockerconfig.File, done *setupOutcome) error {
	if s.remove {
		s.removeAll(s.keysOf(args), file, done)
		return nil
	}
	m, sources, err := s.program.mapping()
	if err != nil {
		return err
	}
	hosts, err := mappedHosts(m, args)
	if err != nil {
		return err
	}
	switch {
	case s.asStore:
		err = s.setStore(m, sources, file, done)
	case len(hosts) == 0:
		err = &fault{"mapping", "it names no host that could be set up", "name hosts: " + cmd.CommandPath() + " HOST..."}
	default:
		err = s.setHelpers(s.keysOf(hosts), file, done)
	}
	if len(args) == 0 && !s.asStore {
		done.Patterns = m.Patterns()
	}
	done.Passwords = s.client.passwords(file, hosts)
	return err
}

// mappedHosts are the hosts named, all of which must be mapped, or all there are.
func mappedHosts(m *mapping.Mapping, args []string) ([]string, error) {
	if len(args) == 0 {
		var all []string
		for _, host := range m.Hosts() {
			all = append(all, string(host))
		}
		return all, nil
	}
	var unmapped []error
	for _, arg := range args {
		host, _ := mapping.ParseHost(arg)
		if _, ok := m.Lookup(host); ok {
			continue
		}
		remedy := `map it: {"registries": {"` + string(host) + `": "ARN or name of the secret"}}`
		if near, ok := m.Near(host); ok {
			remedy = "did you mean " + string(near) + "? else " + remedy
		}
		unmapped = append(unmapped, &fault{string(host), "no entry in the mapping", remedy})
	}
	return args, errors.Join(unmapped...)
}

// keysOf gives the keys under which the client looks for hosts.
func (s *setup) keysOf(hosts []string) []string {
	var keys []string
	for _, typed := range hosts {
		keys = append(keys, s.client.key(typed))
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

func (s *setup) setHelpers(keys []string, file *dockerconfig.File, done *setupOutcome) error {
	helpers := file.CredHelpers()
	var taken []error
	for _, key := range keys {
		current, served := helpers[key]
		switch {
		case served && current == suffix:
		case served && !s.replace:
			taken = append(taken, &fault{key, "another credential helper serves it in " + file.Path + ": " + quoted(current), "add --replace to take it over"})
		default:
			file.SetHelper(key, suffix)
			done.change("credHelpers", key, optional(current, served), optional(suffix, true))
		}
	}
	return errors.Join(taken...)
}

// setStore takes the place of another store only when its log-ins stay within
// reach, or when told to.
func (s *setup) setStore(m *mapping.Mapping, sources []*mapping.Source, file *dockerconfig.File, done *setupOutcome) error {
	current := file.CredsStore()
	switch {
	case current == suffix:
		return nil
	case current != "" && current != m.Fallback && !s.replace:
		return &fault{file.Path, "credsStore is " + quoted(current) + ", whose log-ins docker would not find any more",
			`keep them by writing "fallback": ` + quoted(current) + " into " + mappingFile(sources) + ", then run this again; or add --replace to leave them behind"}
	}
	file.SetStore(suffix)
	done.change("credsStore", "", optional(current, current != ""), optional(suffix, true))
	return nil
}

// mappingFile is the file whose settings override the others'.
func mappingFile(sources []*mapping.Source) string {
	for _, source := range slices.Backward(sources) {
		if source.Name != "ECSSECRETS_REGISTRIES" {
			return source.Name
		}
	}
	return "the mapping"
}

func (s *setup) removeAll(only []string, file *dockerconfig.File, done *setupOutcome) {
	for key, helper := range sorted(file.CredHelpers()) {
		if helper == suffix && (len(only) == 0 || slices.Contains(only, key)) {
			file.RemoveHelper(key, suffix)
			done.change("credHelpers", key, optional(suffix, true), nil)
		}
	}
	if len(only) == 0 && file.CredsStore() == suffix {
		file.RemoveStore(suffix)
		done.change("credsStore", "", optional(suffix, true), nil)
	}
}

// unified is the diff without the line that names a command.
func unified(path string, before, after []byte) string {
	text := string(diff.Diff(path, before, path, after))
	_, text, _ = strings.Cut(text, "\n")
	return text
}
