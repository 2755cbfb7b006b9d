package awsapi

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"syscall"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// explain makes one sentence of whatever the SDK says.
func (s *session) explain(ctx context.Context, err error) *Error {
	s.client.trace("AWS: %v", err)
	var api smithy.APIError
	if errors.As(err, &api) && api.ErrorCode() != "UnknownError" {
		return s.explainAPI(err, api)
	}
	if e := s.explainConfig(err); e != nil {
		return e
	}
	if e := s.explainAnswer(err); e != nil {
		return e
	}
	if e := s.explainNetwork(ctx, err); e != nil {
		return e
	}
	var credentials *credentialsError
	if errors.As(err, &credentials) {
		return s.noCredentials()
	}
	return &Error{Code: "aws-error", Cause: lastClause(err), Remedy: "look closer with ECSSECRETS_LOG=debug"}
}

// explainAPI is for errors that a service of AWS itself names.
func (s *session) explainAPI(err error, api smithy.APIError) *Error {
	operation := operationOf(err)
	switch code := api.ErrorCode(); code {
	case "AccessDeniedException", "AccessDenied", "UnauthorizedOperation":
		return s.accessDenied(operation, api.ErrorMessage())
	case "ResourceNotFoundException":
		return s.notFound(api.ErrorMessage())
	case "InvalidRequestException":
		return s.invalidRequest(api.ErrorMessage())
	case "DecryptionFailure":
		return &Error{Code: "decryption-failed", Cause: "Secrets Manager cannot decrypt the secret with its KMS key", Withdrawn: true,
			Remedy: "see that the key exists and is enabled: aws kms describe-key --region " + s.region + " --key-id KEY"}
	case "ExpiredTokenException", "ExpiredToken", "RequestExpired":
		return s.expired()
	case "RequestTimeTooSkewed":
		return clockSkew()
	case "InvalidSignatureException", "SignatureDoesNotMatch", "IncompleteSignature", "UnrecognizedClientException",
		"InvalidClientTokenId", "AuthFailure", "MissingAuthenticationToken":
		return s.badSignature(code, api.ErrorMessage())
	default:
		return s.otherAPI(err, code, api.ErrorMessage())
	}
}

func (s *session) otherAPI(err error, code, message string) *Error {
	if _, throttled := retry.DefaultThrottleErrorCodes[code]; throttled {
		return &Error{Code: "throttled", Cause: fmt.Sprintf("AWS throttles %s (%s)", operationOf(err), code), Transient: true,
			Remedy: "try again; ask for fewer calls or a higher quota if it goes on"}
	}
	if status := statusOf(err); status >= 500 {
		return unavailable(err, status)
	}
	return &Error{Code: "aws-error", Cause: fmt.Sprintf("%s refused: %s: %s", operationOf(err), code, message), Remedy: "look closer with ECSSECRETS_LOG=debug"}
}

func unavailable(err error, status int) *Error {
	return &Error{Code: "aws-unavailable", Cause: fmt.Sprintf("%s answered %d %s", operationOf(err), status, http.StatusText(status)), Transient: true,
		Remedy: "try again; see https://health.aws.amazon.com if it goes on"}
}

func (s *session) accessDenied(operation, message string) *Error {
	principal := between(message, "User: ", " is not authorized")
	who := ""
	if principal != "" {
		who = " to " + principal
	}
	switch {
	case operation == "STS AssumeRole":
		return &Error{Code: "access-denied-role", Cause: "sts:AssumeRole of " + s.request.RoleARN + " denied" + who, Withdrawn: true,
			Remedy: "allow it in this identity's policy and in the role's trust policy, external id included"}
	case strings.HasPrefix(operation, "STS "), strings.HasPrefix(operation, "SSO"):
		return &Error{Code: "access-denied-role", Cause: operation + " denied" + who + ": " + message, Withdrawn: true,
			Remedy: "correct the profile or the role's trust policy"}
	case strings.Contains(strings.ToLower(message), "kms"):
		return &Error{Code: "access-denied-kms", Cause: "kms:Decrypt on the secret's key denied" + who, Withdrawn: true,
			Remedy: "allow kms:Decrypt in this identity's policy and in the key's policy"}
	}
	e := &Error{Code: "access-denied", Cause: "secretsmanager:GetSecretValue denied" + who, Withdrawn: true,
		Remedy: "allow it for this secret in the identity's IAM policy"}
	s.addDenialReason(e, principal, message)
	return e
}

func (s *session) addDenialReason(e *Error, principal, message string) {
	switch {
	case strings.Contains(message, "session policy"):
		e.Cause += " by a session policy"
		e.Remedy = "allow this secret in the session policy that the credentials were made with"
	case strings.Contains(message, "explicit deny"):
		e.Cause += " by an explicit deny"
		e.Remedy = "find the Deny in the identity's, the secret's or the organization's policies"
	case s.request.Account != "" && accountOf(principal) != "" && accountOf(principal) != s.request.Account:
		e.Cause += ", which is of another account than the secret's"
		e.Remedy = "allow it here in IAM, there in the secret's resource policy, and encrypt the secret with a customer key that allows kms:Decrypt"
	}
}

