package helper

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
)

// identityToken is the user name by which docker knows that the password is an
// OAuth refresh token and no password (docker/cli, native_store.go).
const identityToken = "<token>"

// Decode reads the user name and password out of a SecretString exactly as the
// Amazon ECS agent does (agent/asm/asm.go): encoding/json into two optional
// strings, so that keys match without case, the last of several wins, and other
// keys are ignored; both values must be there and not empty; nothing is trimmed.
// The keys are "username" and "password" but for entries that name their own.
//
// The one secret that ECS accepts and Decode does not has the user name
// "<token>". Errors are [*Failure] values without host and secret, and never
// quote the secret.
func Decode(value, usernameKey, passwordKey string) (Credential, error) {
	if value == "" {
		return Credential{}, malformed("secret-empty", "the secret is empty", usernameKey, passwordKey)
	}
	fields := twoStrings(usernameKey, passwordKey)
	if err := json.Unmarshal([]byte(value), fields.Interface()); err != nil {
		return Credential{}, malformed("secret-malformed", "the secret is "+describe(err), usernameKey, passwordKey)
	}
	username, _ := fields.Elem().Field(0).Interface().(*string)
	password, _ := fields.Elem().Field(1).Interface().(*string)
	switch {
	case username == nil || *username == "":
		return Credential{}, malformed("secret-incomplete", fmt.Sprintf("the secret's %q is missing or empty", usernameKey), usernameKey, passwordKey)
	case password == nil || *password == "":
		return Credential{}, malformed("secret-incomplete", fmt.Sprintf("the secret's %q is missing or empty", passwordKey), usernameKey, passwordKey)
	case *username == identityToken:
		return Credential{}, &Failure{Code: "secret-identity-token", Withdrawn: true,
			Cause:  "the secret's user name is " + identityToken + ", by which docker takes the password for an identity token",
			Remedy: "put the registry's real user name into the secret"}
	}
	return Credential{Username: *username, Password: *password}, nil
}

// twoStrings makes a *struct{ Username, Password *string } whose JSON keys are
// chosen now, so that custom keys are matched by the same rules as ECS's own.
func twoStrings(usernameKey, passwordKey string) reflect.Value {
	field := func(name, key string) reflect.StructField {
		return reflect.StructField{Name: name, Type: reflect.TypeFor[*string](), Tag: reflect.StructTag(`json:"` + key + `,"`)}
	}
	return reflect.New(reflect.StructOf([]reflect.StructField{field("Username", usernameKey), field("Password", passwordKey)}))
}

// describe says what is wrong without the text of err, which quotes the secret.
func describe(err error) string {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return fmt.Sprintf("not JSON, from byte %d on", syntax.Offset)
	case errors.As(err, &kind) && kind.Field != "":
		return fmt.Sprintf("JSON whose %q is no text", kind.Field)
	}
	return "JSON, but no object"
}

func malformed(code, cause, usernameKey, passwordKey string) *Failure {
	return &Failure{Code: code, Cause: cause, Withdrawn: true, Remedy: fmt.Sprintf("store it as {%q: \"...\", %q: \"...\"}", usernameKey, passwordKey)}
}
