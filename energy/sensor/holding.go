package sensor

import (
	"io"
	"slices"
	"strings"
)

// A Holding is what an exporter under Kubernetes says of who holds a device:
// the pod that its labels name.
type Holding struct {
	Device         string // as in a [Reading]
	Namespace, Pod string
	// Instance is the part of the device that is held, "" for all of it, and
	// Slices how many of the device's compute slices that is, of Of.
	Instance   string
	Slices, Of int64
	// Busy is how busy the instance was, in millionths of its time; -1 where
	// the exporter does not say.
	Busy int64
}

// whole is what Busy is at most.
const whole = 1_000_000

// An activity is a metric of how busy a device or an instance of it is.
type activity struct {
	name string
	unit scale // of what a value of 1 has in millionths
}

// Labels of exporters that name a pod; Hygon's prefix them.
var (
	namespaceLabels = []string{"namespace", "exported_namespace", "hcu_pod_namespace", "dcu_pod_namespace"}
	podLabels       = []string{"pod", "pod_name", "exported_pod", "hcu_pod_name", "dcu_pod_name"}
)

// maxHoldings bounds how many are kept of what an exporter says.
const maxHoldings = 100_000

// Holdings reads who holds the exporter's devices, in the order of its lines.
// A device or instance whose lines name no pod is held by nobody and is left
// out. Of several metrics of how busy one is the first that the exporter has is
// taken; a sentinel, or a value that is no share, is none.
//
// An instance of a device is a MIG of NVIDIA's, its slices those that its
// profile begins with: "3g.40gb" has 3 of 7, "2g.12gb" of an A30 2 of the 4 that
// it has. A chip of a card whose chips are one reading is an instance too, and one
// slice.
//
// It fails with a *[FieldError] on a line that is not of the text format, on a
// profile without slices, on a device with a name of more than 256 bytes and on
// more than 100,000 holdings, or with what r says.
// An exporter that says nothing of pods has no holdings; that is no error.
func (e Exporter) Holdings(r io.Reader) ([]Holding, error) {
	type key struct{ device, instance, namespace, pod string }
	at := map[key]int{}
	var list []Holding
	var ranks []int // of the metric that Busy is from
	cards := map[string]*chips{}
	wanted := func(name string) bool {
		return slices.ContainsFunc(e.Metrics, func(m ExporterMetric) bool { return m.Name == name }) || e.activity(name) >= 0
	}
	err := exposition(r, wanted, func(m metric) error {
		h := Holding{Device: first(m.labels, e.Device), Busy: -1, Slices: 1, Of: 1,
			Namespace: first(m.labels, namespaceLabels), Pod: first(m.labels, podLabels)}
		if h.Device == "" {
			return nil
		}
		if err := named(m.name, h.Device); err != nil {
			return err
		}
		e.chip(&h, m.labels, cards)
		if h.Namespace == "" && h.Pod == "" {
			return nil
		}
		if err := h.instance(m.labels); err != nil {
			return err
		}
		k := key{h.Device, h.Instance, h.Namespace, h.Pod}
		i, seen := at[k]
		if !seen {
			if i = len(list); i == maxHoldings {
				return &FieldError{"holdings", "more than 100000", "less"}
			}
			at[k] = i
			list, ranks = append(list, h), append(ranks, len(e.activities))
		}
		rank := e.activity(m.name)
		if rank < 0 || rank >= ranks[i] {
			return nil
		}
		if busy, ok := e.busy(e.activities[rank], m.value); ok {
			list[i].Busy, ranks[i] = busy, rank
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for i := range list {
		if c := cards[list[i].Device]; c != nil {
			list[i].Of = int64(len(c.of))
		}
	}
	return list, nil
}

// chips are those of one register, which readings name after the first.
type chips struct {
	first string
	of    map[string]bool
}

// chip makes a holding one of a part of a card, where the card's chips repeat
// what all of it draws.
func (e Exporter) chip(h *Holding, labels map[string]string, cards map[string]*chips) {
	if e.Register == nil {
		return
	}
	register := e.Register(labels)
	if register == "" {
		return
	}
	c := cards[register]
	if c == nil {
		c = &chips{h.Device, map[string]bool{}}
		cards[register], cards[h.Device] = c, c
	}
	c.of[h.Device] = true
	h.Device, h.Instance = c.first, h.Device
}

// activity returns the place of a metric among those of how busy a device is.
func (e Exporter) activity(name string) int {
	return slices.IndexFunc(e.activities, func(a activity) bool { return a.name == name })
}

// busy reads how busy a device was, and reports whether it is a share of time.
func (e Exporter) busy(a activity, value string) (int64, bool) {
	if slices.ContainsFunc(e.Sentinels, func(s string) bool { return same(s, value) }) {
		return 0, false
	}
	n, err := count(a.name, value, a.unit)
	if err != nil {
		return 0, false
	}
	v, fits := n.Int64()
	return v, fits && v <= whole
}

// instance reads which part of a device is held.
func (h *Holding) instance(labels map[string]string) error {
	profile := labels["GPU_I_PROFILE"]
	if profile == "" {
		return nil
	}
	h.Instance = clip(labels["GPU_I_ID"] + " " + profile)
	h.Of = slicesOf(labels["modelName"])
	digits, _, ok := strings.Cut(profile, "g.")
	if !ok || len(digits) != 1 || digits[0] < '1' || int64(digits[0]-'0') > h.Of {
		return &FieldError{"GPU_I_PROFILE", clip(profile), `the slices that an instance has, such as "3g.40gb"`}
	}
	h.Slices = int64(digits[0] - '0')
	return nil
}

// slicesOf returns how many slices a device of NVIDIA's has: 7, but for those in
// "Supported GPUs" of its MIG user guide (2026) that have fewer.
func slicesOf(model string) int64 {
	model = strings.ToUpper(model)
	for _, few := range [...]struct {
		name string
		of   int64
	}{{"A30", 4}, {"RTX PRO 6000", 4}, {"RTX PRO 5000", 2}, {"RTX PRO 4500", 2}} {
		if strings.Contains(model, few.name) {
			return few.of
		}
	}
	return 7
}
