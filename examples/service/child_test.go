package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A child is the service as a process of its own.
type child struct {
	cmd *exec.Cmd
	url string
	log *buffer
}

// buffer is what a process logs.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// childVariable says that this is the service, started by a test.
const childVariable = "METERBOOK_SERVICE_CHILD"

// TestMain is the service where a test has started it as a process.
func TestMain(m *testing.M) {
	if os.Getenv(childVariable) != "" {
		main()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// command is the service as a process, with these arguments.
func command(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(self, args...)
	cmd.Env = append(os.Environ(), childVariable+"=1")
	return cmd
}

// today is when the service believes to be.
const today = "2026-11-20T12:00:00Z"

// start starts the service on a free port and waits until it listens.
func start(t *testing.T, args ...string) *child {
	t.Helper()
	c := &child{cmd: command(t, append([]string{"-addr", "127.0.0.1:0", "-now", today}, args...)...), log: &buffer{}}
	c.cmd.Stderr = c.log
	stdout, err := c.cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, c.cmd.Start())
	t.Cleanup(func() { _ = c.cmd.Process.Kill(); _, _ = c.cmd.Process.Wait() })
	line, err := bufio.NewReader(stdout).ReadString('\n')
	require.NoError(t, err, c.log)
	_, rest, found := strings.Cut(line, "http://")
	require.True(t, found, line)
	host, _, _ := strings.Cut(rest, "/")
	c.url = "http://" + host
	return c
}

// kill ends the process as a power failure of the process would.
func (c *child) kill(t *testing.T) {
	t.Helper()
	require.NoError(t, c.cmd.Process.Kill())
	_ = c.cmd.Wait()
}

// end asks the process to end, and waits.
func (c *child) end(t *testing.T) {
	t.Helper()
	require.NoError(t, c.cmd.Process.Signal(syscall.SIGTERM))
	require.NoError(t, c.cmd.Wait(), c.log)
}

// client keeps no connections: the process at the other end goes away.
var client = &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}

// call sends a request and returns status and body; status 0 is no answer.
func (c *child) call(method, path, kind string, body []byte) (int, []byte) {
	req, err := http.NewRequest(method, c.url+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	res, err := client.Do(req)
	if err != nil {
		return 0, nil
	}
	defer res.Body.Close()
	got, err := io.ReadAll(res.Body)
	if err != nil {
		return 0, nil
	}
	return res.StatusCode, got
}

const (
	oneEvent    = "application/cloudevents+json"
	batchEvents = "application/cloudevents-batch+json"
)

// get asks for JSON.
func (c *child) get(t *testing.T, path string, into any) []byte {
	t.Helper()
	sign := "?"
	if strings.Contains(path, "?") {
		sign = "&"
	}
	status, body := c.call(http.MethodGet, path+sign+"format=json", "", nil)
	require.Equal(t, http.StatusOK, status, "%s: %s", path, body)
	if into != nil {
		require.NoError(t, json.Unmarshal(body, into), string(body))
	}
	return body
}

// A told is what the tests read of a problem.
type told struct {
	Status                int
	Reason, Field, Detail string
	Accepted, Duplicates  int
	Refused               []struct {
		Index         int
		Reason, Field string
	}
}

// refusedWith sends something that is to be refused.
func (c *child) refusedWith(t *testing.T, status int, method, path, kind, body string) told {
	t.Helper()
	got, answer := c.call(method, path, kind, []byte(body))
	require.Equal(t, status, got, string(answer))
	var p told
	require.NoError(t, json.Unmarshal(answer, &p), string(answer))
	require.Equal(t, status, p.Status)
	return p
}
