package invoice

import (
	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/metering"
)

// words are what documents say, in one language.
type words struct {
	Lang                                                       string
	kinds                                                      map[Kind]string
	categories                                                 map[TaxCategory]string
	services                                                   map[accounting.ServiceID]string
	Draft, Date, DueDate, Period, From, To, TaxID, Account     string
	Item, Quantity, List, ListPrice, Net, Tax, Total, Drawn    string
	Due, Credited, Plus, On, Included, Corrects, Line, Reason  string
	Part, Final, Rates, Capitals, Hash, HashNote               string
	Estimate, Earlier, Rerated, Concession, DraftNote, NoItems string
	Amount, Amounts, Gross, Colon, Comma, Open, Close          string
}

func wordsOf(l accounting.Language) *words {
	if l == accounting.Chinese {
		return chinese()
	}
	return english()
}

// unit is a unit as people write it. Units of the International System are written
// the same in both languages; cards, cores and hours are words.
func (w *words) unit(u metering.Unit) string {
	if w.Lang == "en" {
		return plain(accounting.English.Unit(u))
	}
	return plain(accounting.Chinese.Unit(u))
}

func english() *words {
	return &words{
		Lang:       "en",
		kinds:      map[Kind]string{Invoice: "Invoice", CreditNote: "Credit note", DebitNote: "Debit note"},
		categories: map[TaxCategory]string{ZeroRated: "zero-rated", Exempt: "exempt", ReverseCharge: "reverse charge", OutOfScope: "out of scope"},
		services:   map[accounting.ServiceID]string{"": "Bill"},
		Draft:      "Draft", Date: "Date of issue", DueDate: "Due", Period: "Billing period", From: "From", To: "Bill to",
		TaxID: "Tax ID", Account: "Account", Item: "Item", Quantity: "Quantity", List: "At list prices", Net: "Net", Tax: "Tax",
		Total: "Total", Drawn: "Paid by credit", Due: "Amount due", On: "on", Included: "included in prices",
		Corrects: "Corrects", Line: "line", Reason: "Reason", Part: "Part", Final: "final",
		Rates: "Exchange rates", Hash: "SHA-256",
		HashNote: "of this document's JSON form, by which it can be told from any other",
		Estimate: "estimated", Earlier: "correction for", DraftNote: "This is a draft: it has no number, and may change.",
		Rerated: "The charges were rated again.", Concession: "A concession: charges are as they were.", Plus: "credit returned",
		Colon: ": ", Comma: ", ", Open: " (", Close: ")", Amount: "Amount", Gross: "Gross", Amounts: "Amounts in", NoItems: "No charges.", Credited: "Amount credited", ListPrice: "List",
	}
}

func chinese() *words {
	return &words{
		Lang:       "zh-CN",
		kinds:      map[Kind]string{Invoice: "账单", CreditNote: "贷记通知单", DebitNote: "借记通知单"},
		categories: map[TaxCategory]string{ZeroRated: "零税率", Exempt: "免税", ReverseCharge: "反向征收", OutOfScope: "不征税"},
		services: map[accounting.ServiceID]string{"": "账单项", accounting.AcceleratedCompute: "加速计算", accounting.GeneralCompute: "通用计算",
			accounting.BlockStorage: "块存储", accounting.ObjectStorage: "对象存储", accounting.FileStorage: "文件存储", accounting.Network: "网络",
			accounting.ModelInference: "模型推理", accounting.EnergySupply: "能源", accounting.Support: "支持服务"},
		Draft: "草稿", Date: "开具日期", DueDate: "付款期限", Period: "账期", From: "开具方", To: "付款方", TaxID: "税号", Account: "账户",
		Item: "项目", Quantity: "数量", List: "目录价合计", Net: "不含税金额", Tax: "税额", Total: "合计", Drawn: "预付额度抵扣", Due: "应付金额",
		On: "计税基础", Included: "价内含税", Corrects: "更正", Line: "第 %d 行", Reason: "原因", Part: "分期", Final: "末期",
		Rates: "汇率", Capitals: "大写金额", Hash: "SHA-256", HashNote: "为本单据 JSON 形式的摘要，可据以核对本单据",
		Estimate: "估算", Earlier: "更正账期", DraftNote: "本件为草稿，尚无编号，内容可能变更。", Rerated: "相应费用已重新计价。", Concession: "属让利，原费用不变。",
		Plus: "退回额度", Colon: "：", Comma: "，", Open: "（", Close: "）", Amount: "金额", Gross: "价税合计", Amounts: "金额单位", NoItems: "无收费项。", Credited: "冲减金额", ListPrice: "目录价",
	}
}
