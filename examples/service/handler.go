package main

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// handler returns what answers requests, by method and path.
func (s *service) handler() http.Handler {
	mux := http.NewServeMux()
	methods := make(map[string][]string) // by path
	for pattern, answer := range map[string]func(*request) error{
		"POST /events": s.postEvents, "GET /usage": s.getUsage, "GET /bill": s.getBill, "GET /balance": s.getBalance,
		"POST /credit": s.postCredit, "POST /holds": s.postHold, "DELETE /holds": s.deleteHold, "GET /health": s.getHealth, "GET /{$}": s.getReport,
	} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { s.answer(w, r, pattern, answer) })
		method, path, _ := strings.Cut(pattern, " ")
		path = strings.TrimSuffix(path, "{$}")
		methods[path] = append(methods[path], method)
		if method == http.MethodGet {
			methods[path] = append(methods[path], http.MethodHead)
		}
	}
	for _, m := range methods {
		slices.Sort(m)
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.answer(w, r, "none", func(q *request) error { return noRoute(q, methods[r.URL.Path]) })
	})
	return mux
}

// noRoute refuses a path that there is not, or a method that its path does not have.
func noRoute(q *request, methods []string) error {
	if methods == nil {
		return &fault{status: http.StatusNotFound, reason: "unknown_path", detail: "there is no such path; -h of the service lists those there are"}
	}
	allowed := strings.Join(methods, ", ")
	q.w.Header().Set("Allow", allowed)
	return &fault{status: http.StatusMethodNotAllowed, reason: "unknown_method", detail: "want " + allowed}
}

// A request is one that is being answered, with what the log says of it.
type request struct {
	*http.Request
	w      http.ResponseWriter
	status int
	facts  []any // names and values; never an account, an id or a label
}

// answer answers a request, and logs that it did: which route, not which tenant.
func (s *service) answer(w http.ResponseWriter, r *http.Request, pattern string, answer func(*request) error) {
	began := time.Now()
	q := &request{Request: r, w: w}
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	if r.Method != http.MethodGet {
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	}
	if err := answer(q); err != nil {
		p := problemOf(err)
		q.note("reason", p.Reason)
		if p.Status >= http.StatusInternalServerError {
			s.log.Error("request failed", "route", pattern, "error", err)
		}
		if p.Status == http.StatusServiceUnavailable {
			w.Header().Set("Retry-After", "5")
		}
		q.json(p.Status, "application/problem+json", p)
	}
	s.log.Info("request", append([]any{"route", pattern, "status", q.status, "took", time.Since(began).Round(time.Microsecond)}, q.facts...)...)
}

// note adds to what the log says of the request.
func (q *request) note(name string, value any) { q.facts = append(q.facts, name, value) }

// wantsJSON reports whether the answer is to be JSON rather than text.
func (q *request) wantsJSON(byDefault bool) bool {
	switch q.FormValue("format") {
	case "json":
		return true
	case "text":
		return false
	}
	accept := q.Header.Get("Accept")
	return strings.Contains(accept, "application/json") || byDefault && !strings.Contains(accept, "text/plain")
}

// show answers with a value as JSON, or with the text that print makes.
func (s *service) show(q *request, status int, value any, print func() string) error {
	if q.wantsJSON(s.json) {
		q.json(status, "application/json", value)
		return nil
	}
	q.write(status, "text/plain; charset=utf-8", []byte(print()))
	return nil
}
