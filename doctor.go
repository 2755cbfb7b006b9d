package main

import (
	"context"
	"errors"

	"github.com/ecssecrets/docker-credential-ecssecrets/helper"
	"github.com/ecssecrets/docker-credential-ecssecrets/internal/awsapi"
	"github.com/ecssecrets/docker-credential-ecssecrets/internal/cli"
	"github.com/ecssecrets/docker-credential-ecssecrets/internal/runcache"
	"github.com/ecssecrets/docker-credential-ecssecrets/mapping"
)

// doctor lets people look at what get does, step by step.
func (m machine) doctor() cli.Machine {
	return cli.Machine{Version: version().String(), Etc: m.etc, AgentFiles: m.aws.ECSConfig, Places: m.places, Helper: m.inspected, Identify: m.identify}
}

// inspected is the helper that answers get, but for the log.
func (m machine) inspected() (h *helper.Helper, noCache error) {
	h = &helper.Helper{Sources: m.sources, Fetch: m.fetch}
	folder, err := runcache.Open()
	if err != nil {
		return h, err
	}
	h.Cache = folder // open until the process ends
	return h, nil
}

func (m machine) identify(ctx context.Context, host mapping.Host, entry *mapping.Entry) (cli.Identity, error) {
	found, err := m.aws.Identify(ctx, requestFor(host, entry))
	identity := cli.Identity{Region: found.Region, RegionSource: found.RegionSource,
		Credentials: found.Credentials, Expires: found.Expires, Principal: found.Principal}
	if found.Unknown != nil {
		identity.Unknown = asFailure(found.Unknown)
	}
	var failure *awsapi.Error
	if errors.As(err, &failure) {
		return identity, asFailure(failure)
	}
	return identity, err
}
