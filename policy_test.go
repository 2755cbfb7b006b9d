package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/ecssecrets/docker-credential-ecssecrets/internal/awsapi"
	"github.com/ecssecrets/docker-credential-ecssecrets/internal/awstest"
)

const (
	policyRole = "arn:aws:iam::444455556666:role/registry-reader"
	policyKey  = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
)

// policySecrets are the mapped secrets: entry of the mapping, and ARN.
var policySecrets = map[string][2]string{
	"full.example":      {`"arn:aws:secretsmanager:eu-west-1:111122223333:secret:registry-AbCdEf"`, "arn:aws:secretsmanager:eu-west-1:111122223333:secret:registry-AbCdEf"},
	"partial.example":   {`"arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/partial"`, "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/partial-Ab12Ef"},
	"name.example":      {`"prod/name"`, "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/name-GhIjKl"},
	"there.example":     {`{"credentialsParameter": "prod/name", "region": "us-east-1"}`, "arn:aws:secretsmanager:us-east-1:111122223333:secret:prod/name-MnOpQr"},
	"suffixed.example":  {`"prod-docker"`, "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod-docker-StUvWx"},
	"china.example":     {`"arn:aws-cn:secretsmanager:cn-north-1:111122223333:secret:china-AbCdEf"`, "arn:aws-cn:secretsmanager:cn-north-1:111122223333:secret:china-AbCdEf"},
	"encrypted.example": {`"arn:aws:secretsmanager:eu-west-1:111122223333:secret:encrypted-AbCdEf"`, "arn:aws:secretsmanager:eu-west-1:111122223333:secret:encrypted-AbCdEf"},
	"role.example": {`{"credentialsParameter": "arn:aws:secretsmanager:us-east-1:444455556666:secret:role-AbCdEf", "roleArn": "` + policyRole + `"}`,
		"arn:aws:secretsmanager:us-east-1:444455556666:secret:role-AbCdEf"},
	"role-name.example": {`{"credentialsParameter": "role/name", "region": "us-east-1", "roleArn": "` + policyRole + `"}`,
		"arn:aws:secretsmanager:us-east-1:444455556666:secret:role/name-GhIjKl"},
}

// strangeSecrets are near them, and nobody's here.
var strangeSecrets = []string{
	"arn:aws:secretsmanager:eu-west-1:111122223333:secret:registry-AbCdEg",
	"arn:aws:secretsmanager:eu-west-1:111122223333:secret:registry-abcdef",
	"arn:aws:secretsmanager:eu-west-1:111122223333:secret:registry-AbCdEf-GhIjKl",
	"arn:aws:secretsmanager:eu-west-1:111122223333:secret:registry2-AbCdEf",
	"arn:aws:secretsmanager:us-east-1:111122223333:secret:registry-AbCdEf",
	"arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/partial-more-AbCdEf",
	"arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/partial-AbCdEf-GhIjKl",
	"arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/names-AbCdEf",
	"arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod-AbCdEf",
	"arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod-docker",
	"arn:aws-cn:secretsmanager:cn-north-1:111122223333:secret:china-AbCdEg",
	"arn:aws:secretsmanager:us-east-1:444455556666:secret:role-AbCdEg",
}

// guarded is a Secrets Manager and an STS with IAM before them. Long-term keys are
// the reader's, temporary ones the role's.
type guarded struct {
	aws          *awstest.Server
	url          string
	secrets      []string // ARNs of all
	reader, role iamPolicy
	denied       []string // "action on resource"
}

func newGuarded(t *testing.T) *guarded {
	g := &guarded{aws: awstest.Start(), secrets: slices.Clone(strangeSecrets)}
	t.Cleanup(g.aws.Close)
	for _, secret := range policySecrets {
		g.secrets = append(g.secrets, secret[1])
	}
	for _, arn := range g.secrets {
		g.aws.PutSecret(awstest.Secret{ARN: arn, String: new(`{"username":"u","password":"` + arn + `"}`)})
	}
	server := httptest.NewServer(g)
	t.Cleanup(server.Close)
	g.url = server.URL
	return g
}

