// Package iampolicy writes the IAM policies that reading secrets takes: the
// identity-based one of whoever reads, and the resource-based ones of the other
// account whose secret is read.
//
// They name secrets by ARN. Secrets Manager ends each ARN in a hyphen and six
// characters of its own, and decides access by that whole ARN, however the secret
// was asked for; [Resource] makes a pattern for those that are not known.
package iampolicy

// Document is a policy. Its JSON is what IAM, Secrets Manager and KMS take.
type Document struct {
	Version   string
	Statement []Statement
}

// Statement allows one action.
type Statement struct {
	Effect    string
	Principal *Principal `json:",omitempty"`
	Action    string
	Resource  []string
}

// Principal is an IAM identity, by its ARN, or an account, by its number.
type Principal struct{ AWS string }

// version is that of the policy language.
const version = "2012-10-17"

func allow(action string, resources []string) Statement {
	return Statement{Effect: "Allow", Action: action, Resource: resources}
}

// ForReader is the identity-based policy of who reads secrets, given as IAM
// resources (see [Resource]), that KMS keys encrypt, and assumes roles, given by
// ARN as the keys are. There is no statement for what is empty.
func ForReader(secrets, keys, roles []string) Document {
	d := Document{Version: version, Statement: []Statement{}}
	for _, statement := range []Statement{
		allow("secretsmanager:GetSecretValue", secrets),
		allow("kms:Decrypt", keys),
		allow("sts:AssumeRole", escaped(roles)),
	} {
		if len(statement.Resource) > 0 {
			d.Statement = append(d.Statement, statement)
		}
	}
	return d
}

// ForSecret is the resource-based policy of a secret that a principal of another
// account reads. In it "*" is the secret itself.
func ForSecret(principal string) Document {
	return Document{Version: version, Statement: []Statement{shared("secretsmanager:GetSecretValue", principal)}}
}

// ForKey is the statement that the policy of the secret's KMS key needs then.
func ForKey(principal string) Statement { return shared("kms:Decrypt", principal) }

func shared(action, principal string) Statement {
	s := allow(action, []string{"*"})
	s.Principal = &Principal{principal}
	return s
}
