package awsapi

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/processcreds"
	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"
)

// explainConfig is for what the SDK reads and runs on this machine.
func (s *session) explainConfig(_ context.Context, err error) *Error {
	var session *ssocreds.InvalidTokenError
	var process *processcreds.ProviderError
	var profile config.SharedConfigProfileNotExistError
	switch {
	case errors.As(err, &session), serviceOf(err) == "" && s.uses(aws.CredentialSourceProfileSSO) && strings.Contains(err.Error(), "cached SSO token"):
		return s.ssoExpired()
	case errors.As(err, &process):
		return s.processFailed(err)
	case errors.As(err, &profile):
		return &Error{Code: "aws-config", Cause: fmt.Sprintf("there is no AWS profile %q in %s or %s", profile.Profile, configFile(), credentialsFile()),
			Remedy: "add it there, or name another; these are the files of the user that runs the client"}
	}
	if e := s.tokenFile(err); e != nil {
		return e
	}
	if e := badSetting(err); e != nil {
		return e
	}
	var configuration *configError
	if serviceOf(err) != "" || !errors.As(err, &configuration) {
		return nil
	}
	return &Error{Code: "aws-config", Cause: "the AWS configuration cannot be used: " + settingMistake(err),
		Remedy: "correct " + configFile() + ", " + credentialsFile() + " or the AWS_* variables of the client"}
}

// badSetting is for settings that the SDK believes until it sends a request.
func badSetting(err error) *Error {
	text := err.Error()
	if _, region, ok := strings.Cut(text, "invalid input region "); ok {
		return &Error{Code: "aws-config", Cause: fmt.Sprintf("%q is no AWS region", region),
			Remedy: `correct "region" in the entry, AWS_REGION, the profile's region, or AWS_DEFAULT_REGION in /etc/ecs/ecs.config`}
	}
	if strings.Contains(text, "invalid header field value") {
		return &Error{Code: "aws-config", Cause: "an access key or a session token holds a line break or another control character",
			Remedy: "correct AWS_ACCESS_KEY_ID and AWS_SESSION_TOKEN, or where else the keys come from"}
	}
	for _, mark := range []string{"Failed to parse uri: ", "unsupported protocol scheme "} {
		if _, what, ok := strings.Cut(text, mark); ok {
			return &Error{Code: "aws-config", Cause: "an endpoint is no URL with http or https: " + withoutPassword(what), Remedy: "correct AWS_ENDPOINT_URL and its like, or the profile's endpoint_url"}
		}
	}
	return nil
}

// settingMistake is what the SDK says of a setting. None of its errors quotes a
// key's value: they name files, profiles and settings.
func settingMistake(err error) string {
	var file *fs.PathError
	if errors.As(err, &file) {
		return file.Error()
	}
	text := strings.Join(strings.Fields(lastClause(err)), " ")
	if _, profile, ok := strings.Cut(text, "partial credentials found for profile "); ok {
		return fmt.Sprintf("profile %q has only one of aws_access_key_id and aws_secret_access_key", profile)
	}
	return text
}

// processFailed leaves out what the program printed, which may be keys.
func (s *session) processFailed(err error) *Error {
	e := &Error{Code: "credential-process", Cause: "the credential_process of profile " + s.profile(),
		Remedy: `run by hand what the profile names; it has to print {"Version": 1, "AccessKeyId": ..., "SecretAccessKey": ...}`}
	var exit *exec.ExitError
	switch text := err.Error(); {
	case strings.Contains(text, "timed out"):
		return s.processOverdue()
	case errors.As(err, &exit):
		e.Cause += " failed (" + exit.String() + ")"
	case strings.Contains(text, "parse failed"):
		e.Cause += " printed something other than the JSON that AWS prescribes"
	case strings.Contains(text, "in process output"):
		e.Cause += " printed JSON of another kind: " + lastClause(err)
	default:
		e.Cause += " cannot be run: " + lastClause(err)
	}
	return e
}

func (s *session) processOverdue() *Error {
	return &Error{Code: "deadline", Cause: "the credential_process of profile " + s.profile() + " did not end in time",
		Remedy: `see how long it takes when run by hand, or raise "timeout" in the mapping`}
}

// tokenFile is for the files that hold a token for whoever gives credentials.
func (s *session) tokenFile(err error) *Error {
	var credentials *credentialsError
	if !errors.As(err, &credentials) || serviceOf(err) != "" {
		return nil
	}
	switch _, unread, web := strings.Cut(err.Error(), "unable to read file at "); {
	case web:
		_, reason, _ := strings.Cut(unread, ": open ")
		return &Error{Code: "aws-config", Cause: "the web identity token cannot be read: " + reason, Remedy: "correct AWS_WEB_IDENTITY_TOKEN_FILE or the profile's web_identity_token_file"}
	case strings.Contains(err.Error(), "resolve auth token: "):
		cause := "the authorization token for the container's credentials cannot be read"
		if strings.Contains(err.Error(), "newline") {
			cause = "the authorization token for the container's credentials holds a line break"
		}
		return &Error{Code: "aws-config", Cause: cause, Remedy: "correct AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE or AWS_CONTAINER_AUTHORIZATION_TOKEN"}
	}
	return nil
}

// profile is the one that counts.
func (s *session) profile() string {
	return cmp.Or(s.request.Profile, os.Getenv("AWS_PROFILE"), os.Getenv("AWS_DEFAULT_PROFILE"), "default")
}

func (s *session) profileFlag() string {
	if s.request.Profile == "" {
		return ""
	}
	return " --profile " + s.request.Profile
}
