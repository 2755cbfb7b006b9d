package cli

import (
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ecssecrets/docker-credential-ecssecrets/internal/iampolicy"
	"github.com/ecssecrets/docker-credential-ecssecrets/mapping"
)

const policyText = `Prints the IAM policy that lets an identity (the instance's role, the ECSAnywhereRole, a
user) read exactly the secrets of the mapping, or of the hosts named: neither less nor
more than this program asks for.

A secret that the mapping names by a full ARN is allowed by that. One that it names by
an ARN without the six characters at the end, or by name, is allowed by a pattern that
fits no other secret. A name's region and account are --region and --account, with
--partition outside "aws", or else those of the AWS credentials at hand.

Secrets that are read through a role (roleArn) need sts:AssumeRole here, and the rest
of the role: --role prints the policy for it.

A secret of another account must be shared by that account: --resource-policy prints the
policy to attach to the secret, --key-policy the statement to add to the policy of its
KMS key. The key aws/secretsmanager cannot be shared.`

type policyOptions struct {
	keys        []string
	home        iampolicy.Home
	role        string
	shareSecret string // principals, of this account
	shareKey    string
}

func (p *Program) policyCommand() *cobra.Command {
	var o policyOptions
	cmd := &cobra.Command{
		Use:   "policy [HOST...]",
		Short: "print the IAM policy that the mapped secrets need",
		Long:  policyText,
		Example: p.Name + ` policy >policy.json
aws iam put-role-policy --role-name ROLE --policy-name registry-secrets --policy-document file://policy.json
# secrets encrypted with a customer managed key
` + p.Name + ` policy --kms-key arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab
# a secret of another account
` + p.Name + ` policy --resource-policy arn:aws:iam::111122223333:role/ROLE >secret-policy.json
` + p.Name + ` policy --key-policy arn:aws:iam::111122223333:role/ROLE >statement.json`,
		ValidArgsFunction: p.completeHosts,
		RunE: func(cmd *cobra.Command, hosts []string) error {
			if err := o.check(cmd); err != nil {
				return err
			}
			return p.policy(o, hosts)
		},
	}
	flags := cmd.Flags()
	flags.StringArrayVar(&o.keys, "kms-key", nil, "`ARN` of a KMS key that encrypts secrets; may be given several times")
	flags.StringVar(&o.role, "role", "", "the policy of the role with this `ARN`, which entries name as roleArn")
	flags.StringVar(&o.shareSecret, "resource-policy", "", "the policy that other accounts attach to their secrets for `PRINCIPAL`, the ARN of a role or user")
	flags.StringVar(&o.shareKey, "key-policy", "", "the statement that they add to the policies of their KMS keys for `PRINCIPAL`")
	flags.StringVar(&o.home.Region, "region", "", "`REGION` of secrets that the mapping has by name")
	flags.StringVar(&o.home.Account, "account", "", "`ACCOUNT` of secrets that the mapping has by name")
	flags.StringVar(&o.home.Partition, "partition", "", "`PARTITION` of secrets that the mapping has by name")
	return cmd
}

// check holds what goes into the policy to the characters that it can have: a *
// in it would allow more.
func (o *policyOptions) check(cmd *cobra.Command) error {
	for _, key := range o.keys {
		if !matches(`arn:[a-z0-9-]+:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+`, key) {
			return &misuse{&fault{"--kms-key " + key, "not the ARN of a KMS key, by which alone IAM knows it",
				"type: aws kms describe-key --key-id " + key + " --query KeyMetadata.Arn"}}
		}
	}
	for _, share := range [][2]string{{"--resource-policy", o.shareSecret}, {"--key-policy", o.shareKey}} {
		if share[1] != "" && !matches(`\d{12}|arn:[a-z0-9-]+:iam::\d{12}:(root|(role|user)/[\w+=,.@/-]+)`, share[1]) {
			return &misuse{&fault{share[0] + " " + share[1], "not the ARN of a role or user",
				"write arn:PARTITION:iam::ACCOUNT:role/NAME"}}
		}
	}
	for _, flag := range []struct{ name, value, grammar string }{
		{"region", o.home.Region, `[a-z0-9-]+`}, {"account", o.home.Account, `\d{12}`}, {"partition", o.home.Partition, `[a-z0-9-]+`},
	} {
		if flag.value != "" && !matches(flag.grammar, flag.value) {
			return misused(cmd, "--%s %q is none", flag.name, flag.value)
		}
	}
	return oneOf(cmd, "role", "resource-policy", "key-policy")
}

