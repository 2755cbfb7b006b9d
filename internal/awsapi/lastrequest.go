package awsapi

import (
	"context"
	"sync"

	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// lastRequest knows who was asked last. The SDK's error does not say it when the
// deadline ends a wait for credentials.
type lastRequest struct {
	mu   sync.Mutex
	host string
}

func (l *lastRequest) record(stack *middleware.Stack) error {
	return stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("LastRequest",
		func(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (middleware.DeserializeOutput, middleware.Metadata, error) {
			if request, ok := in.Request.(*smithyhttp.Request); ok {
				l.set(request.URL.Host)
			}
			return next.HandleDeserialize(ctx, in)
		}), middleware.After)
}

func (l *lastRequest) set(host string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.host = host
}

func (l *lastRequest) get() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.host
}
