//go:build linux

package e2e

import (
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/ecssecrets/docker-credential-ecssecrets/internal/awstest"
)

const customerKey = "arn:aws:kms:" + ireland + ":" + awstest.Account + ":key/1234abcd-12ab-34cd-56ef-1234567890ab"

// A stack of the template gives an instance all it needs: its launch template's user
// data sets up the machine, its role reads the secret and nothing else.
func TestStack(t *testing.T) {
	for _, c := range []struct {
		name    string
		secret  bool     // there is one before the stack
		options []string // of the policy command
	}{
		{"that makes the secret", false, nil},
		{"for a secret with a customer managed key", true, []string{"--kms-key", customerKey}},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := newBareMachine(t, newMachine)
			m.start(t, service, "sh", "-c", ": >/etc/ecs/ecs.config").mustSucceed(t)
			cloud := startCloud(t)
			stranger := cloud.create(t, ireland, "somebody-elses", newLogin())
			parameters := map[string]string{"RegistryHost": m.registry.host}
			if c.secret {
				parameters["SecretArn"] = cloud.create(t, ireland, "there-before", m.registry.login)
				parameters["KmsKeyArn"] = customerKey
			}
			release := publishRelease(t)
			stack := cloud.createStack(t, filepath.Join(release.files, "cloudformation.yaml"), parameters)
			if !c.secret {
				cloud.putValue(t, ireland, stack["SecretArn"], m.registry.login)
			}
			userData := cloud.userData(t, stack["LaunchTemplateId"])
			_, script, _ := strings.Cut(release.edited(t, "userdata.sh", m.machine, stack["SecretArn"]), "set -eu\n\n")
			if !strings.HasSuffix(userData, script) {
				t.Errorf("the user data is not userdata.sh with the stack's mapping:\n%s", userData)
			}
			policy := cloud.rolePolicy(t, stack["InstanceRoleArn"])
			m.services = service.then(append([]string{"env"}, cloud.credentials(t, stack["InstanceRoleArn"])...)...)
			cloud.enforceIAM(t)

			cloudInit(t, m, userData).mustSucceed(t)

			m.mustBe(t, "/etc/ecs/ecs.config", "root", 0o600, "ECS_CLUSTER=default\n"+m.agentSettings(t))
			for _, by := range everybody {
				m.pull(t, m.services.then(by...)).mustSucceed(t)
			}
			printed := m.start(t, service, append([]string{program, "policy"}, c.options...)...).mustSucceed(t).stdout
			if got, want := parsed(t, policy), parsed(t, printed); !reflect.DeepEqual(got, want) {
				t.Errorf("the role's policy is\n%s\nand should be\n%s", policy, printed)
			}
			m.put(t, "/etc/ecssecrets/mapping.json", mappingOf(m.registry.host, stranger))
			m.start(t, m.services, "sh", "-c", "echo "+m.registry.host+" | "+program+" get").mustFail(t).mustShow(t, "403 Forbidden") // of the emulator's IAM
		})
	}
}

func parsed(t *testing.T, text string) (value any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return value
}

// cloud is an emulator with CloudFormation, and with IAM before everything else.
type cloud struct{ *secretsManager }

func startCloud(t *testing.T) *cloud {
	t.Helper()
	moto, err := filepath.Abs("testdata/moto")
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("PYTHONPATH", moto)
	t.Setenv("INITIAL_NO_AUTH_ACTION_COUNT", "1000")
	s, err := startSecretsManager(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.stop)
	return &cloud{s}
}

// enforceIAM has every call from now on need a signature and a policy.
func (c *cloud) enforceIAM(t *testing.T) {
	t.Helper()
	response, err := http.Post(c.url+"/moto-api/reset-auth", "", strings.NewReader("0"))
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
}

