package awstest

import (
	"crypto/rand"
	"fmt"
	"time"
)

// identity is an access key and whom it stands for.
type identity struct {
	keyID, secret, token string
	account              string
	arn                  string
	expires              time.Time // zero: never
	sessionPolicy        *policy   // nil: nothing narrows what the identity may do
}

func (id identity) expiredAt(t time.Time) bool { return !id.expires.IsZero() && !t.Before(id.expires) }

// AddKey makes the endpoint accept an access key of Account, with a session
// token if it has one.
func (s *Server) AddKey(id, secret, sessionToken string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.identities[id] = identity{keyID: id, secret: secret, token: sessionToken, account: Account,
		arn: "arn:aws:iam::" + Account + ":user/" + id}
}

// ExpireKey lets an access key expire now, one that the endpoint gave out
// included; requests with it get ExpiredTokenException.
func (s *Server) ExpireKey(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := s.identities[id]
	key.expires = time.Now()
	s.identities[id] = key
}

// session says for whom temporary credentials are.
type session struct {
	account string
	arn     string
	policy  *policy
}

func assumedRole(partition, account, role, name string) session {
	return session{account: account, arn: fmt.Sprintf("arn:%s:sts::%s:assumed-role/%s/%s", partition, account, role, name)}
}

// issue makes temporary credentials and accepts them from now on.
func (s *Server) issue(to session, lifetime time.Duration) identity {
	id := identity{
		keyID:         "ASIA" + rand.Text()[:16],
		secret:        (rand.Text() + rand.Text())[:40],
		token:         rand.Text() + rand.Text() + rand.Text(),
		account:       to.account,
		arn:           to.arn,
		expires:       time.Now().Add(lifetime).Truncate(time.Second),
		sessionPolicy: to.policy,
	}
	s.identities[id.keyID] = id
	return id
}