func (g *guarded) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	policy := g.reader
	if !strings.Contains(r.Header.Get("Authorization"), "Credential="+awstest.AccessKeyID+"/") {
		policy = g.role
	}
	for _, need := range g.needs(r, body) {
		if !policy.allows(need[0], need[1]) {
			g.denied = append(g.denied, need[0]+" on "+need[1])
			w.Header().Set("X-Amzn-Errortype", "AccessDeniedException")
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprintf(w, `{"__type": "AccessDeniedException", "Message": "not authorized to perform: %s on resource: %s"}`, need[0], need[1])
			return
		}
	}
	g.aws.ServeHTTP(w, r)
}

// needs are the actions and resources that IAM asks about for a request.
func (g *guarded) needs(r *http.Request, body []byte) [][2]string {
	if operation, ok := strings.CutPrefix(r.Header.Get("X-Amz-Target"), "secretsmanager."); ok {
		var in struct{ SecretId string }
		json.Unmarshal(body, &in)
		secret := g.find(in.SecretId, strings.Split(r.Header.Get("Authorization"), "/")[2])
		needs := [][2]string{{"secretsmanager:" + operation, secret}}
		if strings.Contains(secret, ":secret:encrypted-") {
			needs = append(needs, [2]string{"kms:Decrypt", policyKey})
		}
		return needs
	}
	form, _ := url.ParseQuery(string(body))
	return [][2]string{{"sts:" + form.Get("Action"), form.Get("RoleArn")}}
}

// find gives the ARN of the secret that an id stands for in a region, or the id.
func (g *guarded) find(id, region string) string {
	for _, arn := range g.secrets {
		partial := arn[:len(arn)-len("-AbCdEf")]
		fields := strings.SplitN(partial, ":", 7)
		whole := regexp.MustCompile(`^arn:.*-[A-Za-z0-9]{6}$`).MatchString(id)
		if fields[3] == region && (id == arn || id == partial && !whole || id == fields[6]) {
			return arn
		}
	}
	return id
}

// operator is someone with a machine on which the mapping maps all policySecrets.
type operator struct {
	*testing.T
	*guarded
	machine machine
}

