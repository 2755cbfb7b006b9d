package awstest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"time"
)

// Fault says which requests go wrong, and how. Its fields combine: the answer
// is chosen first (an AWS error, any other answer, or the right one), then
// padded, then delivered late, slowly, in part or not at all.
type Fault struct {
	// Which requests: an empty field means any, 0 means all of them and
	// otherwise only so many.
	Service   string `json:"service"`   // secretsmanager, sts, imds, container
	Operation string `json:"operation"` // GetSecretValue; AssumeRole, AssumeRoleWithWebIdentity, GetCallerIdentity; GetToken, ListRoles, GetRoleCredentials, GetRegion, GetIdentityDocument; GetCredentials
	SecretID  string `json:"secretId"`
	Times     int    `json:"times"`

	// An AWS error, in the form of the service, with Status (400 unless given).
	Code    string `json:"code"`
	Message string `json:"message"`
	// Or any answer: Status is 200 unless given. A redirect is Status and a
	// Location header.
	Status int               `json:"status"`
	Body   string            `json:"body"`
	Header map[string]string `json:"header"` // added to whatever answer

	Skew time.Duration `json:"-"`   // how far the server's clock is ahead, in Date headers and for signatures
	Pad  int           `json:"pad"` // bytes of white space before the body, at most 64 MiB: too much, but still well-formed

	Delay    time.Duration `json:"-"`        // before the answer
	Drip     time.Duration `json:"-"`        // after each byte of the body
	Truncate int           `json:"truncate"` // bytes of the body after which the connection closes, below the announced length
	Hang     bool          `json:"hang"`     // no answer, or with Truncate no more of it, until the client leaves
	Reset    bool          `json:"reset"`    // the connection is reset (RST) instead of an answer
}

// maxHold bounds every delay, drip and hang.
const maxHold = time.Minute

const maxPad = 64 << 20

// ParseFault reads a Fault from JSON text such as
//
//	{"service": "secretsmanager", "times": 1, "status": 500, "code": "InternalServiceError", "message": "…"}
//
// with durations ("skew", "delay", "drip") as Go writes them: "2s".
func ParseFault(text string) (Fault, error) {
	var in struct {
		Fault
		Skew  string `json:"skew"`
		Delay string `json:"delay"`
		Drip  string `json:"drip"`
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(&in)
	err = errors.Join(err,
		setDuration(&in.Fault.Skew, in.Skew), setDuration(&in.Fault.Delay, in.Delay), setDuration(&in.Fault.Drip, in.Drip))
	if err != nil {
		return Fault{}, fmt.Errorf("fault %s: %w", text, err)
	}
	return in.Fault, nil
}

func setDuration(to *time.Duration, text string) (err error) {
	if text != "" {
		*to, err = time.ParseDuration(text)
	}
	return err
}

// Fail adds a fault. Of the faults that match a request the one added first
// applies, alone.
func (s *Server) Fail(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f.Header = maps.Clone(f.Header)
	s.faults = append(s.faults, f)
}

// Heal removes all faults.
func (s *Server) Heal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// takeFault gives the fault for a request, or one that does nothing, and counts
// it.
func (s *Server) takeFault(c *call) Fault {
	for i := range s.faults {
		f := &s.faults[i]
		if !matches(f.Service, c.Service) || !matches(f.Operation, c.Operation) || !matches(f.SecretID, c.SecretID) {
			continue
		}
		switch f.Times {
		case spent:
			continue
		case 1:
			f.Times = spent
		case 0:
		default:
			f.Times--
		}
		return *f
	}
	return Fault{}
}

const spent = -1

func (f Fault) replaces() bool { return f.Code != "" || f.Status != 0 || f.Body != "" }

// answer is what the fault puts in place of the right answer.
func (f Fault) answer(c *call) answer {
	if f.Code == "" {
		return answer{status: defaultTo(http.StatusOK, f.Status), header: map[string]string{"Content-Type": "text/plain"}, body: []byte(f.Body)}
	}
	e := &awsError{defaultTo(http.StatusBadRequest, f.Status), f.Code, f.Message}
	switch c.Service {
	case secretsManager:
		return jsonError(e)
	case sts:
		return xmlError(e)
	default:
		a := plainJSON(map[string]string{"code": e.code, "message": e.message})
		a.status, a.code = e.status, e.code
		return a
	}
}

func defaultTo(usual, given int) int {
	if given == 0 {
		return usual
	}
	return given
}

// padded gives the body with the white space that Pad asks for.
func (f Fault) padded(body []byte) []byte {
	return append(bytes.Repeat([]byte(" "), min(f.Pad, maxPad)), body...)
}
