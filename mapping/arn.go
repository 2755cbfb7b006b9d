package mapping

import (
	"fmt"
	"strings"
)

// secretARN is what the ARN of a secret says. Format:
// arn:PARTITION:secretsmanager:REGION:ACCOUNT:secret:NAME, with or without the
// six characters that AWS puts behind the name.
type secretARN struct {
	partition, region, account, name string
}

// parseSecretARN accepts what GetSecretValue takes as SecretId, in any partition.
func parseSecretARN(s string) (secretARN, *mistake) {
	fields := strings.SplitN(s, ":", 7)
	if len(fields) == 6 && fields[2] != "secretsmanager" {
		return secretARN{}, errOtherARN(s)
	}
	if len(fields) < 7 || !isRegion(fields[1]) {
		return secretARN{}, &mistake{quoted(s) + " is not an ARN",
			"write arn:PARTITION:secretsmanager:REGION:ACCOUNT:secret:NAME, or the secret's name alone"}
	}
	arn := secretARN{partition: fields[1], region: fields[3], account: fields[4], name: fields[6]}
	switch {
	case fields[2] != "secretsmanager" || fields[5] != "secret":
		return arn, errOtherARN(s)
	case strings.Contains(arn.name, ":"):
		return arn, &mistake{quoted(s) + " has a :json-key:stage:version suffix, which repositoryCredentials does not know",
			"end it after the secret's name: the whole secret is read, in its current version"}
	case !isRegion(arn.region):
		return arn, &mistake{quoted(s) + " has no region where an ARN has one", "copy the ARN from Secrets Manager"}
	case !isAccount(arn.account):
		return arn, &mistake{quoted(s) + " has no account of 12 digits where an ARN has one", "copy the ARN from Secrets Manager"}
	}
	return arn, checkSecretName(arn.name)
}

func errOtherARN(s string) *mistake {
	return &mistake{quoted(s) + " is not the ARN of a Secrets Manager secret", "write arn:PARTITION:secretsmanager:REGION:ACCOUNT:secret:NAME"}
}

// checkSecretName holds a name to the characters that Secrets Manager allows
// (CreateSecret: letters, digits and /_+=.@-).
func checkSecretName(name string) *mistake {
	switch {
	case name == "":
		return &mistake{"the secret has no name", "write the secret's name or ARN"}
	case len(name) > 2048:
		return &mistake{"the secret's name is longer than the 2048 characters that Secrets Manager takes", "write the secret's name or ARN"}
	}
	for _, c := range name {
		if !(c < 0x80 && isAlphanumeric(byte(c))) && !strings.ContainsRune("/_+=.@-", c) {
			// Not quoted: it may be the secret itself, put where its name belongs.
			return &mistake{fmt.Sprintf("this is no secret's name: it holds %+q", c),
				"write the secret's name or ARN: letters, digits and /_+=.@-"}
		}
	}
	return nil
}

// parseRoleARN accepts arn:PARTITION:iam::ACCOUNT:role/PATH/NAME.
func parseRoleARN(s string) *mistake {
	fields := strings.SplitN(s, ":", 6)
	if len(fields) == 6 && fields[0] == "arn" && isRegion(fields[1]) && fields[2] == "iam" && fields[3] == "" &&
		isAccount(fields[4]) && isRoleName(fields[5]) {
		return nil
	}
	return &mistake{"roleArn " + quoted(s) + " is not the ARN of a role", "write arn:PARTITION:iam::ACCOUNT:role/NAME"}
}

func isRoleName(s string) bool {
	name, ok := strings.CutPrefix(s, "role/")
	return ok && name != "" && isPrintable(name) && !strings.ContainsAny(name, " :*")
}

// isRegion also serves for partitions: both are words like us-gov-west-1.
func isRegion(s string) bool {
	for _, c := range []byte(s) {
		if !('a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '-') {
			return false
		}
	}
	return s != "" && s[0] != '-' && s[len(s)-1] != '-'
}

func isAccount(s string) bool { return len(s) == 12 && isNumber(s) }

func isAlphanumeric(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

func isPrintable(s string) bool {
	for _, c := range []byte(s) {
		if c < ' ' || c > '~' {
			return false
		}
	}
	return true
}
