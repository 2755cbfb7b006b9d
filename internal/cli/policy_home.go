package cli

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"time"

	"github.com/ecssecrets/docker-credential-ecssecrets/helper"
	"github.com/ecssecrets/docker-credential-ecssecrets/internal/iampolicy"
	"github.com/ecssecrets/docker-credential-ecssecrets/mapping"
)

// locator finds where the secrets are that the mapping has by name.
type locator struct {
	program *Program
	home    iampolicy.Home               // of the command line
	known   map[[2]string]iampolicy.Home // of AWS credentials, by profile and region
}

func (l *locator) resource(entry mapped) (string, error) {
	if entry.Partition != "" {
		return iampolicy.Resource(entry.CredentialsParameter, iampolicy.Home{}), nil
	}
	home, err := l.homeOf(entry)
	return iampolicy.Resource(entry.CredentialsParameter, home), err
}

// homeOf: a role's secrets are in the role's account. What the command line does
// not say, AWS does.
func (l *locator) homeOf(entry mapped) (iampolicy.Home, error) {
	home := l.home
	if entry.RoleARN != "" {
		fields := strings.SplitN(entry.RoleARN, ":", 6)
		home.Partition, home.Account = fields[1], fields[4]
	}
	if entry.Region != "" {
		home.Region = entry.Region
	}
	if home.Account != "" && home.Region != "" {
		return l.assumed(home), nil
	}
	asked, err := l.ask(entry, home.Region)
	return iampolicy.Home{
		Partition: cmp.Or(home.Partition, asked.Partition),
		Region:    cmp.Or(home.Region, asked.Region),
		Account:   cmp.Or(home.Account, asked.Account),
	}, err
}

// assumed: where AWS is not asked, a partition that is not given is "aws".
func (l *locator) assumed(home iampolicy.Home) iampolicy.Home {
	if home.Partition != "" {
		return home
	}
	l.program.note("partition", "taken to be aws; outside it, add --partition")
	l.home.Partition, home.Partition = "aws", "aws" // said once
	return home
}

// callerTime is for a chain of credentials and for STS.
const callerTime = 10 * time.Second

// ask finds the home of an entry's AWS credentials.
func (l *locator) ask(entry mapped, region string) (iampolicy.Home, error) {
	key := [2]string{entry.Profile, region}
	if home, ok := l.known[key]; ok {
		return home, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), callerTime)
	defer cancel()
	identity, err := l.program.Machine.Identify(ctx, entry.host, &mapping.Entry{Profile: entry.Profile, Region: region})
	if err == nil && identity.Unknown != nil {
		err = identity.Unknown
	}
	if err != nil {
		return iampolicy.Home{}, l.unlocated(entry, err)
	}
	principal := strings.SplitN(identity.Principal, ":", 6)
	l.known[key] = iampolicy.Home{Partition: principal[1], Region: identity.Region, Account: principal[4]}
	return l.known[key], nil
}

func (l *locator) unlocated(entry mapped, err error) error {
	var failure *helper.Failure
	if !errors.As(err, &failure) {
		return err
	}
	return &fault{string(entry.host), "secret " + entry.CredentialsParameter + " is known by name alone, and AWS did not say where: " + failure.Cause,
		"add --region and --account, and outside aws --partition; or " + failure.Remedy}
}
