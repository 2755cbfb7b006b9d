package awstest

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// For AWS_CONTAINER_CREDENTIALS_FULL_URI (Server.URL + ContainerCredentialsPath)
// and AWS_CONTAINER_AUTHORIZATION_TOKEN.
const (
	ContainerCredentialsPath    = "/v2/credentials"
	ContainerAuthorizationToken = "awstest-container-authorization"
)

// Whose credentials the two metadata services hand out, both in Account.
const (
	instanceRole         = "ecsInstanceRole"
	instanceID           = "i-0123456789abcdef0"
	containerRole        = "ecsTaskRole"
	instanceRoleLifetime = 6 * time.Hour
)

const (
	imdsTTLHeader   = "X-Aws-Ec2-Metadata-Token-Ttl-Seconds"
	imdsTokenHeader = "X-Aws-Ec2-Metadata-Token"
	imdsMaxTTL      = 21600
	imdsRoles       = "/latest/meta-data/iam/security-credentials/"
)

func imdsOperation(r *http.Request) string {
	switch path := r.URL.Path; {
	case path == "/latest/api/token":
		return "GetToken"
	case path == imdsRoles:
		return "ListRoles"
	case strings.HasPrefix(path, imdsRoles):
		return "GetRoleCredentials"
	case path == "/latest/meta-data/placement/region":
		return "GetRegion"
	case path == "/latest/dynamic/instance-identity/document":
		return "GetIdentityDocument"
	default:
		return r.Method + " " + path
	}
}

// answerIMDS speaks version 2 of the instance metadata service only: first a
// token, by PUT, then everything else with it.
func (s *Server) answerIMDS(c *call) answer {
	if c.Operation == "GetToken" {
		return s.answerIMDSToken(c.http)
	}
	if c.http.Header.Get(imdsTokenHeader) != s.imdsToken {
		return plainAnswer(http.StatusUnauthorized, "Unauthorized")
	}
	switch c.Operation {
	case "ListRoles":
		return plainAnswer(http.StatusOK, instanceRole)
	case "GetRoleCredentials":
		return s.answerInstanceRole(c.http)
	case "GetRegion":
		return plainAnswer(http.StatusOK, Region)
	case "GetIdentityDocument":
		return plainJSON(map[string]string{"accountId": Account, "region": Region, "instanceId": instanceID,
			"availabilityZone": Region + "a", "architecture": "x86_64", "version": "2017-09-30"})
	default:
		return plainAnswer(http.StatusNotFound, "Not Found")
	}
}

func (s *Server) answerIMDSToken(r *http.Request) answer {
	ttl, err := strconv.Atoi(r.Header.Get(imdsTTLHeader))
	switch {
	case r.Method != http.MethodPut:
		return plainAnswer(http.StatusMethodNotAllowed, "Method Not Allowed")
	case r.Header.Get("X-Forwarded-For") != "": // a proxy's client must not get at the host's credentials
		return plainAnswer(http.StatusForbidden, "Forbidden")
	case err != nil || ttl < 1 || ttl > imdsMaxTTL:
		return plainAnswer(http.StatusBadRequest, "Bad Request")
	}
	a := plainAnswer(http.StatusOK, s.imdsToken)
	a.header[imdsTTLHeader] = strconv.Itoa(ttl)
	return a
}

func (s *Server) answerInstanceRole(r *http.Request) answer {
	if r.URL.Path != imdsRoles+instanceRole {
		return plainAnswer(http.StatusNotFound, "Not Found")
	}
	document := s.instance.document()
	document["Code"], document["Type"] = "Success", "AWS-HMAC"
	document["LastUpdated"] = s.instance.expires.Add(-instanceRoleLifetime).UTC().Format(time.RFC3339)
	return plainJSON(document)
}

// answerContainer is the endpoint that ECS, EKS and others give to a container.
func (s *Server) answerContainer(c *call) answer {
	if c.http.Header.Get("Authorization") != ContainerAuthorizationToken {
		a := plainJSON(map[string]string{"code": "AccessDenied", "message": "the authorization token is missing or wrong"})
		a.status, a.code = http.StatusUnauthorized, "AccessDenied"
		return a
	}
	document := s.container.document()
	document["RoleArn"] = "arn:aws:iam::" + Account + ":role/" + containerRole
	return plainJSON(document)
}

func (id identity) document() map[string]string {
	return map[string]string{
		"AccessKeyId":     id.keyID,
		"SecretAccessKey": id.secret,
		"Token":           id.token,
		"Expiration":      id.expires.UTC().Format(time.RFC3339),
	}
}

func plainJSON(out map[string]string) answer {
	body, err := json.MarshalIndent(out, "", "  ")
	if err != nil {
		panic(err) // a map of strings has no such error
	}
	return plainAnswer(http.StatusOK, string(body))
}
