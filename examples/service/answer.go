package main

import (
	"bytes"
	"encoding/json"
	"mime"
	"net/http"
	"strconv"
	"time"

	"github.com/meterbook/meterbook/metering"
)

// write sends an answer. That the client is gone is no error of ours.
func (q *request) write(status int, kind string, body []byte) {
	q.status = status
	q.w.Header().Set("Content-Type", kind)
	q.w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	q.w.WriteHeader(status)
	_, _ = q.w.Write(body)
}

func (q *request) json(status int, kind string, value any) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(value); err != nil {
		status = http.StatusInternalServerError
		out.Reset()
		out.WriteString("{}\n")
	}
	q.write(status, kind, out.Bytes())
}

// mediaType returns the type of the body, without parameters.
func (q *request) mediaType() string {
	kind, _, err := mime.ParseMediaType(q.Header.Get("Content-Type"))
	if err != nil {
		return ""
	}
	return kind
}

// account returns the account that is asked for; where one is wanted, it is an
// error if there is none.
func (q *request) account(wanted bool) (metering.Account, error) {
	a := metering.Account(q.FormValue("account"))
	if a == "" && !wanted {
		return "", nil
	}
	if err := a.Validate(); err != nil {
		return "", badField("account", "want one such as ?account=acme: "+err.Error())
	}
	return a, nil
}

// month returns the month that is asked for, the clock's by default.
func (s *service) month(q *request) (metering.Period, error) {
	at := s.now().UTC()
	if text := q.FormValue("month"); text != "" {
		t, err := time.Parse("2006-01", text)
		if err != nil {
			return metering.Period{}, badField("month", "want one such as ?month="+at.Format("2006-01"))
		}
		at = t
	}
	p, err := metering.Month(metering.Zone{}, at.Year(), at.Month())
	if err != nil {
		return p, badField("month", err.Error())
	}
	return p, nil
}

// bytesOf shows a number of bytes.
func bytesOf(n int64) string { return strconv.FormatInt(n>>20, 10) + " MiB" }
