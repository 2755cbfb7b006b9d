package iampolicy

import (
	"regexp"
	"strings"
)

// Home is where a secret is that is known by its name alone.
type Home struct{ Partition, Region, Account string }

// Resource is the IAM resource for a secret, and for no other: a whole ARN as it
// is, an ARN without the six characters, or a name, with a ? for each of them.
//
// An ARN that ends in a hyphen and six letters or digits may be whole, or without
// them one of a secret whose name ends so. Its text does not tell. Secrets Manager
// takes it for whole and finds no other secret by it (GetSecretValue, SecretId), so
// that is what is allowed here: more would be of no use.
func Resource(secret string, home Home) string {
	if !strings.HasPrefix(secret, "arn:") {
		secret = strings.Join([]string{"arn", home.Partition, "secretsmanager", home.Region, home.Account, "secret", secret}, ":")
	} else if regexp.MustCompile(`-[A-Za-z0-9]{6}$`).MatchString(secret) {
		return secret
	}
	return secret + "-??????"
}

// LooksNamed reports an ARN that Resource takes for whole, but whose end is so
// regular (six small letters, or six digits) that it rather belongs to the name.
// Of the ends that Secrets Manager makes, one in 180 is like that.
func LooksNamed(secret string) bool {
	return strings.HasPrefix(secret, "arn:") && regexp.MustCompile(`-([a-z]{6}|[0-9]{6})$`).MatchString(secret)
}

// escaped keeps IAM from taking a character of an ARN for a wildcard or a variable.
func escaped(arns []string) []string {
	var all []string
	for _, arn := range arns {
		all = append(all, strings.NewReplacer("*", "${*}", "?", "${?}", "$", "${$}").Replace(arn))
	}
	return all
}
