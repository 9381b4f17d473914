package main

// words is what the program says; formats have their operands in this order in
// both languages.
type words struct {
	summary, produce, rests, serve, closes    string
	centre, own, unallocated                  string
	method, costs, allocated, residual, alone string
	service, gives, served                    string
	flows, where, reading                     string
	methods                                   map[string]string
	separator                                 string
}

func wordsOf(lang string) words {
	if lang == "zh" {
		return words{
			summary: "成本 %s，共 %d 个中心；其中 %d 个为其他中心服务，自身不留成本。\n\n",
			produce: "各生产中心最终承担（%s）\n\n%s\n\n", rests: "每种方法的余额\n\n%s\n\n", serve: "服务中心之间相互提供的服务\n\n%s\n\n",
			closes: "阶梯法依次结清：%s；用 -order 更改。\n",
			centre: "中心", own: "自身成本", unallocated: "未分摊",
			method: "方法", costs: "成本", allocated: "已分摊", residual: "余额", alone: "若逐项各自舍入",
			service: "服务中心", gives: "交互法转出", served: "接受其他中心服务",
			flows: "成本流向", where: "%s 的成本流向何处", reading: "交互分摊：左侧服务中心转出其全部成本；浅灰为该中心自身成本",
			methods:   map[string]string{"direct": "直接法", "step-down": "阶梯法", "reciprocal": "交互法"},
			separator: "、",
		}
	}
	return words{
		summary: "%s of cost in %d centres; %d of them serve others and keep nothing.\n\n",
		produce: "What production centres end with, in %s\n\n%s\n\n", rests: "What each method leaves over\n\n%s\n\n",
		serve:  "What service centres do for one another\n\n%s\n\n",
		closes: "Step-down closes %s, in this order; -order changes it.\n",
		centre: "centre", own: "own cost", unallocated: "unallocated",
		method: "method", costs: "costs", allocated: "allocated", residual: "residual", alone: "if each was rounded by itself",
		service: "service centre", gives: "gives by reciprocal", served: "served by others for",
		flows: "Flows of cost", where: "Where %s of cost goes",
		reading:   "Reciprocal allocation: service centres on the left give all they have; light grey is what a centre costs by itself",
		separator: ", ",
	}
}

// of is what a method is called.
func (w words) of(method string) string {
	if name, ok := w.methods[method]; ok {
		return name
	}
	return method
}
