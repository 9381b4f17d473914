// Command audit checks proofs of sealed months with the public key alone: that a
// line of an invoice contains events, that sums are those that were sealed, and
// that a month was sealed on top of an earlier one. It needs no network.
//
//	go run ./examples/audit                                      # sample proofs, and forged ones that fail
//	go run ./examples/audit -seed 7                              # copies changed at random
//	go run ./examples/audit out/proof/*.json                     # those that examples/gpucloud wrote
//	go run ./examples/audit -key out/proof/key.txt out/seal/*.sealed   # whole sealed months
package main

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"io"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"github.com/meterbook/meterbook/examples/internal/program"
)

//go:embed sample
var sample embed.FS

// sampleKey is that of the sample's provider, as its customers would have it
// from a contract or a web site.
const sampleKey = "gpucloud.example/seal+3e35dfcc+AUCTbaEygEJUF4L7/df1UZ2jKnSdxaDJEHiHHcvcrI8P"

func main() { program.Main("audit", run) }

// errFailed is returned when a file does not prove what it says.
var errFailed = errors.New("not all of it is proved")

var about = program.Text{
	EN: `audit checks proofs of sealed months, offline.

  audit                        sample proofs, and forged ones that fail
  audit -seed 7                the sample, and copies in which something is changed at random
  audit [-key KEY] FILE...     proofs (.json) and sealed months (.sealed)`,
	ZH: `audit 离线核验封存月份的证明。

  audit                        示例证明，以及会被识破的伪造副本
  audit -seed 7                示例证明，以及随机篡改的副本
  audit [-key KEY] FILE...     证明（.json）与封存月份（.sealed）`,
}

type options struct {
	key, out, lang string
	seed           uint64
	json           bool
	files          []string
}

func parseOptions(args []string, stdout, stderr io.Writer) (o options, err error) {
	f := program.NewFlags("audit", args, about)
	f.String(&o.key, "key", "", "the provider's public `KEY`, as text or the name of a file that has it; without it, the one beside a proof is taken",
		"服务商公钥 `KEY`：文本或所在文件名；不给则用证明旁所附的公钥")
	f.String(&o.out, "out", "out/audit", "write audit.json, and the sample with its forged copies, to `DIR`; \"\" for nowhere",
		"将 audit.json、示例证明及伪造副本写入目录 `DIR`；空为不写")
	f.Uint64(&o.seed, "seed", 0, "change copies of the sample at random from this seed; 0 for those that a cheat would make", "按此种子随机篡改示例副本；0 为作弊者会做的篡改")
	f.Language(&o.lang)
	f.Bool(&o.json, "json", "print JSON, and nothing else", "仅输出 JSON")
	if o.files, err = f.ParseWords(stdout, stderr); err != nil {
		return o, err
	}
	if o.seed != 0 && len(o.files) > 0 {
		return o, f.Wrong(stderr, "-seed %d: files are checked or copies forged: give files or -seed", o.seed)
	}
	if o.key == "" && len(o.files) == 0 {
		o.key = sampleKey
	}
	if text, err := os.ReadFile(o.key); err == nil && o.key != "" {
		o.key = strings.TrimSpace(string(text))
	}
	if o.key != "" {
		if _, err := note.NewVerifier(o.key); err != nil {
			return o, f.Wrong(stderr, "-key %q: want a file or NAME+HASH+KEY, as in proof/key.txt", o.key)
		}
	}
	return o, nil
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := parseOptions(args, stdout, stderr)
	if err != nil {
		return err
	}
	files := program.NewFiles(ctx, o.out)
	var reports []report
	if len(o.files) > 0 {
		reports = auditFiles(o.files, o.key)
	} else if reports, err = auditSample(o.key, o.forgeries(), files); err != nil {
		return err
	}
	var found bytes.Buffer
	e := json.NewEncoder(&found)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(reports); err != nil {
		return err
	}
	if err := files.Write("audit.json", found.Bytes()); err != nil {
		return err
	}
	said, notes := printed(reports, wordsIn(o.lang)), stdout
	if o.json {
		said, notes = found.String(), stderr
	}
	_, err = io.WriteString(stdout, said)
	err = errors.Join(err, files.Say(notes, o.lang))
	for _, r := range reports {
		if err == nil && !r.OK && r.Forged == "" {
			err = errFailed
		}
	}
	return err
}
