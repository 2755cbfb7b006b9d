package main

import (
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"strings"
)

// hasPassword reports whether a text has a password, as it is or as programs write it:
// base64 at any offset, hexadecimal, in a URL.
func hasPassword(text, password string) bool {
	forms := []string{password, url.QueryEscape(password), hex.EncodeToString([]byte(password)), strings.ToUpper(hex.EncodeToString([]byte(password)))}
	for before := range 3 {
		encoded := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", before) + password))
		forms = append(forms, encoded[(before*8+5)/6:len(encoded)-4]) // without the ends, which neighbours change
	}
	for _, form := range forms {
		if strings.Contains(text, form) {
			return true
		}
	}
	return false
}
