package awsapi

import (
	"cmp"
	"context"
	"errors"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
)

// rewriteTime is more than the SSM agent takes to rewrite its credentials file,
// which it does in place.
const rewriteTime = 100 * time.Millisecond

// retrieve asks for credentials. Clients that have the same provider get them
// from its cache afterwards.
func (s *session) retrieve(ctx context.Context, provider aws.CredentialsProvider) error {
	start := time.Now()
	if chain, ok := provider.(aws.CredentialProviderSource); ok {
		s.sources = chain.ProviderSources()
	}
	credentials, err := provider.Retrieve(ctx)
	if err == nil && !credentials.HasKeys() {
		err = errNoKeys
	}
	if err != nil {
		return &credentialsError{err}
	}
	s.source = credentials.Source
	s.client.trace("AWS credentials from %s, %s", s.source, since(start))
	return nil
}

var errNoKeys = errors.New("an access key or its secret is empty")

// configError is a fault of the configuration that the SDK loads.
type configError struct{ error }

func (e *configError) Unwrap() error { return e.error }

// credentialsError is the last error of the chain that looks for credentials.
type credentialsError struct{ error }

func (e *credentialsError) Unwrap() error { return e.error }

// mayBeHalfWritten: a file cut short while it is rewritten lacks its end, a key,
// or its only profile. Where somebody was asked, it was not the file.
func (s *session) mayBeHalfWritten(err error) bool {
	var configuration *configError
	var credentials *credentialsError
	return s.last.get() == "" && (errors.As(err, &configuration) || errors.As(err, &credentials)) && hasCredentialsFile()
}

func hasCredentialsFile() bool {
	info, err := os.Stat(credentialsFile())
	return err == nil && info.Mode().IsRegular()
}

func credentialsFile() string {
	return cmp.Or(os.Getenv("AWS_SHARED_CREDENTIALS_FILE"), config.DefaultSharedCredentialsFilename())
}

func configFile() string {
	return cmp.Or(os.Getenv("AWS_CONFIG_FILE"), config.DefaultSharedConfigFilename())
}