func newOperator(t *testing.T) *operator {
	o := &operator{T: t, guarded: newGuarded(t), machine: machine{aws: &awsapi.Client{}, log: filepath.Join(t.TempDir(), "none")}}
	for _, variable := range append(o.aws.Environ(), "AWS_ENDPOINT_URL="+o.url, "AWS_REGION=eu-west-1", "ECSSECRETS_REGISTRIES=", "HOME="+t.TempDir(),
		"XDG_RUNTIME_DIR="+t.TempDir()) {
		key, value, _ := strings.Cut(variable, "=")
		t.Setenv(key, value)
	}
	// A file where the cache would be: every get asks.
	if err := os.WriteFile(filepath.Join(os.Getenv("XDG_RUNTIME_DIR"), "ecssecrets"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	var entries []string
	for host, secret := range policySecrets {
		entries = append(entries, fmt.Sprintf("%q: %s", host, secret[0]))
	}
	o.mapTo(entries...)
	return o
}

func (o *operator) mapTo(entries ...string) {
	file := filepath.Join(o.TempDir(), "mapping.json")
	text := `{"registries": {` + strings.Join(entries, ", ") + `}, "cache": {"ttl": "0", "staleIfError": "0"}}`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		o.Fatal(err)
	}
	o.Setenv("ECSSECRETS_MAPPING", file)
}

// policy is what the command prints.
func (o *operator) policy(args ...string) iamPolicy {
	o.Helper()
	var stdout, stderr bytes.Buffer
	args = append([]string{"policy", "--account", "111122223333", "--region", "eu-west-1", "--partition", "aws"}, args...)
	if code := o.machine.run(args, strings.NewReader(""), &stdout, &stderr); code != 0 {
		o.Fatalf("%q: exit %d: %s", args, code, stderr.String())
	}
	return parseIAM(o, stdout.String())
}

// reads reports whether get gives the host's secret. If not, IAM must be why.
func (o *operator) reads(host, arn string) bool {
	o.Helper()
	o.denied = nil
	var stdout, stderr bytes.Buffer
	code := o.machine.run([]string{"get"}, strings.NewReader(host), &stdout, &stderr)
	var answer struct{ Secret string }
	if code == 0 && json.Unmarshal(stdout.Bytes(), &answer) == nil && answer.Secret == arn {
		return true
	}
	if len(o.denied) == 0 {
		o.Errorf("%s: exit %d without a denial: %s%s", host, code, stdout.String(), stderr.String())
	}
	return false
}

func (o *operator) readable() (hosts []string) {
	o.Helper()
	for host, secret := range policySecrets {
		if o.reads(host, secret[1]) {
			hosts = append(hosts, host)
		}
	}
	return hosts
}

// TestPolicyIsEnough: with the printed policies every mapped secret is read.
func TestPolicyIsEnough(t *testing.T) {
	o := newOperator(t)
	o.guarded.reader, o.guarded.role = o.policy("--kms-key", policyKey), o.policy("--role", policyRole)
	for host, secret := range policySecrets {
		if !o.reads(host, secret[1]) {
			t.Errorf("%s is not read: %q", host, o.denied)
		}
	}
}

// TestPolicyIsNoMoreThanEnough: without any one of its ARNs something is not read
// any more; nor is any other secret read with all of them.
func TestPolicyIsNoMoreThanEnough(t *testing.T) {
	o := newOperator(t)
	reader, role := o.policy("--kms-key", policyKey), o.policy("--role", policyRole)
	for _, fewer := range without(reader) {
		o.guarded.reader, o.guarded.role = fewer.policy, role
		if len(o.readable()) == len(policySecrets) {
			t.Errorf("the reader's policy does without %s", fewer.what)
		}
	}
	for _, fewer := range without(role) {
		o.guarded.reader, o.guarded.role = reader, fewer.policy
		if len(o.readable()) == len(policySecrets) {
			t.Errorf("the role's policy does without %s", fewer.what)
		}
	}
	o.guarded.reader, o.guarded.role = reader, role
	for _, arn := range strangeSecrets {
		o.mapTo(`"strange.example": "` + arn + `"`)
		if o.reads("strange.example", arn) {
			t.Errorf("%s is read", arn)
		}
		if role.allows("secretsmanager:GetSecretValue", arn) {
			t.Errorf("the role may read %s", arn)
		}
	}
	for _, action := range []string{"secretsmanager:PutSecretValue", "secretsmanager:DescribeSecret", "kms:Encrypt", "sts:GetCallerIdentity"} {
		for _, arn := range append(o.secrets, policyKey, policyRole) {
			if reader.allows(action, arn) || role.allows(action, arn) {
				t.Errorf("%s is allowed on %s", action, arn)
			}
		}
	}
}

type lesserPolicy struct {
	policy iamPolicy
	what   string
}

// without gives the policy without each statement, and without each resource.
func without(policy iamPolicy) (all []lesserPolicy) {
	for i, statement := range policy.Statement {
		all = append(all, lesserPolicy{iamPolicy{Statement: slices.Delete(slices.Clone(policy.Statement), i, i+1)}, statement.Action})
		for j, resource := range statement.Resource {
			fewer := slices.Clone(policy.Statement)
			fewer[i].Resource = slices.Delete(slices.Clone(statement.Resource), j, j+1)
			all = append(all, lesserPolicy{iamPolicy{Statement: fewer}, resource})
		}
	}
	return all
}

// TestPolicyForSomeHosts: the policy for one host reads that host's secret alone.
func TestPolicyForSomeHosts(t *testing.T) {
	o := newOperator(t)
	for host := range policySecrets {
		args := []string{host}
		if host == "encrypted.example" {
			args = append(args, "--kms-key", policyKey)
		}
		o.guarded.reader, o.guarded.role = o.policy(args...), iamPolicy{}
		if strings.HasPrefix(host, "role") {
			o.guarded.role = o.policy("--role", policyRole, host)
		}
		if got := o.readable(); !slices.Equal(got, []string{host}) {
			t.Errorf("with the policy for %s, read are %q", host, got)
		}
	}
}
