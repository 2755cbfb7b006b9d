package awstest

import (
	"cmp"
	"encoding/xml"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
)

const stsNamespace = "https://sts.amazonaws.com/doc/2011-06-15/"

// RequireExternalID lets a role be assumed only with this external id. A role
// without such a call can be assumed by everyone.
func (s *Server) RequireExternalID(roleARN, externalID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.externalIDs[roleARN] = externalID
}

func (c *call) readRole() {
	c.RoleARN = c.form.Get("RoleArn")
	c.RoleSessionName = c.form.Get("RoleSessionName")
	c.ExternalID = c.form.Get("ExternalId")
	c.Policy = c.form.Get("Policy")
}

func (s *Server) answerSTS(c *call) answer {
	if c.Operation == "AssumeRoleWithWebIdentity" { // the one operation that is not signed: the web token speaks for the caller
		return s.assumeRole(c, "web identity")
	}
	id, err := s.authenticate(c)
	if err != nil {
		return xmlError(asQueryError(err))
	}
	switch c.Operation {
	case "AssumeRole":
		return s.assumeRole(c, id.arn)
	case "GetCallerIdentity":
		return callerIdentity(id)
	default:
		return xmlError(accessDenied(id.arn, "sts:"+c.Operation, "*"))
	}
}

// asQueryError gives an error of the front door the code and status that it has
// with STS, whose protocol is older.
func asQueryError(e *awsError) *awsError {
	code := strings.TrimSuffix(e.code, "Exception")
	switch code {
	case "UnrecognizedClient":
		code = "InvalidClientTokenId"
	case "InvalidSignature":
		code = "SignatureDoesNotMatch"
	}
	return &awsError{http.StatusForbidden, code, e.message}
}

func accessDenied(caller, action, resource string) *awsError {
	return failure(http.StatusForbidden, "AccessDenied", "User: %s is not authorized to perform: %s on resource: %s", caller, action, resource)
}

func callerIdentity(id identity) answer {
	requestID := newUUID()
	return xmlAnswer(requestID, struct {
		XMLName   xml.Name `xml:"https://sts.amazonaws.com/doc/2011-06-15/ GetCallerIdentityResponse"`
		Arn       string   `xml:"GetCallerIdentityResult>Arn"`
		UserID    string   `xml:"GetCallerIdentityResult>UserId"`
		Account   string   `xml:"GetCallerIdentityResult>Account"`
		RequestID string   `xml:"ResponseMetadata>RequestId"`
	}{Arn: id.arn, UserID: id.keyID, Account: id.account, RequestID: requestID})
}

// assumeRole serves both AssumeRole and AssumeRoleWithWebIdentity, whose answers
// differ in the names of two elements.
func (s *Server) assumeRole(c *call, caller string) answer {
	role, err := s.checkRole(c, caller)
	if err != nil {
		return xmlError(err)
	}
	id := s.issue(role.session, role.lifetime)
	requestID := newUUID()
	return xmlAnswer(requestID, assumeRoleResponse{
		XMLName:   xml.Name{Local: c.Operation + "Response"},
		Namespace: stsNamespace,
		Result: assumeRoleResult{
			XMLName:         xml.Name{Local: c.Operation + "Result"},
			Arn:             id.arn,
			AssumedRoleID:   "AROA" + id.keyID[4:] + ":" + c.RoleSessionName,
			AccessKeyID:     id.keyID,
			SecretAccessKey: id.secret,
			SessionToken:    id.token,
			Expiration:      id.expires.UTC().Format(time.RFC3339),
		},
		RequestID: requestID,
	})
}

type assumeRoleResponse struct {
	XMLName   xml.Name
	Namespace string `xml:"xmlns,attr"`
	Result    assumeRoleResult
	RequestID string `xml:"ResponseMetadata>RequestId"`
}

type assumeRoleResult struct {
	XMLName         xml.Name
	Arn             string `xml:"AssumedRoleUser>Arn"`
	AssumedRoleID   string `xml:"AssumedRoleUser>AssumedRoleId"`
	AccessKeyID     string `xml:"Credentials>AccessKeyId"`
	SecretAccessKey string `xml:"Credentials>SecretAccessKey"`
	SessionToken    string `xml:"Credentials>SessionToken"`
	Expiration      string `xml:"Credentials>Expiration"`
}

type roleSession struct {
	session
	lifetime time.Duration
}

// checkRole gives the session that the parameters ask for, if STS would.
func (s *Server) checkRole(c *call, caller string) (roleSession, *awsError) {
	role, err := readRoleSession(c)
	if err != nil {
		return roleSession{}, err
	}
	if wanted, ok := s.externalIDs[c.RoleARN]; ok && wanted != c.ExternalID {
		return roleSession{}, accessDenied(caller, "sts:"+c.Operation, c.RoleARN)
	}
	role.policy, err = parsePolicy(c.Policy)
	return role, err
}

// readRoleSession holds the parameters to the limits in the STS API Reference.
func readRoleSession(c *call) (roleSession, *awsError) {
	arn := regexp.MustCompile(`^arn:([a-z-]+):iam::([0-9]{12}):role/(?:.*/)?([\w+=,.@-]+)$`).FindStringSubmatch(c.RoleARN)
	seconds, err := strconv.Atoi(cmp.Or(c.form.Get("DurationSeconds"), "3600"))
	switch {
	case arn == nil:
		return roleSession{}, failure(http.StatusBadRequest, "ValidationError", "%s is invalid", c.RoleARN)
	case !isWord(c.RoleSessionName, "+=,.@-", 2, 64):
		return roleSession{}, badParameter("roleSessionName", c.RoleSessionName, `Member must satisfy regular expression pattern: [\w+=,.@-]*`)
	case c.ExternalID != "" && !isWord(c.ExternalID, "+=,.@:/-", 2, 1224):
		return roleSession{}, badParameter("externalId", c.ExternalID, `Member must satisfy regular expression pattern: [\w+=,.@:\/-]*`)
	case len(c.Policy) > 2048:
		return roleSession{}, badParameter("policy", c.Policy[:100], "Member must have length less than or equal to 2048")
	case err != nil || seconds < 900 || seconds > 43200:
		return roleSession{}, badParameter("durationSeconds", c.form.Get("DurationSeconds"), "Member must have value between 900 and 43200")
	}
	return roleSession{assumedRole(arn[1], arn[2], arn[3], c.RoleSessionName), time.Duration(seconds) * time.Second}, nil
}

// isWord says whether text has shortest to longest characters, each an ASCII
// letter, a digit, an underscore, or one of others.
func isWord(text, others string, shortest, longest int) bool {
	const alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"
	return shortest <= len(text) && len(text) <= longest && strings.Trim(text, alphanumeric+others) == ""
}

func badParameter(name, value, constraint string) *awsError {
	return failure(http.StatusBadRequest, "ValidationError",
		"1 validation error detected: Value '%s' at '%s' failed to satisfy constraint: %s", value, name, constraint)
}
