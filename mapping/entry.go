package mapping

import (
	"fmt"
	"strings"

	"github.com/tailscale/hujson"
)

// Entry says which secret answers for a registry and whose AWS credentials read
// it. Fields that the mapping leaves out are empty, but for UsernameKey and
// PasswordKey.
type Entry struct {
	// CredentialsParameter is the secret as an ECS task definition names it: a
	// full ARN, a partial ARN or a name. It goes to GetSecretValue verbatim.
	CredentialsParameter string
	// Region is where the secret is: the ARN's or the entry's own. It is empty
	// for a name without one, which is looked up where the host is.
	Region string
	// Partition and Account are the ARN's, and empty for a name.
	Partition, Account string

	Profile    string // of the AWS configuration files
	RoleARN    string // assumed to read the secret
	ExternalID string // given when the role is assumed

	UsernameKey, PasswordKey string // of the secret's JSON object

	// Anonymous turns this entry's failures into "not found".
	Anonymous bool

	source *Source
	offset int
}

// Position is where the entry stands: "FILE:LINE:COLUMN".
func (e *Entry) Position() string {
	line, column := e.source.position(e.offset)
	return fmt.Sprintf("%s:%d:%d", e.source.Name, line, column)
}

// text is a string of the mapping with the place where it stands.
type text struct {
	value  string
	offset int
}

var entryKeys = []string{"credentialsParameter", "region", "profile", "roleArn", "externalId", "usernameKey", "passwordKey", "onError"}

// parseEntry takes a repositoryCredentials object or just its value.
func (s *Source) parseEntry(key, value hujson.Value) (*Entry, error) {
	e := &Entry{UsernameKey: "username", PasswordKey: "password", source: s, offset: key.StartOffset}
	if value.Value.Kind() == '"' {
		parameter, err := s.text(value, "credentialsParameter")
		if err != nil {
			return nil, err
		}
		return e, s.at(parameter, e.setSecret(parameter.value))
	}
	if value.Value.Kind() != '{' {
		return nil, s.wrongType(value, "the entry of "+string(key.Value.(hujson.Literal)), "the secret's ARN or name, or an object with credentialsParameter")
	}
	var texts [8]text
	err := s.object(value, "an entry", entryKeys, func(i int, value hujson.Value) (err error) {
		texts[i], err = s.text(value, entryKeys[i])
		return err
	})
	if err != nil {
		return nil, err
	}
	return e, s.fillEntry(e, value.StartOffset, texts)
}

func (s *Source) fillEntry(e *Entry, offset int, texts [8]text) error {
	parameter, region, profile, roleARN, externalID := texts[0], texts[1], texts[2], texts[3], texts[4]
	usernameKey, passwordKey, onError := texts[5], texts[6], texts[7]
	if parameter.value == "" {
		return s.invalid(offset, "the entry has no credentialsParameter", `write "credentialsParameter": "ARN or name of the secret"`)
	}
	if err := s.at(parameter, e.setSecret(parameter.value)); err != nil {
		return err
	}
	e.Profile = profile.value
	return firstError(
		s.at(region, e.setRegion(region.value)),
		s.at(profile, checkPrintable("profile", profile.value)),
		s.at(roleARN, e.setRole(roleARN.value)),
		s.at(externalID, e.setExternalID(externalID.value)),
		s.at(text{offset: max(usernameKey.offset, passwordKey.offset)}, e.setKeys(usernameKey.value, passwordKey.value)),
		s.at(onError, e.setOnError(onError.value)),
	)
}

func (e *Entry) setSecret(parameter string) *mistake {
	e.CredentialsParameter = parameter
	if len(parameter) > 2048 {
		return checkSecretName(parameter)
	}
	if !strings.HasPrefix(parameter, "arn:") {
		return checkSecretName(parameter)
	}
	arn, err := parseSecretARN(parameter)
	e.Partition, e.Region, e.Account = arn.partition, arn.region, arn.account
	return err
}

func (e *Entry) setRegion(region string) *mistake {
	switch {
	case region == "":
		return nil
	case !isRegion(region):
		return &mistake{quoted(region) + " is not a region", `write one like "eu-west-1"`}
	case e.Region != "" && e.Region != region:
		return &mistake{fmt.Sprintf("region %q contradicts the secret's ARN, which says %q", region, e.Region), "leave the region out"}
	}
	e.Region = region
	return nil
}

func (e *Entry) setRole(arn string) *mistake {
	e.RoleARN = arn
	if arn == "" {
		return nil
	}
	return parseRoleARN(arn)
}

// setExternalID holds to AssumeRole's ExternalId: 2 to 1224 letters, digits and
// _+=,.@:/-
func (e *Entry) setExternalID(id string) *mistake {
	e.ExternalID = id
	if id == "" {
		return nil
	}
	if e.RoleARN == "" {
		return &mistake{"externalId is given without roleArn", "add the roleArn that asks for it, or leave it out"}
	}
	for _, c := range []byte(id) {
		if !isAlphanumeric(c) && !strings.ContainsRune("_+=,.@:/-", rune(c)) {
			return &mistake{quoted(id) + " holds a character that no external id has", "write letters, digits and _+=,.@:/-"}
		}
	}
	if len(id) < 2 || len(id) > 1224 {
		return &mistake{"externalId is not 2 to 1224 characters long", "write the id that the role's trust policy asks for"}
	}
	return nil
}

func (e *Entry) setKeys(username, password string) *mistake {
	if username != "" {
		e.UsernameKey = username
	}
	if password != "" {
		e.PasswordKey = password
	}
	if strings.EqualFold(e.UsernameKey, e.PasswordKey) {
		return &mistake{"usernameKey and passwordKey are both " + quoted(e.PasswordKey), "name two keys of the secret"}
	}
	for _, key := range []string{e.UsernameKey, e.PasswordKey} {
		if !isPrintable(key) || strings.ContainsAny(key, "\"'`,\\") {
			return &mistake{quoted(key) + " holds a character that a key of a secret may not have here",
				"write ASCII without quotes, comma and backslash"}
		}
	}
	return nil
}

func (e *Entry) setOnError(word string) *mistake {
	switch word {
	case "", "fail":
	case "anonymous":
		e.Anonymous = true
	default:
		return &mistake{"onError is " + quoted(word), `write "fail" or "anonymous"` + suggest(word, []string{"fail", "anonymous"})}
	}
	return nil
}

func checkPrintable(what, value string) *mistake {
	if isPrintable(value) {
		return nil
	}
	return &mistake{what + " " + quoted(value) + " holds a character other than printable ASCII", "write it as the AWS configuration file does"}
}
