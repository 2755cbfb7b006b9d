package cli

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/ecssecrets/docker-credential-ecssecrets/internal/dockerconfig"
	"github.com/ecssecrets/docker-credential-ecssecrets/internal/taskdef"
	"github.com/ecssecrets/docker-credential-ecssecrets/mapping"
)

const importText = `Makes the mapping of what already says which image is pulled with which secret:
task definitions (the output of aws ecs describe-task-definition, the input of
register-task-definition), an array of container definitions, CloudFormation
templates in JSON and YAML, those of AWS CDK, and cdk-assets' cdk-docker-creds.json.
Each FILE's kind is recognised; without one, and for "-", standard input is read.

Two secrets for one host, values that the file leaves open, and Amazon ECR images
with a secret are reported with container and position, and then nothing is printed
or written. A ${...} behind an image's host does no harm. Containers without a
secret are counted and passed over; repositoryCredentials without credentialsParameter
are told. With --write, no secret in any container is a fault.

With --write the entries are added to a mapping file, of which everything else stays
as it is. An entry that is there and says otherwise is an error; with --replace it is
replaced, whole.

With --json: {"registries": {HOST: ENTRY}, "images": [{"host", "image", "container",
"credentialsParameter", "position"}], "passedOver": N, "namesNoSecret": [{"container",
"position"}]}, and with --write also "file", "added", "replaced" and "unchanged", which
are arrays of hosts. Or {"errors": [{"object", "cause", "remedy"}]}, with exit code 1.`

type importOptions struct {
	pseudo        taskdef.Pseudo
	file          string
	replace, json bool
}

func (p *Program) importCommand() *cobra.Command {
	var o importOptions
	cmd := &cobra.Command{
		Use:   "import [FILE...|-]",
		Short: "make the mapping from task definitions and templates",
		Long:  importText,
		Example: `# look first
aws ecs describe-task-definition --task-definition FAMILY >task.json
` + p.Name + ` import task.json
` + p.Name + ` import --write /etc/ecssecrets/mapping.json task.json
# a template leaves open where it will be a stack
` + p.Name + ` import --partition aws --region eu-west-1 --account 111122223333 template.yaml`,
		RunE: func(cmd *cobra.Command, files []string) error {
			if o.replace && o.file == "" {
				return misused(cmd, "--replace goes with --write")
			}
			return p.importFiles(o, files)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.file, "write", "", "add the entries to this mapping `FILE`")
	flags.BoolVar(&o.replace, "replace", false, "replace entries of FILE that say otherwise")
	flags.StringVar(&o.pseudo.Region, "region", "", "the `REGION` that AWS::Region stands for")
	flags.StringVar(&o.pseudo.Account, "account", "", "the `ACCOUNT` that AWS::AccountId stands for")
	flags.StringVar(&o.pseudo.Partition, "partition", "", "the `PARTITION` that AWS::Partition stands for")
	flags.BoolVar(&o.json, jsonFlag, false, "print a report for scripts")
	return cmd
}

func (p *Program) importFiles(o importOptions, files []string) error {
	if len(files) == 0 {
		files = []string{"-"}
	}
	var found imported
	for _, file := range files {
		name, data, err := p.readDocument(file)
		if err != nil {
			return err
		}
		found.add(taskdef.Read(name, data, o.pseudo))
	}
	if err := errors.Join(found.faults...); err != nil {
		return err
	}
	if !o.json {
		p.warnNameless(found)
	}
	if o.file != "" {
		return p.writeImported(o, found)
	}
	merged, err := mergeMapping("mapping", nil, found.registries, false)
	if err != nil {
		return err
	}
	if o.json {
		p.printJSON(found.report())
		return nil
	}
	fmt.Fprintf(p.Stdout, "%s", merged.text)
	p.note("import", "%s", found.summary())
	return nil
}

// warnNameless tells of what could be a slip; [taskdef.Report] has the rule.
func (p *Program) warnNameless(found imported) {
	for _, container := range found.nameless {
		p.warn(fmt.Sprintf("%s: container %q", position(container.At), container.Name),
			"repositoryCredentials names no secret", "write credentialsParameter, or take repositoryCredentials out")
	}
}

func (p *Program) readDocument(file string) (name string, data []byte, err error) {
	if file == "-" {
		data, err = readBounded(p.Stdin)
		return "stdin", data, unreadable("stdin", err)
	}
	opened, err := os.Open(file)
	if err != nil {
		return file, nil, unreadable(file, err)
	}
	defer opened.Close()
	data, err = readBounded(opened)
	return file, data, unreadable(file, err)
}

// maxDocument is above every limit of AWS: a template has at most 1 MB.
const maxDocument = 4 << 20

func readBounded(from io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(from, maxDocument+1))
	if err == nil && len(data) > maxDocument {
		err = errors.New("it is larger than 4 MiB")
	}
	return data, err
}

func unreadable(file string, err error) error {
	if err == nil {
		return nil
	}
	return &fault{file, "cannot be read: " + dockerconfig.Cause(err), "give a file that this user can read, or - for standard input"}
}

// report is what --json prints.
func (f *imported) report() importReport {
	r := importReport{Registries: map[mapping.Host]importedEntry{}, Images: []importedImage{}, PassedOver: f.without, NamesNoSecret: []namelessContainer{}}
	for _, registry := range f.registries {
		r.Registries[registry.host] = registry.entry
	}
	for _, use := range f.uses {
		r.Images = append(r.Images, importedImage{use.host, use.Image, use.Container, use.CredentialsParameter, position(use.At)})
	}
	for _, container := range f.nameless {
		r.NamesNoSecret = append(r.NamesNoSecret, namelessContainer{container.Name, position(container.At)})
	}
	return r
}

type importReport struct {
	Registries    map[mapping.Host]importedEntry `json:"registries"`
	Images        []importedImage                `json:"images"`
	PassedOver    int                            `json:"passedOver"`
	NamesNoSecret []namelessContainer            `json:"namesNoSecret"`

	File      string         `json:"file,omitempty"`
	Added     []mapping.Host `json:"added,omitzero"`
	Replaced  []mapping.Host `json:"replaced,omitzero"`
	Unchanged []mapping.Host `json:"unchanged,omitzero"`
}

type importedImage struct {
	Host                 mapping.Host `json:"host"`
	Image                string       `json:"image"`
	Container            string       `json:"container"`
	CredentialsParameter string       `json:"credentialsParameter"`
	Position             string       `json:"position"`
}

type namelessContainer struct {
	Container string `json:"container"`
	Position  string `json:"position"`
}

func position(at taskdef.Position) string { return place(at.File, at.Line, at.Column) }
