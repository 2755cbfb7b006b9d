//go:build linux

package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"
)

// secretsManager is moto's AWS Secrets Manager, in every region.
type secretsManager struct {
	*server
	url string
}

func startSecretsManager(dir string) (*secretsManager, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	host, port, _ := net.SplitHostPort(address)
	s, err := startServer(dir, listens("tcp", address), "moto_server", "-H", host, "-p", port)
	if err != nil {
		return nil, err
	}
	return &secretsManager{s, "http://" + address}, nil
}

// create makes a secret as the ECS documentation says to, and returns its ARN.
func (s *secretsManager) create(t *testing.T, region, name string, user login) (arn string) {
	t.Helper()
	answer := s.call(t, region, "CreateSecret", map[string]string{"Name": name, "SecretString": secretString(t, user)})
	return answer["ARN"].(string)
}

func (s *secretsManager) putValue(t *testing.T, region, id string, user login) {
	t.Helper()
	s.call(t, region, "PutSecretValue", map[string]string{"SecretId": id, "SecretString": secretString(t, user)})
}

func secretString(t *testing.T, user login) string {
	t.Helper()
	text, err := json.Marshal(user)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// call does what the aws command would, a second faster: the emulator takes the
// region from the credential scope and does not look at the signature.
func (s *secretsManager) call(t *testing.T, region, action string, input any) map[string]any {
	t.Helper()
	body, err := json.Marshal(input)
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequest("POST", s.url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-amz-json-1.1")
	request.Header.Set("X-Amz-Target", "secretsmanager."+action)
	request.Header.Set("Authorization", fmt.Sprintf(
		"AWS4-HMAC-SHA256 Credential=e2e/20260101/%s/secretsmanager/aws4_request, SignedHeaders=host, Signature=0", region))
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s %s %v", action, response.Status, text, err)
	}
	answer := map[string]any{}
	if err := json.Unmarshal(text, &answer); err != nil {
		t.Fatalf("%s: %s: %v", action, text, err)
	}
	return answer
}
