package awsapi

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
)

// Request names one secret and whose credentials read it.
type Request struct {
	SecretID   string // full ARN, partial ARN or name
	Region     string // empty for a name: the host's own
	Partition  string // of the ARN; empty for a name
	Account    string // of the ARN; empty for a name
	Host       string // the registry, for the name of a role's session
	Profile    string
	RoleARN    string
	ExternalID string
}

// Secret is the current version of a secret.
type Secret struct {
	Value     string // SecretString
	VersionID string
	Created   time.Time
}

// Client reads secrets from the machine that it describes. The zero value sees
// no ECS agent and knows nothing about the hardware.
type Client struct {
	// Version stands in the User-Agent behind the program's name.
	Version string
	// ECSConfig are the ECS agent's configuration files; earlier ones win.
	ECSConfig []string
	// DMI is the folder in which Linux says what machine this is.
	DMI string
	// Trace explains each step. May be nil.
	Trace func(format string, args ...any)
}

// OnThisMachine is a client that looks where Linux and the ECS agent keep things.
func OnThisMachine(version string) *Client {
	return &Client{
		Version:   version,
		ECSConfig: []string{"/etc/ecs/ecs.config", "/var/lib/ecs/ecs.config"},
		DMI:       "/sys/class/dmi/id",
	}
}

// Fetch calls GetSecretValue once, within ctx's deadline; the SDK repeats what
// may be repeated. Its error is an [*Error].
func (c *Client) Fetch(ctx context.Context, request Request) (Secret, error) {
	s := &session{client: c, request: request, agent: readECSConfig(c.ECSConfig), attemptEnds: time.Now().Add(attemptTime(ctx))}
	s.agent.exportProxy()
	defer endProcess(ctx)()
	cfg, err := s.configure(ctx)
	if err != nil {
		return Secret{}, s.explain(ctx, err)
	}
	api := secretsmanager.NewFromConfig(cfg, func(o *secretsmanager.Options) { o.Region = s.region })
	start := time.Now()
	output, err := api.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &request.SecretID})
	if err != nil {
		return Secret{}, s.explain(ctx, err)
	}
	c.trace("GetSecretValue in %s: version %s of %s, %s", s.region, aws.ToString(output.VersionId),
		aws.ToTime(output.CreatedDate).UTC().Format(time.RFC3339), since(start))
	if output.SecretString == nil {
		return Secret{}, s.noText(output.SecretBinary)
	}
	return Secret{Value: *output.SecretString, VersionID: aws.ToString(output.VersionId), Created: aws.ToTime(output.CreatedDate)}, nil
}

// session is one Fetch, and what it has found out so far.
type session struct {
	client  *Client
	request Request
	agent   ecsConfig
	imds    *metadata // nil until the chain comes to it
	region  string    // in which the secret is looked for

	regionFrom string // which setting gave it

	sources []aws.CredentialSource // the SDK's way to the credentials
	source  string                 // where they came from in the end
	last    lastRequest

	attemptEnds time.Time // when the time of a first attempt is up
}

func (c *Client) trace(format string, args ...any) {
	if c.Trace != nil {
		c.Trace(format, args...)
	}
}

func since(start time.Time) time.Duration { return time.Since(start).Round(10 * time.Microsecond) }
