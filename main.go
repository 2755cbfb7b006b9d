// docker-credential-ecssecrets is a Docker credential helper that answers for
// private registries with the AWS Secrets Manager secrets that Amazon ECS tasks
// use for them (repositoryCredentials.credentialsParameter). Container clients
// call it; people have commands of their own (--help lists them):
//
//	docker-credential-ecssecrets import --write FILE task.json
//	docker-credential-ecssecrets policy
//	docker-credential-ecssecrets setup
//	docker-credential-ecssecrets doctor
//
// Which secret answers for which registry stands in a mapping, read from
// /etc/ecssecrets/mapping.json, /etc/ecssecrets/mapping.d/*.json,
// ~/.config/ecssecrets/mapping.json and the variable ECSSECRETS_REGISTRIES;
// ECSSECRETS_MAPPING=FILE replaces the files:
//
//	{ "registries": { "registry.example.com": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:registry-AbCdEf" } }
//
// Docker calls the program for the hosts that ~/.docker/config.json names:
//
//	{ "credHelpers": { "registry.example.com": "ecssecrets" } }
//
// AWS credentials and settings are the AWS SDK's, of the user that runs the
// client: the instance's role, AWS_PROFILE, ~/.aws, AWS_ENDPOINT_URL, AWS_CA_BUNDLE,
// HTTPS_PROXY and so on. They need secretsmanager:GetSecretValue on the secret, and
// kms:Decrypt where it has a key of yours.
//
// An answer goes to stdout. A host that is not mapped gets "credentials not found
// in native keychain". A mapped host whose secret cannot be had gets one line on
// stdout and stderr, and a record in the system log. The exit code is 0 or 1.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"time"

	"github.com/docker/docker-credential-helpers/credentials"

	"github.com/ecssecrets/docker-credential-ecssecrets/helper"
	"github.com/ecssecrets/docker-credential-ecssecrets/internal/awsapi"
	"github.com/ecssecrets/docker-credential-ecssecrets/internal/cli"
	"github.com/ecssecrets/docker-credential-ecssecrets/internal/runcache"
	"github.com/ecssecrets/docker-credential-ecssecrets/internal/syslog"
	"github.com/ecssecrets/docker-credential-ecssecrets/mapping"
)

func main() {
	os.Exit(thisMachine().run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// machine is where the program finds things that are not its arguments.
type machine struct {
	system string         // folder of the system's mappings; empty for the usual one
	etc    string         // folder of the system's other configuration
	aws    *awsapi.Client // reads secrets
	log    string         // socket of the system log
}

func thisMachine() machine {
	return machine{etc: "/etc", aws: awsapi.OnThisMachine(version().number), log: syslog.Socket}
}

// run answers one call and returns the exit code.
func (m machine) run(args []string, stdin io.Reader, stdout, stderr io.Writer) (code int) {
	dumpNoCore()
	ignoreBrokenPipes()
	log.SetOutput(io.Discard) // net/http tells it what strangers send
	defer func() {
		if fault := recover(); fault != nil {
			fmt.Fprintln(stderr, "docker-credential-ecssecrets: the program has a fault; report it with what led to it")
			code = 1
		}
	}()
	credentials.Name, credentials.Package = name, modulePath
	if len(args) > 0 && cli.Knows(args[0]) {
		people := &cli.Program{Name: name, Sources: m.sources, Machine: m.doctor(), Stdin: stdin, Stdout: stdout, Stderr: stderr}
		return people.Run(args)
	}
	if len(args) != 1 {
		fmt.Fprintln(stdout, usage)
		return 1
	}
	if args[0] == "--version" || args[0] == "-v" {
		args[0] = credentials.ActionVersion
	}
	if args[0] == credentials.ActionVersion {
		credentials.Version = version().String()
	}
	h := &helper.Helper{Sources: m.sources, Fetch: m.fetch}
	if os.Getenv("ECSSECRETS_LOG") == "debug" {
		h.Trace = helper.TraceTo(stderr)
		m.aws.Trace = h.Trace
	}
	folder := openFolder(h)
	defer folder.Close()
	h.Log = func(code string, host mapping.Host, line string) { m.record(folder, code, host, line) }
	return h.Serve(context.Background(), args[0], stdin, stdout, stderr)
}

// usage is the protocol library's, which it does not export.
const usage = "Usage: " + name + " <store|get|erase|list|version>"

// openFolder gives the helper its cache, where there can be one.
func openFolder(h *helper.Helper) *runcache.Folder {
	folder, err := runcache.Open()
	if err != nil {
		if h.Trace != nil {
			h.Trace("cache: none: %v", err)
		}
		return nil
	}
	h.Cache = folder
	return folder
}

func (m machine) sources() ([]*mapping.Source, error) {
	return m.places().Read()
}

func (m machine) places() mapping.Places {
	places := mapping.DefaultPlaces()
	places.System = cmp.Or(m.system, places.System)
	return places
}

func (m machine) fetch(ctx context.Context, host mapping.Host, entry *mapping.Entry) (helper.Secret, error) {
	secret, err := m.aws.Fetch(ctx, requestFor(host, entry))
	var failure *awsapi.Error
	if errors.As(err, &failure) {
		return helper.Secret{}, asFailure(failure)
	}
	return helper.Secret{Value: secret.Value, Version: secret.VersionID, Created: secret.Created}, err
}

func requestFor(host mapping.Host, entry *mapping.Entry) awsapi.Request {
	return awsapi.Request{
		SecretID:   entry.CredentialsParameter,
		Region:     entry.Region,
		Partition:  entry.Partition,
		Account:    entry.Account,
		Host:       string(host),
		Profile:    entry.Profile,
		RoleARN:    entry.RoleARN,
		ExternalID: entry.ExternalID,
	}
}

func asFailure(e *awsapi.Error) *helper.Failure {
	return &helper.Failure{Code: e.Code, Cause: e.Cause, Remedy: e.Remedy, Transient: e.Transient, Withdrawn: e.Withdrawn}
}

// record tells the system log, once a minute for each host and cause.
func (m machine) record(folder *runcache.Folder, code string, host mapping.Host, line string) {
	if folder == nil || folder.First(fmt.Sprintf("%s %s", code, host), time.Minute) {
		syslog.Send(m.log, name, code+": "+line)
	}
}
