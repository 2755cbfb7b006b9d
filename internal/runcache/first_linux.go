package runcache

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// First reports whether nobody asked for the key within the last period. Of many
// that ask at once, one is first.
func (f *Folder) First(key string, period time.Duration) bool {
	sum := sha256.Sum256([]byte(key))
	name := "first-" + hex.EncodeToString(sum[:16])
	if _, known := f.Get(name); known {
		return false
	}
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	unlock, err := f.Lock(ctx, name)
	if err != nil {
		_, known := f.Get(name) // by whoever held the lock for so long
		return !known
	}
	defer unlock()
	if _, known := f.Get(name); known {
		return false
	}
	f.Put(name, nil, period)
	return true
}
