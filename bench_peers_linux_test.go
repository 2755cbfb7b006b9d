package main

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/ecssecrets/docker-credential-ecssecrets/internal/awstest"
)

const ecrHost = awstest.Account + ".dkr.ecr." + awstest.Region + ".amazonaws.com"

// ecrLogin compares copies with copies, where AWS credentials are at hand, which
// is the ECR helper's best case, and where they are those of the instance's role,
// as on most EC2 hosts: its tokens belong to an access key, so that it has to know
// the key before it looks.
func (bench *bench) ecrLogin(b *testing.B) {
	warm := bench.warmGet()
	key := bench.ecrHelper(b, awstest.AccessKeyID, "AWS_ACCESS_KEY_ID="+awstest.AccessKeyID, "AWS_SECRET_ACCESS_KEY="+awstest.SecretAccessKey)
	key.name, key.does = "ECR helper, key", "loads the SDK's settings, reads a copy, writes a log; no request"
	metadata := "AWS_EC2_METADATA_SERVICE_ENDPOINT=" + bench.aws.URL
	role := bench.ecrHelper(b, bench.roleKey(b, metadata), metadata)
	role.name, role.does = "ECR helper, role", "the same, with three requests to the instance's metadata"
	bench.get(b)
	for b.Loop() {
		interleave(b, 100, warm, key, role)
	}
	bench.add(key, role)
	for _, c := range []*contender{key, role} {
		bench.target(b, c.name+" / warm get", atLeast, 1.6, "×", ratio(c, warm))
	}
}

// ecrHelper has a token of the access key in its cache, and no ECR to ask for
// another.
func (bench *bench) ecrHelper(b *testing.B, accessKeyID string, env ...string) *contender {
	program, err := exec.LookPath("docker-credential-ecr-login")
	if err != nil {
		b.Fatal(err)
	}
	folder := b.TempDir()
	writeECRToken(b, folder, accessKeyID)
	return &contender{program: bench.install(b, program), verb: "get", stdin: ecrHost,
		want: `{"ServerURL":"` + ecrHost + `","Username":"AWS","Secret":"token"}` + "\n",
		env:  append(env, "HOME="+folder, "AWS_ECR_CACHE_DIR="+folder, "AWS_ENDPOINT_URL=http://127.0.0.1:1")}
}

// roleKey is the access key that the instance's metadata give out.
func (bench *bench) roleKey(b *testing.B, metadata string) string {
	sdk := bench.sdkCall()
	sdk.env = []string{metadata, "AWS_ENDPOINT_URL_SECRETS_MANAGER=" + bench.aws.URL, "AWS_REGION=" + awstest.Region}
	sdk.run(b)
	requests := bench.aws.Requests()
	return requests[len(requests)-1].AccessKeyID
}

// writeECRToken writes the cache of version 0.12. A token is used for the first
// half of its life.
func writeECRToken(b *testing.B, folder, accessKeyID string) {
	key := sha256.Sum256([]byte(accessKeyID))
	token := map[string]any{
		"AuthorizationToken": base64.StdEncoding.EncodeToString([]byte("AWS:token")),
		"RequestedAt":        time.Now(),
		"ExpiresAt":          time.Now().Add(12 * time.Hour),
		"ProxyEndpoint":      "https://" + ecrHost,
		"Service":            "ecr",
	}
	name := awstest.Region + "-" + base64.StdEncoding.EncodeToString(key[:]) + "-" + awstest.Account
	text, err := json.Marshal(map[string]any{"Version": "1.0", "Registries": map[string]any{name: token}})
	if err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "cache.json"), text, 0o600); err != nil {
		b.Fatal(err)
	}
}

// shell compares with a script around the AWS CLI.
func (bench *bench) shell(b *testing.B) {
	warm := bench.warmGet()
	shell := &contender{name: "shell helper", does: "starts sh, aws and jq; GetSecretValue each time", stdin: herdHost + "\n", want: herdAnswer,
		program: []string{"testdata/bench/shell-helper"}, verb: "get", env: append(slices.Clip(bench.env), "SECRET_ID="+herdARN)}
	bench.get(b)
	for b.Loop() {
		interleave(b, 9, warm, shell)
	}
	bench.add(shell)
	bench.target(b, "shell helper / warm get", atLeast, 80, "×", ratio(shell, warm))
}
