package awstest

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"time"
)

// Secret is what PutSecret stores.
type Secret struct {
	ARN    string  `json:"arn"` // whole, with the six characters that AWS appends to the name
	String *string `json:"string"`
	Binary []byte  `json:"binary"` // base64 in JSON

	Deleted      bool   `json:"deleted"`      // marked for deletion
	CrossAccount bool   `json:"crossAccount"` // a resource policy lets other accounts read it
	KMSKeyARN    string `json:"kmsKeyArn"`    // customer key; a session policy must then allow kms:Decrypt on it
}

type storedSecret struct {
	Secret
	region, account, name string
	versionID             string
	created               time.Time
}

// PutSecret stores a secret under its ARN, in place of one that is there, as a
// new version. It panics when the ARN is not a whole secret ARN.
func (s *Server) PutSecret(secret Secret) {
	fields := strings.SplitN(secret.ARN, ":", 7)
	if len(fields) != 7 || fields[2] != secretsManager || fields[5] != "secret" || !completeARN(secret.ARN) {
		panic("awstest: not the whole ARN of a secret: " + secret.ARN)
	}
	name := fields[6][:len(fields[6])-len("-AbCdEf")]
	s.mu.Lock()
	defer s.mu.Unlock()
	s.secrets[secret.ARN] = storedSecret{secret, fields[3], fields[4], name, newUUID(), time.Now()}
}

// RemoveSecret makes the secret unknown, as if it had never been.
func (s *Server) RemoveSecret(arn string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.secrets, arn)
}

func (c *call) readSecretID() {
	var in struct{ SecretId string }
	if c.Service == secretsManager && json.Unmarshal([]byte(c.Body), &in) == nil {
		c.SecretID = in.SecretId
	}
}

func (s *Server) answerSecretsManager(c *call) answer {
	id, err := s.authenticate(c)
	if err != nil {
		return jsonError(err)
	}
	secret, err := s.getSecretValue(c, id)
	if err != nil {
		return jsonError(err)
	}
	return jsonAnswer(secretValue{
		ARN:           secret.ARN,
		Name:          secret.name,
		VersionId:     secret.versionID,
		CreatedDate:   float64(secret.created.UnixMilli()) / 1000,
		VersionStages: []string{"AWSCURRENT"},
		SecretString:  secret.String,
		SecretBinary:  secret.Binary,
	})
}

type secretValue struct {
	ARN           string
	CreatedDate   float64 // seconds since 1970
	Name          string
	SecretBinary  []byte  `json:",omitempty"`
	SecretString  *string `json:",omitempty"`
	VersionId     string
	VersionStages []string
}

const getSecretValueAction = "secretsmanager:GetSecretValue"

func (s *Server) getSecretValue(c *call, id identity) (storedSecret, *awsError) {
	if c.Operation != "GetSecretValue" {
		return storedSecret{}, denied(id, "secretsmanager:"+c.Operation, "*", "identity-based")
	}
	if err := checkSecretID(c.SecretID); err != nil {
		return storedSecret{}, err
	}
	secret, found := s.findSecret(c.SecretID, c.Region, id.account)
	if !found {
		return storedSecret{}, failure(http.StatusBadRequest, "ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
	}
	if err := authorize(id, secret); err != nil {
		return storedSecret{}, err
	}
	if secret.Deleted {
		return storedSecret{}, failure(http.StatusBadRequest, "InvalidRequestException",
			"You can't perform this operation on the secret because it was marked for deletion.")
	}
	return secret, nil
}

func authorize(id identity, secret storedSecret) *awsError {
	if id.account != secret.account && !secret.CrossAccount {
		return denied(id, getSecretValueAction, secret.ARN, "resource-based")
	}
	if !id.sessionPolicy.allows(getSecretValueAction, secret.ARN) {
		return denied(id, getSecretValueAction, secret.ARN, "session")
	}
	if secret.KMSKeyARN != "" && !id.sessionPolicy.allows("kms:Decrypt", secret.KMSKeyARN) {
		return failure(http.StatusBadRequest, "AccessDeniedException", "Access to KMS is not allowed")
	}
	return nil
}

func denied(id identity, action, resource, policy string) *awsError {
	return failure(http.StatusBadRequest, "AccessDeniedException",
		"User: %s is not authorized to perform: %s on resource: %s because no %s policy allows the %s action",
		id.arn, action, resource, policy, action)
}

func checkSecretID(id string) *awsError {
	constraint := ""
	switch {
	case id == "":
		constraint = "Member must have length greater than or equal to 1"
	case len(id) > 2048:
		constraint = "Member must have length less than or equal to 2048"
	case !strings.HasPrefix(id, "arn:") && !regexp.MustCompile(`^[A-Za-z0-9/_+=.@!-]+$`).MatchString(id):
		return failure(http.StatusBadRequest, "ValidationException",
			"Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!")
	default:
		return nil
	}
	return failure(http.StatusBadRequest, "ValidationException",
		"1 validation error detected: Value '%.100s' at 'secretId' failed to satisfy constraint: %s", id, constraint)
}

// findSecret looks a secret up in the region of the request: by its ARN, by its
// ARN without the six characters at the end, or, in the caller's own account,
// by its name.
func (s *Server) findSecret(id, region, account string) (storedSecret, bool) {
	for arn, secret := range s.secrets {
		partial := !completeARN(id) && strings.HasPrefix(arn, id+"-") && len(arn) == len(id)+len("-AbCdEf")
		named := id == secret.name && account == secret.account
		if secret.region == region && (id == arn || partial || named) {
			return secret, true
		}
	}
	return storedSecret{}, false
}

// completeARN says whether Secrets Manager takes an id for a whole ARN, which
// it does for every ARN that ends in a hyphen and six characters.
func completeARN(id string) bool {
	return regexp.MustCompile(`^arn:.*-[A-Za-z0-9]{6}$`).MatchString(id)
}
