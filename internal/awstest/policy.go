package awstest

import (
	"encoding/json"
	"regexp"
	"strings"
)

// policy is the part of an IAM policy that a session policy for reading one
// secret uses: who may do what to which resource. Conditions are not looked at.
type policy struct {
	Statement []statement
}

type statement struct {
	Effect   string
	Action   oneOrMore
	Resource oneOrMore
}

// oneOrMore is a string or a list of strings, as IAM allows.
type oneOrMore []string

func (o *oneOrMore) UnmarshalJSON(text []byte) error {
	if strings.HasPrefix(string(text), `"`) {
		*o = make(oneOrMore, 1)
		return json.Unmarshal(text, &(*o)[0])
	}
	return json.Unmarshal(text, (*[]string)(o))
}

// parsePolicy reads a policy document; no text at all is no policy.
func parsePolicy(text string) (*policy, *awsError) {
	if text == "" {
		return nil, nil
	}
	var p policy
	if err := json.Unmarshal([]byte(text), &p); err != nil || len(p.Statement) == 0 {
		return nil, failure(400, "MalformedPolicyDocument", "This policy contains invalid Json")
	}
	return &p, nil
}

// allows says whether a statement allows the action on the resource and none
// denies it; no policy allows everything.
func (p *policy) allows(action, resource string) bool {
	if p == nil {
		return true
	}
	allowed := false
	for _, s := range p.Statement {
		if s.Action.match(action) && s.Resource.match(resource) {
			if s.Effect == "Deny" {
				return false
			}
			allowed = allowed || s.Effect == "Allow"
		}
	}
	return allowed
}

func (o oneOrMore) match(value string) bool {
	for _, pattern := range o {
		quoted := regexp.QuoteMeta(pattern)
		quoted = strings.NewReplacer(`\*`, `.*`, `\?`, `.`).Replace(quoted)
		if regexp.MustCompile(`^(?i:` + quoted + `)$`).MatchString(value) {
			return true
		}
	}
	return false
}
