package awsapi

import (
	"context"
	"errors"
	"os"
)

// explainCredentials is for a chain that came to its end.
func (s *session) explainCredentials(_ context.Context, err error) *Error {
	var credentials *credentialsError
	switch {
	case !errors.As(err, &credentials):
		return nil
	case errors.Is(err, errNoKeys):
		return &Error{Code: "credentials-refused", Cause: "the AWS credentials lack a key (" + s.whose() + ")", Remedy: "correct them where they come from"}
	}
	return s.noCredentials()
}

func (s *session) noCredentials() *Error {
	if s.agent.external && os.Geteuid() > 0 {
		return &Error{Code: "external-not-root", Cause: "only root can read the AWS credentials of an ECS Anywhere host",
			Remedy: `run the client with sudo, or name a "profile" of this user in the entry`}
	}
	if e := halfSet(); e != nil {
		return e
	}
	e := &Error{Code: "no-credentials", Cause: "no AWS credentials found: none in the environment, " + s.inFiles() + s.inMetadata(),
		Remedy: `write some with "aws configure" as the user that runs the client, or name a "profile" in the entry`}
	switch {
	case s.agent.external:
		e.Remedy = "see that the SSM agent runs, which writes them: systemctl status amazon-ssm-agent"
	case s.imds != nil && s.imds.disabled:
		e.Code, e.Remedy = "imds-disabled", "unset AWS_EC2_METADATA_DISABLED to use the instance's role, or "+e.Remedy
	}
	return e
}

// halfSet is for a mistake after which the SDK goes on as if nothing was set.
func halfSet() *Error {
	id, secret := os.Getenv("AWS_ACCESS_KEY_ID") != "", os.Getenv("AWS_SECRET_ACCESS_KEY") != ""
	if id == secret {
		return nil
	}
	set, missing := "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"
	if secret {
		set, missing = missing, set
	}
	return &Error{Code: "no-credentials", Cause: "no AWS credentials found: " + set + " is set, " + missing + " is not", Remedy: "set both, or neither where a role should be used"}
}

func (s *session) inFiles() string {
	file, err := os.Open(credentialsFile())
	if err == nil {
		file.Close()
	}
	if os.IsPermission(err) {
		return "and " + credentialsFile() + " cannot be read by this user"
	}
	return "none in " + credentialsFile() + " or " + configFile()
}

func (s *session) inMetadata() string {
	if s.imds == nil {
		return ""
	}
	switch asked, status, at := s.imds.lastAnswer(); {
	case s.imds.notAsked != "":
		return "; instance metadata was not asked: " + s.imds.notAsked
	case asked && status == 0:
		return "; instance metadata does not answer at " + at
	}
	return ""
}
