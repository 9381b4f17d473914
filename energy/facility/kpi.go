package facility

// A KPI names a key performance indicator of a data centre. Indicators are
// told apart by name and not by the part of the standard: collections in use
// swap parts 7 and 8.
type KPI uint8

// The indicators.
const (
	_             KPI = iota
	KPIPUE            // power usage effectiveness
	KPIPartialPUE     // of one sub-system
	KPIDesignPUE      // as designed
	KPIPeakPUE        // category 0 of The Green Grid: peak powers, not energies
	KPIDCiE           // data centre infrastructure efficiency
	KPIREF            // renewable energy factor
	KPIITEEsv         // energy efficiency of servers
	KPIITEUsv         // utilisation of servers
	KPIERF            // energy reuse factor
	KPIERE            // energy reuse effectiveness
	KPICER            // cooling efficiency ratio
	KPICUE            // carbon usage effectiveness
	KPIWUE            // water usage effectiveness
	KPIWUESource      // with the water that its electricity took
	kpis              // their number, kept last
)

var kpiTable = [kpis]struct{ name, unit, standard string }{
	KPIPUE:        {"PUE", "1", "ISO/IEC 30134-2"},
	KPIPartialPUE: {"pPUE", "1", "ISO/IEC 30134-2"},
	KPIDesignPUE:  {"dPUE", "1", "ISO/IEC 30134-2"},
	KPIPeakPUE:    {"PUE0", "1", "The Green Grid WP#49"},
	KPIDCiE:       {"DCiE", "%", "The Green Grid"},
	KPIREF:        {"REF", "1", "ISO/IEC 30134-3"},
	KPIITEEsv:     {"ITEEsv", "1/W", "ISO/IEC 30134-4"},
	KPIITEUsv:     {"ITEUsv", "%", "ISO/IEC 30134-5"},
	KPIERF:        {"ERF", "1", "ISO/IEC 30134-6"},
	KPIERE:        {"ERE", "1", "The Green Grid"},
	KPICER:        {"CER", "1", "ISO/IEC 30134-7"},
	KPICUE:        {"CUE", "kg/kWh", "ISO/IEC 30134-8"},
	KPIWUE:        {"WUE", "L/kWh", "ISO/IEC 30134-9"},
	KPIWUESource:  {"WUEsource", "L/kWh", "The Green Grid"},
}

func (k KPI) valid() bool { return k > 0 && k < kpis }

// String returns the indicator's name, such as "WUE".
func (k KPI) String() string {
	if !k.valid() {
		return "invalid"
	}
	return kpiTable[k].name
}

// Unit returns the unit of the indicator's figures, "1" for a plain ratio.
func (k KPI) Unit() string {
	if !k.valid() {
		return ""
	}
	return kpiTable[k].unit
}

// Standard returns the text that defines the indicator.
func (k KPI) Standard() string {
	if !k.valid() {
		return ""
	}
	return kpiTable[k].standard
}
