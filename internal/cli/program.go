package cli

import (
	"errors"
	"fmt"
	"io"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/ecssecrets/docker-credential-ecssecrets/mapping"
)

// Program is the program as its commands see it.
type Program struct {
	// Name is what people type.
	Name string

	// Sources reads the mappings, usually [mapping.Places.Read].
	Sources func() ([]*mapping.Source, error)

	// Machine is what doctor looks at beside them.
	Machine Machine

	Stdin          io.Reader
	Stdout, Stderr io.Writer
}

// commands are in the order in which an operator comes to need them.
var commands = []struct {
	name  string
	build func(*Program) *cobra.Command
}{
	{"import", (*Program).importCommand},
	{"policy", (*Program).policyCommand},
	{"setup", (*Program).setupCommand},
	{"doctor", (*Program).doctorCommand},
	{"agent-config", (*Program).agentConfigCommand},
	{"completion", (*Program).completionCommand},
	{"help", (*Program).helpCommand},
}

// Knows reports whether the first word of the command line is for this package.
func Knows(word string) bool {
	switch word {
	case "--help", "-h", cobra.ShellCompRequestCmd, cobra.ShellCompNoDescRequestCmd:
		return true
	}
	for _, command := range commands {
		if command.name == word {
			return true
		}
	}
	return false
}

// The exit codes of commands.
const (
	exitWell  = 0
	exitFault = 1 // something is wrong, and was said
	exitUsage = 2 // the command line is not one
)

// Run runs one command and returns the exit code: 0 for well, 1 for a fault that
// it found, 2 for a command line that means nothing. The outcome is on stdout,
// what is wrong on stderr; with --json, a fault is on stdout as
// {"errors": [{"object", "cause", "remedy"}]}.
func (p *Program) Run(args []string) int {
	out := &checkedWriter{to: p.Stdout}
	p.Stdout = out
	root := p.root()
	root.SetArgs(args)
	command, err := root.ExecuteC()
	return p.sayError(command, out.judge(err))
}

// Manual is the tree of all commands for those who make manual pages of it.
func (p *Program) Manual() *cobra.Command {
	root := p.root()
	root.Long = rootText + manualText
	root.Use += " COMMAND | get | list | store | erase | version"
	root.DisableFlagsInUseLine = true
	return root
}

// root is the tree of all commands.
func (p *Program) root() *cobra.Command {
	root := &cobra.Command{
		Use:               p.Name,
		Short:             "registry passwords from the AWS Secrets Manager secrets of ECS tasks",
		Long:              rootText,
		SilenceErrors:     true,
		SilenceUsage:      true,
		DisableAutoGenTag: true,
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
	}
	root.SetIn(p.Stdin)
	root.SetOut(p.Stdout)
	root.SetErr(p.Stderr)
	root.SetHelpFunc(p.help)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return misused(cmd, "%v", err) })
	for _, command := range commands {
		built := command.build(p)
		built.Flags().SortFlags = false
		root.AddCommand(built)
		if command.name == "help" {
			root.SetHelpCommand(built)
		}
	}
	return root
}

// sayError says what a command returned, and chooses the exit code.
func (p *Program) sayError(command *cobra.Command, err error) int {
	var misuse *misuse
	switch {
	case err == nil:
		return exitWell
	case errors.Is(err, errFound):
		return exitFault
	case errors.As(err, &misuse):
		p.complain(misuse.fault)
		return exitUsage
	case wantsJSON(command) && p.Stdout.(*checkedWriter).err == nil:
		p.printJSON(map[string]any{"errors": faults(err)})
		return exitFault
	}
	for _, fault := range faults(err) {
		p.complain(fault)
	}
	return exitFault
}

// checkedWriter remembers that something could not be written, which most callers
// of fmt.Fprint do not ask.
type checkedWriter struct {
	to  io.Writer
	err error
}

func (w *checkedWriter) Write(b []byte) (int, error) {
	n, err := w.to.Write(b)
	if w.err == nil && err != nil {
		w.err = err
	}
	return n, err
}

// judge gives what a command's error comes to. A reader that has seen enough, as
// head has, is no fault to be told.
func (w *checkedWriter) judge(err error) error {
	switch gone := errors.Is(w.err, syscall.EPIPE); {
	case w.err == nil, gone && err != nil && !errors.Is(err, syscall.EPIPE):
		return err
	case gone:
		return errFound
	}
	return &fault{"stdout", "cannot be written: " + w.err.Error(), "see where it leads"}
}

// misuse is a command line that means nothing.
type misuse struct{ fault *fault }

func (m *misuse) Error() string { return m.fault.Error() }

func misused(cmd *cobra.Command, format string, args ...any) error {
	return &misuse{&fault{cmd.Name(), fmt.Sprintf(format, args...), "type: " + cmd.CommandPath() + " --help"}}
}

// mapping reads the mapping, and gives the sources that it was made of.
func (p *Program) mapping() (*mapping.Mapping, []*mapping.Source, error) {
	sources, err := p.Sources()
	if err != nil {
		return nil, nil, err
	}
	m, err := mapping.Parse(sources)
	return m, sources, err
}
