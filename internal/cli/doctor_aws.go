package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/ecssecrets/docker-credential-ecssecrets/helper"
)

// identifyTime bounds the look at region, credentials and STS, as the mapping's
// timeout bounds get.
const identifyTime = 10 * time.Second

// aws says where and as whom the secret is asked for.
func (d *doctor) aws(p *patient) []finding {
	switch {
	case p.entry == nil:
		return nil
	case d.offline:
		return one(finding{Step: "region", Outcome: skipped, Object: "AWS", Found: "not asked: --offline"})
	}
	ctx, cancel := context.WithTimeout(context.Background(), identifyTime)
	defer cancel()
	identity, err := d.Machine.Identify(ctx, p.host, p.entry)
	var found []finding
	if identity.Region != "" {
		found = one(finding{Step: "region", Outcome: well, Object: "AWS region", Found: identity.Region + ", " + identity.RegionSource})
	}
	if err == nil {
		return append(found, credentialsFound(p, identity)...)
	}
	failure := failureIn(err)
	p.identity = failure.Code
	step, object := "credentials", "AWS credentials"
	if identity.Region == "" && failure.Code == "no-region" {
		step, object = "region", "AWS region"
	}
	return append(found, finding{Step: step, Outcome: faulty, Object: object, Found: failure.Cause, Remedy: failure.Remedy, Code: failure.Code})
}

func credentialsFound(p *patient, identity Identity) []finding {
	f := finding{Step: "credentials", Outcome: well, Object: "AWS credentials", Found: identity.Credentials}
	if !identity.Expires.IsZero() {
		f.Found += ", until " + when(identity.Expires)
	}
	switch unknown := identity.Unknown; {
	case unknown == nil:
		f.Found += ", as " + identity.Principal
	case concernsIdentity(unknown.Code):
		p.identity = unknown.Code
		f.Outcome, f.Code, f.Found, f.Remedy = faulty, unknown.Code, unknown.Cause, unknown.Remedy
	default:
		f.Outcome, f.Found = note, f.Found+"; whose they are STS does not say: "+unknown.Cause
	}
	return one(f)
}

// concernsIdentity: every service of AWS would say this of these credentials.
// Other failures say that STS cannot be reached, which no pull needs.
func concernsIdentity(code string) bool {
	return code == "credentials-expired" || code == "credentials-refused" || code == "clock-skew"
}

// fetch asks for the secret, as get would without a cache.
func (d *doctor) fetch(p *patient) []finding {
	if p.entry == nil || d.offline {
		return nil
	}
	secret, err := p.inspection.Fetch()
	f := finding{Step: "secret", Object: p.entry.CredentialsParameter}
	failure := failureIn(err)
	switch {
	case err == nil:
		p.secret = &secret
		f.Outcome, f.Found = well, fmt.Sprintf("version %s of %s", secret.Version, when(secret.Created))
	case failure.Code == p.identity:
		f.Outcome, f.Found = skipped, "not to be had, for the reason above"
	default:
		f.Outcome, f.Found, f.Remedy, f.Code = faulty, failure.Cause, failure.Remedy, failure.Code
	}
	p.outage = failure != nil && failure.Transient
	return one(f)
}

// shape holds the secret to what the ECS agent accepts, and shows none of it.
func (d *doctor) shape(p *patient) []finding {
	if p.secret == nil {
		return nil
	}
	f := finding{Step: "shape", Outcome: well, Object: "the secret's text",
		Found: fmt.Sprintf("has %q and %q, as ECS wants them", p.entry.UsernameKey, p.entry.PasswordKey)}
	credential, err := p.inspection.Decode(*p.secret)
	if err != nil {
		failure := failureIn(err)
		f.Outcome, f.Found, f.Remedy, f.Code = faulty, failure.Cause, failure.Remedy, failure.Code
		return one(f)
	}
	p.credential = &credential
	return one(f)
}

// cache says what get would find in it.
func (d *doctor) cache(p *patient) []finding {
	if p.entry == nil {
		return nil
	}
	f := finding{Step: "cache", Outcome: well, Object: "cache"}
	kept, ok := p.inspection.Copy()
	standsIn := p.outage && kept.StandsIn > 0
	p.copyUsed = kept.Usable || standsIn
	switch {
	case p.noCache != nil:
		f.Outcome, f.Found = note, "impossible, so that every pull asks AWS: "+p.noCache.Error()
		f.Remedy = cacheRemedy(os.Geteuid())
	case !ok:
		f.Found = "no copy"
	case standsIn:
		p.credential = &kept.Credential
		f.Outcome = note
		f.Found = fmt.Sprintf("pulls go on with the copy of %s until %s", when(kept.Taken), when(time.Now().Add(kept.StandsIn)))
	case kept.Usable && p.credential != nil && kept.Credential != *p.credential:
		f.Outcome, f.Remedy = note, "type: echo "+string(p.host)+" | "+helperProgram+" erase"
		f.Found = fmt.Sprintf("a copy of %s that is no longer the secret is used for %s more", when(kept.Taken), rounded(kept.Fresh))
	case kept.Usable && kept.Fresh > 0:
		f.Found = fmt.Sprintf("fresh: a copy of %s, used for %s more", when(kept.Taken), rounded(kept.Fresh))
	case kept.StandsIn > 0:
		f.Found = fmt.Sprintf("stale: a copy of %s, which may stand in for AWS for %s more", when(kept.Taken), rounded(kept.StandsIn))
	default:
		f.Found = "no copy that may be used"
	}
	return one(f)
}

// cacheRemedy: root's folder needs no session of systemd's.
func cacheRemedy(uid int) string {
	if uid == 0 {
		return "see that /run is on tmpfs, and /run/ecssecrets, if it is there, root's folder with mode 700: ls -ld /run /run/ecssecrets"
	}
	return "log in so that systemd makes /run/user/UID, or point XDG_RUNTIME_DIR at a folder of your own on tmpfs"
}

// failureIn is the failure behind an error, which has one but for faults of this
// program.
func failureIn(err error) *helper.Failure {
	var failure *helper.Failure
	if err == nil || errors.As(err, &failure) {
		return failure
	}
	return &helper.Failure{Code: "internal", Cause: err.Error(), Remedy: "report this with the output of ECSSECRETS_LOG=debug"}
}

func when(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func rounded(d time.Duration) time.Duration { return d.Round(time.Second) }
