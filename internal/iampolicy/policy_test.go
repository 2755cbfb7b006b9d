package iampolicy_test

import (
	"encoding/json"
	"testing"

	"github.com/ecssecrets/docker-credential-ecssecrets/internal/iampolicy"
)

func TestResource(t *testing.T) {
	home := iampolicy.Home{Partition: "aws-cn", Region: "cn-north-1", Account: "111122223333"}
	for secret, want := range map[string]string{
		"arn:aws:secretsmanager:eu-west-1:444455556666:secret:registry-AbCdEf": "arn:aws:secretsmanager:eu-west-1:444455556666:secret:registry-AbCdEf",
		"arn:aws:secretsmanager:eu-west-1:444455556666:secret:registry":        "arn:aws:secretsmanager:eu-west-1:444455556666:secret:registry-??????",
		// Secrets Manager takes it for whole, too.
		"arn:aws:secretsmanager:eu-west-1:444455556666:secret:prod-docker":        "arn:aws:secretsmanager:eu-west-1:444455556666:secret:prod-docker",
		"arn:aws:secretsmanager:eu-west-1:444455556666:secret:prod-docker-AbCdEf": "arn:aws:secretsmanager:eu-west-1:444455556666:secret:prod-docker-AbCdEf",
		"arn:aws:secretsmanager:eu-west-1:444455556666:secret:prod-six_ab":        "arn:aws:secretsmanager:eu-west-1:444455556666:secret:prod-six_ab-??????",
		"prod/dockerhub":  "arn:aws-cn:secretsmanager:cn-north-1:111122223333:secret:prod/dockerhub-??????",
		"registry-AbCdEf": "arn:aws-cn:secretsmanager:cn-north-1:111122223333:secret:registry-AbCdEf-??????",
	} {
		if got := iampolicy.Resource(secret, home); got != want {
			t.Errorf("%s: %s, want %s", secret, got, want)
		}
	}
}

func TestLooksNamed(t *testing.T) {
	for secret, want := range map[string]bool{
		"arn:aws:secretsmanager:eu-west-1:444455556666:secret:prod-docker": true,
		"arn:aws:secretsmanager:eu-west-1:444455556666:secret:prod-202401": true,
		"arn:aws:secretsmanager:eu-west-1:444455556666:secret:prod-AbCdEf": false,
		"arn:aws:secretsmanager:eu-west-1:444455556666:secret:prod-abc12d": false,
		"arn:aws:secretsmanager:eu-west-1:444455556666:secret:prod":        false,
		"prod-docker": false,
	} {
		if got := iampolicy.LooksNamed(secret); got != want {
			t.Errorf("%s: %v, want %v", secret, got, want)
		}
	}
}

func TestDocuments(t *testing.T) {
	for want, document := range map[string]any{
		`{"Version":"2012-10-17","Statement":[]}`: iampolicy.ForReader(nil, nil, nil),
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"secretsmanager:GetSecretValue","Resource":["s"]},` +
			`{"Effect":"Allow","Action":"kms:Decrypt","Resource":["k"]},` +
			`{"Effect":"Allow","Action":"sts:AssumeRole","Resource":["arn:aws:iam::111122223333:role/a${?}b${$}{c}/d"]}]}`: iampolicy.ForReader(
			[]string{"s"}, []string{"k"}, []string{"arn:aws:iam::111122223333:role/a?b${c}/d"}),
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"secretsmanager:GetSecretValue","Resource":["*"]}]}`: iampolicy.ForSecret("111122223333"),
		`{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"kms:Decrypt","Resource":["*"]}`:                                                          iampolicy.ForKey("111122223333"),
	} {
		got, err := json.Marshal(document)
		if err != nil || string(got) != want {
			t.Errorf("%s, want %s (%v)", got, want, err)
		}
	}
}
