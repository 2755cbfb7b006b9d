//go:build linux

package e2e

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// server is a process that serves until it is stopped.
type server struct {
	cmd    *exec.Cmd
	log    string
	exited chan struct{}
}

// startServer starts a program that logs into a folder, and returns once it is
// ready.
func startServer(dir string, ready func() bool, name string, args ...string) (*server, error) {
	log, err := os.Create(filepath.Join(dir, name+".log"))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	s := &server{cmd: exec.Command(name, args...), log: log.Name(), exited: make(chan struct{})}
	s.cmd.Dir = dir
	s.cmd.Stdout, s.cmd.Stderr = log, log
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	go func() { s.cmd.Wait(); close(s.exited) }()
	if !s.waitUntil(ready) {
		s.stop()
		text, _ := os.ReadFile(s.log)
		return nil, fmt.Errorf("%s is not ready; its log:\n%s", name, text)
	}
	return s, nil
}

func (s *server) waitUntil(ready func() bool) bool {
	return eventually(time.Minute, func() bool {
		select {
		case <-s.exited:
			return true
		default:
			return ready()
		}
	}) && s.cmd.ProcessState == nil
}

// eventually polls for something, and tells whether it happened in time.
func eventually(within time.Duration, happened func() bool) bool {
	for end := time.Now().Add(within); time.Now().Before(end); {
		if happened() {
			return true
		}
		time.Sleep(20 * time.Millisecond)
	}
	return false
}

func (s *server) stop() {
	s.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-s.exited:
	case <-time.After(20 * time.Second):
		s.cmd.Process.Kill()
		<-s.exited
	}
}

// freeAddress is a loopback address on which nothing listens.
func freeAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer listener.Close()
	return listener.Addr().String(), nil
}

func listens(network, address string) func() bool {
	return func() bool {
		conn, err := net.Dial(network, address)
		if err != nil {
			return false
		}
		conn.Close()
		return true
	}
}