func (s *session) notFound(message string) *Error {
	if strings.Contains(message, "staging label") {
		return &Error{Code: "secret-not-found", Cause: "the secret has no current value", Withdrawn: true,
			Remedy: "give it one: aws secretsmanager put-secret-value --region " + s.region}
	}
	where := "in " + s.region
	if s.request.Account != "" {
		where += " of account " + s.request.Account
	}
	remedy := "see what there is: aws secretsmanager list-secrets --region " + s.region
	if other := otherRegion(s.request.SecretID, s.region); other != "" && s.request.Partition == "" {
		remedy = fmt.Sprintf("if it is in %s, as its name suggests, add \"region\": %q to the entry or write its ARN", other, other)
	}
	return &Error{Code: "secret-not-found", Cause: "no such secret " + where, Remedy: remedy, Withdrawn: true}
}

// otherRegion finds a region in a secret's name, as in "eu-west-1/registry".
func otherRegion(name, region string) string {
	for _, word := range strings.FieldsFunc(name, func(r rune) bool { return strings.ContainsRune("/_+=.@:", r) }) {
		parts := strings.Split(word, "-")
		last := parts[len(parts)-1]
		if len(parts) >= 3 && len(parts[0]) == 2 && len(last) == 1 && last >= "1" && last <= "9" && word != region {
			return word
		}
	}
	return ""
}

func (s *session) invalidRequest(message string) *Error {
	if strings.Contains(message, "deletion") || strings.Contains(message, "deleted") {
		return &Error{Code: "secret-deleted", Cause: "the secret is scheduled for deletion", Withdrawn: true,
			Remedy: "restore it or map another: aws secretsmanager restore-secret --region " + s.region + " --secret-id SECRET"}
	}
	return &Error{Code: "aws-error", Cause: "Secrets Manager refuses the request: " + message, Withdrawn: true,
		Remedy: "see the secret: aws secretsmanager describe-secret --region " + s.region + " --secret-id SECRET"}
}

func (s *session) badSignature(code, message string) *Error {
	if strings.Contains(message, "Signature expired") || strings.Contains(message, "Signature not yet current") {
		return clockSkew()
	}
	return &Error{Code: "credentials-refused", Cause: "AWS refuses the credentials (" + code + ")",
		Remedy: "correct the access key, or remove it where a role should be used: ECSSECRETS_LOG=debug says where it came from"}
}

func clockSkew() *Error {
	return &Error{Code: "clock-skew", Cause: "AWS refuses the request's time: this machine's clock is wrong", Remedy: "set it: timedatectl set-ntp true"}
}

func (s *session) expired() *Error {
	remedy := "renew them; a role's credentials renew themselves"
	if s.agent.external {
		remedy = "see that the SSM agent runs: systemctl status amazon-ssm-agent"
	}
	return &Error{Code: "credentials-expired", Cause: "the AWS credentials have expired", Remedy: remedy}
}

// explainConfig is for what the SDK reads on this machine.
func (s *session) explainConfig(err error) *Error {
	var profile config.SharedConfigProfileNotExistError
	var session *ssocreds.InvalidTokenError
	var configuration *configError
	switch {
	case errors.As(err, &session):
		return &Error{Code: "credentials-expired", Cause: "the SSO session has expired or was never opened", Remedy: "type: aws sso login" + s.profileFlag()}
	case errors.As(err, &profile):
		return &Error{Code: "aws-config", Cause: fmt.Sprintf("there is no AWS profile %q", profile.Profile), Remedy: "add it to ~/.aws/config of the user that runs the client, or name another"}
	case errors.As(err, &configuration):
		return &Error{Code: "aws-config", Cause: "the AWS configuration cannot be used: " + lastClause(err), Remedy: "correct ~/.aws/config, ~/.aws/credentials or the AWS_* variables of the user that runs the client"}
	}
	return nil
}

func (s *session) profileFlag() string {
	if s.request.Profile == "" {
		return ""
	}
	return " --profile " + s.request.Profile
}

// explainAnswer is for answers that are none of AWS's.
func (s *session) explainAnswer(err error) *Error {
	status := statusOf(err)
	var garbage *smithy.DeserializationError
	switch {
	case 300 <= status && status < 400:
		return &Error{Code: "redirected", Cause: fmt.Sprintf("%s answered with a redirect, which is not followed", operationOf(err)), Remedy: "correct AWS_ENDPOINT_URL, or ask who answers in the place of AWS"}
	case status >= 500:
		return unavailable(err, status)
	case errors.Is(err, errOversized), errors.As(err, &garbage), status > 0:
		return &Error{Code: "bad-answer", Cause: fmt.Sprintf("%s gave an answer that AWS would not give%s", operationOf(err), statusText(status)), Remedy: "correct AWS_ENDPOINT_URL, or ask who answers in the place of AWS"}
	}
	return nil
}

