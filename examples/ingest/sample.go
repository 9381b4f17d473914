package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"time"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/cloudevents"
)

// The sample is ten days of five tenants, and is looked at on the day after.
var (
	sampleStart = time.Date(2026, time.November, 10, 0, 0, 0, 0, time.UTC)
	sampleToday = sampleStart.Add(sampleSpan)
)

const (
	sampleSpan  = 10 * 24 * time.Hour
	sampleLines = 20_000 // unless asked for more
)

// A sampler makes lines as they arrive from gateways and nodes: most as they
// should be, some again, late, in two versions or damaged.
type sampler struct {
	r    *rand.Rand
	n    int              // lines in all
	good []metering.Event // the latest of those that are as they should be
}

// writeSample writes the sample of a seed to a file.
func writeSample(ctx context.Context, name string, seed uint64, lines int) (err error) {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return sample(ctx, f, seed, lines)
}

// sample writes the sample.
func sample(ctx context.Context, to io.Writer, seed uint64, lines int) error {
	s := newSampler(seed, lines)
	w := bufio.NewWriter(to)
	for i := range lines {
		if err := ctx.Err(); err != nil {
			return err
		}
		text, _, err := s.line(i)
		if err != nil {
			return fmt.Errorf("sample, line %d: %w", i+1, err)
		}
		if _, err := w.Write(append(text, '\n')); err != nil {
			return err
		}
	}
	return w.Flush()
}

func newSampler(seed uint64, lines int) *sampler {
	return &sampler{r: rand.New(rand.NewPCG(seed, 0x696e67657374)), n: lines}
}

// line returns a line, and what is to become of it. What goes wrong begins once the first days are sealed.
func (s *sampler) line(i int) ([]byte, outcome, error) {
	now := sampleStart.Add(sampleSpan / time.Duration(s.n) * time.Duration(i))
	draw := s.r.IntN(1000)
	if now.Sub(sampleStart) < 4*24*time.Hour && draw < 90 {
		draw += 90
	}
	switch {
	case draw < 6: // too late for a meter of requests
		return s.late(i, now, metering.InputTokens, late)
	case draw < 12: // and for one that takes it
		return s.late(i, now, metering.AcceleratorTime, accepted)
	case draw < 14:
		e := s.amount(i, now.Add(-40*24*time.Hour), metering.InputTokens)
		return s.told(e, tooLate)
	case draw < 15:
		e := s.amount(i, now.AddDate(1, 0, 0), metering.InputTokens)
		return s.told(e, tooEarly)
	case draw < 18:
		e := s.amount(i, now, metering.InputTokens)
		e.Items[0].Meter = "compute.quantum.time"
		return s.told(e, unknownMeter)
	case draw < 20:
		e := s.amount(i, now, metering.InputTokens)
		e.Items[0].Quantity = metering.MustQuantity("3 GiBy")
		return s.told(e, dimension)
	case draw < 21:
		e := s.amount(i, now, metering.InputTokens)
		e.Items[0].Quantity = metering.MustQuantity("-5 {token}")
		return s.told(e, negative)
	case draw < 24:
		e := s.recent()
		e.Items = []metering.Item{e.Items[0]}
		e.Region = "eu-north" // the same id says something else
		return s.told(e, conflict)
	case draw < 30:
		return s.damaged(i, now)
	case draw < 90:
		return s.again()
	}
	return s.fresh(i, now)
}

func (s *sampler) told(e metering.Event, o outcome) ([]byte, outcome, error) {
	text, err := cloudevents.Marshal(e)
	return text, o, err
}

// remembered is how many of the latest events can come again.
const remembered = 3000

// recent returns an event that was sent before.
func (s *sampler) recent() metering.Event {
	return s.good[len(s.good)-1-s.r.IntN(min(len(s.good), remembered))]
}

// again sends an event again, by another path: it is the same, though its time may
// be written in another zone.
func (s *sampler) again() ([]byte, outcome, error) {
	e := s.recent()
	text, err := cloudevents.Marshal(e)
	if s.r.IntN(4) == 0 {
		utc := e.Time.UTC().Format(time.RFC3339Nano)
		east := e.Time.In(time.FixedZone("", 8*3600)).Format(time.RFC3339Nano)
		text = bytes.Replace(text, []byte(utc), []byte(east), 1)
	}
	return text, duplicate, err
}

