package main

import (
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/accounting/ratecard"
	"github.com/meterbook/meterbook/examples/internal/program"
)

//go:embed card.yaml
var sampleCard []byte

// options are the command line.
type options struct {
	addr   string
	out    string
	card   *accounting.Card
	prepay money.Money // credit that each tenant begins with
	grace  time.Duration
	seed   uint64
	now    time.Time // zero for the clock's
	json   bool
	lang   string
}

var about = program.Text{
	EN: `service is a small HTTP billing service over a journal on disk.

  service                 listen on 127.0.0.1:8080, keep the books in out/service
  service -seed 1         with sample tenants, to have something to look at

  POST   /events          CloudEvents JSON, one or a batch; durable when it answers
  GET    /usage           ?account= &month=YYYY-MM &per=month|day|hour
  GET    /bill            ?account= &month= &explain=1
  GET    /balance         ?account=        prepaid credit, less what is billed and held
  POST   /credit          {"account", "id", "amount"}: a payment in advance
  POST   /holds           a CloudEvent with the most that is to come: holds its price
  DELETE /holds           ?account= &source= &id=
  GET    /health          figures to watch
  GET    /                the report, for a browser; ?month= &lang=en|zh

Answers are text, or JSON with ?format=json or "Accept: application/json".
Ctrl-C answers what is under way, and closes the journal. Nothing is deleted.`,
	ZH: `service 是一个小型 HTTP 计费服务，账目保存在磁盘日志中。

  service                 监听 127.0.0.1:8080，账目存于 out/service
  service -seed 1         附带示例租户，便于查看

  POST   /events          CloudEvents JSON，单个或一批；应答即已落盘
  GET    /usage           ?account= &month=YYYY-MM &per=month|day|hour
  GET    /bill            ?account= &month= &explain=1
  GET    /balance         ?account=        预付余额，减去已计费与已冻结
  POST   /credit          {"account", "id", "amount"}：预付款
  POST   /holds           CloudEvent，写明最大用量：冻结其价格
  DELETE /holds           ?account= &source= &id=
  GET    /health          运行指标
  GET    /                浏览器中的报告；?month= &lang=en|zh

应答为文本；加 ?format=json 或 "Accept: application/json" 则为 JSON。
Ctrl-C 后答完进行中的请求并关闭日志。不删除任何内容。`,
}

func parseOptions(args []string, stdout, stderr io.Writer) (o options, err error) {
	var card, prepay, now string
	f := program.NewFlags("service", args, about)
	f.String(&o.addr, "addr", "127.0.0.1:8080", "`ADDRESS` to listen on; port 0 for any that is free", "监听地址 `ADDRESS`；端口 0 为任意空闲端口")
	f.String(&o.out, "out", "out/service", "keep the journal and the credit in `DIR`", "日志与预付款存于目录 `DIR`")
	f.String(&card, "card", "", "rate card, a YAML or JSON `FILE`; sample prices if not given", "价目表 `FILE`，YAML 或 JSON；不给则用示例价格")
	f.String(&prepay, "prepaid", "CNY 100000", "`AMOUNT` of credit that each tenant begins with, in the card's currency", "各租户的初始预付款 `AMOUNT`，币种同价目表")
	f.Duration(&o.grace, "grace", 48*time.Hour, "seal windows this long after they end: what is later is late; 0 for never", "时段结束多久后封存：此后到达为迟到；0 为从不")
	f.Uint64(&o.seed, "seed", 0, "record sample usage of this seed, up to now; 0 for none", "按此种子记录示例用量，直至当前；0 为不记录")
	f.String(&now, "now", "", "`TIME` that stands still, RFC 3339, for tests; the clock's if not given", "固定不动的时间 `TIME`，RFC 3339，供测试；不给则为时钟")
	f.Bool(&o.json, "json", "log as JSON, and answer in JSON unless text is asked for", "日志与应答默认为 JSON")
	f.Language(&o.lang)
	if err := f.Parse(stdout, stderr); err != nil {
		return o, err
	}
	if err := errors.Join(o.readCard(card, prepay), o.readNow(now), o.validate()); err != nil {
		return o, f.Wrong(stderr, "%v", err)
	}
	return o, nil
}

func (o *options) readCard(file, prepay string) error {
	src := sampleCard
	if file != "" {
		read, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("-card: %w", err)
		}
		src = read
	}
	var err error
	if o.card, err = ratecard.ParseYAML(src); err != nil {
		return fmt.Errorf("-card %s: %w", file, err)
	}
	if o.prepay, err = money.Parse(prepay); err != nil {
		return fmt.Errorf("-prepaid %q: %w", prepay, err)
	}
	if o.prepay.Currency() != o.card.Currency || o.prepay.Sign() < 0 {
		return fmt.Errorf("-prepaid %q: want an amount of %s, not below 0", prepay, o.card.Currency)
	}
	return nil
}

func (o *options) readNow(text string) (err error) {
	if text == "" {
		return nil
	}
	if o.now, err = time.Parse(time.RFC3339Nano, text); err != nil {
		return fmt.Errorf("-now %q: want an RFC 3339 time such as 2026-11-20T00:00:00Z", text)
	}
	return nil
}

func (o *options) validate() error {
	if o.grace < 0 {
		return fmt.Errorf("-grace %v: want 0 or more", o.grace)
	}
	return nil
}

// clock returns what tells the time.
func (o *options) clock() func() time.Time {
	if o.now.IsZero() {
		return time.Now
	}
	return func() time.Time { return o.now }
}
