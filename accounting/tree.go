package accounting

import (
	"math/big"
	"strings"
)

// A Node is a part of an explanation: what was done, and what came of it.
type Node struct {
	Text  string
	Parts []Node
}

// Tree returns the explanation as a tree: usage, then each stage that changed
// something (conversion, free units, the price with its tiers, discounts, caps,
// commitments), then the rounding. It is made when asked for, from what
// [Explanation.Recompute] goes by, and its last figure is the billed amount.
// The zero Node stands for an explanation of nothing.
func (e Explanation) Tree(l Language) Node {
	if e.check() != nil {
		return Node{}
	}
	t := treeBuilder{e, wordsOf(l)}
	exact := e.Exact()
	before, after := e.totals(exact)
	was, is := e.rounded(before), e.rounded(after)
	billed := new(big.Rat).Sub(is, was)
	root := Node{Text: t.money(billed)}
	if e.staged() {
		root.Parts = t.staged()
	} else {
		root.Parts = t.plain()
	}
	rounding := t.rounding + t.colon + t.money(exact) + " → " + t.money(billed) + t.open + t.roundingName(e.Rounding)
	if before.Sign() != 0 {
		rounding += t.comma + t.total + " " + t.money(was) + " → " + t.money(is)
	}
	root.Parts = append(root.Parts, Node{Text: rounding + t.close})
	return root
}

// String returns the tree as indented lines.
func (n Node) String() string {
	var b strings.Builder
	n.print(&b, "", "")
	return strings.TrimSuffix(b.String(), "\n")
}

func (n Node) print(b *strings.Builder, first, rest string) {
	b.WriteString(first + n.Text + "\n")
	for i, p := range n.Parts {
		if i == len(n.Parts)-1 {
			p.print(b, rest+"└ ", rest+"  ")
		} else {
			p.print(b, rest+"├ ", rest+"│ ")
		}
	}
}

func ratOf(n int64) *big.Rat { return new(big.Rat).SetInt64(n) }

type treeBuilder struct {
	e Explanation
	words
}

func (t treeBuilder) money(r *big.Rat) string {
	return AmountText(r, t.e.Currency) + " " + string(t.e.Currency)
}

// plain is the tree of a price with one running quantity.
func (t treeBuilder) plain() (nodes []Node) {
	if t.e.Staged != nil {
		return []Node{{Text: t.e.Staged.Note}}
	}
	if !t.e.Unit.IsZero() {
		moved := new(big.Rat).Sub(t.e.inUnits(t.e.After), t.e.inUnits(t.e.Before))
		text := t.usage + t.colon + RatText(moved) + " " + t.e.Unit.Label()
		if !t.e.Before.IsZero() {
			text += t.open + t.total + " " + RatText(t.e.inUnits(t.e.After)) + t.close
		}
		nodes = append(nodes, Node{Text: text})
	}
	kind := (&Price{Model: t.e.Model}).kind()
	price := Node{Text: t.stages[StagePrice] + t.open + t.model(kind) + t.close + t.colon + t.money(t.e.Exact())}
	for _, s := range t.e.Steps() {
		text := s.Text(t.e.Unit, t.e.Currency)
		if s.Flat {
			text = t.flat + " " + t.money(s.Amount)
		} else {
			text += " = " + t.money(s.Amount)
		}
		if s.Tier > 0 {
			text = t.tierName(s.Tier) + t.colon + text
		}
		price.Parts = append(price.Parts, Node{Text: text})
	}
	return append(nodes, price)
}

// staged is the tree of a price with stages: how what has come together comes
// to its amount, less what it came to before.
func (t treeBuilder) staged() (nodes []Node) {
	s := t.e.Staged
	for _, stage := range s.Price.Stages(s.After, s.EndedAfter) {
		nodes = append(nodes, t.stage(s, stage))
	}
	if before := s.Price.Cost(s.Before, s.EndedBefore); before.Sign() != 0 || s.Before.Open() {
		nodes = append(nodes, Node{Text: t.less + t.colon + t.money(before)})
	}
	return nodes
}

func (t treeBuilder) stage(s *Staged, stage Stage) Node {
	name := t.stages[stage.Kind]
	units := func(r *big.Rat) string { return RatText(r) }
	switch stage.Kind {
	case StageUsage:
		text := t.usage + t.colon + units(stage.Out)
		if !s.Price.Unit.IsZero() {
			text += " " + s.Price.Unit.Label()
		}
		return Node{Text: text}
	case StagePercentile:
		return Node{Text: name + " " + units(stage.By) + t.open + units(stage.In) + t.rows + t.close + t.colon + units(stage.Out)}
	case StageRatchet:
		return Node{Text: name + " " + units(stage.By) + "%" + t.colon + units(stage.In) + " → " + units(stage.Out)}
	case StageConvert:
		return Node{Text: name + t.colon + units(stage.In) + " → " + units(stage.Out)}
	case StageFree:
		return Node{Text: name + " " + units(stage.By) + t.colon + units(stage.In) + " → " + units(stage.Out)}
	case StagePrice:
		node := Node{Text: name + t.open + t.model(s.Price.kind()) + t.close + t.colon + t.money(stage.Out)}
		for _, part := range stage.Parts {
			node.Parts = append(node.Parts, Node{Text: t.tierName(part.Tier) + t.colon + t.money(part.Amount)})
		}
		return node
	case StagePercent, StagePower:
		name += " " + units(stage.By) + "%"
	case StageFactor, StageOverage:
		name += " × " + units(stage.By)
	case StageOff, StageMaximum, StageMinimum, StageTrueUp:
		name += " " + t.money(stage.By)
	}
	return Node{Text: name + t.colon + t.money(stage.In) + " → " + t.money(stage.Out)}
}
