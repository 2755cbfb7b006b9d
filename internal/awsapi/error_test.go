package awsapi_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/ecssecrets/docker-credential-ecssecrets/internal/awsapi"
	"github.com/ecssecrets/docker-credential-ecssecrets/internal/awstest"
)

const (
	arn  = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:registry-AbCdEf"
	role = "arn:aws:iam::111122223333:role/registry-reader"
)

// A copy of a secret may stand in for AWS when AWS could not be reached or could
// not serve, and for nothing else; when AWS or the secret says no, the copy goes.
// What the line says of each failure is in testdata/script/aws_*.txt.
func TestErrorForTheCache(t *testing.T) {
	for _, row := range []struct {
		fault string
		env   string // NAME=VALUE, ENDPOINT being ours
		code  string
		want  string
	}{
		{fault: `{"service":"secretsmanager","code":"ThrottlingException"}`, code: "throttled", want: "transient"},
		{fault: `{"service":"secretsmanager","status":500,"code":"InternalServiceError"}`, code: "aws-unavailable", want: "transient"},
		{fault: `{"service":"secretsmanager","status":502}`, code: "aws-unavailable", want: "transient"},
		{fault: `{"service":"secretsmanager","reset":true}`, code: "network", want: "transient"},
		{fault: `{"service":"secretsmanager","truncate":9}`, code: "network", want: "transient"},
		{fault: `{"service":"secretsmanager","hang":true}`, code: "deadline", want: "transient"},
		{env: "AWS_ENDPOINT_URL=http://127.0.0.1:1", code: "network", want: "transient"},
		{fault: `{"service":"sts","code":"Throttling"}`, code: "throttled", want: "transient"},
		{fault: `{"service":"sts","status":503,"code":"ServiceUnavailable"}`, code: "aws-unavailable", want: "transient"},
		{fault: `{"service":"sts","reset":true}`, code: "network", want: "transient"},
		{fault: `{"service":"sts","hang":true}`, code: "deadline", want: "transient"},
		{fault: `{"service":"imds","operation":"ListRoles","status":429}`, env: "AWS_EC2_METADATA_SERVICE_ENDPOINT=ENDPOINT", code: "throttled", want: "transient"},
		{fault: `{"service":"imds","operation":"ListRoles","status":500}`, env: "AWS_EC2_METADATA_SERVICE_ENDPOINT=ENDPOINT", code: "aws-unavailable", want: "transient"},
		{env: "AWS_EC2_METADATA_SERVICE_ENDPOINT=http://127.0.0.1:1", code: "imds-unreachable", want: "transient"},

		{fault: `{"service":"secretsmanager","code":"AccessDeniedException","message":"no"}`, code: "access-denied", want: "withdrawn"},
		{fault: `{"service":"secretsmanager","code":"AccessDeniedException","message":"Access to KMS is not allowed"}`, code: "access-denied-kms", want: "withdrawn"},
		{fault: `{"service":"sts","status":403,"code":"AccessDenied"}`, code: "access-denied-role", want: "withdrawn"},
		{fault: `{"service":"secretsmanager","code":"ResourceNotFoundException"}`, code: "secret-not-found", want: "withdrawn"},
		{fault: `{"service":"secretsmanager","code":"InvalidRequestException","message":"it was marked for deletion"}`, code: "secret-deleted", want: "withdrawn"},
		{fault: `{"service":"secretsmanager","code":"DecryptionFailure"}`, code: "decryption-failed", want: "withdrawn"},
		{fault: `{"service":"secretsmanager","body":"{\"SecretBinary\":\"AA==\"}"}`, code: "secret-binary", want: "withdrawn"},

		{fault: `{"service":"secretsmanager","code":"InvalidRequestException","message":"you cannot do that"}`, code: "aws-error"},
		{fault: `{"service":"secretsmanager","code":"ExpiredTokenException"}`, code: "credentials-expired"},
		{fault: `{"service":"secretsmanager","code":"UnrecognizedClientException"}`, code: "credentials-refused"},
		{fault: `{"service":"secretsmanager","code":"RequestTimeTooSkewed"}`, code: "clock-skew"},
		{fault: `{"service":"secretsmanager","body":"<html>"}`, code: "bad-answer"},
		{fault: `{"service":"secretsmanager","status":302,"header":{"Location":"/"}}`, code: "redirected"},
		{fault: `{"service":"imds","operation":"ListRoles","status":404}`, env: "AWS_EC2_METADATA_SERVICE_ENDPOINT=ENDPOINT", code: "no-instance-role"},
		{fault: `{"service":"imds","status":403}`, env: "AWS_EC2_METADATA_SERVICE_ENDPOINT=ENDPOINT", code: "imds-disabled"},
		{env: "AWS_ACCESS_KEY_ID=", code: "no-credentials"},
		{env: "AWS_PROFILE=nobodys", code: "aws-config"},
	} {
		t.Run(row.code+" "+row.fault+row.env, func(t *testing.T) {
			err := fetchWith(t, row.fault, row.env)
			kind := map[[2]bool]string{{true, false}: "transient", {false, true}: "withdrawn", {false, false}: ""}
			if got, ok := kind[[2]bool{err.Transient, err.Withdrawn}]; !ok || got != row.want || err.Code != row.code {
				t.Errorf("%s: code %q, transient %t, withdrawn %t, want %q %s", err, err.Code, err.Transient, err.Withdrawn, row.code, row.want)
			}
		})
	}
}

// fetchWith reads the secret through a role from an endpoint with one fault.
func fetchWith(t *testing.T, faultText, variable string) *awsapi.Error {
	t.Helper()
	aws := awstest.Start()
	defer aws.Close()
	aws.PutSecret(awstest.Secret{ARN: arn, String: new(`{}`)})
	setEnviron(t, aws.Environ())
	if name, value, ok := strings.Cut(strings.ReplaceAll(variable, "ENDPOINT=ENDPOINT", "ENDPOINT="+aws.URL), "="); ok {
		t.Setenv(name, value)
	}
	if strings.HasPrefix(variable, "AWS_EC2_METADATA_SERVICE_ENDPOINT") {
		setEnviron(t, []string{"AWS_ACCESS_KEY_ID=", "AWS_SECRET_ACCESS_KEY=", "AWS_EC2_METADATA_DISABLED="})
	}
	if faultText != "" {
		fault, err := awstest.ParseFault(faultText)
		if err != nil {
			t.Fatal(err)
		}
		aws.Fail(fault)
	}
	ctx, cancel := context.WithTimeout(context.Background(), timeout(faultText))
	defer cancel()
	_, err := new(awsapi.Client).Fetch(ctx, awsapi.Request{SecretID: arn, Region: "eu-west-1", Partition: "aws", Account: "111122223333", Host: "registry.example.com", RoleARN: role})
	var failure *awsapi.Error
	if !errors.As(err, &failure) {
		t.Fatalf("error %v is no *awsapi.Error", err)
	}
	return failure
}

// timeout is short where the deadline is what the test waits for.
func timeout(fault string) time.Duration {
	if strings.Contains(fault, "hang") {
		return 300 * time.Millisecond
	}
	return 10 * time.Second
}

func setEnviron(t *testing.T, environ []string) {
	t.Helper()
	for _, name := range []string{"AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_SESSION_TOKEN", "AWS_CA_BUNDLE"} {
		t.Setenv(name, os.Getenv(name))
		os.Unsetenv(name)
	}
	for _, variable := range environ {
		name, value, _ := strings.Cut(variable, "=")
		t.Setenv(name, value)
	}
}
