// Command tokens says what requests to AI models cost: by model, by class of
// token, and for 1,000 requests.
//
//	go run ./examples/tokens [-card CARD] [-requests FILE.ndjson|FILE.csv] [-model NAME] [-out DIR] [-seed N] [-json] [-lang zh]
//
// It reads what model APIs answer, in their own shapes, counts each response
// once, and rates the tokens with a rate card.
package main

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"io"
	"os"
	"strings"

	"github.com/meterbook/meterbook/accounting/ratecard"
	"github.com/meterbook/meterbook/examples/internal/program"
)

//go:embed card.yaml
var sampleCard []byte

//go:embed requests.ndjson
var sampleRequests []byte

func main() { program.Main("tokens", run) }

type options struct {
	card, requests, model, out, lang string
	json                             bool
	seed                             uint64
}

var about = program.Text{
	EN: `tokens says what requests to AI models cost.

  tokens                                   a few requests that come with the program
  tokens -seed 7                           a day of requests that are made up for the card
  tokens -requests LOG.ndjson              responses of model APIs, one a line:
        {"time": "2026-11-02T09:00:00Z", "account": "acme/chat", "api": "anthropic", "response": {…}}
  tokens -requests LOG.csv -model qwen-plus   counts of tokens, with a header:
        time or TIMESTAMP, input or ContextTokens, output or GeneratedTokens, and if
        there are any id, account, model, cached, cache-write-5m, cache-write-1h, reasoning`,
	ZH: `tokens 计算 AI 模型请求的费用。

  tokens                                   程序自带的几个请求
  tokens -seed 7                           按价目表虚构的一天请求
  tokens -requests LOG.ndjson              模型 API 的响应，每行一个：
        {"time": "2026-11-02T09:00:00Z", "account": "acme/chat", "api": "anthropic", "response": {…}}
  tokens -requests LOG.csv -model qwen-plus   令牌数，首行为列名：
        time 或 TIMESTAMP，input 或 ContextTokens，output 或 GeneratedTokens；可有
        id、account、model、cached、cache-write-5m、cache-write-1h、reasoning`,
}

func parseOptions(args []string, stdout, stderr io.Writer) (o options, err error) {
	f := program.NewFlags("tokens", args, about)
	f.String(&o.card, "card", "", "rate card, a YAML or JSON `FILE`; sample prices if not given", "价目表 `FILE`，YAML 或 JSON；不给则用示例价格")
	f.String(&o.requests, "requests", "", "requests, a .ndjson or .csv `FILE`, or random; a sample if not given", "请求 `FILE`，.ndjson 或 .csv，或 random；不给则用示例")
	f.String(&o.out, "out", "out/tokens", "write costs.json, and requests.csv if they were made up, to `DIR`; \"\" for nowhere", "将 costs.json 及虚构的 requests.csv 写入目录 `DIR`；空为不写")
	f.Uint64(&o.seed, "seed", 0, "make requests up from this seed; 0 for the sample", "按此种子虚构请求；0 为示例")
	f.String(&o.model, "model", "", "model of requests that do not name theirs", "未写明模型的请求所用的模型")
	f.Language(&o.lang)
	f.Bool(&o.json, "json", "print JSON, with exact amounts, and nothing else", "仅输出 JSON，金额精确")
	if err := f.Parse(stdout, stderr); err != nil {
		return o, err
	}
	if o.seed != 0 && o.requests == "" {
		o.requests = "random"
	}
	if o.seed != 0 && o.requests != "random" {
		return o, f.Wrong(stderr, "-seed %d: requests are read or made up: give -requests or -seed", o.seed)
	}
	if o.requests == "random" && o.seed == 0 {
		o.seed = 1
	}
	return o, nil
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := parseOptions(args, stdout, stderr)
	if err != nil {
		return err
	}
	src := sampleCard
	if o.card != "" {
		if src, err = os.ReadFile(o.card); err != nil {
			return err
		}
	}
	card, err := ratecard.ParseYAML(src)
	if err != nil {
		return err
	}
	var in io.Reader = bytes.NewReader(sampleRequests)
	var made []byte
	switch o.requests {
	case "":
	case "random":
		made = randomCSV(card, o.seed)
		in = bytes.NewReader(made)
	default:
		f, err := os.Open(o.requests)
		if err != nil {
			return err
		}
		defer f.Close()
		in = f
	}
	c := newCounter(card, o.model)
	read := c.readNDJSON
	if made != nil || strings.HasSuffix(strings.ToLower(o.requests), ".csv") {
		read = c.readCSV
	}
	if err := read(in); err != nil {
		return err
	}
	s, err := c.summary()
	if err != nil {
		return err
	}
	files, err := s.write(ctx, o.out, made)
	if err != nil {
		return err
	}
	if o.json {
		return errors.Join(s.writeJSON(stdout), files.Say(stderr, o.lang))
	}
	return errors.Join(s.print(stdout, wordsOf(o.lang)), files.Say(stdout, o.lang))
}
