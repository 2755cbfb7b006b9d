package mapping_test

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/ecssecrets/docker-credential-ecssecrets/mapping"
)

// The shapes in the words of AWS: GetSecretValue's SecretId, CreateSecret's Name,
// IAM's reference of identifiers.
const (
	word  = `([a-z0-9]|[a-z0-9][a-z0-9-]*[a-z0-9])`
	shape = `[A-Za-z0-9/_+=.@-]+`
	most  = 2048 // bytes of a SecretId
)

var (
	secretName = regexp.MustCompile(`^` + shape + `$`)
	secretARN  = regexp.MustCompile(`^arn:(?P<partition>` + word + `):secretsmanager:(?P<region>` + word + `):(?P<account>[0-9]{12}):secret:` + shape + `$`)
	roleARN    = regexp.MustCompile(`^arn:` + word + `:iam::[0-9]{12}:role/[!-)+-9;-~]+$`)
)

// FuzzARN: a secret is taken by what one expression says of its name or ARN, and
// goes on verbatim, with the parts that the ARN says; a role likewise.
func FuzzARN(f *testing.F) {
	for _, parameter := range secretsInTheTable(f) {
		f.Add(parameter)
	}
	for _, arn := range []string{"arn:aws:secretsmanager:eu-west-1:111122223333:secret:registry-AbCdEf", "arn:aws-us-gov:iam::111122223333:role/path/Name+=,.@_-"} {
		fields := strings.Split(arn, ":")
		for i := range fields {
			for _, other := range []string{"", "x", "X", "-", "111122223333", "a:b", "é"} {
				f.Add(strings.Join(slices.Concat(fields[:i], []string{other}, fields[i+1:]), ":"))
			}
		}
	}
	f.Fuzz(func(t *testing.T, asked string) {
		isARN := len(asked) <= most && secretARN.MatchString(asked)
		isName := len(asked) <= most && secretName.MatchString(asked)
		entry := entryWith(t, map[string]string{"credentialsParameter": asked})
		if taken := entry != nil; taken != (isARN || isName) {
			t.Errorf("%q: taken as a secret: %t", asked, taken)
		}
		if entry != nil && entry.CredentialsParameter != asked {
			t.Errorf("%q goes on as %q", asked, entry.CredentialsParameter)
		}
		if isARN && entry != nil {
			part := func(name string) string {
				return secretARN.FindStringSubmatch(asked)[secretARN.SubexpIndex(name)]
			}
			if entry.Partition != part("partition") || entry.Region != part("region") || entry.Account != part("account") {
				t.Errorf("%q: partition %q, region %q, account %q", asked, entry.Partition, entry.Region, entry.Account)
			}
		}
		role := entryWith(t, map[string]string{"credentialsParameter": "name", "roleArn": asked})
		if taken := role != nil && role.RoleARN == asked; taken != roleARN.MatchString(asked) {
			t.Errorf("%q: taken as a role: %t", asked, taken)
		}
	})
}

// entryWith gives the one entry of a mapping, or nil where it is refused.
func entryWith(t *testing.T, fields map[string]string) *mapping.Entry {
	text, err := json.Marshal(map[string]any{"registries": map[string]any{"a.example": fields}})
	if err != nil {
		t.Fatal(err)
	}
	m, err := mapping.Parse([]*mapping.Source{{Name: "m.json", Data: text}})
	if err != nil {
		return nil
	}
	entry, _ := m.Lookup("a.example")
	return entry
}

// secretsInTheTable are the texts of testdata/mappings.json that could be meant for
// a name or an ARN.
func secretsInTheTable(t testing.TB) (texts []string) {
	var rows []struct{ Mapping string }
	readTable(t, "mappings.json", &rows)
	for _, row := range rows {
		for _, text := range regexp.MustCompile(`"[^"]*"`).FindAllString(row.Mapping, -1) {
			var s string
			if json.Unmarshal([]byte(text), &s) == nil {
				texts = append(texts, s)
			}
		}
	}
	return texts
}
