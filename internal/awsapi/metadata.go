package awsapi

import (
	"cmp"
	"context"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
	"github.com/aws/smithy-go/logging"
)

// Bounds for the instance metadata service, which is a hop away: the SDK's own
// for one request, but two attempts instead of three, because it asks for a token
// anew in each of them and most of those who wait here have no such service.
const (
	imdsDialTime    = 250 * time.Millisecond
	imdsAnswerTime  = 500 * time.Millisecond
	imdsAttempts    = 2
	imdsBackoffTime = 100 * time.Millisecond
)

// metadata is the instance metadata service (IMDS), asked through one client so
// that region and credentials share a token. It keeps what the service said last:
// the SDK's errors do not.
type metadata struct {
	client   *imds.Client
	http     *http.Client
	notAsked string // why; empty where it may be asked
	certain  bool   // the machine says that it is EC2, or the endpoint is configured
	disabled bool   // by AWS_EC2_METADATA_DISABLED alone

	mu     sync.Mutex
	asked  bool
	status int // of the last answer; 0 where none came
	at     string
}

func (s *session) metadata(ctx context.Context) *metadata {
	if s.imds == nil {
		s.imds = s.newMetadata(ctx)
	}
	return s.imds
}

func (s *session) newMetadata(ctx context.Context) *metadata {
	env, _ := config.NewEnvConfig()
	shared := s.sharedConfig(ctx, env)
	m := &metadata{http: newMetadataHTTPClient()}
	m.decide(s.client, s.agent, env.EC2IMDSEndpoint != "" || shared.EC2IMDSEndpoint != "")
	if m.notAsked != "" {
		s.client.trace("instance metadata: not asked: %s", m.notAsked)
	}
	m.client = imds.NewFromConfig(aws.Config{
		ConfigSources: []any{env, shared},
		HTTPClient:    m,
		APIOptions:    s.apiOptions(),
		Logger:        logging.LoggerFunc(s.log),
		Retryer:       newMetadataRetryer,
	}, func(o *imds.Options) {
		o.DisableDefaultMaxBackoff = true // the retryer has a smaller one
		if m.notAsked != "" {
			o.ClientEnableState = imds.ClientDisabled
		}
	})
	return m
}

// sharedConfig reads the profile for its ec2_metadata settings. Its faults are
// reported where the SDK reads it.
func (s *session) sharedConfig(ctx context.Context, env config.EnvConfig) config.SharedConfig {
	profile := cmp.Or(s.request.Profile, env.SharedConfigProfile, "default")
	shared, _ := config.LoadSharedConfigProfile(ctx, profile, func(o *config.LoadSharedConfigOptions) {
		o.ConfigFiles, o.CredentialsFiles = []string{configFile()}, []string{credentialsFile()}
	})
	return shared
}

// decide whether asking can lead anywhere.
func (m *metadata) decide(c *Client, agent ecsConfig, configured bool) {
	ec2, known, vendor := c.isEC2()
	m.certain = ec2 || configured
	switch {
	case agent.external:
		m.notAsked = "ECS_EXTERNAL=true"
	case known && !m.certain:
		m.notAsked = "this machine is no EC2 instance (DMI says " + vendor + ")"
	case strings.EqualFold(os.Getenv("AWS_EC2_METADATA_DISABLED"), "true"):
		m.notAsked, m.disabled = "AWS_EC2_METADATA_DISABLED=true", true
	}
}

// Do sends a request of the SDK's and remembers how it went.
func (m *metadata) Do(request *http.Request) (*http.Response, error) {
	response, err := m.http.Do(request)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.asked, m.status, m.at = true, 0, request.URL.Host
	if err == nil {
		m.status = response.StatusCode
	}
	return response, err
}

func (m *metadata) lastAnswer() (asked bool, status int, at string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.asked, m.status, m.at
}

// answered reports whether the service is there, and may be asked of nil.
func (m *metadata) answered() bool {
	if m == nil {
		return false
	}
	_, status, _ := m.lastAnswer()
	return status > 0
}

func newMetadataRetryer() aws.Retryer {
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts, o.MaxBackoff = imdsAttempts, imdsBackoffTime
	})
}