func (s *sampler) late(i int, now time.Time, meter metering.MeterID, o outcome) ([]byte, outcome, error) {
	e := s.amount(i, now.Add(-time.Duration(48+s.r.IntN(40))*time.Hour), meter)
	return s.told(e, o)
}

// fresh returns a line as it should be.
func (s *sampler) fresh(i int, now time.Time) ([]byte, outcome, error) {
	now = now.Add(-time.Duration(s.r.IntN(3600)) * time.Second)
	if now.Before(sampleStart) {
		now = sampleStart
	}
	if s.r.IntN(5) == 0 {
		return s.request(i, now), accepted, nil
	}
	meters := []metering.MeterID{metering.InputTokens, metering.OutputTokens, metering.AcceleratorTime, metering.Egress}
	e := s.amount(i, now, meters[s.r.IntN(len(meters))])
	if s.r.IntN(40) == 0 { // a pool that grows and shrinks
		e.Kind, e.Resource = metering.Level, "pool-1"
		e.Items = []metering.Item{{Meter: metering.AcceleratorTime, SKU: "H100-SXM5", Quantity: metering.WholeCards(int32(4 + s.r.IntN(13)))}}
	}
	if len(s.good) >= 2*remembered {
		s.good = append(s.good[:0], s.good[remembered:]...)
	}
	s.good = append(s.good, e)
	return s.told(e, accepted)
}

func (s *sampler) account() metering.Account {
	accounts := []metering.Account{"aurora/vision", "aurora/search", "borealis/chat", "cygnus/render", "delta", "极光/训练"}
	return accounts[s.r.IntN(len(accounts))]
}

// amount returns an event of its own identity.
func (s *sampler) amount(i int, at time.Time, meter metering.MeterID) metering.Event {
	e := metering.Event{Account: s.account(), Source: "gateway-1", ID: fmt.Sprintf("evt-%06d", i+1), Time: at.Truncate(time.Millisecond), Kind: metering.Amount, Region: "cn-east"}
	it := metering.Item{Meter: meter}
	switch meter {
	case metering.AcceleratorTime:
		e.Source, it.SKU = "node-7", "H100-SXM5"
		quarters := 1 + s.r.IntN(32)
		it.Quantity = metering.MustQuantity(fmt.Sprintf("%d.%02d {card}.h", quarters/4, quarters%4*25))
	case metering.Egress:
		e.Source = "router-2"
		it.Quantity = metering.Grains(int64(1+s.r.IntN(1<<30)), metering.Bytes)
	default:
		it.SKU = "chat-large"
		it.Quantity = metering.Grains(int64(1+s.r.IntN(8000)), metering.Token)
	}
	e.Items = []metering.Item{it}
	return e
}

// request returns an event of another producer's type.
func (s *sampler) request(i int, at time.Time) []byte {
	return fmt.Appendf(nil, `{"specversion":"1.0","id":"req-%06d","source":"/inference/3","type":%q,"subject":%q,"time":%q,"data":{"model":"chat-small","usage":{"prompt_tokens":%d,"completion_tokens":%d}}}`,
		i+1, requestType, s.account(), at.Format(time.RFC3339), 1+s.r.IntN(4000), 1+s.r.IntN(1000))
}

// damaged returns a line that is no event.
func (s *sampler) damaged(i int, now time.Time) ([]byte, outcome, error) {
	e := s.amount(i, now, metering.InputTokens)
	text, err := cloudevents.Marshal(e)
	replaced := func(old, new string) []byte { return bytes.Replace(text, []byte(old), []byte(new), 1) }
	switch s.r.IntN(6) {
	case 0: // the sender died while it wrote
		return text[:len(text)/2], notJSON, err
	case 1:
		return []byte("panic: runtime error: index out of range [3]"), notJSON, err
	case 2:
		return replaced(`"specversion":"1.0",`, ""), attribute, err
	case 3:
		at := e.Time.Format(time.RFC3339Nano)
		return replaced(at, at[:len(at)-1]), attribute, err // no zone
	case 4:
		return replaced(" {token}", ".5 {token}"), attribute, err // half a token
	case 5:
		return replaced(cloudevents.TypeAmount, "com.example.door.opened"), unknownType, err
	}
	return nil, other, errors.New("no such damage")
}
