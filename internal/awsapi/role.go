package awsapi

import (
	"encoding/json"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// assumeRole replaces the credentials by those of the entry's role, narrowed to
// the one secret.
func (s *session) assumeRole(cfg *aws.Config) {
	provider := stscreds.NewAssumeRoleProvider(sts.NewFromConfig(*cfg), s.request.RoleARN, func(o *stscreds.AssumeRoleOptions) {
		o.RoleSessionName = sessionName(s.request.Host)
		o.Policy = aws.String(s.sessionPolicy())
		if s.request.ExternalID != "" {
			o.ExternalID = aws.String(s.request.ExternalID)
		}
	})
	cfg.Credentials = aws.NewCredentialsCache(provider)
}

// sessionName tells CloudTrail's readers which registry was pulled from. STS
// takes 2 to 64 letters, digits and _+=,.@-
func sessionName(host string) string {
	name := "ecssecrets-" + strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' || '0' <= r && r <= '9' || r == '.' || r == '_' {
			return r
		}
		return '-'
	}, host)
	return name[:min(len(name), 64)]
}

type statement struct {
	Effect    string
	Action    string
	Resource  []string
	Condition map[string]map[string][]string `json:",omitempty"`
}

// sessionPolicy allows the one secret, and its key by the encryption context
// that Secrets Manager gives with every use of a key.
func (s *session) sessionPolicy() string {
	arns := s.secretARNs()
	policy, _ := json.Marshal(struct {
		Version   string
		Statement []statement
	}{"2012-10-17", []statement{
		{Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: arns},
		{Effect: "Allow", Action: "kms:Decrypt", Resource: []string{"*"},
			Condition: map[string]map[string][]string{"StringLike": {"kms:EncryptionContext:SecretARN": arns}}},
	}})
	return string(policy)
}

// secretARNs are the ARNs that the secret can have. Secrets Manager takes an ARN
// for whole when it ends like the six characters that it appends to each name.
func (s *session) secretARNs() []string {
	arn := s.request.SecretID
	if s.request.Partition == "" {
		role := strings.SplitN(s.request.RoleARN, ":", 6)
		arn = strings.Join([]string{"arn", role[1], "secretsmanager", s.region, role[4], "secret", s.request.SecretID}, ":")
	} else if regexp.MustCompile(`-[A-Za-z0-9]{6}$`).MatchString(arn) {
		return []string{arn}
	}
	return []string{arn, arn + "-??????"}
}
