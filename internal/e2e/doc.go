// Package e2e holds the built program against the real things around it: a Docker
// engine and its clients, registries that demand a password, and an emulator of
// AWS that others wrote. It has nothing but tests.
//
// The test binary starts itself a second time in namespaces of its own (see
// sandbox.sh): there it has a loopback interface and no other network, its own
// /run, /dev/log and /etc, and its own process numbers. So ports are free,
// nothing of the machine is seen or changed, and whatever a test starts ends with
// it.
//
// Each test has its own registry, its own secret and its own home folder, and
// shares the engine and the emulator with the others. Packages are installed on a
// Debian of the test's own, whose systemd boots where that is the point.
//
// Where a real part is missing, no test runs: go test passes and says in one line
// which parts it did not find. With ECSSECRETS_E2E=require in the environment it
// fails instead. .ci/run installs every part.
package e2e