func statusText(status int) string {
	if status == 0 || status == http.StatusOK {
		return ""
	}
	return fmt.Sprintf(" (%d %s)", status, http.StatusText(status))
}

// explainNetwork is for when there was no answer.
func (s *session) explainNetwork(ctx context.Context, err error) *Error {
	endpoint := endpointOf(err)
	var dns *net.DNSError
	var opError *net.OpError
	var timeout net.Error
	switch {
	case errors.As(err, &opError) && opError.Op == "proxyconnect", isProxyRefusal(err):
		return &Error{Code: "proxy", Cause: "the proxy does not let " + endpoint + " through: " + lastClause(err), Transient: true,
			Remedy: "correct HTTPS_PROXY and NO_PROXY in the client's environment or in /etc/ecs/ecs.config"}
	case errors.As(err, &dns):
		return &Error{Code: "dns", Cause: "the name " + dns.Name + " cannot be resolved", Remedy: "check the region and /etc/resolv.conf", Transient: true}
	case isTLS(err):
		return explainTLS(endpoint, err)
	case ctx.Err() != nil, errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return &Error{Code: "deadline", Cause: "no answer from " + endpoint + " in time", Transient: true,
			Remedy: "check the route to it: NAT gateway, VPC endpoint, security group, proxy"}
	case errors.Is(err, syscall.ECONNREFUSED), errors.As(err, &opError), isRequestError(err):
		return &Error{Code: "network", Cause: "no connection to " + endpoint + ": " + lastClause(err), Transient: true,
			Remedy: "check the route to it: NAT gateway, VPC endpoint, security group, proxy"}
	}
	return nil
}

func explainTLS(endpoint string, err error) *Error {
	var invalid x509.CertificateInvalidError
	if errors.As(err, &invalid) && invalid.Reason == x509.Expired {
		return &Error{Code: "clock-skew", Cause: "the certificate of " + endpoint + " is not valid at this machine's time", Remedy: "check the clock: timedatectl"}
	}
	return &Error{Code: "tls", Cause: "the certificate of " + endpoint + " is not trusted: " + lastClause(err),
		Remedy: "if a proxy or private endpoint stands there, set AWS_CA_BUNDLE to its CA"}
}

func isTLS(err error) bool {
	var invalid x509.CertificateInvalidError
	var authority x509.UnknownAuthorityError
	var hostname x509.HostnameError
	var verification *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	return errors.As(err, &invalid) || errors.As(err, &authority) || errors.As(err, &hostname) ||
		errors.As(err, &verification) || errors.As(err, &record)
}

// isProxyRefusal: net/http gives a proxy's answer to CONNECT as its bare status.
func isProxyRefusal(err error) bool {
	var request *url.Error
	if !errors.As(err, &request) {
		return false
	}
	text := request.Err.Error()
	return text == http.StatusText(http.StatusProxyAuthRequired) || text == http.StatusText(http.StatusForbidden) || text == http.StatusText(http.StatusBadGateway)
}

func isRequestError(err error) bool {
	var request *smithyhttp.RequestSendError
	return errors.As(err, &request)
}

func (s *session) noRegion() *Error {
	return &Error{Code: "no-region", Cause: "the secret is given by name and no region is known", Remedy: `add "region" to the entry, write the secret's ARN, or set AWS_REGION`}
}

func (s *session) noCredentials() *Error {
	if s.agent.external && os.Geteuid() > 0 {
		return &Error{Code: "external-not-root", Cause: "only root can read the AWS credentials of an ECS Anywhere host",
			Remedy: `run the client with sudo, or name a "profile" of this user in the entry`}
	}
	tried := "environment, AWS files"
	if s.imds {
		tried += ", instance metadata"
	}
	return &Error{Code: "no-credentials", Cause: "no AWS credentials found (tried " + tried + ")",
		Remedy: "give the instance a role, or the user that runs the client a profile"}
}

func operationOf(err error) string {
	var operation *smithy.OperationError
	if !errors.As(err, &operation) {
		return "AWS"
	}
	return operation.Service() + " " + operation.Operation()
}

func statusOf(err error) int {
	var response *smithyhttp.ResponseError
	if !errors.As(err, &response) {
		return 0
	}
	return response.HTTPStatusCode()
}

func endpointOf(err error) string {
	var request *url.Error
	if !errors.As(err, &request) {
		return "AWS"
	}
	address, parseErr := url.Parse(request.URL)
	if parseErr != nil {
		return "AWS"
	}
	return address.Host
}

// lastClause is the innermost error's text: what went wrong, without the chain of
// who called whom.
func lastClause(err error) string {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err.Error()
		}
		err = inner
	}
}

func accountOf(arn string) string {
	fields := strings.SplitN(arn, ":", 6)
	if len(fields) < 6 {
		return ""
	}
	return fields[4]
}

func between(s, before, after string) string {
	_, s, ok := strings.Cut(s, before)
	if !ok {
		return ""
	}
	s, _, ok = strings.Cut(s, after)
	if !ok {
		return ""
	}
	return s
}
