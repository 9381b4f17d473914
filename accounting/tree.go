package accounting

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/meterbook/meterbook/metering"
)

// A Node is a part of an explanation: what was done, and what came of it.
type Node struct {
	Text  string
	Parts []Node
}

// Tree returns the explanation as a tree: usage, then each stage that changed
// something (conversion, free units, the price with its tiers, discounts, caps,
// commitments), then the rounding, if anything was rounded. Of a line that is
// not the first, usage is told of the line and as the running total, from which
// the stages of a price with terms go on; what came before is taken off at their
// end. It is made when asked for, from what [Explanation.Recompute] goes by, and
// its root is the billed amount. The zero Node stands for an explanation of
// nothing.
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
	if exact.Cmp(billed) == 0 {
		return root
	}
	rounding := t.rounding + t.colon + t.money(exact) + " → " + t.money(billed) + t.open + t.roundingName(e.Rounding, e.Currency)
	if before.Sign() != 0 {
		rounding += t.comma + t.carried + " " + t.money(was) + " → " + t.money(is)
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
	steps := t.e.Steps()
	if t.e.Staged != nil {
		return []Node{{Text: t.kind(t.e.Staged.Note)}}
	}
	if !t.e.Unit.IsZero() {
		nodes = t.used(t.e.inUnits(t.e.Before), t.e.inUnits(t.e.After), t.e.Unit, !t.e.Before.IsZero())
	}
	kind := (&Price{Model: t.e.Model}).kind()
	price := Node{Text: t.stages[StagePrice] + t.open + t.model(kind) + t.close + t.colon + t.money(t.e.Exact())}
	price.Parts = t.leaves(steps)
	return append(nodes, price)
}

// used says what was used: of a line that is not the first, in it and in all.
func (t treeBuilder) used(before, after *big.Rat, u metering.Unit, goesOn bool) []Node {
	if !goesOn {
		return []Node{{Text: t.usage + t.colon + t.labelled(after, u)}}
	}
	return []Node{{Text: t.line + t.colon + t.labelled(new(big.Rat).Sub(after, before), u)}, {Text: t.total + t.colon + t.labelled(after, u)}}
}

// leaves says of each part of a model's amount what it comes to.
func (t treeBuilder) leaves(steps []Step) (nodes []Node) {
	for _, s := range steps {
		text := t.step(s, t.e.Unit, t.e.Currency)
		if !s.Flat {
			text += " = " + t.money(s.Amount)
		}
		if s.Tier > 0 && s.Kind != "stairstep" {
			text = t.tierName(s.Tier) + t.colon + text
		}
		nodes = append(nodes, Node{Text: text})
	}
	return nodes
}

// staged is the tree of a price with stages: how what has come together comes
// to its amount, less what it came to before.
func (t treeBuilder) staged() (nodes []Node) {
	s := t.e.Staged
	for _, stage := range s.Price.Stages(s.After, s.EndedAfter) {
		if stage.Kind == StageUsage {
			nodes = append(nodes, t.stagedUsage(s)...)
			continue
		}
		nodes = append(nodes, t.stage(s, stage))
	}
	if before := s.Price.Cost(s.Before, s.EndedBefore); before.Sign() != 0 || s.Before.Open() {
		nodes = append(nodes, Node{Text: t.less + t.colon + t.money(before)})
	}
	return nodes
}

// stagedUsage says what was used. What is not a sum of rows has no part that is
// a line's.
func (t treeBuilder) stagedUsage(s *Staged) (nodes []Node) {
	p, before, after := s.Price, s.Before, s.After
	switch p.Model.(type) {
	case Flat:
		return nil
	case Stairstep:
		return []Node{{Text: t.usage + t.colon + t.meters(s)}}
	}
	if after.Samples.Len() > 0 || p.peaks() {
		return []Node{{Text: t.usage + t.colon + t.labelled(or(after.Used), p.Unit) + t.differing(or(before.Used), or(after.Used), before, p.Unit)}}
	}
	nodes = t.used(or(before.Whole), or(after.Whole), p.Unit, before.Open())
	if p.byShare() && or(after.Whole).Cmp(or(after.Used)) != 0 {
		n := len(nodes) - 1
		nodes[n].Text += fmt.Sprintf(t.takenAs, t.labelled(or(after.Used), p.soldUnit()))
	}
	return nodes
}

func (t treeBuilder) stage(s *Staged, stage Stage) Node {
	name := t.stages[stage.Kind]
	switch stage.Kind {
	case StagePercentile:
		return Node{Text: name + " " + RatText(stage.By) + t.open + RatText(stage.In) + t.rows + t.close + t.colon + RatText(stage.Out)}
	case StageRatchet:
		return Node{Text: name + " " + RatText(stage.By) + "%" + t.colon + RatText(stage.In) + " → " + RatText(stage.Out)}
	case StageConvert:
		return Node{Text: name + t.colon + RatText(stage.In) + " → " + RatText(stage.Out)}
	case StageFree:
		return Node{Text: name + " " + RatText(stage.By) + t.colon + RatText(stage.In) + " → " + RatText(stage.Out)}
	case StagePrice:
		return Node{Text: name + t.open + t.model(s.Price.kind()) + t.close + t.colon + t.money(stage.Out), Parts: t.leaves(s.priced(stage))}
	case StagePercent, StagePower:
		name += " " + RatText(stage.By) + "%"
	case StageFactor, StageOverage:
		name += " × " + RatText(stage.By)
	case StageOff, StageMaximum, StageMinimum, StageTrueUp:
		name += " " + t.money(stage.By)
	}
	return Node{Text: name + t.colon + t.money(stage.In) + " → " + t.money(stage.Out)}
}
