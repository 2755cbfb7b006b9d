package awsapi

import (
	"cmp"
	"context"
	"os"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// regionOptions say what counts when neither the environment nor the profile has
// a region: the ECS agent's, the entry's own, and last the instance's.
func (s *session) regionOptions(ctx context.Context) []func(*config.LoadOptions) error {
	if region := cmp.Or(s.agent.region, s.request.Region); region != "" {
		return []func(*config.LoadOptions) error{config.WithDefaultRegion(region)}
	}
	if hasRegion() || s.metadata(ctx).notAsked != "" {
		return nil
	}
	return []func(*config.LoadOptions) error{config.WithEC2IMDSRegion(func(o *config.UseEC2IMDSRegion) { o.Client = s.imds.client })}
}

func hasRegion() bool { return cmp.Or(os.Getenv("AWS_REGION"), os.Getenv("AWS_DEFAULT_REGION")) != "" }

// regionSource says which setting gave the region.
func (s *session) regionSource(ambient string) string {
	switch {
	case s.request.Partition != "":
		return "from the ARN"
	case s.request.Region != "":
		return "from the mapping"
	case hasRegion():
		return "from the environment"
	case s.imds.answered():
		return "from the instance's metadata"
	case ambient == s.agent.region:
		return "from the profile or the ECS agent's configuration"
	}
	return "from the profile"
}

// partitionOf knows regions by what the SDK knows, this program knowing none. A
// region that no partition has is taken for one of "aws".
func partitionOf(region string) string {
	endpoint, err := sts.NewDefaultEndpointResolver().ResolveEndpoint(region, sts.EndpointResolverOptions{})
	if err != nil {
		return ""
	}
	return endpoint.PartitionID
}