// createStack gives the new stack's outputs.
func (c *cloud) createStack(t *testing.T, template string, parameters map[string]string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(template)
	if err != nil {
		t.Fatal(err)
	}
	input := url.Values{"StackName": {"registry"}, "TemplateBody": {string(text)}, "Capabilities.member.1": {"CAPABILITY_IAM"}}
	for i, key := range slices.Sorted(maps.Keys(parameters)) {
		member := fmt.Sprintf("Parameters.member.%d.Parameter", i+1)
		input.Set(member+"Key", key)
		input.Set(member+"Value", parameters[key])
	}
	c.query(t, "cloudformation", "CreateStack", input, nil)
	var answer struct {
		Outputs []struct{ OutputKey, OutputValue string } `xml:"DescribeStacksResult>Stacks>member>Outputs>member"`
	}
	c.query(t, "cloudformation", "DescribeStacks", url.Values{"StackName": {"registry"}}, &answer)
	outputs := map[string]string{}
	for _, output := range answer.Outputs {
		outputs[output.OutputKey] = output.OutputValue
	}
	return outputs
}

// userData is what instances of a launch template get.
func (c *cloud) userData(t *testing.T, launchTemplate string) string {
	t.Helper()
	var answer struct {
		UserData string `xml:"launchTemplateVersionSet>item>launchTemplateData>userData"`
	}
	c.query(t, "ec2", "DescribeLaunchTemplateVersions", url.Values{"LaunchTemplateId": {launchTemplate}, "LaunchTemplateVersion.1": {"$Latest"}}, &answer)
	text, err := base64.StdEncoding.DecodeString(answer.UserData)
	if err != nil || len(text) == 0 {
		t.Fatalf("user data %q: %v", answer.UserData, err)
	}
	return string(text)
}

// rolePolicy is the role's own policy.
func (c *cloud) rolePolicy(t *testing.T, arn string) string {
	t.Helper()
	var answer struct {
		Document string `xml:"GetRolePolicyResult>PolicyDocument"`
	}
	_, role, _ := strings.Cut(arn, ":role/")
	c.query(t, "iam", "GetRolePolicy", url.Values{"RoleName": {role}, "PolicyName": {"registry-secret"}}, &answer)
	document, err := url.PathUnescape(answer.Document)
	if err != nil {
		t.Fatal(err)
	}
	return document
}

// credentials are the environment of a program with a role's.
func (c *cloud) credentials(t *testing.T, role string) []string {
	t.Helper()
	var answer struct {
		AccessKeyID     string `xml:"AssumeRoleResult>Credentials>AccessKeyId"`
		SecretAccessKey string `xml:"AssumeRoleResult>Credentials>SecretAccessKey"`
		SessionToken    string `xml:"AssumeRoleResult>Credentials>SessionToken"`
	}
	c.query(t, "sts", "AssumeRole", url.Values{"RoleArn": {role}, "RoleSessionName": {"i-0123456789abcdef0"}}, &answer)
	return []string{"AWS_ENDPOINT_URL=" + c.url, "AWS_ACCESS_KEY_ID=" + answer.AccessKeyID,
		"AWS_SECRET_ACCESS_KEY=" + answer.SecretAccessKey, "AWS_SESSION_TOKEN=" + answer.SessionToken}
}

// queryVersions are those of the APIs that are not JSON.
var queryVersions = map[string]string{"cloudformation": "2010-05-15", "ec2": "2016-11-15", "iam": "2010-05-08", "sts": "2011-06-15"}

func (c *cloud) query(t *testing.T, service, action string, input url.Values, answer any) {
	t.Helper()
	input.Set("Action", action)
	input.Set("Version", queryVersions[service])
	request, err := http.NewRequest("POST", c.url, strings.NewReader(input.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=e2e/20260101/"+ireland+"/"+service+"/aws4_request, SignedHeaders=host, Signature=0")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s %s %v", action, response.Status, text, err)
	}
	if answer != nil {
		if err := xml.Unmarshal(text, answer); err != nil {
			t.Fatalf("%s: %v: %s", action, err, text)
		}
	}
}
