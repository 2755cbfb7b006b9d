package awsapi

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// rewriteTime is more than the SSM agent takes to rewrite its credentials file,
// which it does in place.
const rewriteTime = 100 * time.Millisecond

// configure loads the SDK's configuration, finds the region, and has credentials
// retrieved. A credentials file that is being rewritten gets a second look.
func (s *session) configure(ctx context.Context) (aws.Config, error) {
	cfg, err := s.load(ctx)
	if err == nil || !mayBeHalfWritten(err) {
		return cfg, err
	}
	s.client.trace("AWS configuration: %v; looking again in case a file is being rewritten", err)
	select {
	case <-ctx.Done():
		return cfg, err
	case <-time.After(rewriteTime):
	}
	return s.load(ctx)
}

func (s *session) load(ctx context.Context) (aws.Config, error) {
	start := time.Now()
	cfg, err := config.LoadDefaultConfig(ctx, s.options(ctx)...)
	if err != nil {
		return cfg, &configError{err}
	}
	if s.request.Partition != "" && !samePartition(ctx, cfg.Region, s.request.Region) {
		cfg, err = config.LoadDefaultConfig(ctx, append(s.options(ctx), config.WithRegion(s.request.Region))...)
		if err != nil {
			return cfg, &configError{err}
		}
	}
	s.client.userAgent(&cfg)
	s.region = cmp.Or(s.request.Region, cfg.Region)
	s.client.trace("AWS region for the secret: %s (%s)", s.region, s.regionSource(cfg.Region))
	cfg.HTTPClient, err = bounded(cfg.HTTPClient)
	if err != nil {
		return cfg, &configError{err}
	}
	if s.request.RoleARN != "" {
		s.assumeRole(&cfg)
	}
	credentials, err := cfg.Credentials.Retrieve(ctx)
	if err != nil {
		return cfg, &credentialsError{err}
	}
	s.client.trace("AWS credentials from %s, %s", credentials.Source, since(start))
	return cfg, nil
}

func (s *session) options(ctx context.Context) []func(*config.LoadOptions) error {
	options := []func(*config.LoadOptions) error{
		config.WithHTTPClient(newHTTPClient(ctx)),
		config.WithRetryer(func() aws.Retryer {
			return retry.NewStandard(func(o *retry.StandardOptions) { o.MaxBackoff = maxBackoff })
		}),
	}
	if s.request.Profile != "" {
		options = append(options, config.WithSharedConfigProfile(s.request.Profile))
	}
	if !s.imds {
		options = append(options, config.WithEC2IMDSClientEnableState(imds.ClientDisabled))
	}
	switch region := cmp.Or(s.agent.region, s.request.Region); {
	case region != "":
		options = append(options, config.WithDefaultRegion(region))
	case s.imds:
		options = append(options, config.WithEC2IMDSRegion())
	}
	return options
}

// regionSource says, for the trace, which setting gave the region.
func (s *session) regionSource(ambient string) string {
	switch {
	case s.request.Partition != "":
		return "from the ARN"
	case s.request.Region != "":
		return "from the mapping"
	case os.Getenv("AWS_REGION") != "" || os.Getenv("AWS_DEFAULT_REGION") != "":
		return "from the environment"
	case ambient != "" && ambient == s.agent.region:
		return "from the profile or the ECS agent's configuration"
	}
	return "from the profile or the instance's metadata"
}

// samePartition compares the names of the regions' STS endpoints: the SDK knows
// every partition, and this program none.
func samePartition(ctx context.Context, a, b string) bool {
	return a == b || endpointSuffix(ctx, a) == endpointSuffix(ctx, b)
}

func endpointSuffix(ctx context.Context, region string) string {
	endpoint, err := sts.NewDefaultEndpointResolverV2().ResolveEndpoint(ctx, sts.EndpointParameters{Region: &region})
	if err != nil {
		return ""
	}
	return strings.Replace(endpoint.URI.Host, "."+region+".", ".REGION.", 1)
}

// configError is a fault of the configuration that the SDK loads.
type configError struct{ error }

func (e *configError) Unwrap() error { return e.error }

// credentialsError is the last error of the chain that looks for credentials.
type credentialsError struct{ error }

func (e *credentialsError) Unwrap() error { return e.error }

// mayBeHalfWritten: a file cut short while it is rewritten lacks its end, a key,
// or its only profile. What came from a server did not come from such a file.
func mayBeHalfWritten(err error) bool {
	var configuration *configError
	var credentials *credentialsError
	var operation interface{ Operation() string }
	var address *url.Error
	if errors.As(err, &operation) || errors.As(err, &address) {
		return false
	}
	return (errors.As(err, &configuration) || errors.As(err, &credentials)) && hasCredentialsFile()
}

func hasCredentialsFile() bool {
	info, err := os.Stat(cmp.Or(os.Getenv("AWS_SHARED_CREDENTIALS_FILE"), config.DefaultSharedCredentialsFilename()))
	return err == nil && info.Mode().IsRegular()
}
