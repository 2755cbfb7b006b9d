package awstest

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

const (
	signingAlgorithm = "AWS4-HMAC-SHA256"
	signingTime      = "20060102T150405Z"
	maxClockSkew     = 5 * time.Minute
)

// authorization is what an Authorization header of Signature Version 4 says.
type authorization struct {
	keyID, date, region, service string
	signedHeaders                []string
	signature                    string
}

// parseAuthorization reads a header such as
//
//	AWS4-HMAC-SHA256 Credential=KEY/20150830/us-east-1/sts/aws4_request, SignedHeaders=host;x-amz-date, Signature=5d67…
func parseAuthorization(header string) (authorization, *awsError) {
	if header == "" {
		return authorization{}, failure(http.StatusBadRequest, "MissingAuthenticationTokenException", "Missing Authentication Token")
	}
	rest, ok := strings.CutPrefix(header, signingAlgorithm+" ")
	if !ok {
		return authorization{}, incomplete("Unsupported AWS 'algorithm': '%.40s'.", header)
	}
	fields := map[string]string{}
	for part := range strings.SplitSeq(rest, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		fields[name] = value
	}
	for _, name := range []string{"Credential", "SignedHeaders", "Signature"} {
		if fields[name] == "" {
			return authorization{}, incomplete("Authorization header requires '%s' parameter. Authorization=%.40s", name, header)
		}
	}
	scope := strings.Split(fields["Credential"], "/")
	if len(scope) != 5 || scope[4] != "aws4_request" {
		return authorization{}, incomplete("Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '%s'", fields["Credential"])
	}
	return authorization{scope[0], scope[1], scope[2], scope[3], strings.Split(fields["SignedHeaders"], ";"), fields["Signature"]}, nil
}

func incomplete(format string, args ...any) *awsError {
	return failure(http.StatusBadRequest, "IncompleteSignatureException", format, args...)
}

func invalid(format string, args ...any) *awsError {
	return failure(http.StatusBadRequest, "InvalidSignatureException", format, args...)
}

// authenticate gives the identity that signed the request, or the refusal of
// AWS's front door: in this order key, session token, scope, time, signature.
func (s *Server) authenticate(c *call) (identity, *awsError) {
	auth, err := parseAuthorization(c.http.Header.Get("Authorization"))
	if err != nil {
		return identity{}, err
	}
	id, known := s.identities[auth.keyID]
	if !known || c.http.Header.Get("X-Amz-Security-Token") != id.token {
		return identity{}, failure(http.StatusBadRequest, "UnrecognizedClientException", "The security token included in the request is invalid.")
	}
	if id.expiredAt(time.Now()) {
		return identity{}, failure(http.StatusBadRequest, "ExpiredTokenException", "The security token included in the request is expired")
	}
	if err := cmp.Or(checkScope(c, auth, id), checkSigningTime(c, auth)); err != nil {
		return identity{}, err
	}
	if !hmac.Equal([]byte(auth.signature), []byte(sign(c.http, c.Body, auth, id.secret))) {
		return identity{}, invalid("The request signature we calculated does not match the signature you provided. " +
			"Check your AWS Secret Access Key and signing method. Consult the service documentation for details.")
	}
	c.Caller = id.arn
	return id, nil
}

func checkScope(c *call, auth authorization, id identity) *awsError {
	must := []string{"host", "x-amz-date"}
	if id.token != "" {
		must = append(must, "x-amz-security-token")
	}
	for _, name := range must {
		if !slices.Contains(auth.signedHeaders, name) {
			return invalid("'%s' must be a 'SignedHeader' in the AWS Authorization.", name)
		}
	}
	if auth.service != c.Service {
		return invalid("Credential should be scoped to correct service: '%s'. ", c.Service)
	}
	if auth.region == "" {
		return invalid("Credential should be scoped to a valid region. ")
	}
	return nil
}

func checkSigningTime(c *call, auth authorization) *awsError {
	text := c.http.Header.Get("X-Amz-Date")
	signed, err := time.Parse(signingTime, text)
	if err != nil {
		return incomplete("Date must be in ISO-8601 'basic format'. Got '%.40s'. See http://en.wikipedia.org/wiki/ISO_8601", text)
	}
	if auth.date != text[:8] {
		return invalid("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '%s' != '%s', from '%s'.", auth.date, text[:8], text)
	}
	now := c.now.UTC()
	if oldest := now.Add(-maxClockSkew); signed.Before(oldest) {
		return invalid("Signature expired: %s is now earlier than %s (%s - 5 min.)", text, oldest.Format(signingTime), now.Format(signingTime))
	}
	if newest := now.Add(maxClockSkew); signed.After(newest) {
		return invalid("Signature not yet current: %s is still later than %s (%s + 5 min.)", text, newest.Format(signingTime), now.Format(signingTime))
	}
	return nil
}

// sign computes the signature that a request must carry, in hex, as "Create a
// signed AWS API request" in AWS's IAM User Guide describes it.
func sign(r *http.Request, body string, auth authorization, secret string) string {
	scope := strings.Join([]string{auth.date, auth.region, auth.service, "aws4_request"}, "/")
	canonical := sha256.Sum256([]byte(canonicalRequest(r, body, auth.signedHeaders)))
	toSign := fmt.Sprintf("%s\n%s\n%s\n%x", signingAlgorithm, r.Header.Get("X-Amz-Date"), scope, canonical)
	key := []byte("AWS4" + secret)
	for _, part := range []string{auth.date, auth.region, auth.service, "aws4_request", toSign} {
		key = hmacSHA256(key, part)
	}
	return hex.EncodeToString(key)
}

func hmacSHA256(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

func canonicalRequest(r *http.Request, body string, signedHeaders []string) string {
	var b strings.Builder
	query := strings.ReplaceAll(r.URL.Query().Encode(), "+", "%20")
	fmt.Fprintf(&b, "%s\n%s\n%s\n", r.Method, cmp.Or(r.URL.EscapedPath(), "/"), query)
	for _, name := range signedHeaders {
		fmt.Fprintf(&b, "%s:%s\n", name, canonicalHeader(r, name))
	}
	fmt.Fprintf(&b, "\n%s\n%x", strings.Join(signedHeaders, ";"), sha256.Sum256([]byte(body)))
	return b.String()
}

func canonicalHeader(r *http.Request, name string) string {
	if name == "host" {
		return r.Host
	}
	var values []string
	for _, value := range r.Header.Values(name) {
		values = append(values, strings.Join(strings.Fields(value), " "))
	}
	return strings.Join(values, ",")
}
