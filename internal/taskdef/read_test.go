package taskdef_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ecssecrets/docker-credential-ecssecrets/internal/taskdef"
)

// said is a report on one line: uses, how many were passed over, problems.
func said(r taskdef.Report) string {
	var words []string
	for _, use := range r.Uses {
		words = append(words, fmt.Sprintf("%d:%d %s %s=%s", use.At.Line, use.At.Column, use.Container, use.Host, use.CredentialsParameter))
	}
	if r.Without > 0 {
		words = append(words, fmt.Sprintf("without %d", r.Without))
	}
	for _, container := range r.Nameless {
		words = append(words, fmt.Sprintf("%d:%d %s names none", container.At.Line, container.At.Column, container.Name))
	}
	for _, problem := range r.Problems {
		words = append(words, fmt.Sprintf("%d:%d %s! %s", problem.At.Line, problem.At.Column, problem.Container, problem.Cause))
	}
	return strings.Join(words, ", ")
}

func TestRead(t *testing.T) {
	known := taskdef.Pseudo{Partition: "aws", Region: "eu-west-1", Account: "111122223333"}
	const secret = `"repositoryCredentials": {"credentialsParameter": "s"}`
	for _, row := range []struct{ document, want string }{
		// What names no secret, as AWS's skeletons and the API leave it.
		{`[{"image": "a"}, {"repositoryCredentials": null}, {"repositoryCredentials": {"credentialsParameter": ""}}, {"repositoryCredentials": {"credentialsParameter": null}}]`, "without 4"},
		{`[]`, ""},
		{`{"taskDefinition": {"containerDefinitions": [{"name": "a"}]}}`, "without 1"},
		{`{"containerDefinitions": null}`, ""},
		{"Resources:\n  T:\n    Type: AWS::ECS::TaskDefinition\n    Properties: {ContainerDefinitions: [{RepositoryCredentials: !Ref AWS::NoValue}]}", "without 1"},
		{`{"Resources": {"T": {"Type": "AWS::ECS::TaskDefinition"}, "Q": {"Type": "AWS::SQS::Queue"}}}`, ""},

		// What nothing writes by itself: no credentialsParameter, or another name for it.
		{`[{"name": "app", "repositoryCredentials": {}}, {"image": "a"}]`, "without 1, 1:43 app names none"},
		{`[{"image": "a", "repositoryCredentials": {"credentialParameter": "s"}}]`, "1:42 #1 names none"},
		{"Resources:\n  T:\n    Type: AWS::ECS::TaskDefinition\n    Properties: {ContainerDefinitions: [{Name: a, RepositoryCredentials: {}}]}", "4:74 a names none"},

		// Positions count bytes; names are the container's or its number.
		{`[{"image": "a", ` + secret + `}]`, "1:67 #1 docker.io=s"},
		{"[\n  {\"name\": \"grüß\", \"image\": \"h:5000/a\", " + secret + "}]", "2:93 grüß h:5000=s"},
		{"- name: é\n  image: localhost/a\n  repositoryCredentials: {grüß: ü, credentialsParameter: s}", "3:61 é localhost=s"},
		{"- image: a\r\n  repositoryCredentials:\r\n    credentialsParameter: s\r\n", "3:27 #1 docker.io=s"},
		{"- image: a\n  repositoryCredentials:\n    credentialsParameter: >-\n      s\n", "3:27 #1 docker.io=s"},
		{"\uFEFF[{\"image\": \"a\", " + secret + "}] // comment\n", "1:67 #1 docker.io=s"},

		// The host counts, not what stands behind it.
		{`[{"image": "h.example/a:${TAG}", ` + secret + `}]`, "1:84 #1 h.example=s"},
		{`[{"image": "team/${NAME}", ` + secret + `}]`, "1:78 #1 docker.io=s"},
		{`[{"image": "${REGISTRY}/a", ` + secret + `}]`, "1:12 #1! ${REGISTRY} is not resolved"},
		{`[{"image": "h.example${SUFFIX}/a", ` + secret + `}]`, "1:12 #1! ${SUFFIX} is not resolved"},
		{`[{"image": "<IMAGE1_NAME>", ` + secret + `}]`, `1:12 #1! image "<IMAGE1_NAME>" is no image reference`},
		{`[{` + secret + `}]`, "1:2 #1! a secret and no image"},

		// What is open stays open, and all of it is told.
		{`[{"image": "a", "repositoryCredentials": {"credentialsParameter": "${SECRET}"}}]`, "1:67 #1! ${SECRET} is not resolved"},
		{`[{"image": "a", "repositoryCredentials": {"credentialsParameter": "{{resolve:ssm:/s}}"}}]`, "1:67 #1! {{resolve:ssm:/s}} is not resolved"},
		{`[{"image": "${A}", "repositoryCredentials": {"credentialsParameter": "${B}"}}]`, "1:70 #1! ${B} is not resolved, 1:12 #1! ${A} is not resolved"},
		{`[{"image": "a", "repositoryCredentials": {"credentialsParameter": 7}}]`, "1:67 #1! not a text"},
		{`[{"image": "a", "repositoryCredentials": "s"}]`, "1:42 #1! not an object"},
		{`[{"image": "a", "image": "b", ` + secret + `}]`, "1:26 #1! image is given twice"},
		{`[{"image": "a", "Image": "b", ` + secret + `}]`, "1:26 #1! image is given twice"},
		{`["a"]`, "1:2 #1! not an object"},
		{`{"containerDefinitions": "${file}"}`, "1:26 ! not an array"},
		{stack("!If [Prod, a, b]"), "9:35 web! Fn::If is not resolved"},
		{stack("!GetAtt Secret.Id"), "9:35 web! Fn::GetAtt is not resolved"},
		{stack("!Ref Secret"), "9:35 web! Secret is not resolved"},
		{stack("!ImportValue x"), "9:35 web! Fn::ImportValue is not resolved"},
		{stack("!Sub '${Secret}'"), "9:35 web! Secret is not resolved"},
		{stack("!Sub '${!Literal}'"), "9:35 web! ${Literal} is not resolved"},
		{stack("!Sub '${'"), "9:35 web! ${ is not resolved"},
		{stack("!Sub [a]"), "9:35 web! Fn::Sub is not resolved"},
		{stack("!Join [a]"), "9:35 web! Fn::Join is not resolved"},
		{stack("*secret"), "9:35 web! a YAML alias, which CloudFormation does not take"},
		{stack("!Sub ['${A}/${AWS::Region}', {A: !Ref AWS::AccountId}]"), "9:35 web docker.io=111122223333/eu-west-1"},
		{stack("!Join ['', [a, !Sub 'b${AWS::Partition}', 'c']]"), "9:35 web docker.io=abawsc"},
		{stack("!!str s"), "9:35 web docker.io=s"},
		{"X: &base {}\nResources:\n  T:\n    Type: AWS::ECS::TaskDefinition\n    Properties:\n      ContainerDefinitions: [{Name: a, <<: *base}]", "6:44 a! a YAML merge key, which CloudFormation does not take, may say more here"},
		{"X: &base {}\nResources:\n  T:\n    <<: *base", "4:9 ! a YAML merge key, which CloudFormation does not take, may say more here"},
		{"X: &base {}\nResources:\n  T: *base", "3:6 ! a YAML alias, which CloudFormation does not take"},
		{"Resources:\n  A: {}\n  Fn::ForEach::Tasks: []", "3:23 ! Fn::ForEach::Tasks is not resolved"},
		{"Resources: !Transform {Name: AWS::Include}", "1:12 ! Fn::Transform is not resolved"},
		{"Resources:\n  T:\n    Type: AWS::ECS::TaskDefinition\n    Properties: {ContainerDefinitions: !Ref Containers}", "4:40 ! Containers is not resolved"},

		// cdk-assets.
		{`{"domainCredentials": {"h": {"secretsManagerSecretId": "s"}, "e": {"ecrRepository": true}}}`, "1:56  h=s, without 1"},
		{`{"domainCredentials": {"h": {"secretsManagerSecretId": "s", "roleArn": "a", "assumeRoleArn": "b"}}}`, "1:72 ! roleArn contradicts assumeRoleArn"},
		{`{"domainCredentials": {"h": {"secretsManagerSecretId": "s", "secretsPasswordField": 1}}}`, "1:85 ! not a text"},
		{`{"domainCredentials": {"h": true}}`, "1:29 ! not an object"},

		// What is none of these.
		{"", "1:1 ! there is nothing in it"},
		{"# nothing\n", "1:1 ! there is nothing in it"},
		{`{"services": {}}`, "1:1 ! none of the documents that name images and secrets"},
		{"hello", "1:1 ! none of the documents that name images and secrets"},
		{"{\n  \"a\" 1}", "2:7 ! JSON: invalid character '1' after object name"},
		{"a: b\nc: d: e\n", "2:1 ! YAML: mapping values are not allowed in this context"},
		{"a: b\n---\nc: d\n", "2:1 ! YAML: a second document"},
		{strings.Repeat("[", 600), "1:1 ! JSON: nested deeper than any of these documents"},
		{strings.Repeat("- ", 20_000), "1:1 ! YAML: exceeded max depth of 10000"},
	} {
		if got := said(taskdef.Read("file", []byte(row.document), known)); got != row.want {
			t.Errorf("%.200s\n got %s\nwant %s", row.document, got, row.want)
		}
	}
}

// stack is a template whose container names the secret so.
func stack(secret string) string {
	return `Mappings:
  Secrets: &secret {a: b}
Resources:
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      ContainerDefinitions:
        - {Name: web, Image: nginx, RepositoryCredentials: {
            CredentialsParameter: ` + secret + `}}
`
}

func TestPseudoParametersMustBeGiven(t *testing.T) {
	for parameter, want := range map[string]string{
		"AWS::Partition": "add --partition",
		"AWS::Region":    "add --region",
		"AWS::AccountId": "add --account",
	} {
		report := taskdef.Read("file", []byte(stack("!Ref "+parameter)), taskdef.Pseudo{})
		if len(report.Problems) != 1 || report.Problems[0].Cause != parameter+" is not known" || report.Problems[0].Remedy != want {
			t.Errorf("%s: %+v, want %s", parameter, report.Problems, want)
		}
	}
}
