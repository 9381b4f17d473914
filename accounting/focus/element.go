package focus

import "strings"

// customKey reports whether a key is x_ and then a name in Pascal case.
func customKey(k string) bool {
	name, ok := strings.CutPrefix(k, "x_")
	if !ok || name == "" || name[0] < 'A' || name[0] > 'Z' {
		return false
	}
	for i := range len(name) {
		if c := name[i]; c != '_' && c < 0x80 && !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9') {
			return false
		}
	}
	return true
}

// readElements finds out whether n is as AllocatedMethodDetails or
// ContractApplied has to be, and the ratios it has.
func (d *objectData) readElements(n *node) {
	d.applied = appliedList(n)
	list, ok := n.member("Elements")
	if n.kind != kindObject || !ok || list.kind != kindList {
		return
	}
	d.method = len(list.items) > 0
	for _, k := range n.keys {
		d.method = d.method && (k == "Elements" || customKey(k))
	}
	d.ratios = true
	for i := range list.items {
		d.method = methodElement(&list.items[i]) && d.method
		d.readRatio(&list.items[i])
	}
}

func methodElement(el *node) bool {
	if el.kind != kindObject {
		return false
	}
	if r, ok := el.member("AllocatedRatio"); !ok || r.kind != kindNumber {
		return false
	}
	if q, ok := el.member("UsageQuantity"); ok && q.kind != kindNull {
		unit, ok := el.member("UsageUnit")
		if q.kind != kindNumber || !ok || unit.kind != kindText {
			return false
		}
	}
	for _, k := range el.keys {
		if k != "AllocatedRatio" && k != "UsageUnit" && k != "UsageQuantity" && !customKey(k) {
			return false
		}
	}
	return true
}

func (d *objectData) readRatio(el *node) {
	r, ok := el.member("AllocatedRatio")
	if !ok {
		d.ratios = false
		return
	}
	n, err := readNumber(strings.Replace(r.text, "+", "", 1))
	if r.kind != kindNumber && r.kind != kindText || err != nil {
		d.ratios = false
		return
	}
	d.ratio.add(n)
	if r.kind == kindNumber && (n.Sign() < 0 || n.rat().Cmp(Int(1).rat()) > 0) {
		d.beyondRange = true
	}
}

// appliedList reports whether n lists the commitments that apply to a charge.
// Keys are taken in any case, as versions differ in it.
func appliedList(n *node) bool {
	list := n
	if n.kind == kindObject {
		l, ok := n.member("Elements")
		if !ok {
			if l, ok = n.member("ContractApplied"); !ok {
				return false
			}
		}
		list = l
	}
	if list.kind != kindList || len(list.items) == 0 {
		return false
	}
	for i := range list.items {
		if !appliedElement(&list.items[i]) {
			return false
		}
	}
	return true
}

func appliedElement(el *node) bool {
	if el.kind != kindObject {
		return false
	}
	find := func(name string) *node {
		var found *node
		for i, k := range el.keys {
			if strings.EqualFold(k, name) {
				found = &el.items[i]
			}
		}
		if found != nil && found.kind == kindNull {
			return nil
		}
		return found
	}
	id := find("ContractCommitmentId")
	cost, quantity := find("ContractCommitmentAppliedCost"), find("ContractCommitmentAppliedQuantity")
	unit := find("ContractCommitmentAppliedUnit")
	return id != nil && !falsy(id) && (cost != nil || quantity != nil) && (quantity == nil) == (unit == nil)
}

// falsy: an id that says nothing.
func falsy(n *node) bool {
	switch n.kind {
	case kindText:
		return n.text == ""
	case kindBool:
		return n.text == "false"
	case kindNumber:
		v, err := readNumber(strings.Replace(n.text, "+", "", 1))
		return err == nil && v.Sign() == 0
	}
	return len(n.items) == 0
}
