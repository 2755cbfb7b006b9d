package cli

import (
	"strings"

	"github.com/ecssecrets/docker-credential-ecssecrets/internal/iampolicy"
)

// secretPolicy prints what other accounts attach to the secrets that the principal
// reads.
func (p *Program) secretPolicy(principal string, entries []mapped) error {
	shared, err := sharedWith(principal, entries)
	if err != nil {
		return err
	}
	p.printJSON(iampolicy.ForSecret(principal))
	p.note("policy", "attach it to each of these secrets, together with what is in theirs already")
	for _, entry := range shared {
		p.note(string(entry.host), "type: aws secretsmanager put-resource-policy --region %s --secret-id %s --resource-policy file://FILE",
			entry.Region, entry.CredentialsParameter)
	}
	p.note("KMS key", "the policy of each secret's key needs a statement as well; type: %s policy --key-policy %s", p.Name, principal)
	return nil
}

// keyPolicy prints what they add to the policies of those secrets' keys.
func (p *Program) keyPolicy(principal string, entries []mapped) error {
	if _, err := sharedWith(principal, entries); err != nil {
		return err
	}
	p.printJSON(iampolicy.ForKey(principal))
	p.note("statement", "add it to the policy of each secret's KMS key; the key aws/secretsmanager cannot be shared")
	return nil
}

// sharedWith are the secrets of other accounts that the principal reads itself. A
// secret that is known by name alone is in the account of whoever reads it.
func sharedWith(principal string, entries []mapped) (shared []mapped, err error) {
	for _, entry := range entries {
		itself := entry.RoleARN == "" || entry.RoleARN == principal
		if itself && entry.Account != "" && entry.Account != accountOf(principal) {
			shared = append(shared, entry)
		}
	}
	if len(shared) == 0 {
		err = &fault{principal, "reads no secret of another account", "name a principal of the account that runs this program"}
	}
	return shared, err
}

func accountOf(principal string) string {
	fields := strings.SplitN(principal, ":", 6)
	if len(fields) < 6 {
		return principal
	}
	return fields[4]
}
