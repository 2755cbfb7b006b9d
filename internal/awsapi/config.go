package awsapi

import (
	"cmp"
	"context"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/ec2rolecreds"
	"github.com/aws/aws-sdk-go-v2/credentials/endpointcreds"
	"github.com/aws/aws-sdk-go-v2/credentials/processcreds"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
	"github.com/aws/smithy-go/logging"
	"github.com/aws/smithy-go/middleware"
)

// configure loads the SDK's configuration, finds the region, and has credentials
// retrieved. A credentials file that is being rewritten gets a second look.
func (s *session) configure(ctx context.Context) (aws.Config, error) {
	cfg, err := s.load(ctx)
	if err == nil || !s.mayBeHalfWritten(err) {
		return cfg, err
	}
	s.client.trace("AWS configuration: %s; looking again in case a file is being rewritten", describe(err))
	select {
	case <-ctx.Done():
		return cfg, err
	case <-time.After(rewriteTime):
	}
	return s.load(ctx)
}

func (s *session) load(ctx context.Context) (aws.Config, error) {
	cfg, err := s.loadSettings(ctx)
	if err != nil {
		return cfg, &configError{err}
	}
	if s.region = cmp.Or(s.request.Region, cfg.Region); s.region == "" {
		return cfg, s.noRegion()
	}
	s.regionFrom = s.regionSource(cfg.Region)
	s.client.trace("AWS region for the secret: %s (%s)", s.region, s.regionFrom)
	if err := s.retrieve(ctx, cfg.Credentials); err != nil || s.request.RoleARN == "" {
		return cfg, err
	}
	s.assumeRole(&cfg)
	return cfg, s.retrieve(ctx, cfg.Credentials)
}

// loadSettings has the SDK read the environment and files. STS is asked in the
// region that comes out: the ambient one, or where that is of another partition
// than the secret, the secret's.
func (s *session) loadSettings(ctx context.Context) (aws.Config, error) {
	options := s.options(ctx)
	cfg, err := config.LoadDefaultConfig(ctx, options...)
	if err != nil || s.request.Partition == "" || cfg.Region == s.request.Region || partitionOf(cfg.Region) == s.request.Partition {
		return cfg, err
	}
	return config.LoadDefaultConfig(ctx, append(options, config.WithRegion(s.request.Region))...)
}

func (s *session) options(ctx context.Context) []func(*config.LoadOptions) error {
	client := newHTTPClient(ctx)
	options := []func(*config.LoadOptions) error{
		config.WithHTTPClient(client),
		config.WithLogger(logging.LoggerFunc(s.log)),
		config.WithAPIOptions(s.apiOptions()),
		config.WithRetryer(func() aws.Retryer { return newRetryer(ctx) }),
		config.WithEndpointCredentialOptions(func(o *endpointcreds.Options) { o.HTTPClient = client }),
		config.WithProcessCredentialOptions(func(o *processcreds.Options) { o.Timeout = processTimeout(ctx) }),
		config.WithEC2IMDSClientEnableState(imds.ClientDisabled), // but for the client that follows
		config.WithEC2RoleCredentialOptions(func(o *ec2rolecreds.Options) { o.Client = s.metadata(ctx).client }),
	}
	if s.request.Profile != "" {
		options = append(options, config.WithSharedConfigProfile(s.request.Profile))
	}
	return append(options, s.regionOptions(ctx)...)
}

// processTimeout has a credential_process end before this program does: it has
// the client's stderr, for whose end some clients wait.
func processTimeout(ctx context.Context) time.Duration {
	return share(ctx, 90, processcreds.DefaultTimeout)
}

// endProcess ends what a credential_process has started, once the SDK has ended the
// shell that it starts it with. The caller stops it when the call is over.
func endProcess(ctx context.Context) (stop func() bool) {
	adoptOrphans()
	return time.AfterFunc(processTimeout(ctx)+processEnd, func() { endChildren(os.Getpid()) }).Stop
}

// processEnd is for the SDK to end the shell.
const processEnd = 20 * time.Millisecond

// newRetryer is the SDK's, but for the time between two attempts, of which the
// deadline allows for little, and for certificates, which are no better the
// second time.
func newRetryer(ctx context.Context) aws.Retryer {
	untrusted := retry.IsErrorRetryableFunc(func(err error) aws.Ternary {
		if isTLS(err) {
			return aws.FalseTernary
		}
		return aws.UnknownTernary
	})
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxBackoff = backoffTime(ctx)
		o.Retryables = append([]retry.IsErrorRetryable{untrusted}, o.Retryables...)
	})
}

// apiOptions apply to every request, those of the credential chain included.
func (s *session) apiOptions() []func(*middleware.Stack) error {
	return []func(*middleware.Stack) error{
		awsmiddleware.AddUserAgentKeyValue("docker-credential-ecssecrets", s.client.Version),
		s.last.record,
	}
}

// log gets what the SDK would write to stderr.
func (s *session) log(classification logging.Classification, format string, args ...any) {
	s.client.trace("AWS SDK: "+format, args...)
}
