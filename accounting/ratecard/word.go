package ratecard

import "strings"

// wordList is what a value may be. It is only joined when a fault is written.
type wordList []string

func (l wordList) String() string { return strings.Join(l, ", ") }

// meant are keys that other billing systems have and cards do not, with what a
// card has for them.
var meant = map[string]wordList{
	"tiers": {"graduated", "volume"}, "tiered": {"graduated", "volume"}, "tier": {"graduated", "volume"},
}

// devices are what meters of accelerators are called after one kind of them.
var devices = strings.NewReplacer("gpu", "accelerator", "npu", "accelerator", "tpu", "accelerator", "dcu", "accelerator")
