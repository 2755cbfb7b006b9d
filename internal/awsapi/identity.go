package awsapi

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// Identity is where, and as whom, a secret is asked for.
type Identity struct {
	Region, RegionSource string
	Credentials          string    // where they came from, in words
	Expires              time.Time // zero where that is not known
	Principal            string    // ARN; empty where STS did not say
	Unknown              *Error    // why it did not
}

// principalTime is what STS gets to say who we are: no pull needs it, and a
// network of VPC endpoints may have none for it.
const principalTime = 3 * time.Second

// Identify finds region and credentials as [Client.Fetch] does, and asks STS
// whose they are, for which no permission is needed. Its error is an [*Error],
// given with as much of the identity as is known.
func (c *Client) Identify(ctx context.Context, request Request) (Identity, error) {
	s := &session{client: c, request: request, agent: readECSConfig(c.ECSConfig)}
	s.agent.exportProxy()
	cfg, err := s.configure(ctx)
	identity := Identity{Region: s.region}
	if s.region != "" {
		identity.RegionSource = s.exactRegionSource(ctx, cfg.Region)
	}
	if err != nil {
		return identity, s.explain(ctx, err)
	}
	identity.Credentials = s.whose()
	if credentials, err := cfg.Credentials.Retrieve(ctx); err == nil && credentials.CanExpire {
		identity.Expires = credentials.Expires
	}
	s.askPrincipal(ctx, cfg, &identity)
	return identity, nil
}

// exactRegionSource reads the profile once more to tell it from the agent, for
// which no pull has the time.
func (s *session) exactRegionSource(ctx context.Context, ambient string) string {
	source := s.regionSource(ambient)
	if s.request.Region != "" || hasRegion() || s.agent.region == "" || ambient != s.agent.region {
		return source
	}
	env, err := config.NewEnvConfig()
	if err != nil || s.sharedConfig(ctx, env).Region != "" {
		return "from the profile"
	}
	return "from the ECS agent's configuration"
}

func (s *session) askPrincipal(ctx context.Context, cfg aws.Config, identity *Identity) {
	ctx, cancel := context.WithTimeout(ctx, principalTime)
	defer cancel()
	output, err := sts.NewFromConfig(cfg).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		identity.Unknown = s.explain(ctx, err)
		return
	}
	identity.Principal = aws.ToString(output.Arn)
}
