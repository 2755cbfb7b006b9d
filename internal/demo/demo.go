package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
	"github.com/google/go-containerregistry/pkg/v1/validate"

	"github.com/ecssecrets/docker-credential-ecssecrets/internal/awstest"
)

const (
	username  = "demo"
	secretARN = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:demo/registry-AbCdEf"
)

// demo is what the steps share.
type demo struct {
	out      io.Writer
	folder   string // temporary; holds the helper and both files
	password string
	aws      *awstest.Server
	registry *privateRegistry
	image    name.Reference
	digest   v1.Hash // as pushed
}

// run plays the whole demo, tells it on out, and leaves the machine and the
// process's environment as they were.
func run(ctx context.Context, out io.Writer, password string) (err error) {
	folder, err := os.MkdirTemp("", "ecssecrets-demo-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()

	d := &demo{out: out, folder: folder, password: password, aws: awstest.Start(), registry: startRegistry(username, password)}
	defer d.aws.Close()
	defer d.registry.Close()
	return d.play(ctx)
}

func (d *demo) play(ctx context.Context) error {
	err := inTurn(ctx, d.storeSecret, d.pushImage, d.pullAnonymously, d.buildHelper, d.writeFiles)
	if err != nil {
		return err
	}
	defer setEnvironment(d.environment())()
	return inTurn(ctx, d.pullThroughHelper, d.pullWithoutSecret, d.sayWhatNext)
}

func inTurn(ctx context.Context, steps ...func(context.Context) error) error {
	for _, step := range steps {
		if err := step(ctx); err != nil || ctx.Err() != nil {
			return cmp.Or(context.Cause(ctx), err) // an interrupt explains whatever went wrong after it
		}
	}
	return nil
}

func (d *demo) storeSecret(context.Context) error {
	value := func(password string) *string {
		return new(fmt.Sprintf(`{"username":%q,"password":%q}`, username, password))
	}
	d.aws.PutSecret(awstest.Secret{ARN: secretARN, String: value(d.password)})
	d.title("Secrets Manager holds the secret that your ECS tasks use (here: a small endpoint at %s)", d.aws.URL)
	d.say("%s", secretARN)
	d.say("%s", *value("(not shown)"))
	return nil
}

func (d *demo) pushImage(ctx context.Context) error {
	d.title("A registry that wants this username and password gets an image (here: on %s)", d.registry.host)
	image, err := random.Image(1024, 2)
	if err != nil {
		return err
	}
	if d.image, err = name.ParseReference(d.registry.host + "/app:1"); err != nil {
		return err
	}
	if d.digest, err = image.Digest(); err != nil {
		return err
	}
	login := remote.WithAuth(&authn.Basic{Username: username, Password: d.password})
	if err := remote.Write(d.image, image, login, remote.WithContext(ctx)); err != nil {
		return fmt.Errorf("push to the registry: %w", err)
	}
	d.say("pushed %s, %s", d.image, d.digest)
	return nil
}

func (d *demo) pullAnonymously(ctx context.Context) error {
	d.title("A pull without credentials")
	_, err := d.pull(ctx, authn.NewMultiKeychain())
	var refusal *transport.Error
	if !errors.As(err, &refusal) || refusal.StatusCode != http.StatusUnauthorized {
		return fmt.Errorf("pull without credentials: %v; the registry should have answered 401", err)
	}
	d.say("refused: %d %s", refusal.StatusCode, http.StatusText(refusal.StatusCode))
	return nil
}

func (d *demo) writeFiles(context.Context) error {
	d.title("Two files: which secret is for which registry, and that the client is to ask the helper")
	return errors.Join(
		d.write("mapping.json", `{
  "registries": {
    "HOST": "ARN"
  },
  // ask Secrets Manager at every pull: the demo keeps nothing
  "cache": { "ttl": "0", "staleIfError": "0" }
}
`),
		d.write("config.json", `{
  "credHelpers": {
    "HOST": "ecssecrets"
  }
}
`))
}

func (d *demo) write(file, template string) error {
	content := strings.NewReplacer("HOST", d.registry.host, "ARN", secretARN).Replace(template)
	d.say("%s", file)
	d.say("  %s", strings.ReplaceAll(strings.TrimSpace(content), "\n", "\n     "))
	return os.WriteFile(filepath.Join(d.folder, file), []byte(content), 0o600)
}

func (d *demo) pullThroughHelper(ctx context.Context) error {
	d.title("The same pull, now with the helper")
	digest, err := d.pull(ctx, authn.DefaultKeychain)
	if err != nil {
		return fmt.Errorf("pull through the helper: %w", err)
	}
	if digest != d.digest {
		return fmt.Errorf("pull through the helper: got %s; %s was pushed", digest, d.digest)
	}
	d.say("pulled %s, %s, as pushed", d.image, digest)
	requests := d.aws.Requests()
	if len(requests) != 1 || requests[0].Operation != "GetSecretValue" || requests[0].SecretID != secretARN {
		return fmt.Errorf("aws should have got one GetSecretValue for %s; it got %+v", secretARN, requests)
	}
	d.say("AWS was asked once, for secretsmanager:%s in %s", requests[0].Operation, requests[0].Region)
	return nil
}

func (d *demo) pullWithoutSecret(ctx context.Context) error {
	d.title("The secret is deleted, and pulled once more: the helper's line on stderr, then the client's; the system log has it too")
	d.aws.PutSecret(awstest.Secret{ARN: secretARN, Deleted: true})
	_, err := d.pull(ctx, authn.DefaultKeychain)
	if err == nil || !strings.Contains(err.Error(), d.registry.host+": ") || !strings.Contains(err.Error(), secretARN) {
		return fmt.Errorf("pull with a deleted secret: %v; the helper should have named registry and secret", err)
	}
	d.say("%s", strings.TrimSpace(err.Error()))
	return nil
}

func (d *demo) sayWhatNext(context.Context) error {
	fmt.Fprint(d.out, `
All of it happened as said, and is cleaned up. For your own registry:
   install  as README.md says
   map      docker-credential-ecssecrets import task.json, or by hand, as in mapping.json above
   point    docker-credential-ecssecrets setup
   check    docker-credential-ecssecrets doctor
   more     README.md: IAM policy, podman, what each failure means
`)
	return nil
}

// pull fetches the image, every layer of it, and gives its digest.
func (d *demo) pull(ctx context.Context, keychain authn.Keychain) (v1.Hash, error) {
	image, err := remote.Image(d.image, remote.WithContext(ctx), remote.WithAuthFromKeychain(keychain))
	if err != nil {
		return v1.Hash{}, err
	}
	if err := validate.Image(image); err != nil {
		return v1.Hash{}, err
	}
	return image.Digest()
}

func (d *demo) title(format string, args ...any) { fmt.Fprintf(d.out, "\n"+format+"\n", args...) }

func (d *demo) say(format string, args ...any) { fmt.Fprintf(d.out, "   "+format+"\n", args...) }
