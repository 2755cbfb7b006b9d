package awsapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/ecssecrets/docker-credential-ecssecrets/internal/awsapi"
)

// The same client against an emulator of AWS that others have written: whatever
// our own endpoint gets wrong, moto is not likely to get wrong the same way.
func TestMoto(t *testing.T) {
	program, err := exec.LookPath("moto_server")
	if err != nil {
		if os.Getenv("ECSSECRETS_E2E") == "require" {
			t.Fatal("moto_server is not on PATH; install it: pip install 'moto[server]'")
		}
		t.Log("moto_server is not on PATH: nothing was shown here")
		return
	}
	m := startMoto(t, program)
	setEnviron(t, []string{"AWS_ENDPOINT_URL=" + m.url, "AWS_ACCESS_KEY_ID=AKIAMOTO", "AWS_SECRET_ACCESS_KEY=moto",
		"AWS_EC2_METADATA_DISABLED=true", "AWS_CONFIG_FILE=" + os.DevNull, "AWS_SHARED_CREDENTIALS_FILE=" + os.DevNull})
	whole := m.create(t, "eu-west-1", "prod/registry", `{"username":"puller","password":"p"}`)
	gone := m.create(t, "eu-west-1", "prod/gone", "{}")
	m.secretsManager(t, "eu-west-1", "DeleteSecret", map[string]string{"SecretId": gone})
	ofARN := awsapi.Request{SecretID: whole, Region: "eu-west-1", Partition: "aws", Account: "123456789012", Host: "registry.example.com:5000"}

	t.Run("arn", func(t *testing.T) { check(t, ofARN, "") })
	t.Run("partial arn", func(t *testing.T) {
		request := ofARN
		request.SecretID = whole[:len(whole)-len("-AbCdEf")]
		check(t, request, "")
	})
	t.Run("name", func(t *testing.T) {
		check(t, awsapi.Request{SecretID: "prod/registry", Region: "eu-west-1"}, "")
	})
	t.Run("name in the region of the environment", func(t *testing.T) {
		t.Setenv("AWS_REGION", "eu-west-1")
		check(t, awsapi.Request{SecretID: "prod/registry"}, "")
	})
	t.Run("name in another region", func(t *testing.T) {
		check(t, awsapi.Request{SecretID: "prod/registry", Region: "us-east-1"}, "secret-not-found")
	})
	t.Run("deleted", func(t *testing.T) {
		check(t, awsapi.Request{SecretID: "prod/gone", Region: "eu-west-1"}, "secret-deleted")
	})
	t.Run("role", func(t *testing.T) {
		request := ofARN
		request.RoleARN, request.ExternalID = "arn:aws:iam::123456789012:role/registry-reader", "build-hosts"
		check(t, request, "")
	})
}

// check wants the secret, or an error of this code.
func check(t *testing.T, request awsapi.Request, code string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	secret, err := new(awsapi.Client).Fetch(ctx, request)
	var failure *awsapi.Error
	switch {
	case code == "" && err != nil:
		t.Error(err)
	case code == "" && (secret.Value != `{"username":"puller","password":"p"}` || secret.VersionID == "" || secret.Created.IsZero()):
		t.Errorf("secret is %+v", secret)
	case code != "" && (!errors.As(err, &failure) || failure.Code != code):
		t.Errorf("error is %v, want one of code %s", err, code)
	}
}

type moto struct{ url string }

func startMoto(t *testing.T, program string) *moto {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	listener.Close()
	host, port, _ := net.SplitHostPort(address)
	command := exec.Command(program, "-H", host, "-p", port)
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		command.Process.Kill()
		command.Wait()
	})
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		connection, err := net.Dial("tcp", address)
		if err == nil {
			connection.Close()
			return &moto{"http://" + address}
		}
		if time.Now().After(deadline) {
			t.Fatalf("moto_server does not listen at %s: %v", address, err)
		}
	}
}

func (m *moto) create(t *testing.T, region, name, value string) (arn string) {
	t.Helper()
	answer := m.secretsManager(t, region, "CreateSecret", map[string]string{"Name": name, "SecretString": value})
	return answer["ARN"].(string)
}

// secretsManager does what this program never does. The emulator takes the
// region from the signature, and does not check it.
func (m *moto) secretsManager(t *testing.T, region, operation string, input map[string]string) (output map[string]any) {
	t.Helper()
	body, err := json.Marshal(input)
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequest("POST", m.url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-amz-json-1.1")
	request.Header.Set("X-Amz-Target", "secretsmanager."+operation)
	request.Header.Set("Authorization", fmt.Sprintf("AWS4-HMAC-SHA256 Credential=AKIAMOTO/20260101/%s/secretsmanager/aws4_request, SignedHeaders=host, Signature=0", region))
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK || json.Unmarshal(text, &output) != nil {
		t.Fatalf("%s: %s %s %v", operation, response.Status, strings.TrimSpace(string(text)), err)
	}
	return output
}