// oneOf refuses two flags of which each chooses another document.
func oneOf(cmd *cobra.Command, names ...string) error {
	var first string
	for _, name := range names {
		switch {
		case !cmd.Flags().Changed(name):
		case first != "":
			return misused(cmd, "--%s and --%s are two questions", first, name)
		default:
			first = name
		}
	}
	return nil
}

func matches(grammar, text string) bool {
	return regexp.MustCompile(`^(` + grammar + `)$`).MatchString(text)
}

// mapped is an entry with the host, or pattern, that it stands under.
type mapped struct {
	host mapping.Host
	*mapping.Entry
}

func (p *Program) policy(o policyOptions, hosts []string) error {
	m, _, err := p.mapping()
	if err != nil {
		return err
	}
	entries, err := selectEntries(m, hosts)
	switch {
	case err != nil:
		return err
	case o.shareSecret != "":
		return p.secretPolicy(o.shareSecret, entries)
	case o.shareKey != "":
		return p.keyPolicy(o.shareKey, entries)
	}
	return p.readerPolicy(o, entries)
}

func selectEntries(m *mapping.Mapping, hosts []string) (entries []mapped, err error) {
	if len(hosts) == 0 {
		for _, host := range append(m.Hosts(), m.Patterns()...) {
			entry, _ := m.Lookup(host)
			entries = append(entries, mapped{host, entry})
		}
		return entries, nil
	}
	for _, asked := range hosts {
		host, ok := mapping.ParseHost(asked)
		if slices.Contains(m.Patterns(), mapping.Host(strings.ToLower(asked))) {
			host, ok = mapping.Host(strings.ToLower(asked)), true
		}
		entry, found := m.Lookup(host)
		if !ok || !found {
			return nil, unmapped(m, asked, host)
		}
		entries = append(entries, mapped{host, entry})
	}
	return entries, nil
}

func unmapped(m *mapping.Mapping, asked string, host mapping.Host) error {
	if near, ok := m.Near(host); ok {
		return &fault{asked, "not mapped", "did you mean " + string(near) + "?"}
	}
	return &fault{asked, "not mapped", "name a host of the mapping"}
}

// readerPolicy is for the identity that runs this program, or for a role that
// entries name.
func (p *Program) readerPolicy(o policyOptions, entries []mapped) error {
	at := &locator{program: p, home: o.home, known: map[[2]string]iampolicy.Home{}}
	var secrets, roles []string
	for _, entry := range entries {
		switch {
		case entry.RoleARN == o.role:
			secret, err := at.resource(entry)
			if err != nil {
				return err
			}
			secrets = append(secrets, secret)
		case o.role == "":
			roles = append(roles, entry.RoleARN)
		}
	}
	if o.role != "" && len(secrets) == 0 {
		return &fault{o.role, "no entry names it as its roleArn", "leave --role out to see what there is"}
	}
	if len(secrets) == 0 && len(roles) == 0 {
		return &fault{"mapping", "no registry in it", "write one, or type: " + p.Name + " import"}
	}
	keys := o.keys
	if len(secrets) == 0 {
		keys = nil
	}
	p.printJSON(iampolicy.ForReader(set(secrets), set(keys), set(roles)))
	p.policyNotes(o, entries)
	return nil
}

func set(texts []string) []string {
	slices.Sort(texts)
	return slices.Compact(texts)
}

// policyNotes says what the policy alone does not do.
func (p *Program) policyNotes(o policyOptions, entries []mapped) {
	for _, entry := range entries {
		host := string(entry.host)
		if entry.RoleARN == o.role && iampolicy.LooksNamed(entry.CredentialsParameter) {
			p.warn(host, entry.CredentialsParameter+" is taken for a whole ARN, as Secrets Manager takes it",
				"if it ends in the secret's name, add the hyphen and six characters that AWS put behind it")
		}
		if entry.Profile != "" && entry.RoleARN == o.role {
			p.note(host, "read with profile %q: the policy is for that one's identity", entry.Profile)
		}
		if entry.RoleARN != "" && o.role == "" {
			p.note(host, "read through %s, which must trust this identity and needs a policy of its own; type: %s policy --role %s '%s'",
				entry.RoleARN, p.Name, entry.RoleARN, host)
		}
	}
	itself := slices.ContainsFunc(entries, func(e mapped) bool { return e.RoleARN == o.role })
	switch {
	case len(o.keys) > 0 && !itself:
		p.note("--kms-key", "left out: every secret is read through a role, which needs it")
	case len(o.keys) == 0 && itself && terminal(p.Stderr): // a script knows its keys
		p.note("--kms-key", "none given; secrets encrypted with a customer managed key need --kms-key ARN")
	}
}
