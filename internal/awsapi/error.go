package awsapi

// Error is one way in which a secret cannot be had, in words for people.
type Error struct {
	Code   string // stable name, as in the README's table of failures
	Cause  string // one clause: what happened
	Remedy string // one clause: what to do, or type
	// Transient: AWS could not be reached or could not serve. A copy of the
	// secret may stand in.
	Transient bool
	// Withdrawn: AWS or the secret itself says that no copy may be used either.
	Withdrawn bool
}

func (e *Error) Error() string { return e.Cause + "; " + e.Remedy }
