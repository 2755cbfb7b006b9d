package awsapi

import (
	"fmt"
	"strings"

	"github.com/aws/smithy-go"
)

// explainSecret is for what Secrets Manager says of the secret.
func (s *session) explainSecret(err error, api smithy.APIError) *Error {
	switch message := api.ErrorMessage(); api.ErrorCode() {
	case "AccessDeniedException":
		return s.accessDenied(message)
	case "ResourceNotFoundException":
		return s.notFound(message)
	case "InvalidRequestException":
		return s.invalidRequest(err, api)
	case "DecryptionFailure":
		return &Error{Code: "decryption-failed", Cause: "Secrets Manager cannot decrypt the secret with its KMS key", Withdrawn: true,
			Remedy: "see that the key (KmsKeyId) exists and is enabled: " + s.cli("describe-secret")}
	}
	return refused(err, api)
}

func (s *session) accessDenied(message string) *Error {
	principal := between(message, "User: ", " is not authorized")
	if strings.Contains(strings.ToLower(message), "kms") {
		return &Error{Code: "access-denied-kms", Cause: "kms:Decrypt with the secret's key denied" + to(principal), Withdrawn: true,
			Remedy: "allow it in the identity's IAM policy (" + s.whose() + ") and in the key's policy"}
	}
	e := &Error{Code: "access-denied", Cause: "secretsmanager:GetSecretValue denied" + to(principal), Withdrawn: true,
		Remedy: "allow it for this secret in the identity's IAM policy"}
	s.addDenialReason(e, principal, message)
	return e
}

// addDenialReason follows the words with which IAM names the policy that decided.
func (s *session) addDenialReason(e *Error, principal, message string) {
	account := accountOf(principal)
	switch {
	case strings.Contains(message, "explicit deny"):
		e.Cause += " by an explicit deny"
		e.Remedy = "find the Deny in the policies of the identity, the secret, the VPC endpoint or the organization"
	case strings.Contains(message, "no session policy"):
		e.Cause += " by the session policy of these credentials"
		e.Remedy = "allow this secret in the policy with which the session is made, or use credentials without one"
	case strings.Contains(message, "no permissions boundary"):
		e.Cause += " by a permissions boundary"
		e.Remedy = "allow this secret in the identity's permissions boundary"
	case strings.Contains(message, "no VPC endpoint policy"):
		e.Cause += " by the VPC endpoint's policy"
		e.Remedy = "allow this secret in the policy of the Secrets Manager endpoint in " + s.region
	case s.request.Account != "" && account != "" && account != s.request.Account:
		e.Cause += ", which is of another account than the secret"
		e.Remedy = "allow it in IAM here and in the secret's resource policy there, and give the secret a customer key that allows kms:Decrypt"
	}
}

func to(principal string) string {
	if principal == "" {
		return ""
	}
	return " to " + principal
}

func (s *session) notFound(message string) *Error {
	if strings.Contains(message, "staging label") {
		return &Error{Code: "secret-not-found", Cause: "the secret has no current value", Withdrawn: true,
			Remedy: "give it one: " + s.cli("put-secret-value") + " --secret-string file://FILE"}
	}
	where := fmt.Sprintf("in %s of account %s", s.region, s.request.Account)
	if s.request.Partition == "" {
		where = fmt.Sprintf("in %s (the region is %s)", s.region, s.regionFrom)
	}
	remedy := "see what there is: aws secretsmanager list-secrets --region " + s.region + s.profileFlag()
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

func (s *session) invalidRequest(err error, api smithy.APIError) *Error {
	message := api.ErrorMessage()
	if !strings.Contains(message, "deletion") && !strings.Contains(message, "deleted") {
		return refused(err, api)
	}
	return &Error{Code: "secret-deleted", Cause: "the secret is scheduled for deletion", Withdrawn: true,
		Remedy: "restore it or map another: " + s.cli("restore-secret")}
}

// noText is for a secret that ECS could not use either.
func (s *session) noText(binary []byte) *Error {
	cause := "the secret is empty"
	if binary != nil {
		cause = "the secret has no text, only SecretBinary"
	}
	return &Error{Code: "secret-binary", Cause: cause, Withdrawn: true,
		Remedy: `store it as text (SecretString): {"username": "...", "password": "..."}`}
}

// cli is a command of the AWS CLI for this secret.
func (s *session) cli(command string) string {
	id := s.request.SecretID
	if len(id) > 100 {
		id = "SECRET"
	}
	return "aws secretsmanager " + command + " --region " + s.region + " --secret-id " + id + s.profileFlag()
}
