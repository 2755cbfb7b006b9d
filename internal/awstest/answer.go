package awstest

import (
	"crypto/rand"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
)

// answer is a complete response, before a fault spoils its delivery.
type answer struct {
	status int
	code   string // AWS's error code, for the record
	header map[string]string
	body   []byte
}

// awsError is an error as a service would report it.
type awsError struct {
	status  int
	code    string
	message string
}

func failure(status int, code, format string, args ...any) *awsError {
	return &awsError{status, code, fmt.Sprintf(format, args...)}
}

// jsonAnswer is a successful answer in the protocol awsJson 1.1.
func jsonAnswer(out any) answer {
	return jsonBody(http.StatusOK, "", out)
}

func jsonError(e *awsError) answer {
	a := jsonBody(e.status, e.code, map[string]string{"__type": e.code, "Message": e.message})
	a.header["x-amzn-ErrorType"] = e.code
	return a
}

func jsonBody(status int, code string, out any) answer {
	body, err := json.Marshal(out)
	if err != nil {
		panic(err) // only our own structs come here
	}
	return answer{status, code, map[string]string{
		"Content-Type":     "application/x-amz-json-1.1",
		"x-amzn-RequestId": newUUID(),
	}, body}
}

// xmlAnswer is a successful answer in the query protocol.
func xmlAnswer(requestID string, out any) answer {
	return xmlBody(http.StatusOK, "", requestID, out)
}

func xmlError(e *awsError) answer {
	id := newUUID()
	out := xmlErrorBody{Type: "Sender", Code: e.code, Message: e.message, RequestID: id}
	if e.status >= http.StatusInternalServerError {
		out.Type = "Receiver"
	}
	return xmlBody(e.status, e.code, id, out)
}

type xmlErrorBody struct {
	XMLName   xml.Name `xml:"https://sts.amazonaws.com/doc/2011-06-15/ ErrorResponse"`
	Type      string   `xml:"Error>Type"`
	Code      string   `xml:"Error>Code"`
	Message   string   `xml:"Error>Message"`
	RequestID string   `xml:"RequestId"`
}

func xmlBody(status int, code, requestID string, out any) answer {
	body, err := xml.MarshalIndent(out, "", "  ")
	if err != nil {
		panic(err) // only our own structs come here
	}
	return answer{status, code, map[string]string{
		"Content-Type":     "text/xml",
		"x-amzn-RequestId": requestID,
	}, append(body, '\n')}
}

func plainAnswer(status int, text string) answer {
	return answer{status: status, header: map[string]string{"Content-Type": "text/plain"}, body: []byte(text)}
}

// newUUID gives a random UUID (RFC 9562, version 4), the form of AWS's request
// and version ids.
func newUUID() string {
	b := make([]byte, 16)
	rand.Read(b)
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
